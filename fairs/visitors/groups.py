"""Groups: one list of people, many badges, one leader.

A list is text, one person on a line: name, then in any order phone or e-mail and company, set apart by a tab, a semicolon or
a bar. A sheet becomes such lines, so that what is wrong can be mended in the page where it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, with_expression

from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.events import publish
from fairs.core.links import new_link
from fairs.core.sequences import next_reference
from fairs.core.storage import Upload
from fairs.core.tables import Column, read_sheet
from fairs.core.text import fold, one_line
from fairs.directory.events import Renamed
from fairs.directory.models import Person
from fairs.directory.service import check_country, normal_phone
from fairs.messages.service import Notice, send
from fairs.visitors.consents import CONSENTS
from fairs.visitors.models import Visitor, VisitorGroup
from fairs.visitors.queries import badge_in_force, phone_start
from fairs.visitors.service import (
    PUBLIC,
    Origin,
    VisitorDraft,
    add_visitor,
    known_by_contact,
    links_end,
    lock_fair,
    send_badge,
    withdraw_visitor,
)
from fairs.visitors.states import VisitorState

MOST_PUBLIC, MOST_STAFF = 60, 500
GROUP_CATEGORIES = (BadgeCategory.TRADE, BadgeCategory.VIP, BadgeCategory.SPEAKER, BadgeCategory.PRESS, BadgeCategory.SERVICE, BadgeCategory.CONTRACTOR)  # fmt: skip
COLUMNS = (
    Column("name", ("Họ và tên", "Họ tên", "Name", "Full name", "Tên"), required=True),
    Column("contact", ("Điện thoại", "Số điện thoại", "Phone", "Telephone", "Mobile", "Điện thoại hoặc e-mail")),
    Column("email", ("E-mail", "Email", "Thư điện tử")),
    Column("company", ("Đơn vị", "Company", "Organisation", "Organization", "Công ty", "Cơ quan")),
)
_APART = re.compile(r"[\t;|]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: its number, what was typed, what was understood, and what is wrong with it."""

    number: int
    typed: str
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    problems: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """A group as typed. ``people`` is the list; ``consents`` were given by the leader for all, or by each to the leader."""

    name: str
    leader_name: str
    leader_email: str = ""
    leader_phone: str = ""
    country: str = "VN"
    category: BadgeCategory = BadgeCategory.TRADE
    people: str = ""
    agreed: bool = False
    locale: str = "vi"
    kept: Sequence[str] = field(default_factory=tuple)


def lines_of_sheet(upload: Upload, *, most: int) -> str:
    """The people of a sheet as lines; raises InvalidInput (``file``) when it cannot be read."""
    data = read_sheet(upload, COLUMNS, max_rows=most)
    texts = []
    for row in data.rows:
        contact = row["email"] or row["contact"]
        parts = [row["name"], contact, row["company"]]
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        texts.append("; ".join(_APART.sub(" ", part) for part in parts))
    return "\n".join(texts)


def check_lines(text: str, country: str, *, most: int) -> list[Line]:
    """Each line with what is wrong; empty ones are left out. Raises InvalidInput (``people``) for none, or too many."""
    typed = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip(" ;|\t")]
    if not typed:
        raise InvalidInput(_l("Write one person on each line."), field="people")
    if len(typed) > most:
        raise InvalidInput(_l("At most %(count)s people at a time.", count=most), field="people")
    seen: dict[tuple[str, str], int] = {}
    return [_line(number, line, country, seen) for number, line in typed]


def _line(number: int, typed: str, country: str, seen: dict[tuple[str, str], int]) -> Line:
    name, *rest = [one_line(part) for part in _APART.split(typed)]
    company = email = phone = ""
    problems: list[Any] = []
    for part in rest:
        digits = sum(letter.isdigit() for letter in part)
        try:
            if "@" in part:
                email = normal_email(part)
            elif part and digits * 2 > len(part.replace(" ", "")):
                phone = normal_phone(part, country)
            elif part and company:
                problems.append(_l("“%(text)s” is one part too many: name; phone or e-mail; company.", text=part[:60]))
            else:
                company = company or part
        except InvalidInput as error:
            problems.append(_l("“%(text)s”: %(problem)s", text=part[:60], problem=error))
    if not any(letter.isalpha() for letter in name):
        problems.append(_l("The line does not begin with a name."))
    if len(name) > 200 or len(company) > 250:
        problems.append(_l("This is too long for a badge."))
    key = (fold(name), email or phone)
    if not problems and key in seen:
        problems.append(_l("The same person as in line %(line)s.", line=seen[key]))
    seen.setdefault(key, number)
    return Line(number, typed, name, company, email, phone, tuple(problems))


