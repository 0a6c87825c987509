"""A budget as a spreadsheet: in, row by row with what is wrong in each, and out, with sums and ready to print."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.budgets.models import FairBudget
from fairs.budgets.service import MOST_ITEMS, ItemDraft
from fairs.budgets.states import BudgetState, Category, MoneySource
from fairs.calendar.models import Fair
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.i18n import format_date
from fairs.core.money import EXPONENTS, Money, parse_decimal
from fairs.core.storage import Upload
from fairs.core.tables import Column, SheetData, read_sheet
from fairs.core.text import fold, one_line

# The first head is the one that we write; the others are how such sheets are headed, too.
COLUMNS = (
    Column("code", ("Mã", "Mã dòng", "STT", "Code"), required=True),
    Column("name_vi", ("Nội dung", "Nội dung chi", "Tên", "Name"), required=True),
    Column("name_en", ("Tên tiếng Anh", "Nội dung tiếng Anh", "English name")),
    Column("category", ("Nhóm chi", "Nhóm", "Category"), required=True),
    Column("source", ("Nguồn kinh phí", "Nguồn", "Source"), required=True),
    Column("unit", ("Đơn vị tính", "ĐVT", "Unit")),
    Column("quantity", ("Số lượng", "SL", "Quantity")),
    Column("unit_price", ("Đơn giá", "Unit price")),
    Column("amount", ("Thành tiền", "Số tiền", "Amount")),
    Column("note", ("Ghi chú", "Note")),
)
_LENGTHS = {"code": 20, "name_vi": 250, "name_en": 250, "unit": 40, "note": 400}
# What people write for groups and sources, besides the words that we show, folded.
_CATEGORIES = {
    "thue mat bang": Category.VENUE, "mat bang": Category.VENUE, "dia diem": Category.VENUE, "thi cong": Category.CONSTRUCTION,
    "dan dung": Category.CONSTRUCTION, "quang ba": Category.PROMOTION, "truyen thong": Category.PROMOTION,
    "nha nhap khau": Category.HOSTING, "moi khach": Category.HOSTING, "su kien": Category.EVENTS, "nhan su": Category.PERSONNEL,
    "van phong": Category.OFFICE, "du phong": Category.CONTINGENCY, "khac": Category.OTHER,
}  # fmt: skip
_SOURCES = {
    "ngan sach": MoneySource.CITY, "ngan sach thanh pho": MoneySource.CITY, "nstp": MoneySource.CITY,
    "doi ung": MoneySource.COUNTERPART, "kinh phi doi ung": MoneySource.COUNTERPART, "tai tro": MoneySource.SPONSORS,
    "nha tai tro": MoneySource.SPONSORS, "phi": MoneySource.FEES, "phi tham gia": MoneySource.FEES,
}  # fmt: skip


@dataclass(slots=True)
class ReadRow:
    """A row of the sheet: its number, what stands there, the line it makes, and what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    draft: ItemDraft | None = None
    problems: list[Any] = field(default_factory=list)


def read_items(upload: Upload, currency: str) -> list[ReadRow]:
    """The rows of a sheet that was handed in. Raises InvalidInput when it cannot be read at all."""
    data = read_sheet(upload, COLUMNS, max_rows=MOST_ITEMS)
    return judge_rows([(row.number, row.cells) for row in data.rows], currency, data)


def judge_rows(
    rows: Sequence[tuple[int, Mapping[str, str]]], currency: str, data: SheetData | None = None
) -> list[ReadRow]:
    """What each row makes and what is wrong with it; rows that only add others up are left out."""
    seen: dict[str, int] = {}
    found = []
    for number, cells in rows:
        name = fold(cells.get("name_vi", ""))
        is_sum = name in {"tong", "tong cong", "cong", "total", "sum"} or not (name or cells.get("amount"))
        if not cells.get("code") and is_sum:
            continue
        row = ReadRow(
            number, cells, problems=[one.message for one in (data.problems if data else ()) if one.row == number]
        )
        row.draft = _draft(cells, currency, row.problems)
        code = cells.get("code", "").upper()
        if code and code in seen:
            row.problems.append(_("The code stands in row %(row)s already.", row=seen[code]))
        seen.setdefault(code, number)
        found.append(row)
    return found


