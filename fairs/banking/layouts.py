"""Which column of a statement is what: known by the heads that banks write, remembered per bank, or chosen by a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.banking.files import Sheet
from fairs.core.errors import InvalidInput
from fairs.core.text import fold

HEAD_ROWS = 60  # a letterhead, the account and the opening balance stand above the heads

#: What a column can be, with its name for people.
ROLES: Mapping[str, Any] = {
    "date": _l("Day"), "credit": _l("Money in"), "debit": _l("Money out"), "amount": _l("Amount (one column)"),
    "sign": _l("In or out (C/D)"), "text": _l("Text of the transfer"), "number": _l("Number of the transaction"),
    "payer": _l("Name of the other side"), "balance": _l("Balance"),
}  # fmt: skip

# The first that fits a folded head decides, in this order: "ngày hiệu lực" is no "ngày giao dịch", "số dư" no "số tiền".
_HEADS: Sequence[tuple[str, str]] = (
    ("", r"^(stt|no|tt|#)$|hieu luc|value date|effective|ty gia|exchange rate|^(phi|fee)\b|thue|^gio\b|^time$|chi nhanh|branch"),
    ("balance", r"\bso du\b|balance"),
    ("payer", (r"ten (tai khoan|tk|nguoi|don vi|khach)|nguoi (chuyen|nop|thu huong)|don vi (chuyen|thu)|doi tac|remitter|payer"
              r"|(counterpart|correspondent|beneficiary)\w*( account)? name|ordering|tai khoan doi ung ten|ten doi ung")),
    ("", r"doi ung|counter|correspondent|(tai khoan|account|tk)( so)?$|so tai khoan|account (no|number)|loai tien|^currency|^ccy"),
    ("number", (r"so (tham chieu|but toan|giao dich|gd|ct|chung tu)|ma (giao dich|gd|tham chieu)|reference|ref\b|doc(ument)? no"
               r"|transaction (id|no|number)|trace|^so ct$|seq")),
    ("text", r"mo ta|dien giai|noi dung|description|details?|particulars|narrative|remark|ghi chu|content"),
    ("sign", r"^(d/?c|c/?d|dc|cd|no/?co|dr/?cr|cr/?dr|loai (giao dich|gd|phat sinh)|type|debit/credit|debit credit)$"),
    ("debit", r"ghi no|phat sinh no|\bno\b|debit|withdraw|chi ra|rut ra|tien ra"),
    ("credit", r"ghi co|phat sinh co|\bco\b|credit|deposit|tien vao|gui vao"),
    ("date", r"ngay|date|day$"),
    ("amount", r"so tien|amount|phat sinh"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the heads stand (``row`` in the file, ``sheet`` from 0) and what each column is (role to column, from 0)."""

    sheet: int
    row: int
    heads: tuple[str, ...]
    columns: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As kept with the statement."""
        return {"sheet": self.sheet, "row": self.row, "heads": list(self.heads), "columns": dict(self.columns)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Layout:
        """As it was kept."""
        return cls(value["sheet"], value["row"], tuple(value["heads"]), value["columns"])

    def remembered(self) -> dict[str, str]:
        """Each role with the head above its column: what is kept for the bank's next file."""
        return {role: plain_head(self.heads[at]) for role, at in self.columns.items() if at < len(self.heads)}


def plain_head(text: str) -> str:
    """A head as it is compared."""
    return " ".join(re.sub(r"[^a-z0-9/# ]", " ", fold(text)).split())


def role_of(head: str) -> str:
    """What a column under this head is; empty for one that is not needed."""
    for part in (plain_head(head), *(plain_head(part) for part in re.split(r"[/\n(|]", head))):
        if part:
            for role, pattern in _HEADS:
                if re.search(pattern, part):
                    return role
    return ""


def detect(sheets: Sequence[Sheet], remembered: Mapping[str, str] | None = None) -> Layout:
    """The layout of a file: the one remembered for its bank where all its heads stand there, else by the heads known.

    Raises InvalidInput when no row looks like heads.
    """
    best: tuple[int, Layout] | None = None
    for number, sheet in enumerate(sheets):
        for row, cells in sheet.rows[:HEAD_ROWS]:
            heads = tuple(cells)
            columns = _as_before(heads, remembered) if remembered else {}
            score = 100 if columns else 0
            if not columns:
                columns = _by_heads(heads)
                score = len(columns) if is_enough(columns) else 0
            if score and (best is None or score > best[0]):
                best = (score, Layout(number, row, heads, columns))
    if best is not None:
        return best[1]
    # Nothing is known: the widest of the first rows, for a person to say what is what.
    rows = [
        (len([cell for cell in cells if cell]), -number, -row, cells)
        for number, sheet in enumerate(sheets)
        for row, cells in sheet.rows[:HEAD_ROWS]
    ]
    if not rows or max(rows)[0] < 3:
        raise InvalidInput(_l("This does not look like a bank statement: no columns were found."), field="file")
    _width, number, row, cells = max(rows)
    return Layout(-number, -row, tuple(cells), _by_heads(tuple(cells)))


def is_enough(columns: Mapping[str, int]) -> bool:
    """Whether lines can be read: a day, a text, and amounts by one of the three ways."""
    amounts = "credit" in columns or "amount" in columns
    return "date" in columns and "text" in columns and amounts


def _by_heads(heads: tuple[str, ...]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, head in enumerate(heads):
        role = role_of(head) if len(head) < 80 else ""
        if role and role not in columns:
            columns[role] = at
    if "credit" in columns:
        columns.pop("amount", None)
    return columns


def _as_before(heads: tuple[str, ...], remembered: Mapping[str, str]) -> dict[str, int]:
    plain = [plain_head(head) for head in heads]
    if not all(head in plain for head in remembered.values()):
        return {}
    return {role: plain.index(head) for role, head in remembered.items()}


def chosen(layout: Layout, columns: Mapping[str, int | None]) -> Layout:
    """The layout with the columns that a person chose; raises InvalidInput (``columns``) when they are not enough or double."""
    wanted = {
        role: at for role, at in columns.items() if role in ROLES and at is not None and 0 <= at < len(layout.heads)
    }
    if len(set(wanted.values())) != len(wanted):
        raise InvalidInput(_l("One column cannot be two things."), field="columns")
    if "amount" in wanted and ("credit" in wanted or "debit" in wanted):
        raise InvalidInput(_l("Amounts stand either in one column or in two: choose one way."), field="columns")
    if not is_enough(wanted):
        raise InvalidInput(_l("Choose at least the day, the text, and where the amounts stand."), field="columns")
    return Layout(layout.sheet, layout.row, layout.heads, wanted)
