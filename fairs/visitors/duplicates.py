"""Who may be meant although the typing differs: hints for the desk, so that nobody gets a second badge.

The database narrows down (all words of a name but one, and the first letter of that one), then the words are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload

from fairs.accounts.service import normal_email
from fairs.badges.models import Badge
from fairs.badges.states import BadgeState
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.text import fold
from fairs.directory.models import Company, Person
from fairs.directory.service import normal_phone

_MOST_CANDIDATES = 60


@dataclass(frozen=True, slots=True)
class Hint:
    """Somebody who has a badge for this fair and may be the person at the desk; ``why`` in words."""

    person: Person
    badge: Badge
    why: Any


def likely(fair: Fair, *, name: str, company: str = "", email: str = "", phone: str = "", most: int = 4) -> list[Hint]:
    """Who with a valid badge may be meant: the same phone or e-mail first, then nearly the same name at the same company."""
    found: dict[int, Hint] = {}
    for row in _candidates(fair.id, name, email, phone):
        why = _why(row, name, company, email, phone)
        if why is not None and row.person_id not in found:
            found[row.person_id] = Hint(row.person, row, why)
    order = {_l_phone: 0, _l_mail: 0, _l_both: 1, _l_name: 2}
    return sorted(found.values(), key=lambda hint: (order[hint.why], hint.person.folded))[:most]


_l_phone, _l_mail = _l("the same phone"), _l("the same e-mail")
_l_both, _l_name = _l("nearly the same name and company"), _l("the same name")


def _candidates(fair_id: int, name: str, email: str, phone: str) -> Sequence[Badge]:
    ways = [*near_name(name)]
    if email:
        ways.append(Person.email == email)
    if phone:
        ways.append(Person.phone == phone)
    if not ways:
        return []
    query = (
        select(Badge)
        .join(Badge.person)
        .options(joinedload(Badge.person).joinedload(Person.company), joinedload(Badge.company))
        .where(Badge.fair_id == fair_id, Badge.state == BadgeState.ACTIVE, or_(*ways))
        .order_by(Badge.id.desc())
        .limit(_MOST_CANDIDATES)
    )
    return db.session.scalars(query).all()


def near_name(name: str) -> list[Any]:
    """Conditions on people whose name has all words of ``name`` but one, and a word that begins as that one does."""
    words = fold(name).split()[:6]
    if len(words) < 2:
        return [Person.folded == words[0]] if words and len(words[0]) > 2 else []
    return [
        and_(
            *(Person.folded.contains(other, autoescape=True) for n, other in enumerate(words) if n != place),
            or_(
                Person.folded.startswith(words[place][0], autoescape=True),
                Person.folded.contains(f" {words[place][0]}", autoescape=True),
            ),
        )
        for place in range(len(words))
    ]


def _why(badge: Badge, name: str, company: str, email: str, phone: str) -> Any:
    person = badge.person
    if phone and person.phone == phone:
        return _l_phone
    if email and person.email == email:
        return _l_mail
    theirs: Company | None = badge.company or person.company
    names = [one for one in (person.native_name, person.passport_name, person.badge_name) if one]
    same_company = bool(company and theirs is not None and is_near(company, theirs.name))
    if any(fold(one) == fold(name) for one in names) and (same_company or not company or theirs is None):
        return _l_both if same_company else _l_name
    return _l_both if same_company and any(is_near(name, one) for one in names) else None


def is_near(one: str, other: str) -> bool:
    """Whether two names differ by a slip of the keyboard at most: one letter in short ones, two from ten letters on."""
    left, right = " ".join(sorted(fold(one).split())), " ".join(sorted(fold(other).split()))
    allowed = 1 if min(len(left), len(right)) < 10 else 2
    return abs(len(left) - len(right)) <= allowed and _distance(left, right, allowed) <= allowed


def _distance(left: str, right: str, enough: int) -> int:
    """Letters to change, add, drop or swap with the next one (optimal string alignment); stops above ``enough``."""
    before: list[int] = []
    line = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        older, before, line = before, line, [row]
        for column, other in enumerate(right, 1):
            cost = min(before[column] + 1, line[column - 1] + 1, before[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other:
                cost = min(cost, older[column - 2] + 1)
            line.append(cost)
        if min(line) > enough:
            return enough + 1
    return line[-1]


def contact_of(email: str, phone: str, country: str) -> tuple[str, str]:
    """E-mail and phone as they are stored; what is no address or number is left out, the form says so elsewhere."""
    try:
        email = normal_email(email) if email else ""
    except InvalidInput:
        email = ""
    try:
        phone = normal_phone(phone, country)
    except InvalidInput:
        phone = ""
    return email, phone
