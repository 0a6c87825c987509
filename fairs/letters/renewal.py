"""Letters that say other days or another place than the fair now has: marked when the fair moves, issued anew by staff."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.calendar.effects import Move
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.errors import InvalidInput
from fairs.letters.models import Letter
from fairs.letters.service import LetterDraft, check_letter, issue_letter
from fairs.letters.states import LetterState


def differs(letter: Letter, fair: Fair, move: Move) -> bool:
    """Whether the letter says other days or another place than the fair has after the move."""
    said = {name: letter.facts.get(name, "") for name in ("starts_on", "ends_on", "venue_vi")}
    return said != {
        "starts_on": move.starts_on.isoformat(), "ends_on": move.ends_on.isoformat(), "venue_vi": move.venue_vi or fair.city,
    }  # fmt: skip


def mark(letter: Letter, *, outdated: bool) -> None:
    """Note that the letter is out of date, or (the fair has moved back) that it is right again. Inside transaction()."""
    letter.outdated_at = now() if outdated else None


def check_renewal(letter: Letter) -> None:
    """Raise the DomainError for which the letter cannot be issued anew by ``renew_letter``."""
    letter.require_move(LetterState.REPLACED)
    if letter.outdated_at is None:
        raise InvalidInput(_l("It says the days and the place that the fair has."))
    check_letter(letter.importer, letter.kind, replacing=True)


def renew_letter(letter: Letter, signatory_id: int, *, valid_until: date | None, reason: str, by: Actor) -> Letter:
    """Replace a letter by one with the fair's days, the guest's stay and the text of now; the guest gets it by mail.

    It takes the next number of its register. Raises what ``issue_letter`` raises, and InvalidInput for one that is right.
    """
    check_renewal(letter)
    draft = LetterDraft(letter.kind, signatory_id, valid_until, reason=reason)
    return issue_letter(letter.importer, draft, by=by)


def said_days(letter: Letter) -> tuple[Any, Any]:
    """The first and last day of the fair as the letter says them."""
    return date.fromisoformat(letter.facts["starts_on"]), date.fromisoformat(letter.facts["ends_on"])
