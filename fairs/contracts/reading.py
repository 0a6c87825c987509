"""Contracts from a spreadsheet: one sheet with a line of goods per row, or two sheets linked by row key or number.

Heads may be Vietnamese or English. Nothing is judged here but what cannot be read; every problem has its sheet, row and column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from flask_babel import lazy_gettext as _l

from fairs.contracts.states import ContractState
from fairs.contracts.terms import REPORTERS
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.money import parse_decimal
from fairs.core.storage import Upload
from fairs.core.tables import Column, SheetNumber, SheetRow, read_sheets
from fairs.core.text import fold
from fairs.core.units import UNITS

MOST_CONTRACTS = 5_000
_MOST_ROWS = 20_000

#: Column: its heads, English and Vietnamese first (those of the template), then what else people write.
CONTRACT_HEADS: dict[str, tuple[str, ...]] = {
    "key": ("Row key", "Mã dòng", "Key", "Khóa"),
    "number": ("Contract number", "Số hợp đồng", "Number", "Contract no", "Số HĐ", "Hợp đồng số", "Contract", "Hợp đồng"),
    "exporter": ("Exporter", "Đơn vị xuất khẩu", "Seller", "Bên bán", "Doanh nghiệp xuất khẩu", "Nhà xuất khẩu"),
    "exporter_tax_code": ("Exporter's tax code", "Mã số thuế", "Tax code", "MST"),
    "importer": ("Importer", "Nhà nhập khẩu", "Buyer", "Bên mua", "Đơn vị nhập khẩu"),
    "importer_country": ("Importer's country", "Nước nhập khẩu", "Country", "Nước", "Quốc gia", "Thị trường"),
    "signed_on": ("Signed on", "Ngày ký", "Date", "Signing date", "Ngày ký hợp đồng"),
    "state": ("Status", "Tình trạng", "Trạng thái"),
    "currency": ("Currency", "Loại tiền", "Đồng tiền", "Tiền tệ"),
    "value": ("Value of the contract", "Giá trị hợp đồng", "Value", "Trị giá hợp đồng", "Giá trị", "Total value", "Tổng giá trị"),
    "incoterm": ("Incoterm 2020", "Điều kiện giao hàng", "Incoterm", "Incoterms"),
    "incoterm_place": ("Named place", "Địa điểm giao hàng", "Place", "Nơi giao hàng"),
    "booth_code": ("Booth", "Gian hàng"),
    "payment_terms": ("Payment terms", "Điều kiện thanh toán", "Payment", "Thanh toán"),
    "delivery": ("Delivery", "Thời hạn giao hàng", "Giao hàng"),
    "reported_by": ("Reported by", "Bên báo cáo", "Người báo"),
    "note": ("Note", "Ghi chú", "Remarks"),
}  # fmt: skip
LINE_HEADS: dict[str, tuple[str, ...]] = {
    "hs_code": ("HS code", "Mã HS", "HS"),
    "description": ("Goods", "Hàng hóa", "Description", "Tên hàng", "Mặt hàng", "Mô tả hàng hóa"),
    "quantity": ("Quantity", "Số lượng", "Qty"),
    "unit": ("Unit", "Đơn vị tính", "ĐVT"),
    "amount": ("Value of the line", "Trị giá dòng hàng", "Amount", "Thành tiền", "Line value", "Trị giá"),
}  # fmt: skip
_COLUMNS = [Column(key, heads) for key, heads in (CONTRACT_HEADS | LINE_HEADS).items()]
_NEEDED = ("exporter", "importer", "signed_on", "value")
_STATES = {
    "lead": "lead",
    "dau moi": "lead",
    "mou": "mou",
    "bien ban ghi nho": "mou",
    "signed": "signed",
    "da ky": "signed",
    "": "signed",
}
_REPORTERS = {
    "": "clerk",
    "clerk": "clerk",
    "can bo": "clerk",
    "exporter": "exporter",
    "ben ban": "exporter",
    "importer": "importer",
    "ben mua": "importer",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the file: sheet from 1, row as people count it, the key of the column."""

    sheet: int
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong at a place, in words (lazy)."""

    at: Place
    message: Any


@dataclass(slots=True)
class ReadLine:
    """Goods as they stand in a row; None for what could not be read."""

    sheet: int
    row: int
    hs_code: str = ""
    description: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    amount: Decimal | None = None


@dataclass(slots=True)
class ReadContract:
    """A contract as it stands in the file; ``parties`` are the cells that name them."""

    sheet: int
    row: int
    key: str
    number: str
    parties: dict[str, dict[str, str]]
    signed_on: date | None
    state: str
    currency: str
    value: Decimal | None
    texts: dict[str, str]
    lines: list[ReadLine] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)


@dataclass(slots=True)
class ReadFile:
    """All contracts of a file, and what is wrong beside them: lines of no contract, heads that nothing is known of."""

    contracts: list[ReadContract] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    unknown_heads: list[str] = field(default_factory=list)


def head_of(column: str, locale: str = "en") -> str:
    """The head of a column as the template has it."""
    heads = (CONTRACT_HEADS | LINE_HEADS).get(column, (column, column))
    return heads[locale == "vi"]


def read_contracts(upload: Upload) -> ReadFile:
    """The contracts of an XLSX, ODS or CSV file.

    Raises InvalidInput (``file``) when it cannot be read at all, has no sheet of contracts, lacks a needed column, or has more
    than MOST_CONTRACTS contracts.
    """
    sheets = read_sheets(upload, _COLUMNS, max_rows=_MOST_ROWS)
    mains = [sheet for sheet in sheets if {"exporter", "importer"} & sheet[1]]
    if not mains:
        raise InvalidInput(
            _l("No sheet has the columns of contracts: Exporter, Importer, Signed on, Value."), field="file"
        )
    main = max(mains, key=lambda sheet: len(sheet[1]))
    lacking = [f"{head_of(column)} ({head_of(column, 'vi')})" for column in _NEEDED if column not in main[1]]
    if "exporter" in main[1] or "exporter_tax_code" in main[1]:
        lacking = [one for one in lacking if not one.startswith("Exporter")]
    if lacking:
        raise InvalidInput(_l("These columns are missing: %(heads)s.", heads=", ".join(lacking)), field="file")
    result = ReadFile(unknown_heads=list(main[2].unknown_heads))
    has_lines = "hs_code" in main[1]
    for row in main[2].rows:
        _take(result, main[0] + 1, row, has_lines=has_lines)
    by_row = {one.row: one for one in result.contracts}
    for problem in main[2].problems:
        found = CellProblem(Place(main[0] + 1, problem.row or 0, _column_of(problem.head)), problem.message)
        owner = by_row.get(problem.row or 0)
        (owner.problems if owner else result.problems).append(found)
    if not result.contracts:
        raise InvalidInput(_l("There are no rows under the heads."), field="file")
    if len(result.contracts) > MOST_CONTRACTS:
        raise InvalidInput(_l("At most %(count)s contracts at a time.", count=MOST_CONTRACTS), field="file")
    for number, columns, data in sheets:
        if number != main[0] and "hs_code" in columns and columns & {"key", "number"}:
            _link(result, number + 1, data.rows)
    return result


def _column_of(head: str) -> str:
    return next((column for column, heads in (CONTRACT_HEADS | LINE_HEADS).items() if head in heads), head)


def _take(result: ReadFile, sheet: int, row: SheetRow, *, has_lines: bool) -> None:
    """A row of the sheet of contracts: a contract, or one more line of the one above."""
    last = result.contracts[-1] if result.contracts else None
    own = [key for key in CONTRACT_HEADS if key not in {"key", "number"} and row[key]]
    same = last is not None and (row["key"], row["number"]) in {("", ""), (last.key, last.number)}
    if has_lines and last is not None and not own and same:
        last.lines.append(_line(sheet, row, last.problems))
        return
    contract = _contract(sheet, row)
    if has_lines and any(row[key] for key in LINE_HEADS):
        contract.lines.append(_line(sheet, row, contract.problems))
    result.contracts.append(contract)


def _contract(sheet: int, row: SheetRow) -> ReadContract:
    problems: list[CellProblem] = []
    contract = ReadContract(
        sheet=sheet,
        row=row.number,
        key=row["key"],
        number=row["number"],
        parties={
            "exporter": {"text": row["exporter"], "tax_code": row["exporter_tax_code"], "country": ""},
            "importer": {"text": row["importer"], "tax_code": "", "country": ""},
        },
        signed_on=None,
        state=_STATES.get(fold(row["state"]), row["state"]),
        currency=row["currency"].upper() or "USD",
        value=None,
        texts={key: row[key] for key in ("incoterm_place", "booth_code", "payment_terms", "delivery", "note")},
        problems=problems,
    )
    contract.texts["incoterm"] = row["incoterm"].upper().split(" ")[0]
    contract.texts["reported_by"] = _REPORTERS.get(fold(row["reported_by"]), row["reported_by"])
    if contract.state not in set(ContractState):
        problems.append(CellProblem(Place(sheet, row.number, "state"), _l("Please choose from the list.")))
    if contract.texts["reported_by"] not in REPORTERS:
        problems.append(CellProblem(Place(sheet, row.number, "reported_by"), _l("Please choose from the list.")))
    country = country_code(row["importer_country"])
    if country is None:
        message = _l("This country is not known: write its name or its two letters.")
        problems.append(CellProblem(Place(sheet, row.number, "importer_country"), message))
    contract.parties["importer"]["country"] = country or ""
    if row["signed_on"]:
        contract.signed_on = _day(row["signed_on"])
        if contract.signed_on is None:
            problems.append(CellProblem(Place(sheet, row.number, "signed_on"), _l("Write a day as 31/12/2026.")))
    contract.value = _number(sheet, row, "value", problems)
    return contract


def _line(sheet: int, row: SheetRow, problems: list[CellProblem]) -> ReadLine:
    unit = _unit(row["unit"]) if row["unit"] else "PCE"
    return ReadLine(
        sheet, row.number, _code(row["hs_code"]), row["description"], _number(sheet, row, "quantity", problems), unit,
        _number(sheet, row, "amount", problems),
    )  # fmt: skip


def _code(text: str) -> str:
    """A code that a spreadsheet took for a number: 4420.9 is 4420.90."""
    if isinstance(text, SheetNumber) and re.fullmatch(r"\d{4}\.\d", text):
        return f"{text}0"
    return str(text)


def _number(sheet: int, row: SheetRow, column: str, problems: list[CellProblem]) -> Decimal | None:
    text = row[column]
    if not text:
        return None
    try:
        return Decimal(text) if isinstance(text, SheetNumber) else parse_decimal(text)
    except (DomainError, ArithmeticError):
        message = _l("“%(text)s” is not a number.", text=text[:40])
        problems.append(CellProblem(Place(sheet, row.number, column), message))
        return None


def _day(text: str) -> date | None:
    try:
        if match := re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if isinstance(text, SheetNumber) and re.fullmatch(r"\d{5}", text):
            return date(1899, 12, 30) + timedelta(days=int(text))  # a spreadsheet's serial day without its format
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _link(result: ReadFile, sheet: int, rows: Sequence[SheetRow]) -> None:
    """Give each row of the sheet of lines to its contract."""
    by_key = {one.key: one for one in result.contracts if one.key}
    by_number: dict[str, list[ReadContract]] = {}
    for one in result.contracts:
        by_number.setdefault(fold(one.number), []).append(one)
    for row in rows:
        owner = by_key.get(row["key"]) if row["key"] else None
        named = by_number.get(fold(row["number"]), []) if row["number"] else []
        if owner is None and not row["key"] and len(named) == 1:
            owner = named[0]
        if owner is not None:
            owner.lines.append(_line(sheet, row, owner.problems))
            continue
        column = "key" if row["key"] else "number"
        message = (
            _l("Several contracts have this number: link the line by its row key.") if len(named) > 1
            else _l("No contract of the file has this key or number.")
        )  # fmt: skip
        result.problems.append(CellProblem(Place(sheet, row.number, column), message))


@lru_cache(maxsize=1)
def _units() -> dict[str, str]:
    """Units by code and by name; without accents, "bộ" (set) goes before "bó" (bundle)."""
    found = {"cai": "PCE", "pcs": "PCE", "pc": "PCE", "piece": "PCE", "kg": "KGM"}
    for code, names in UNITS.items():
        for name in (code, *names):
            found.setdefault(fold(name), code)
            if not name.isascii():
                found[name.casefold()] = code
    return found


def _unit(text: str) -> str:
    known = _units()
    return known.get(text.casefold()) or known.get(fold(text)) or text


def country_code(text: str) -> str | None:
    """Two letters from what was written: themselves, or the country's name in Vietnamese or English; "" for nothing."""
    if not text:
        return ""
    return _countries().get(fold(text))


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    found: dict[str, str] = {
        "my": "US",
        "hoa ky": "US",
        "usa": "US",
        "uk": "GB",
        "anh": "GB",
        "korea": "KR",
        "nhat": "JP",
    }
    for language in ("en", "vi"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(fold(name), code)
                if fold(code) != "my":
                    found.setdefault(fold(code), code)
    return found
