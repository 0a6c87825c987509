"""Support lists of other offices: reading them, what is known of them already, keeping them for the check for duplicates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from fairs.contacts.columns import Layout
from fairs.contacts.countries import country_of
from fairs.contacts.days import read_amount, read_day
from fairs.contacts.files import Sheet
from fairs.contacts.matching import Judged
from fairs.contacts.models import ContactImport, ContactRow
from fairs.contacts.reading import rows_of, saying, values_of
from fairs.contacts.states import RowState
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.money import EXPONENTS
from fairs.core.text import fold, one_line
from fairs.directory.names import company_key
from fairs.directory.service import normal_tax_code
from fairs.funding.external import normal_ticket
from fairs.funding.external_models import ExternalSupport
from fairs.identity.service import passport_digest

_LENGTHS = {"name": 200, "company": 250, "purpose": 400, "decision": 60, "office": 200, "ticket": 60, "tax_code": 20}
_TOTALS = re.compile(r"^(?:tong|cong|tong cong|total|sum)\b")


@dataclass(slots=True)
class Support:
    """What a row of a support list says. Days as ISO texts; the passport's number as its keyed digest only."""

    name: str = ""
    company: str = ""
    country: str = ""
    tax_code: str = ""
    passport_digest: str = ""
    ticket: str = ""
    purpose: str = ""
    starts_on: str = ""
    ends_on: str = ""
    amount_minor: int | None = None
    currency: str = "VND"
    decision: str = ""
    office: str = ""

    def as_json(self) -> dict[str, Any]:
        """As kept with the row."""
        return asdict(self)

    @property
    def key(self) -> str:
        """For the index of rows: whose support it is."""
        return f"{self.country}:{company_key(self.company) if self.company else fold(self.name)}"[:310]

    def same_as(self, office: str) -> tuple[Any, ...]:
        """What tells whether two lines are one."""
        return (
            fold(self.office or office), fold(self.name)[:200], company_key(self.company) if self.company else "", self.tax_code,
            self.passport_digest, self.ticket, self.starts_on, self.ends_on, self.amount_minor, fold(self.decision), fold(self.purpose),
        )  # fmt: skip


@dataclass(slots=True)
class SupportLine:
    """A row as read, with what is wrong in it."""

    row: int
    cells: list[str]
    contact: Support
    problems: list[list[Any]] = field(default_factory=list)
    hints: list[list[Any]] = field(default_factory=list)


def read_supports(sheet: Sheet, layout: Layout, currency: str) -> list[SupportLine]:
    """All rows below the heads; totals are left out. Amounts are in ``currency`` where the list does not say."""
    lines = []
    for at, number, cells in rows_of(sheet, layout):
        line = SupportLine(number, list(cells), Support(currency=currency if currency in EXPONENTS else "VND"))
        values = values_of(sheet, layout, at, cells, line.problems)
        words = [fold(cell) for cell in cells if cell]
        if words and _TOTALS.match(words[0]) and len(words) < 4:
            continue
        _read(line, values)
        lines.append(line)
    return lines


def _read(line: SupportLine, values: dict[str, list[str]]) -> None:
    one = line.contact

    def text(role: str) -> str:
        return one_line(", ".join(values.get(role, [])))

    one.name, one.company, one.purpose, one.decision, one.office = (
        text("name"), text("company"), text("purpose"), text("decision"), text("office"),
    )  # fmt: skip
    one.country = country_of(text("country"))
    if text("country") and not one.country:
        line.hints.append(saying("country", text("country")))
    one.ticket = normal_ticket(text("ticket"))
    if text("passport"):
        try:
            one.passport_digest = passport_digest(text("passport"))
        except InvalidInput:
            line.problems.append(saying("passport"))
    _tax_code(line, text("tax_code"))
    _days(line, text("from"), text("to"))
    if text("currency"):
        code = text("currency").upper()
        code = {"Đ": "VND", "ĐỒNG": "VND", "VNĐ": "VND", "₫": "VND", "$": "USD", "€": "EUR"}.get(code, code)
        if code in EXPONENTS:
            one.currency = code
        else:
            line.problems.append(saying("currency", text("currency")))
    amount = values.get("amount", [""])[0]
    if amount.strip(" -–—"):
        one.amount_minor = read_amount(amount, one.currency)
        if one.amount_minor is None:
            line.problems.append(saying("amount", amount))
    if not (one.name or one.company or one.tax_code or one.passport_digest or one.ticket) and not line.problems:
        line.problems.append(saying("nobody"))
    for role, most in _LENGTHS.items():
        if len(getattr(one, role)) > most:
            line.problems.append(saying("too_long", head=role, max=most))


