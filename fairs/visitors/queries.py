"""Reading visitors, and finding people at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, String, cast, false, func, or_, select, union_all
from sqlalchemy.orm import contains_eager, joinedload

from fairs.badges.errors import OtherFair, UnknownCode
from fairs.badges.models import Badge
from fairs.badges.queries import badge_by_code
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.core.db import db, few
from fairs.core.errors import NotFound
from fairs.core.sequences import WIDTHS
from fairs.core.text import fold
from fairs.core.web import Page, paginate
from fairs.directory.models import Company, Person
from fairs.directory.queries import is_meant, people_ids
from fairs.visitors.duplicates import is_near, near_name
from fairs.visitors.models import Visitor, VisitorAnswer, VisitorGroup
from fairs.visitors.states import VisitorState

_SLIPS_FROM, _MOST_NEAR = 5, 200


@dataclass(frozen=True, slots=True)
class VisitorFilter:
    """What a list is narrowed to; empty means all. ``text`` is part of a name, or the start of a number, phone or e-mail."""

    text: str = ""
    category: str = ""
    source: str = ""
    state: str = ""
    group: str = ""
    answer: str = ""  # "<question>:<key of a choice>" or "<question>:yes"


def _whole(query: Select[Visitor]) -> Select[Visitor]:
    return (
        query.join(Visitor.person)
        .outerjoin(Visitor.company)
        .options(contains_eager(Visitor.person), contains_eager(Visitor.company), joinedload(Visitor.badge))
    )


def visitors_matching(fair_id: int, wanted: VisitorFilter) -> Select[Visitor]:
    """The fair's visitors that fit the filter, with person, company and badge."""
    query = _whole(select(Visitor)).where(Visitor.fair_id == fair_id)
    if wanted.text:
        folded, plain = fold(wanted.text), wanted.text.strip()
        phone = phone_start(plain)
        people = few(people_ids(plain, phone))
        companies = select(Company.id).where(Company.folded.contains(folded, autoescape=True))
        if people is None:
            ways = is_meant(plain, phone), Visitor.company_id.in_(companies), Visitor.reference == plain.upper()
            query = query.where(or_(*ways))
        else:
            # Each way by its own index: together they would walk all visitors of the fair.
            ways = Visitor.person_id.in_(people), Visitor.company_id.in_(companies), Visitor.reference == plain.upper()
            found = union_all(*(select(Visitor.id).where(Visitor.fair_id + 0 == fair_id, way) for way in ways))
            query = query.where(Visitor.id.in_(found))
    if wanted.category:
        known = wanted.category in set(BadgeCategory)
        query = query.where(Visitor.category == wanted.category if known else false())
    if wanted.source:
        query = query.where(Visitor.source == wanted.source)
    if wanted.state:
        known = wanted.state in set(VisitorState)
        query = query.where(Visitor.state == wanted.state if known else false())
    if wanted.group:
        groups = select(VisitorGroup.id).where(
            VisitorGroup.fair_id == fair_id, VisitorGroup.reference == wanted.group.upper()
        )
        query = query.where(Visitor.group_id.in_(groups))
    if wanted.answer:
        query = query.where(_answered(wanted.answer))
    return query


def _answered(wanted: str) -> Any:
    """Who gave this answer to a question with choices, or agreed to one that asks for consent."""
    question, _colon, key = wanted.partition(":")
    if not (question.isascii() and question.isdigit() and len(question) < 16 and key):
        return false()
    same = VisitorAnswer.question_id == int(question)
    if key == "yes":
        chosen: Any = VisitorAnswer.agreed.is_(True)
    else:
        # Chosen answers are a short list in JSON; its keys are ours ("c3"), so that the text can be looked through.
        chosen = cast(VisitorAnswer.chosen, String).contains(f'"{key}"', autoescape=True)
    return select(VisitorAnswer.id).where(VisitorAnswer.visitor_id == Visitor.id, same, chosen).exists()


def phone_start(text: str) -> str:
    """Digits as typed in Vietnam ("0912 345…") in the form that is stored ("+84912345…"); other text stays."""
    digits = text.replace(" ", "").replace(".", "").replace("-", "")
    if digits.isdigit() and digits.startswith("0") and len(digits) > 3:
        return f"+84{digits[1:]}"
    return digits if digits.startswith("+") else text


_SORTS = {
    "new": ((Visitor.id, True),),
    "name": ((Person.folded.label("person_folded"), False), (Visitor.id, False)),
    "reference": ((Visitor.id, False),),
}


def page_of_visitors(
    fair_id: int, wanted: VisitorFilter, *, sort: str = "", cursor: str | None = None, limit: int = 50
) -> Page[Visitor]:
    """One page; ``sort`` is name or reference, with a minus before it for the other way; newest first else."""
    return paginate(visitors_matching(fair_id, wanted), *order_of(sort), limit=limit, cursor=cursor)


def order_of(sort: str) -> list[tuple[Any, bool]]:
    """The keys of the list and whether they descend, for ``sort`` as in page_of_visitors."""
    descending = sort.startswith("-")
    keys = _SORTS.get(sort.removeprefix("-"), _SORTS["new"])
    return [(column, backwards != descending) for column, backwards in keys]


def count_visitors(fair_id: int, wanted: VisitorFilter) -> int:
    """How many fit the filter."""
    matching = visitors_matching(fair_id, wanted).with_only_columns(Visitor.id).subquery()
    return db.session.scalar(select(func.count()).select_from(matching)) or 0