def _draft(cells: Mapping[str, str], currency: str, problems: list[Any]) -> ItemDraft | None:
    before = len(problems)
    for key, length in _LENGTHS.items():
        if len(cells.get(key, "")) > length:
            problems.append(_("%(head)s: at most %(max)d characters.", head=_head(key), max=length))
    category = _named(cells.get("category", ""), Category, _CATEGORIES)
    source = _named(cells.get("source", ""), MoneySource, _SOURCES)
    if category is None:
        problems.append(_("The group “%(name)s” is not known.", name=cells.get("category", "")))
    if source is None:
        problems.append(_("The source “%(name)s” is not known.", name=cells.get("source", "")))
    numbers: dict[str, Decimal | None] = {}
    for key in ("quantity", "unit_price", "amount"):
        text, numbers[key] = cells.get(key, ""), None
        if text:
            try:
                numbers[key] = parse_decimal(text)
                if not 0 <= numbers[key] <= 10**15:  # type: ignore[operator]
                    raise InvalidInput(_l("This amount is too large."))
            except DomainError as error:
                problems.append(f"{_head(key)}: {error}")
    if len(problems) > before or category is None or source is None:
        return None
    try:
        draft = ItemDraft(
            cells.get("code", ""), cells.get("name_vi", ""), category, source, _money(numbers["amount"], currency),
            cells.get("name_en", ""), cells.get("unit", ""), numbers["quantity"], _money(numbers["unit_price"], currency),
            note=cells.get("note", ""),
        )  # fmt: skip
        draft.total(currency)
        if not one_line(draft.name_vi):
            raise InvalidInput(_l("The name is missing."))
        if not draft.code or not all(sign.isascii() and (sign.isalnum() or sign in ".-_") for sign in draft.code):
            raise InvalidInput(_l("A code has letters, digits, dots and hyphens, for example A.1."))
    except DomainError as error:
        problems.append(str(error))
        return None
    return draft


def _money(value: Decimal | None, currency: str) -> Money | None:
    return None if value is None else Money.from_decimal(value, currency)


def _named(text: str, states: Any, others: Mapping[str, Any]) -> Any:
    wanted = fold(text)
    known = {fold(str(one)): one for one in states} | {fold(str(one.label)): one for one in states} | dict(others)
    known |= {fold(word): one for one in states for word in _BOTH.get(one, ())}
    return known.get(wanted)


# The words in both languages, so that a sheet written in one is read in the other.
_BOTH: Mapping[Any, tuple[str, ...]] = {
    Category.VENUE: ("Venue and halls", "Mặt bằng, nhà trưng bày"), Category.CONSTRUCTION: ("Construction and decoration", "Thi công, dàn dựng"),
    Category.PROMOTION: ("Promotion and communication", "Quảng bá, truyền thông"), Category.HOSTING: ("Hosting of importers", "Đón tiếp nhà nhập khẩu"),
    Category.EVENTS: ("Events and competitions", "Sự kiện, cuộc thi"), Category.PERSONNEL: ("Personnel and security", "Nhân sự, an ninh"),
    Category.OFFICE: ("Office, printing and transport", "Văn phòng, in ấn, vận chuyển"), Category.CONTINGENCY: ("Contingency", "Dự phòng phí"),
    Category.OTHER: ("Other costs", "Chi phí khác"), MoneySource.CITY: ("City budget", "Ngân sách thành phố"),
    MoneySource.COUNTERPART: ("Counterpart funds", "Kinh phí đối ứng"), MoneySource.SPONSORS: ("Sponsors", "Nhà tài trợ"),
    MoneySource.FEES: ("Fees of exhibitors", "Phí của đơn vị tham gia"),
}  # fmt: skip


def _head(key: str) -> str:
    return next(column.heads[0] for column in COLUMNS if column.key == key)


def packed(rows: Sequence[ReadRow]) -> str:
    """The rows as text, to be handed back when the preview is agreed to."""
    return json.dumps([[row.number, dict(row.cells)] for row in rows], ensure_ascii=False)


def unpacked(text: str, currency: str) -> list[ReadRow]:
    """The rows of ``packed()``, judged anew. Raises InvalidInput for anything else."""
    keys = {column.key for column in COLUMNS}
    try:
        rows = json.loads(text)
        kept = [
            (int(number), {key: one_line(str(value))[:1000] for key, value in cells.items() if key in keys})
            for number, cells in rows[:MOST_ITEMS]
        ]
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise InvalidInput(_l("Please hand the sheet in again."), field="file") from error
    return judge_rows(kept, currency)