def register_group(fair: Fair, draft: GroupDraft, *, by: Actor | None = None) -> VisitorGroup:
    """Register everybody on the list, all or nobody; the leader gets one mail with all badges.

    Without ``by`` it is the public form: trade visitors only, an e-mail of the leader, consent. Who is registered already
    keeps that registration and its badge, and is written to, not to the leader. Raises InvalidInput (a wrong line: ``people``)
    and RegistrationClosed.
    """
    most = MOST_PUBLIC if by is None else MOST_STAFF
    if by is None:
        draft = GroupDraft(**{**_values(draft), "category": BadgeCategory.TRADE})
    _check(draft, is_public=by is None)
    lines = check_lines(draft.people, draft.country, most=most)
    wrong = sum(bool(line.problems) for line in lines)
    if wrong:
        raise InvalidInput(_l("Some lines are not right yet; see below the list."), field="people")
    with transaction():
        row = lock_fair(fair)
        group = VisitorGroup(
            fair_id=row.id, reference=next_reference(row.code, "M"), name=one_line(draft.name), folded=fold(f"{one_line(draft.name)} {one_line(draft.leader_name)}")[:500], category=draft.category,
            leader_name=one_line(draft.leader_name),
            leader_email=normal_email(draft.leader_email) if draft.leader_email else "",
            leader_phone=normal_phone(draft.leader_phone, draft.country), country=draft.country, locale=draft.locale,
            source="web" if by is None else "staff",
        )  # fmt: skip
        group.fair = row
        db.session.add(group)
        db.session.flush()
        _add(group, lines, by or PUBLIC, agreed=draft.agreed)
        record("visitors.group", group, by=by or PUBLIC, fair_id=row.id, after={"people": len(lines)})
        send_group(group)
        return group


def _values(draft: GroupDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in GroupDraft.__slots__}


def _check(draft: GroupDraft, *, is_public: bool) -> None:
    if not one_line(draft.name):
        raise InvalidInput(_l("Please fill this in."), field="name")
    if not any(letter.isalpha() for letter in draft.leader_name):
        raise InvalidInput(_l("Please write a name."), field="leader_name")
    check_country(draft.country)
    if is_public and not draft.leader_email:
        raise InvalidInput(_l("The badges come by e-mail: please give an address."), field="leader_email")
    if draft.leader_email:
        normal_email(draft.leader_email, field="leader_email")
    normal_phone(draft.leader_phone, draft.country, field="leader_phone")
    if draft.category not in GROUP_CATEGORIES:
        raise InvalidInput(_l("Please choose from the list."), field="category")
    if is_public and not draft.agreed:
        raise InvalidInput(_l("Without this we may not keep the list."), field="agreed")


def _add(group: VisitorGroup, lines: Sequence[Line], by: Actor, *, agreed: bool) -> list[Visitor]:
    """Register the lines; gives back who had registered before and stays outside of the group."""
    fair, before = group.fair, []
    for line in lines:
        draft = VisitorDraft(
            line.name, line.company or group.name, line.email, line.phone, group.country, group.category,
            CONSENTS[:1] if agreed else (), group.locale,
        )  # fmt: skip
        known = known_by_contact(fair, draft) if line.email or line.phone else None
        if known is not None and fold(known.person.native_name) == fold(line.name):
            before.append(known)
            if known.state is VisitorState.REGISTERED and known.group_id != group.id:
                send_badge(known, template="again")
            continue
        # By the public form press comes one by one; staff who hand in a list of press have seen who they are.
        add_visitor(fair, draft, Origin("group" if by is PUBLIC else "staff", group), by)
    return before


def add_people(group: VisitorGroup, people: str, *, by: Actor | None = None) -> list[Visitor]:
    """Further people, by the leader's page or by staff; gives back who had registered before. Raises as register_group."""
    most = (MOST_PUBLIC if by is None else MOST_STAFF) - len(members_of(group.id))
    lines = check_lines(people, group.country, most=max(most, 0))
    if any(line.problems for line in lines):
        raise InvalidInput(_l("Some lines are not right yet; see below the list."), field="people")
    with transaction():
        lock_fair(group.fair)
        before = _add(group, lines, by or PUBLIC, agreed=True)
        record("visitors.group_more", group, by=by or PUBLIC, fair_id=group.fair_id, after={"people": len(lines)})
        return before


