"""What a contract must be like before it is kept: every problem is found, not only the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.contracts.errors import InvalidContract
from fairs.contracts.models import ContractLine
from fairs.contracts.queries import booths_of
from fairs.contracts.states import ContractState
from fairs.contracts.terms import REPORTERS
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.hs import UNITS, normal_code
from fairs.core.incoterms import INCOTERMS
from fairs.core.money import EXPONENTS, Money
from fairs.core.text import clean
from fairs.directory.models import Company
from fairs.floorplans.models import Booth

LARGEST = Decimal(10**12)
MOST_LINES = 60
#: States in which a contract can be written down; later ones are reached step by step.
FIRST_STATES = (ContractState.LEAD, ContractState.MOU, ContractState.SIGNED)
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class LineDraft:
    """Goods as typed; ``amount`` is the line's value in major units of the contract's currency."""

    hs_code: str
    description: str
    quantity: Decimal | None
    unit: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """A contract as typed. ``value`` is in major units; ``signed_on`` the day of signature (of the talk, for a lead)."""

    exporter_id: int | None
    importer_id: int | None
    state: str
    signed_on: date | None
    incoterm: str
    currency: str
    value: Decimal | None
    lines: Sequence[LineDraft] = ()
    incoterm_place: str = ""
    number: str = ""
    booth_code: str = ""
    payment_terms: str = ""
    delivery: str = ""
    note: str = ""
    reported_by: str = "clerk"


@dataclass(slots=True)
class _Finder:
    """Collects problems; ``money`` reads an amount and notes what is wrong with it."""

    problems: list[DomainError] = field(default_factory=list)

    def add(self, message: object, place: str) -> None:
        self.problems.append(InvalidInput(message, field=place))

    def money(self, amount: Decimal | None, currency: str, place: str, *, zero: bool) -> Money | None:
        if amount is None:
            if zero:
                return Money(0, currency)
            self.add(_l("Please fill this in."), place)
            return None
        if amount < 0 or (amount == 0 and not zero):
            self.add(_l("Write an amount above 0."), place)
        elif amount > LARGEST:
            self.add(_l("This amount is too large."), place)
        else:
            try:
                return Money.from_decimal(amount, currency)
            except DomainError as error:
                self.add(error.message, place)
        return None


def checked(fair: Fair, draft: ContractDraft) -> tuple[dict[str, object], list[ContractLine]]:
    """The contract's values and lines, ready to be kept; raises InvalidContract with every problem and its field."""
    find = _Finder()
    state = _state(draft, find)
    values: dict[str, object] = {
        "exporter_id": _party(draft.exporter_id, find, "exporter", domestic=True),
        "importer_id": _party(draft.importer_id, find, "importer", domestic=False),
        "state": state,
        "signed_on": _day(fair, draft.signed_on, find),
        "number": clean(draft.number),
        "incoterm_place": clean(draft.incoterm_place),
        "payment_terms": clean(draft.payment_terms),
        "delivery": clean(draft.delivery),
        "note": clean(draft.note),
        "incoterm": draft.incoterm,
        "reported_by": draft.reported_by,
    }
    for name, most in (
        ("number", 80),
        ("incoterm_place", 120),
        ("payment_terms", 200),
        ("delivery", 200),
        ("note", 4000),
    ):
        if len(str(values[name])) > most:
            find.add(_l("At most %(max)d characters.", max=most), name)
    if draft.incoterm not in INCOTERMS:
        find.add(_l("Please choose an Incoterm."), "incoterm")
    if draft.reported_by not in REPORTERS:
        find.add(_l("Please choose from the list."), "reported_by")
    if draft.exporter_id is not None and draft.exporter_id == draft.importer_id:
        find.add(_l("Exporter and importer are two companies."), "importer")
    values["booth_code"] = _booth(fair, draft, find)
    lines = _goods(draft, state, find)
    value = None
    if draft.currency in EXPONENTS:
        value = find.money(draft.value, draft.currency, "value", zero=state is ContractState.LEAD)
        _sum(value, lines, find)
    else:
        find.add(_l("Please choose a currency."), "currency")
    if find.problems or value is None:
        raise InvalidContract(find.problems)
    values.update(currency=value.currency, value_minor=value.amount_minor)
    return values, [line for line in lines if line is not None]


def _state(draft: ContractDraft, find: _Finder) -> ContractState:
    try:
        state = ContractState(draft.state)
    except ValueError:
        find.add(_l("Please choose from the list."), "state")
        return ContractState.LEAD
    return state


