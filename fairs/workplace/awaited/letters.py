"""Letters of invitation and for visas."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.core.i18n import format_date
from fairs.importers.models import Importer
from fairs.letters.models import Letter, LetterWish
from fairs.letters.permissions import ISSUE_LETTER
from fairs.letters.states import LetterState, WishState
from fairs.lists.models import BulkItem, BulkRun
from fairs.lists.states import ItemState, RunState
from fairs.workplace.inbox import Kind, Why

ISSUE_WITHIN = 3
"""Days in which a guest who asks for a letter gets one: visas take their time."""

_ARRIVES = func.coalesce(
    select(Importer.stays_from).where(Importer.id == Letter.importer_id).scalar_subquery(),
    select(Fair.starts_on).where(Fair.id == Letter.fair_id).scalar_subquery(),
)
_STILL_WITHOUT = exists().where(
    BulkItem.run_id == BulkRun.id, BulkItem.state == ItemState.FAILED, Importer.reference == BulkItem.reference,
    ~exists().where(Letter.importer_id == Importer.id, Letter.state == LetterState.ISSUED),
)  # fmt: skip

KINDS = (
    Kind(
        key="letter-wanted",
        states=(WishState.OPEN,),
        model=LetterWish,
        where=(LetterWish.state == WishState.OPEN,),
        permission=ISSUE_LETTER,
        counts_from=LetterWish.asked_at,
        days=ISSUE_WITHIN,
        icon="mail-opened",
        reason=_l("Letter wanted"),
        title=lambda n: ngettext("%(num)s guest asks for a letter", "%(num)s guests ask for a letter", n),
        who=lambda wish: wish.importer.person.display_name,
        what=lambda wish: f"{wish.importer.company.name} · {wish.importer.reference}",
        button=_l("Issue the letter"),
        page=lambda wish: ("guests.show", {"reference": wish.importer.reference, "_anchor": "panel-letters"}),
        list_page=("letters.guests", {"who": "wanted"}),
        load=(
            joinedload(LetterWish.importer).joinedload(Importer.person),
            joinedload(LetterWish.importer).joinedload(Importer.company),
        ),
    ),
    Kind(
        key="letter-too-short",
        states=(),
        model=Letter,
        where=(Letter.state == LetterState.ISSUED, Letter.outdated_at.is_(None), Letter.valid_until < _ARRIVES),
        permission=ISSUE_LETTER,
        counts_from=Letter.valid_until,
        days=0,
        icon="clock-x",
        reason=_l("Letter expires before the arrival"),
        title=lambda n: ngettext(
            "%(num)s letter expires before its guest arrives", "%(num)s letters expire before their guests arrive", n
        ),
        who=lambda letter: letter.name,
        what=lambda letter: f"{letter.number} · {format_date(letter.valid_until)}",
        button=_l("Replace"),
        page=lambda letter: ("guests.show", {"reference": letter.importer.reference, "_anchor": "panel-letters"}),
        list_page=("letters.index", {"state": "issued", "sort": "until"}),
        at=lambda fair: not fair.is_cancelled and fair.ends_on >= fair.today,
        load=(joinedload(Letter.importer),),
    ),
    Kind(
        key="letter-outdated",
        states=(),
        model=Letter,
        where=(Letter.state == LetterState.ISSUED, Letter.outdated_at.is_not(None)),
        permission=ISSUE_LETTER,
        counts_from=Letter.outdated_at,
        days=ISSUE_WITHIN,
        icon="calendar-exclamation",
        reason=_l("Letter says old days"),
        title=lambda n: ngettext(
            "%(num)s letter says old days or an old place", "%(num)s letters say old days or an old place", n
        ),
        who=lambda letter: letter.name,
        what=lambda letter: letter.number,
        button=_l("Issue anew"),
        page=lambda letter: ("letters.index", {"state": "outdated"}),
        list_page=("letters.index", {"state": "outdated"}),
        at=lambda fair: not fair.is_cancelled and fair.ends_on >= fair.today,
        load=(joinedload(Letter.importer),),
    ),
    Kind(
        key="letter-failures",
        states=(),
        model=BulkRun,
        where=(
            BulkRun.state == RunState.DONE, BulkRun.list_key == "letter_guests", _STILL_WITHOUT,
        ),
        permission=ISSUE_LETTER,
        counts_from=BulkRun.finished_at,
        days=1,
        icon="alert-triangle",
        reason=_l("Letters that could not be issued"),
        title=lambda n: ngettext("%(num)s run left guests without a letter", "%(num)s runs left guests without a letter", n),
        who=lambda run: run.actor_name,
        what=lambda run: format_date(run.finished_at),
        button=_l("See why"),
        page=lambda run: ("letters.guests", {"letter": "none"}),
        list_page=("letters.guests", {"letter": "none"}),
    ),
)  # fmt: skip

NOBODY = {
    LetterState: {
        LetterState.ISSUED: Why.FINAL,
        LetterState.REPLACED: Why.FINAL,
        LetterState.REVOKED: Why.FINAL,
    },
    WishState: {WishState.ANSWERED: Why.FINAL, WishState.REFUSED: Why.FINAL},
}