def budget_workbook(budget: FairBudget | None, fair: Fair) -> bytes:
    """The budget on landscape A4: groups with their sums, the total, and the sums by source. Without one: the empty sheet."""
    import xlsxwriter

    file = io.BytesIO()
    exponent = EXPONENTS[fair.currency]
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        figure = "#,##0" if not exponent else "#,##0.00"
        style = {
            "title": book.add_format({"bold": True, "font_size": 14, "align": "center"}),
            "sub": book.add_format({"italic": True, "align": "center"}),
            "head": book.add_format({"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#EDEDED"}),
            "text": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
            "number": book.add_format({"border": 1, "num_format": figure, "valign": "top"}),
            "count": book.add_format({"border": 1, "num_format": "#,##0.##", "valign": "top"}),
            "sum_text": book.add_format({"border": 1, "bold": True, "bg_color": "#F6F6F6"}),
            "sum": book.add_format({"border": 1, "bold": True, "num_format": figure, "bg_color": "#F6F6F6"}),
        }  # fmt: skip
        page = book.add_worksheet(_("Budget"))
        _paper(page)
        last = len(COLUMNS) - 1
        page.merge_range(0, 0, 0, last, _("Budget of %(fair)s", fair=fair.name), style["title"])
        page.merge_range(1, 0, 1, last, _status(budget, fair), style["sub"])
        for place, column in enumerate(COLUMNS):
            page.write_string(3, place, _sheet_head(column, fair), style["head"])
        row, sums = _groups(page, style, budget)
        _closing_rows(page, style, budget, row, sums)
        page.repeat_rows(3)
        page.freeze_panes(4, 2)
        page.print_area(0, 0, max(row, 4) + 6, last)
    return file.getvalue()


def _paper(page: Any) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&C&P / &N")
    for place, width in enumerate((8, 38, 26, 24, 22, 10, 10, 16, 18, 30)):
        page.set_column(place, place, width)


def _sheet_head(column: Column, fair: Fair) -> str:
    money = column.key in ("unit_price", "amount")
    return f"{column.heads[0]} ({fair.currency})" if money else column.heads[0]


def _status(budget: FairBudget | None, fair: Fair) -> str:
    if budget is None:
        return str(_("Empty sheet to be filled in"))
    text = _("Version %(number)s · %(state)s", number=budget.version, state=budget.state.label)
    if budget.state in (BudgetState.APPROVED, BudgetState.REPLACED) and budget.decision_on:
        text += " · " + _(
            "Decision %(number)s of %(day)s", number=budget.decision_number, day=format_date(budget.decision_on)
        )
    return str(text)


def _groups(page: Any, style: dict[str, Any], budget: FairBudget | None) -> tuple[int, list[tuple[int, int]]]:
    row, sums = 4, []
    for category in Category:
        items = [item for item in (budget.items if budget else ()) if item.category is category]
        if not items:
            continue
        first = row
        for item in items:
            texts = (item.code, item.name_vi, item.name_en, item.category.label, item.source.label, item.unit)
            for place, text in enumerate(texts):
                page.write_string(row, place, str(text), style["text"])
            if item.quantity is not None:
                page.write_number(row, 6, float(item.quantity), style["count"])
            else:
                page.write_blank(row, 6, None, style["count"])
            if item.unit_price is not None:
                page.write_number(row, 7, float(item.unit_price.decimal), style["number"])
            else:
                page.write_blank(row, 7, None, style["number"])
            page.write_number(row, 8, float(item.amount.decimal), style["number"])
            page.write_string(row, 9, item.note, style["text"])
            row += 1
        sums.append((first, row - 1))
    return row, sums


def _closing_rows(
    page: Any, style: dict[str, Any], budget: FairBudget | None, row: int, sums: list[tuple[int, int]]
) -> None:
    if budget is None or not sums:
        return
    first, last = sums[0][0] + 1, sums[-1][1] + 1
    exact = float(budget.total.decimal)
    page.write_string(row, 0, "", style["sum_text"])
    page.write_string(row, 1, "Tổng cộng", style["sum_text"])
    for place in range(2, 8):
        page.write_blank(row, place, None, style["sum_text"])
    page.write_formula(row, 8, f"=SUM(I{first}:I{last})", style["sum"], exact)
    page.write_blank(row, 9, None, style["sum_text"])
    row += 2
    for title, states, column, key in (
        (_("By source"), MoneySource, "E", "source"), (_("By group"), Category, "D", "category"),
    ):  # fmt: skip
        page.write_string(row, 3, str(title), style["sum_text"])
        page.write_string(row, 4, "", style["sum_text"])
        row += 1
        for state in states:
            mine = [item.amount for item in budget.items if getattr(item, key) is state]
            if not mine:
                continue
            total = sum(mine, Money(0, budget.currency))
            page.write_string(row, 3, str(state.label), style["text"])
            page.write_formula(row, 4, f'=SUMIF({column}{first}:{column}{last},D{row + 1},I{first}:I{last})', style["number"], float(total.decimal))  # fmt: skip
            row += 1
        row += 1