def _party(company_id: int | None, find: _Finder, place: str, *, domestic: bool) -> int | None:
    company = db.session.get(Company, company_id) if company_id is not None and 0 < company_id < 2**31 else None
    if company is None:
        message = _l("Choose the exporter: scan a badge, or search.") if domestic else _l(
            "Choose the importer: scan a badge, or search."
        )  # fmt: skip
        find.add(message, place)
        return None
    if domestic and not company.is_domestic:
        find.add(_l("The exporter is a company in Viet Nam; this one is not."), place)
    elif not domestic and company.is_domestic:
        find.add(_l("The importer is a company abroad; this one is in Viet Nam."), place)
    return company.id


def earliest_day(fair: Fair) -> date:
    """A year before the fair was planned, or a year before it begins, whichever is earlier."""
    return min(local_day(fair.created_at, fair.time_zone), fair.starts_on) - _YEAR


def _day(fair: Fair, day: date | None, find: _Finder) -> date | None:
    if day is None:
        find.add(_l("Please fill this in."), "signed_on")
    elif day > fair.today:
        find.add(_l("This day lies in the future."), "signed_on")
    elif day < earliest_day(fair):
        find.add(_l("This day lies too long before the fair."), "signed_on")
    return day


def _booth(fair: Fair, draft: ContractDraft, find: _Finder) -> str:
    code = clean(draft.booth_code).upper()
    if code:
        if (
            len(code) > 12
            or db.session.scalar(select(Booth.id).where(Booth.fair_id == fair.id, Booth.code == code)) is None
        ):
            find.add(_l("There is no such booth at this fair."), "booth_code")
        return code[:12]
    # Where the exporter has one booth only, there is nothing to ask.
    own = booths_of(fair.id, [draft.exporter_id]).get(draft.exporter_id, []) if draft.exporter_id else []
    return own[0] if len(own) == 1 else ""


def _goods(draft: ContractDraft, state: ContractState, find: _Finder) -> list[ContractLine | None]:
    if not draft.lines and state is not ContractState.LEAD:
        find.add(_l("Write at least one line of goods."), "lines-0-hs_code")
    if len(draft.lines) > MOST_LINES:
        find.add(_l("At most %(number)s lines; sum the rest up.", number=MOST_LINES), "lines-0-hs_code")
        return []
    return [_line(n, line, draft.currency, find) for n, line in enumerate(draft.lines)]


def _line(place: int, draft: LineDraft, currency: str, find: _Finder) -> ContractLine | None:
    before = len(find.problems)
    at = f"lines-{place}-"
    code = normal_code(draft.hs_code)
    if not clean(draft.hs_code):
        find.add(_l("Please fill this in."), f"{at}hs_code")
    elif code is None:
        find.add(_l("Unknown HS code. Write 4, 6 or 8 digits of a known heading, for example 4420.11."), f"{at}hs_code")
    if not clean(draft.description):
        find.add(_l("Please fill this in."), f"{at}description")
    elif len(draft.description) > 300:
        find.add(_l("At most %(max)d characters.", max=300), f"{at}description")
    if draft.quantity is None:
        find.add(_l("Please fill this in."), f"{at}quantity")
    elif not 0 < draft.quantity <= LARGEST:
        find.add(_l("Write a quantity above 0."), f"{at}quantity")
    elif draft.quantity != round(draft.quantity, 3):
        find.add(_l("At most three decimals."), f"{at}quantity")
    if draft.unit not in UNITS:
        find.add(_l("Please choose a unit."), f"{at}unit")
    amount = find.money(draft.amount, currency, f"{at}amount", zero=False) if currency in EXPONENTS else None
    if len(find.problems) > before or amount is None or code is None:
        return None
    return ContractLine(
        position=place + 1, hs_code=code, description=clean(draft.description), quantity=draft.quantity,
        unit=draft.unit, amount_minor=amount.amount_minor, currency=currency,
    )  # fmt: skip


def _sum(value: Money | None, lines: Sequence[ContractLine | None], find: _Finder) -> None:
    known = [line for line in lines if line is not None]
    if value is None or not lines or len(known) < len(lines):
        return
    total = Money(sum(line.amount_minor for line in known), value.currency)
    if total != value:
        from fairs.core.i18n import format_money

        find.add(_l("The lines come to %(sum)s: value and lines must be equal.", sum=format_money(total)), "value")
