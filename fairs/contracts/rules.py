"""What a contract must be like before it is kept: every problem is found, not only the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.contracts.errors import InvalidContract
from fairs.contracts.frameworks import find_framework, keep_family
from fairs.contracts.goods import Finder, LineDraft, check_sum, checked_line
from fairs.contracts.models import Contract, ContractLine
from fairs.contracts.queries import booths_of
from fairs.contracts.states import ContractKind, ContractState
from fairs.contracts.terms import PAYMENT_METHODS, REPORTERS
from fairs.core.actor import Actor
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.core.hs import edition_of
from fairs.core.i18n import format_date
from fairs.core.incoterms import INCOTERMS
from fairs.core.money import EXPONENTS
from fairs.core.text import clean
from fairs.directory.models import Company
from fairs.floorplans.models import Booth

__all__ = ["FIRST_STATES", "MOST_LINES", "ContractDraft", "LineDraft", "checked", "earliest_day"]

MOST_LINES = 60
#: States in which a contract can be written down; later ones are reached step by step.
FIRST_STATES = (ContractState.LEAD, ContractState.MOU, ContractState.SIGNED)
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """A contract as typed. ``value`` is in major units; ``signed_on`` the day of signature (of the talk, for a lead).

    ``framework`` is the reference or the number of the framework contract that a call-off belongs to; ``payment_method`` a
    key of PAYMENT_METHODS or empty.
    """

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
    payment_method: str = ""
    kind: str = "single"
    framework: str = ""


def checked(
    fair: Fair, draft: ContractDraft, *, of: Contract | None = None, by: Actor | None = None
) -> tuple[dict[str, object], list[ContractLine]]:
    """The contract's values and lines, ready to be kept; raises InvalidContract with every problem and its field.

    ``of`` is the contract that is changed; ``by`` who does it: frameworks are found where they may see them.
    """
    find = Finder()
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
        "payment_method": draft.payment_method,
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
    if draft.payment_method and draft.payment_method not in PAYMENT_METHODS:
        find.add(_l("Please choose from the list."), "payment_method")
    values.update(_family(draft, values, of, by, find))
    values["booth_code"] = _booth(fair, draft, find)
    lines = _goods(draft, state, find)
    value = None
    if draft.currency in EXPONENTS:
        value = find.money(draft.value, draft.currency, "value", zero=state is ContractState.LEAD)
        check_sum(value, lines, find)
    else:
        find.add(_l("Please choose a currency."), "currency")
    if find.problems or value is None:
        raise InvalidContract(find.problems)
    values.update(currency=value.currency, value_minor=value.amount_minor)
    return values, [line for line in lines if line is not None]


def _state(draft: ContractDraft, find: Finder) -> ContractState:
    try:
        state = ContractState(draft.state)
    except ValueError:
        find.add(_l("Please choose from the list."), "state")
        return ContractState.LEAD
    return state


def _party(company_id: int | None, find: Finder, place: str, *, domestic: bool) -> int | None:
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
    """The day on which the fair was planned: when it was entered here, or a year before it begins where that is earlier."""
    return min(local_day(fair.created_at, fair.time_zone), fair.starts_on - _YEAR)


def _day(fair: Fair, day: date | None, find: Finder) -> date | None:
    if day is None:
        find.add(_l("Please fill this in."), "signed_on")
    elif day > fair.today:
        find.add(_l("This day lies in the future."), "signed_on")
    elif day < earliest_day(fair):
        first = earliest_day(fair)
        find.add(_l("This day lies before the fair was planned (%(day)s).", day=format_date(first)), "signed_on")
    return day


def _booth(fair: Fair, draft: ContractDraft, find: Finder) -> str:
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


def _goods(draft: ContractDraft, state: ContractState, find: Finder) -> list[ContractLine | None]:
    if not draft.lines and state is not ContractState.LEAD:
        find.add(_l("Write at least one line of goods."), "lines-0-hs_code")
    if len(draft.lines) > MOST_LINES:
        find.add(_l("At most %(number)s lines; sum the rest up.", number=MOST_LINES), "lines-0-hs_code")
        return []
    edition = edition_of(draft.signed_on) if draft.signed_on is not None else 2022
    return [checked_line(n, line, draft.currency, edition, find) for n, line in enumerate(draft.lines)]


def _family(
    draft: ContractDraft, values: dict[str, object], of: Contract | None, by: Actor | None, find: Finder
) -> dict[str, object]:
    """The contract's kind and its framework."""
    try:
        kind = ContractKind(draft.kind)
    except ValueError:
        find.add(_l("Please choose from the list."), "kind")
        return {}
    parent = None
    parties_known = values["exporter_id"] is not None and values["importer_id"] is not None
    if kind is ContractKind.CALL_OFF and (parties_known or not clean(draft.framework)):
        parent = find_framework(
            draft.framework,
            exporter_id=values["exporter_id"],
            importer_id=values["importer_id"],
            by=by,
            of=of,
            find=find,
        )
    if of is not None:
        keep_family(of, {**values, "kind": kind}, find)
    return {"kind": kind, "parent_id": parent.id if parent is not None else None}
