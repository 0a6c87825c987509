"""The supports of importers behind item 4c, each with what proves it: decision, check-ins, boarding passes, nights, meetings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.checkin.models import Visit
from fairs.claims.models import Claim, ClaimFile, ClaimMeeting
from fairs.claims.states import Proof
from fairs.core.db import db
from fairs.core.i18n import country_name, format_date, format_money
from fairs.core.money import Money
from fairs.directory.models import Company
from fairs.funding.models import Grant
from fairs.funding.states import GrantState
from fairs.hosting.models import Hosting
from fairs.hosting.permissions import VIEW_HOSTING
from fairs.hosting.room import SUBJECT
from fairs.hosting.states import GRANTED
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.lodging.models import Stay
from fairs.lodging.states import StayState
from fairs.reports.measures import used_support
from fairs.reports.tables import Records
from fairs.reports.words import amount


@dataclass(frozen=True, slots=True)
class SupportProof:
    """A granted support and what its records prove. ``money`` is what was paid, before the account what is committed."""

    hosting: Hosting
    days: int
    first_day: date | None
    passes: int
    nights: int
    meetings: int
    money: Money


def support_proofs(fair: Fair, as_of: date) -> list[tuple[bool, list[SupportProof]]]:
    """The granted supports of a fair in two parts, used (True) and not; a part without any is left out. Constant statements."""
    rows = db.session.scalars(
        select(Hosting)
        .options(joinedload(Hosting.company), joinedload(Hosting.person), joinedload(Hosting.selection))
        .where(Hosting.fair_id == fair.id, Hosting.state.in_(GRANTED))
        .order_by(Hosting.reference)
    ).all()
    if not rows:
        return []
    visits = {
        person: (int(number), first)
        for person, number, first in db.session.execute(
            select(Visit.person_id, func.count(), func.min(Visit.day))
            .where(Visit.fair_id == fair.id, Visit.counts.is_(True), Visit.day <= as_of)
            .group_by(Visit.person_id)
        )
    }
    used = set(
        db.session.scalars(
            select(Importer.id)
            .join(Visit, (Visit.fair_id == Importer.fair_id) & (Visit.person_id == Importer.person_id))
            .join(Company, Company.id == Importer.company_id)
            .where(
                Importer.fair_id == fair.id, Company.country != "VN", Importer.state == ImporterState.APPROVED, Visit.counts.is_(True),
                Visit.day <= as_of, used_support(),
            )
        )
    )  # fmt: skip
    passes = _by_importer(fair, ClaimFile, ClaimFile.kind.in_([Proof.BOARDING_IN, Proof.BOARDING_OUT]))
    meetings = _by_importer(fair, ClaimMeeting, ClaimMeeting.confirmed_by_id.is_not(None))
    nights, money = _nights(fair, as_of), _money(fair)
    parts: dict[bool, list[SupportProof]] = {True: [], False: []}
    for row in rows:
        number, first = visits.get(row.person_id, (0, None))
        paid = Money(money.get(row.id, 0), row.currency)
        key = row.importer_id
        parts[key in used].append(SupportProof(row, number, first, passes[key], nights[key], meetings[key], paid))
    return [(is_used, found) for is_used, found in parts.items() if found]


def _by_importer(fair: Fair, model: Any, rule: Any) -> Counter[int]:
    query = (
        select(Claim.importer_id, func.count())
        .join(model, model.claim_id == Claim.id)
        .where(Claim.fair_id == fair.id, rule)
        .group_by(Claim.importer_id)
    )
    return Counter({importer: int(number) for importer, number in db.session.execute(query)})


def _nights(fair: Fair, as_of: date) -> Counter[int]:
    """Nights that guests spent in the fair's rooms until a day."""
    found = Counter[int]()
    stays = select(Stay).where(Stay.fair_id == fair.id, Stay.state.in_([StayState.CHECKED_IN, StayState.LEFT]))
    for stay in db.session.scalars(stays):
        found[stay.importer_id] += sum(night <= as_of for night in stay.held_nights)
    return found


def _money(fair: Fair) -> dict[int, int]:
    query = (
        select(Grant.subject_id, func.sum(func.coalesce(Grant.actual_minor, Grant.amount_minor)))
        .where(
            Grant.fair_id == fair.id, Grant.subject_type == SUBJECT,
            Grant.state.in_([GrantState.COMMITTED, GrantState.SETTLED]),
        )
        .group_by(Grant.subject_id)
    )  # fmt: skip
    return {key: int(total) for key, total in db.session.execute(query)}


def support_table(fair: Fair, rows: Sequence[SupportProof], *, used: bool) -> Records:
    """Those supports as a table; each opens the record of the support."""
    heads = [
        _("Support"), _("Person"), _("Company"), _("Country"), _("What it covers"), _("State"), _("Decision"), _("First came on"),
        _("Days here"), _("Boarding passes"), _("Nights"), _("Meetings"), _("Amount"),
    ]  # fmt: skip
    shown = [
        [
            one.hosting.reference, one.hosting.person.display_name, one.hosting.company.name,
            country_name(one.hosting.company.country), str(one.hosting.tier.label), str(one.hosting.state.label),
            (one.hosting.selection.decision_number if one.hosting.selection else "") or None,
            format_date(one.first_day) if one.first_day else None, *map(_number, (one.days, one.passes, one.nights, one.meetings)),
            format_money(one.money),
        ]
        for one in rows
    ]  # fmt: skip
    currency = rows[0].hosting.currency
    whole = Money(sum(one.money.amount_minor for one in rows if one.money.currency == currency), currency)
    total = [
        _("%(number)s supports", number=_number(len(rows))), *[""] * 7, _number(sum(one.days for one in rows)),
        _number(sum(one.passes for one in rows)), _number(sum(one.nights for one in rows)), _number(sum(one.meetings for one in rows)),
        format_money(whole),
    ]  # fmt: skip
    what = _("supports granted and used") if used else _("granted and not used (yet), not counted")
    note = _("Paid where it is accounted for, committed where it is not.")
    return Records(
        f"{fair.name}: {what}", heads, shown, frozenset(range(8, 13)), total, note,
        urls=[f"/fairs/{fair.slug}/hosting/{one.hosting.reference}" for one in rows],
        permission=VIEW_HOSTING,
    )  # fmt: skip


def _number(value: int) -> str:
    return amount(Decimal(value))