def _tax_code(line: SupportLine, text: str) -> None:
    if not text:
        return
    # A spreadsheet that takes the code for a number drops the zero in front.
    plain = text.replace(" ", "")
    if re.fullmatch(r"\d{9}", plain):
        plain = f"0{plain}"
    try:
        line.contact.tax_code = normal_tax_code(plain) or ""
    except InvalidInput:
        line.contact.tax_code = plain[:20]
        line.hints.append(saying("tax_code", text))


def _days(line: SupportLine, starts: str, ends: str) -> None:
    one = line.contact
    if starts and not ends and re.search(r"\d\s*[-–—]\s*\d", starts):
        halves = re.split(r"\s+[-–—]\s+|\s*[–—]\s*|(?<=\d{4})\s*-\s*", starts, maxsplit=1)
        starts, ends = (halves[0], halves[1]) if len(halves) == 2 and read_day(halves[0]) else (starts, ends)
    first, last = read_day(starts) if starts else None, read_day(ends) if ends else None
    for text, day in ((starts, first), (ends, last)):
        if text and day is None and text.strip("-– "):
            line.problems.append(saying("day", text))
    if first and last and last < first:
        line.problems.append(saying("days"))
    one.starts_on, one.ends_on = first.isoformat() if first else "", last.isoformat() if last else ""


def judge_supports(lines: Sequence[SupportLine], office: str) -> list[Judged]:
    """What each line would become: new, known from an earlier list, or twice in this one. One statement."""
    offices = {one_line(line.contact.office or office)[:200] for line in lines}
    known = {
        _key_of(row) for row in db.session.scalars(select(ExternalSupport).where(ExternalSupport.office.in_(offices)))
    }
    seen: dict[tuple[Any, ...], int] = {}
    judged = []
    for line in lines:
        key = line.contact.same_as(office)
        state = RowState.NEW
        if line.problems:
            state = RowState.WRONG
        elif key in known:
            state = RowState.KNOWN
        elif key in seen:
            state = RowState.MERGED
            line.hints.append(saying("merged", str(seen[key])))
        seen.setdefault(key, line.row)
        judged.append(Judged(line, state))  # type: ignore[arg-type]
    return judged


def _key_of(row: ExternalSupport) -> tuple[Any, ...]:
    return (
        fold(row.office), row.person_key, row.company_key, row.tax_code, row.passport_digest, row.ticket_number,
        row.starts_on.isoformat() if row.starts_on else "", row.ends_on.isoformat() if row.ends_on else "", row.amount_minor,
        fold(row.decision_number), fold(row.purpose),
    )  # fmt: skip


def keep_supports(found: ContactImport, rows: Sequence[ContactRow]) -> None:
    """Keep the new lines of a list for the check for duplicates; known ones stay as they are. Inside transaction()."""
    made = []
    for row in rows:
        if row.state is not RowState.NEW:
            continue
        one = Support(**row.data)
        made.append({
            "fair_id": found.fair_id, "import_id": found.id, "row": row.row, "office": (one.office or found.source_name)[:200],
            "person_name": one.name, "person_key": fold(one.name)[:200], "company_name": one.company,
            "company_key": company_key(one.company) if one.company else "", "country": one.country, "tax_code": one.tax_code,
            "passport_digest": one.passport_digest, "ticket_number": one.ticket, "receipt_sha256": "", "purpose": one.purpose,
            "starts_on": date.fromisoformat(one.starts_on) if one.starts_on else None,
            "ends_on": date.fromisoformat(one.ends_on) if one.ends_on else None, "amount_minor": one.amount_minor,
            "currency": one.currency, "decision_number": one.decision, "created_at": now(),
        })  # fmt: skip
    if made:
        db.session.execute(insert(ExternalSupport), made)
