"""Who sits where: by hand, or proposed by rank with delegations kept together."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from fairs.audit.service import record
from fairs.ceremonies.errors import NoSeat
from fairs.ceremonies.models import Ceremony, CeremonySeat, DelegationMember
from fairs.ceremonies.queries import coming_members
from fairs.ceremonies.service import locked_ceremony
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput


def seat(ceremony: Ceremony, member_id: int, row: int, number: int, *, by: Actor) -> None:
    """Give somebody a seat, or (row 0) none; who sits there already takes the place that becomes free, or gets up.

    Raises InvalidInput (``member``, ``row``, ``number``): only people of delegations that come have seats.
    """
    with transaction():
        plan = locked_ceremony(ceremony)
        if member_id not in {member.id for member in coming_members(plan.id)}:
            raise InvalidInput(_l("Please choose from the list."), field="member")
        if row and not 1 <= row <= plan.rows:
            raise InvalidInput(_l("Between %(least)s and %(most)s.", least=1, most=plan.rows), field="row")
        if row and not 1 <= number <= plan.seats_per_row:
            raise InvalidInput(_l("Between %(least)s and %(most)s.", least=1, most=plan.seats_per_row), field="number")
        given = {
            (one.row, one.number): one
            for one in db.session.scalars(select(CeremonySeat).where(CeremonySeat.ceremony_id == plan.id))
        }
        mine = next((one for one in given.values() if one.member_id == member_id), None)
        other = given.get((row, number)) if row else None
        if mine is not None and mine is other:
            return
        places: list[tuple[int, int, int]] = [(member_id, row, number)] if row else []
        if other is not None and mine is not None:
            places.append((other.member_id, mine.row, mine.number))
        for one in (mine, other):
            if one is not None:
                db.session.delete(one)
        db.session.flush()
        _add(plan.id, places)
        record(
            "ceremonies.seat",
            plan,
            by=by,
            fair_id=plan.fair_id,
            after={"member": member_id, "row": row, "number": number},
        )


def _add(ceremony_id: int, places: Sequence[tuple[int, int, int]]) -> None:
    db.session.add_all(
        CeremonySeat(ceremony_id=ceremony_id, member_id=member, row=row, number=number)
        for member, row, number in places
    )
    db.session.flush()


def propose_seats(ceremony: Ceremony, *, by: Actor) -> int:
    """Seat everybody who comes anew: the highest rank in the middle of the front row, delegations side by side.

    Gives back how many sit. Raises NoSeat when there are more people than seats.
    """
    with transaction():
        plan = locked_ceremony(ceremony)
        people = coming_members(plan.id)
        if len(people) > plan.rows * plan.seats_per_row:
            raise NoSeat
        db.session.execute(delete(CeremonySeat).where(CeremonySeat.ceremony_id == plan.id))
        _add(plan.id, places_of(people, plan.rows, plan.seats_per_row))
        record("ceremonies.propose", plan, by=by, fair_id=plan.fair_id, after={"people": len(people)})
        return len(people)


def clear_seats(ceremony: Ceremony, *, by: Actor) -> None:
    """Everybody gets up."""
    with transaction():
        plan = locked_ceremony(ceremony)
        db.session.execute(delete(CeremonySeat).where(CeremonySeat.ceremony_id == plan.id))
        record("ceremonies.clear", plan, by=by, fair_id=plan.fair_id)


def places_of(people: Sequence[DelegationMember], rows: int, width: int) -> list[tuple[int, int, int]]:
    """(member, row, number) for people in the order of protocol; a delegation begins a new row rather than being split,
    as long as the rows suffice."""
    groups: list[list[int]] = []
    last = None
    for person in people:
        if person.delegation_id != last:
            groups.append([])
            last = person.delegation_id
        groups[-1].append(person.id)
    lines = _lines(groups, rows, width, together=True) or _lines(groups, rows, width, together=False)
    found = []
    for row, line in enumerate(lines or [], 1):
        order = _from_the_middle(line)
        first = (width - len(order)) // 2 + 1
        found += [(member, row, first + place) for place, member in enumerate(order)]
    return found


def _lines(groups: Sequence[list[int]], rows: int, width: int, *, together: bool) -> list[list[list[int]]] | None:
    """Delegations by row; None when the rows do not suffice."""
    lines: list[list[list[int]]] = [[]]
    for group in groups:
        rest = list(group)
        free = width - sum(map(len, lines[-1]))
        if together and len(rest) > free and lines[-1]:
            lines.append([])
            free = width
        while rest:
            if free == 0:
                lines.append([])
                free = width
            lines[-1].append(rest[:free])
            rest, free = rest[free:], max(free - len(rest), 0)
    return lines if len(lines) <= rows else None


def _from_the_middle(line: Sequence[list[int]]) -> list[int]:
    """The first delegation in the middle, the next ones in turn at its right and left."""
    order: list[list[int]] = []
    for place, group in enumerate(line):
        if place % 2 == 0:
            order.insert(0, group) if place else order.append(group)
        else:
            order.append(group)
    return [member for group in order for member in group]
