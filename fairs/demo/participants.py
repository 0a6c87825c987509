"""Exhibitors with their booths and invoices, importers, trade visitors and their visits."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from fairs.badges.models import Badge
from fairs.badges.service import issue_badges
from fairs.badges.states import BadgeCategory
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.checkin.models import Gate, Scan, Visit
from fairs.checkin.recounting import recount_tallies
from fairs.checkin.states import Verdict
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.money import Money
from fairs.core.sequences import next_references
from fairs.demo.people import Cast
from fairs.demo.support import decision_of
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, BoothPrice, Zone
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.payments.invoicing import InvoiceDraft, LineDraft, issue_invoices
from fairs.payments.ledger import book
from fairs.payments.models import Invoice, Payment, Receipt
from fairs.payments.numbers import RECEIPT, document_number
from fairs.payments.states import InvoiceState, PaymentState
from fairs.payments.vat import vat_of
from fairs.visitors.models import Visitor


def load_exhibitors(rng: random.Random, fair: Fair, cast: Cast, *, booths: int, first: int, scale: int = 1) -> int:
    """Accepted exhibitors with ``booths`` booths among them, and some applications in every other state."""
    organiser, (number, day) = cast.users["organiser"].id, decision_of(fair)
    order = [n % len(cast.exporters) for n in range(first, first + 200 * scale)]
    references = next_references(fair.code, "E", len(order))
    exhibitors = []
    for place, n in enumerate(order):
        company = cast.exporters[n]
        # The sample exhibitor's account is accepted and free to choose a booth.
        state = ExhibitorState.ACCEPTED if n == 0 or place < 170 * scale else _UNDECIDED[place % len(_UNDECIDED)]
        # Craft households by the decision that was signed, and some enterprises that wait for the next one.
        supported = place % 6 == 5 if state is ExhibitorState.ACCEPTED else place % 4 == 0
        # Those who wait handed in during the last days, so that a few of the promised answers are late.
        ago = 1 + place % 7 if state is ExhibitorState.SUBMITTED else 60 - place // (5 * scale)
        exhibitor = Exhibitor(
            fair_id=fair.id,
            company=company,
            reference=references[place],
            state=state,
            track="supported" if supported else "paying",
            group_codes=company.group_codes,
            products=company.description_vi,
            contact_name="Phan Thị Mai" if n == 0 else "Đại diện mẫu",
            contact_email=company.email,
            contact_phone=company.phone,
            source="web" if company.email else "paper",
            submitted_at=None if state is ExhibitorState.DRAFT else now() - timedelta(days=ago),
            decide_by=None
            if state is ExhibitorState.DRAFT
            else fair.today - timedelta(days=ago - fair.importer_reply_days),
            decided_at=now() - timedelta(days=30) if state is ExhibitorState.ACCEPTED else None,
            decided_by_id=organiser if state is ExhibitorState.ACCEPTED else None,
            decision_number=number if supported and state is ExhibitorState.ACCEPTED else "",
            decision_on=day if supported and state is ExhibitorState.ACCEPTED else None,
        )
        exhibitors.append(exhibitor)
    db.session.add_all(exhibitors)
    db.session.flush()
    booked = [e for e in exhibitors if e.state is ExhibitorState.ACCEPTED and e.company is not cast.exporters[0]]
    _book(rng, fair, booked, booths)
    return len(exhibitors)


_UNDECIDED = (ExhibitorState.SUBMITTED, ExhibitorState.WAITLISTED, ExhibitorState.SUBMITTED, ExhibitorState.DRAFT)


def _book(rng: random.Random, fair: Fair, exhibitors: list[Exhibitor], wanted: int) -> None:
    zones = {
        zone.id: set(zone.group_codes.split("|"))
        for zone in db.session.scalars(select(Zone).where(Zone.fair_id == fair.id))
    }
    prices = {p.type_id: p for p in db.session.scalars(select(BoothPrice).where(BoothPrice.fair_id == fair.id))}
    free = list(db.session.scalars(select(Booth).where(Booth.fair_id == fair.id).order_by(Booth.id)))
    # In blocks with gaps, as halls fill: whole stretches of a zone go first, scattered booths stay.
    free = [booth for n, booth in enumerate(free) if n % 24 < 15 or rng.random() < 0.3]
    places: list[tuple[Exhibitor, Booth]] = []
    while len(places) < wanted and free:
        for exhibitor in exhibitors[: wanted - len(places)]:
            if not free:
                break
            booth = next((b for b in free if exhibitor.group_codes in zones.get(b.zone_id or 0, ())), free[0])
            free.remove(booth)
            places.append((exhibitor, booth))
    references = next_references(fair.code, "B", len(places))
    taken = [
        _booking(fair, exhibitor, booth, prices[booth.type_id], number, references[number])
        for number, (exhibitor, booth) in enumerate(places)
    ]
    db.session.add_all(one.booking for one in taken)
    db.session.flush()
    invoices = issue_invoices([_invoice_of(fair, one) for one in taken], by=SYSTEM)
    for one, invoice in zip(taken, invoices, strict=True):
        one.booking.invoice_id = invoice.id
    _receive(
        fair,
        [
            (number, one.age, invoice)
            for number, (one, invoice) in enumerate(zip(taken, invoices, strict=True))
            if one.booking.state is BookingState.CONFIRMED and not one.exhibitor.is_supported
        ],
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """A booking of the demonstration, with what its invoice is made of; it was confirmed ``age`` days ago."""

    booking: BoothBooking
    exhibitor: Exhibitor
    booth: Booth
    age: int
    base: Money
    corner: Money
    corner_percent: int


def _booking(fair: Fair, exhibitor: Exhibitor, booth: Booth, price: BoothPrice, number: int, reference: str) -> _Taken:
    base = price.amount
    corner = base.share(price.corner_percent) if booth.open_sides > 1 else Money(0, base.currency)
    full = base + corner
    supported = exhibitor.is_supported
    is_reserved = not supported and number % 5 == 4 and fair.days_to_opening > 0
    # Money came in over the last weeks; of the reserved booths a few are past the day of their deposit.
    age = 6 if is_reserved else 1 + number * 7 % 40
    is_late = is_reserved and number % 45 == 4
    booking = BoothBooking(
        fair_id=fair.id,
        booth_id=booth.id,
        exhibitor_id=exhibitor.id,
        reference=reference,
        state=BookingState.RESERVED if is_reserved else BookingState.CONFIRMED,
        deposit_due_on=fair.today + timedelta(days=-1 - number % 3 if is_late else fair.deposit_days - number % 4),
        price_minor=full.amount_minor,
        support_minor=full.amount_minor if supported else 0,
        currency=full.currency,
        decision_number=exhibitor.decision_number,
        fascia_name=exhibitor.company.name[:120],
        terms_accepted_at=now(),
        created_at=now() - timedelta(days=age + 2),
        confirmed_at=None if is_reserved else now() - timedelta(days=age),
    )
    return _Taken(booking, exhibitor, booth, age, base, corner, price.corner_percent)


def _invoice_of(fair: Fair, taken: _Taken) -> InvoiceDraft:
    booking, exhibitor, booth, percent = taken.booking, taken.exhibitor, taken.booth, taken.corner_percent
    issued_on = fair.today - timedelta(days=taken.age + 3)
    vat = vat_of(fair, "booth", issued_on)
    lines = [LineDraft("booth", f"Gian hàng {booth.code}", f"Booth {booth.code}", taken.base, vat)]
    if taken.corner:
        lines.append(
            LineDraft("surcharge", f"Phụ thu gian góc {percent} %", f"Corner surcharge {percent} %", taken.corner, vat)
        )
    if booking.support_minor:
        lines.append(
            LineDraft(
                "support",
                f"Hỗ trợ theo Quyết định {exhibitor.decision_number}",
                f"Support under Decision {exhibitor.decision_number}",
                Money(-booking.support_minor, booking.currency),
                vat,
            )
        )
    return InvoiceDraft(
        fair_id=fair.id,
        fair_code=fair.code,
        company_id=exhibitor.company_id,
        subject_type="BoothBooking",
        subject_id=booking.id,
        lines=lines,
        deposit_percent=fair.deposit_percent,
        deposit_due_on=booking.deposit_due_on or fair.today,
        balance_due_on=fair.balance_due_on or fair.starts_on,
        issued_on=issued_on,
    )


def _receive(fair: Fair, paid: list[tuple[int, int, Invoice]]) -> None:
    # Written directly: the money came before this story begins, nobody is told of it now.
    payments: list[Payment] = []
    for number, age, invoice in paid:
        in_full = fair.days_to_opening <= 0 or number % 3 == 0
        amount, received_on = (
            invoice.total_minor if in_full else invoice.instalments[0].amount_minor,
            fair.today - timedelta(days=age),
        )
        invoice.received_minor = amount
        invoice.state = InvoiceState.PAID if in_full else InvoiceState.PARTLY_PAID
        payments.append(
            Payment(
                number=document_number(fair.code, RECEIPT, received_on), fair_id=fair.id, company_id=invoice.company_id,
                invoice_id=invoice.id, state=PaymentState.CONFIRMED, method="transfer",
                external_reference=f"DEMO{fair.code}{number:05d}", amount_minor=amount, refunded_minor=0,
                currency=invoice.currency, received_on=received_on, confirmed_at=now(),
            )
        )  # fmt: skip
    db.session.add_all(payments)
    db.session.flush()
    for payment in payments:
        book(payment, payment.amount_minor, on=payment.received_on or fair.today, by=SYSTEM)
        db.session.add(
            Receipt(
                number=payment.number, fair_id=fair.id, invoice_id=payment.invoice_id, payment_id=payment.id,
                received_on=payment.received_on, method="transfer", external_reference=payment.external_reference,
                amount_minor=payment.amount_minor, currency=payment.currency,
            )
        )  # fmt: skip
    db.session.flush()


def load_importers(rng: random.Random, fair: Fair, cast: Cast, chosen: Iterable[int]) -> int:
    """Registrations: most approved with a badge, some waiting for a decision, a few with an unconfirmed address."""
    numbers = list(chosen)
    references = next_references(fair.code, "I", len(numbers))
    organiser = cast.users["organiser"].id
    groups = ("CER", "LAC", "RBB", "SLK", "EMB", "WDC", "MET", "JEW", "GFT")
    states = [_importer_state(place, running=fair.days_to_opening <= 0) for place in range(len(numbers))]
    admitted = [cast.importers[n] for n, state in zip(numbers, states, strict=True) if state is ImporterState.APPROVED]
    badges = iter(
        issue_badges(fair, [(person, BadgeCategory.IMPORTER, company) for company, person in admitted], by=SYSTEM)
    )
    for place, n in enumerate(numbers):
        company, person = cast.importers[n]
        state = states[place]
        approved = state is ImporterState.APPROVED
        badge = next(badges) if approved else None
        db.session.add(
            Importer(
                fair_id=fair.id,
                company=company,
                person=person,
                reference=references[place],
                state=state,
                buyer_kind=rng.choice(["importer", "wholesaler", "retailer", "agent"]),
                group_codes="|".join(sorted(rng.sample(groups, 2))),
                looking_for="Sample enquiry: new designs, small first order.",
                source="web",
                locale="en",
                created_at=now() - timedelta(days=30),
                confirmed_at=None if state is ImporterState.UNCONFIRMED else now() - timedelta(days=1 + place % 9),
                decide_by=fair.today + timedelta(days=1 + place % 5),
                decided_at=now() - timedelta(days=1 + place % 20) if approved else None,
                decided_by_id=organiser if approved else None,
                badge_id=badge.id if badge else None,
            )
        )
    db.session.flush()
    return len(numbers)


def _importer_state(place: int, *, running: bool) -> ImporterState:
    if running or place % 6 not in {4, 5}:
        return ImporterState.APPROVED
    return ImporterState.UNCONFIRMED if place % 12 == 5 else ImporterState.SUBMITTED


def load_trade_visitors(fair: Fair, cast: Cast) -> int:
    """240 trade visitors, press and guests with badges."""
    references = next_references(fair.code, "V", len(cast.trade))
    kinds = {0: BadgeCategory.PRESS, 1: BadgeCategory.VIP}
    holders = [
        (person, kinds.get(n % 24, BadgeCategory.TRADE), company) for n, (company, person) in enumerate(cast.trade)
    ]
    badges = issue_badges(fair, holders, by=SYSTEM)
    for n, (person, category, company) in enumerate(holders):
        db.session.add(
            Visitor(
                fair_id=fair.id,
                person=person,
                company=company,
                reference=references[n],
                category=category,
                source="web",
                badge_id=badges[n].id,
            )
        )
    db.session.flush()
    return len(cast.trade)


def load_visits(rng: random.Random, fair: Fair) -> int:
    """Who came yesterday and this morning, with the scans behind each visit."""
    badges = list(db.session.scalars(select(Badge).where(Badge.fair_id == fair.id).order_by(Badge.id)))
    gates = list(db.session.scalars(select(Gate).where(Gate.fair_id == fair.id).order_by(Gate.id)))
    made = 0
    for day, share, last_hour in ((fair.starts_on, 0.55, 17), (fair.today, 0.2, 9)):
        for badge in badges:
            if rng.random() < share:
                _visit(rng, fair, badge, rng.choice(gates), day, last_hour)
                made += 1
    db.session.flush()
    recount_tallies(fair)
    return made


def _visit(rng: random.Random, fair: Fair, badge: Badge, gate: Gate, day: date, last_hour: int) -> None:
    hour = rng.choice([9, 9, 10, 10, 11, 14, 15, 16])
    moment = datetime(
        day.year,
        day.month,
        day.day,
        min(hour, last_hour),
        rng.randrange(0, 30),
        rng.randrange(60),
        tzinfo=ZoneInfo(fair.time_zone),
    )
    is_today = day == fair.today
    db.session.add(
        Scan(
            scan_id=f"demo-{badge.id}-{day:%m%d}",
            fair_id=fair.id,
            gate_id=gate.id,
            badge_id=badge.id,
            code_digest="",
            device="demo",
            method="scanner",
            direction="in",
            day=day,
            scanned_at=moment,
            verdict=Verdict.WELCOME,
        )
    )
    company: Company | None = badge.company
    db.session.add(
        Visit(
            fair_id=fair.id,
            day=day,
            person_id=badge.person_id,
            badge_id=badge.id,
            category=badge.category,
            counts=badge.category.counts_as_visitor,
            country=company.country if company else badge.person.country,
            first_in_at=moment,
            inside_since=moment if is_today and rng.random() < 0.8 else None,
        )
    )
