"""Calls that somebody promised to make. A note has no states: its author is awaited until it is done."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from fairs.core.states import State
from fairs.notes.models import Note
from fairs.notes.permissions import WRITE_NOTE
from fairs.workplace.inbox import INVOLVED, Kind, Link, Why


def _who(note: Note) -> str:
    return note.company.name if note.company else note.person.display_name if note.person else ""


def _page(note: Note) -> Link:
    if note.company_id is not None:
        return "profiles.company", {"company_id": note.company_id, "_anchor": "notes"}
    return "profiles.person", {"person_id": note.person_id, "_anchor": "notes"}


KINDS = (
    Kind(
        key="call-back",
        states=(),
        model=Note,
        where=(Note.follow_up_on.is_not(None), Note.done_at.is_(None), Note.author_id.in_(INVOLVED)),
        permission=WRITE_NOTE,
        counts_from=Note.follow_up_on,
        days=0,
        icon="phone",
        reason=_l("Call back"),
        title=lambda n: ngettext("%(num)s call is to be made", "%(num)s calls are to be made", n),
        who=_who,
        what=lambda note: note.text[:120],
        button=_l("Call back"),
        page=_page,
        list_page=("directory.companies", {}),
        load=(joinedload(Note.company), joinedload(Note.person)),
    ),
)

NOBODY: dict[type[State], dict[State, Why]] = {}