def correct_member(group: VisitorGroup, reference: str, name: str, company: str, *, by: Actor) -> Visitor:
    """Correct a name on a badge of the group; a badge that was printed has to be printed anew.

    The name of a person who is known from elsewhere (an account, another fair) is not the leader's to change: their badge is
    the desk's affair. Raises NotFound, InvalidInput (``name``) and Conflict.
    """
    name = one_line(name)
    if not any(letter.isalpha() for letter in name) or len(name) > 200:
        raise InvalidInput(_l("Please write a name."), field="name")
    with transaction():
        visitor = _member(group, reference)
        person = db.session.get_one(Person, visitor.person_id, with_for_update=MINE, populate_existing=True)
        if person.user_id is not None or person.created_at < group.created_at:
            raise Conflict(
                _l("This person is known from elsewhere. The desk corrects the name when they show who they are.")
            )
        before, person.native_name = person.native_name, name
        badge = badge_in_force(visitor.badge)
        if badge is not None:
            badge.printed_at = None
        db.session.flush()
        publish(Renamed(person))
        record("visitors.correct", visitor, by=by, before={"name": before}, after={"name": name})
        return visitor


def remove_member(group: VisitorGroup, reference: str, *, by: Actor) -> None:
    """Somebody of the group does not come: their badge opens nothing. Raises NotFound and InvalidTransition."""
    withdraw_visitor(_member(group, reference), by=by)


def _member(group: VisitorGroup, reference: str) -> Visitor:
    found = next((row for row in members_of(group.id) if row.reference == reference), None)
    if found is None:
        raise NotFound
    return found


def send_group(group: VisitorGroup) -> None:
    """One mail to the leader with all badges and the link of the group's page; without an address nothing is sent."""
    if not group.leader_email:
        return
    with transaction():
        token = new_link(group, expires_at=links_end(group.fair))
        group.sent_at = now()
        has_badges = bool(badges_of(group.id))
        send(
            Notice(
                template="visitors/group",
                name=group.leader_name,
                email=group.leader_email,
                locale=group.locale,
                context={"group": group, "fair": group.fair, "token": token, "people": len(members_of(group.id))},
                fair_id=group.fair_id,
                attachments=[("group-badges", group.id)] if has_badges else [],
            )
        )


# --- reading ------------------------------------------------------------------------------------------------------


def group_by_reference(fair_id: int, reference: str) -> VisitorGroup:
    """The group with this number; raises NotFound."""
    found = db.session.scalar(
        select(VisitorGroup).where(VisitorGroup.fair_id == fair_id, VisitorGroup.reference == reference)
    )
    if found is None:
        raise NotFound
    return found


def members_of(group_id: int) -> Sequence[Visitor]:
    """Everybody of the group with person, company and badge, in the order of the list. One statement."""
    return db.session.scalars(
        select(Visitor)
        .join(Visitor.person)
        .outerjoin(Visitor.company)
        .options(contains_eager(Visitor.person), contains_eager(Visitor.company), joinedload(Visitor.badge))
        .where(Visitor.group_id == group_id)
        .order_by(Visitor.id)
    ).all()


def badges_of(group_id: int) -> list[Badge]:
    """The valid badges of the group's people, in the order of the list."""
    people = select(Visitor.person_id).where(Visitor.group_id == group_id, Visitor.state == VisitorState.REGISTERED)
    group = db.session.get_one(VisitorGroup, group_id)
    return list(
        db.session.scalars(
            select(Badge)
            .options(joinedload(Badge.person), joinedload(Badge.company), joinedload(Badge.key))
            .where(Badge.fair_id == group.fair_id, Badge.person_id.in_(people), Badge.state == BadgeState.ACTIVE)
            .order_by(Badge.id)
        )
    )


@dataclass(frozen=True, slots=True)
class GroupFilter:
    """What the list is narrowed to; empty means all. ``text`` is part of the name or of the leader's, or a number, phone or e-mail."""

    text: str = ""
    category: str = ""
    source: str = ""


#: How many people are on a group's list.
PEOPLE = select(func.count(Visitor.id)).where(Visitor.group_id == VisitorGroup.id).scalar_subquery().label("people")


def groups_matching(fair_id: int, wanted: GroupFilter) -> Select[VisitorGroup]:
    """The fair's groups that fit the filter, each with the number of its people."""
    query = (
        select(VisitorGroup)
        .options(with_expression(VisitorGroup.people, PEOPLE))
        .where(VisitorGroup.fair_id == fair_id)
    )
    if wanted.text:
        plain = wanted.text.strip()
        query = query.where(
            or_(
                VisitorGroup.folded.contains(fold(plain), autoescape=True), VisitorGroup.reference == plain.upper(),
                VisitorGroup.leader_email == plain.lower(), VisitorGroup.leader_phone == phone_start(plain),
            )
        )  # fmt: skip
    if wanted.category:
        known = wanted.category in set(BadgeCategory)
        query = query.where(VisitorGroup.category == wanted.category if known else false())
    if wanted.source:
        query = query.where(VisitorGroup.source == wanted.source)
    return query