def visitor_by_reference(fair_id: int, reference: str) -> Visitor:
    """The registration with this number; raises NotFound, also for one of another fair."""
    found = db.session.scalar(_whole(select(Visitor)).where(Visitor.fair_id == fair_id, Visitor.reference == reference))
    if found is None:
        raise NotFound
    return found


def visitor_by_contact(fair_id: int, *, email: str = "", phone: str = "") -> Visitor | None:
    """The registration at the fair with this e-mail, else with this phone."""
    query = _whole(select(Visitor)).where(Visitor.fair_id == fair_id).order_by(Visitor.id)
    if email:
        return db.session.scalars(query.where(Person.email == email)).first()
    return db.session.scalars(query.where(Person.phone == phone)).first() if phone else None


def visitor_of_person(fair_id: int, person_id: int) -> Visitor | None:
    """The person's registration at the fair."""
    return db.session.scalar(_whole(select(Visitor)).where(Visitor.fair_id == fair_id, Visitor.person_id == person_id))


def badge_in_force(badge: Badge | None) -> Badge | None:
    """The badge, or the one that replaced it."""
    while badge is not None and badge.replaced_by_id is not None:
        badge = db.session.get_one(Badge, badge.replaced_by_id)
    return badge


@dataclass(frozen=True, slots=True)
class DeskMatch:
    """A person the desk may mean, with the valid badge they have for this fair."""

    person: Person
    badge: Badge | None
    scanned: bool = False


def desk_matches(fair: Fair, text: str, limit: int = 6) -> Sequence[DeskMatch]:
    """Who may be meant by a name, phone, e-mail or scanned badge: those with a badge first, then the whole register."""
    text = text.strip()
    if len(text) < 2:
        return []
    scanned = _scanned(fair, text) or _numbered(fair, text)
    if scanned is not None:
        return [DeskMatch(scanned.person, scanned, scanned=True)]
    badge = Badge.__table__.alias("valid_badge")
    has_badge = (
        select(badge.c.id)
        .where(badge.c.person_id == Person.id, badge.c.fair_id == fair.id, badge.c.state == BadgeState.ACTIVE)
        .exists()
    )
    order = (Person.folded, Person.id)
    query, wanted = select(Person).options(joinedload(Person.company)), phone_start(text)
    known = few(people_ids(wanted))
    if known is None:
        common = query.where(is_meant(wanted)).order_by(*order)
        people = list(db.session.scalars(common.where(has_badge).limit(limit)))
        if len(people) < limit:
            people += db.session.scalars(common.where(~has_badge).limit(limit - len(people)))
    else:
        rare = query.where(Person.id.in_(known)).order_by(has_badge.desc(), *order).limit(limit)
        people = list(db.session.scalars(rare)) if known else []
    if not people and len(text) >= _SLIPS_FROM and (ways := near_name(text)):
        # Nobody is called so: perhaps a slip of the keyboard.
        near = (
            select(Person)
            .options(joinedload(Person.company))
            .where(or_(*ways))
            .order_by(has_badge.desc(), *order)
            .limit(_MOST_NEAR)
        )
        people = [one for one in db.session.scalars(near) if is_near(text, one.native_name)][:limit]
    badges = _badges(fair.id, [person.id for person in people])
    return [DeskMatch(person, badges.get(person.id)) for person in people]


def _numbered(fair: Fair, text: str) -> Badge | None:
    """The badge of the short number that the kiosk showed."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        return None
    reference = f"{fair.code}-V-{int(text):0{WIDTHS['V']}d}"
    found = db.session.scalar(_whole(select(Visitor)).where(Visitor.fair_id == fair.id, Visitor.reference == reference))
    badge = badge_in_force(found.badge) if found is not None else None
    return badge if badge is not None and badge.state is BadgeState.ACTIVE else None


def _scanned(fair: Fair, text: str) -> Badge | None:
    try:
        found = badge_in_force(badge_by_code(fair.id, text))
    except (UnknownCode, OtherFair):
        return None
    return found


def _badges(fair_id: int, person_ids: Sequence[int]) -> dict[int, Badge]:
    rows = db.session.scalars(
        select(Badge)
        .options(joinedload(Badge.company))
        # By the index of people, who have few badges; that of the fair would be read whole.
        .where(Badge.fair_id + 0 == fair_id, Badge.person_id.in_(person_ids), Badge.state == BadgeState.ACTIVE)
        .order_by(Badge.id)
    ).all()
    return {badge.person_id: badge for badge in rows}


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """What the desk has done today, by the fair's own day."""

    registered: int
    printed: int
    total: int


def desk_figures(fair: Fair) -> DeskFigures:
    """Visitors registered today and in all, badges printed today."""
    begin: datetime = fair.at(fair.today, time(0))
    end = begin + timedelta(days=1)
    registered, total = db.session.execute(
        select(
            func.count(Visitor.id).filter(Visitor.created_at >= begin, Visitor.created_at < end), func.count(Visitor.id)
        ).where(Visitor.fair_id == fair.id)
    ).one()
    printed = db.session.scalar(
        select(func.count(Badge.id)).where(Badge.fair_id == fair.id, Badge.printed_at >= begin, Badge.printed_at < end)
    )
    return DeskFigures(registered, printed or 0, total)
