"""A closed day on A4, in Vietnamese or English, from its picture alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from fairs.budgets.closing_models import DayClosing
from fairs.calendar.models import Fair
from fairs.config import Config
from fairs.core.i18n import format_date, format_datetime, format_money
from fairs.core.money import Money
from fairs.core.pdf import (
    Block,
    Column,
    KeyValues,
    Letterhead,
    Notice,
    Paragraph,
    Signature,
    SignatureBlock,
    Table,
    build_document,
)


def closing_pdf(closing: DayClosing, fair: Fair, config: Config, locale: str) -> bytes:
    """The PDF of a closing in ``locale`` (vi or en)."""
    facts = closing.snapshot
    with force_locale(locale):
        day = format_date(date.fromisoformat(facts["day"]))
        name = facts["fair"]["name_vi"] if locale == "vi" else facts["fair"]["name_en"] or facts["fair"]["name_vi"]
        blocks: list[Block] = [
            KeyValues([
                (_("Day"), day), (_("Closed by"), facts["by"]),
                (_("Closed at"), format_datetime(datetime.fromisoformat(facts["closed_at"]))),
                (_("Mark (SHA-256)"), closing.sha256[:32]),
            ]),
            *_balances(facts), *_cash(facts, fair), *_movements(_("Movements of the day"), facts["movements"]),
            *_movements(_("Booked after closing of its day"), facts["late"]), *_numbers(facts), *_others(facts, locale),
            SignatureBlock([Signature(_("Closed by"), name=facts["by"]), Signature(_("Chief accountant"))]),
        ]  # fmt: skip
        return build_document(
            _("DAILY CLOSING"), blocks, language=locale, subtitle=f"{name} · {day}",
            letterhead=Letterhead(
                config.department if locale == "vi" else config.department_en,
                [line for line in (config.department_address, config.department_contact) if line], right=[name, day],
            ),
        )  # fmt: skip


def _of(amount_minor: int, currency: str) -> str:
    return format_money(Money(amount_minor, currency))


def method_word(method: str) -> str:
    """How money moved, in a word."""
    return str({"transfer": _("Transfer"), "cash": _("Cash"), "card": _("Card")}[method])


def kind_word(kind: str) -> str:
    """What a movement was."""
    return str({"payment": _("Received"), "refund": _("Refunded"), "voucher": _("Spent")}[kind])


def _balances(facts: dict[str, Any]) -> list[Block]:
    heads = [Column(_("Method"), 0.8)] + [
        Column(label, 1, "right")
        for label in (_("Opening balance"), _("Received"), _("Refunded"), _("Spent"), _("Booked after closing"), _("Closing balance"))
    ]  # fmt: skip
    rows = [
        [method_word(row["method"])]
        + [_of(row[key], row["currency"]) for key in ("opening", "payment", "refund", "voucher", "late", "closing")]
        for row in facts["balances"]
    ]
    totals = []
    for currency in dict.fromkeys(row["currency"] for row in facts["balances"]):
        total = sum(row["closing"] for row in facts["balances"] if row["currency"] == currency)
        totals.append((_("Closing balance"), _of(total, currency)))
    return [Paragraph(_("Balances"), "heading"), Table(heads, rows, totals)]


def _cash(facts: dict[str, Any], fair: Fair) -> list[Block]:
    cash = facts["cash"]
    if cash["counted"] is None:
        return []
    difference = cash["counted"] - cash["expected"]
    text = _("Cash by the books %(expected)s, counted %(counted)s, difference %(difference)s.",
             expected=_of(cash["expected"], fair.currency), counted=_of(cash["counted"], fair.currency),
             difference=_of(difference, fair.currency))  # fmt: skip
    return [Notice(f"{text}\n{facts['note']}".strip())]


def _movements(title: str, found: list[dict[str, Any]]) -> list[Block]:
    if not found:
        return []
    heads = [Column(_("Number"), 1.3), Column(_("What"), 0.8), Column(_("Day"), 0.8), Column(_("Company"), 2), Column(_("Method"), 0.9), Column(_("Amount"), 1.1, "right")]  # fmt: skip
    rows = [
        [one["number"], kind_word(one["kind"]), format_date(date.fromisoformat(one["day"])), one["who"],
         method_word(one["method"]), _of(one["amount_minor"], one["currency"])]
        for one in found
    ]  # fmt: skip
    return [Paragraph(title, "heading"), Table(heads, rows)]


def _numbers(facts: dict[str, Any]) -> list[Block]:
    if not facts["numbers"]:
        return []
    heads = [
        Column(_("First number"), 1.4),
        Column(_("Last number"), 1.4),
        Column(_("Count"), 0.6, "right"),
        Column(_("Gaps"), 1.6),
    ]
    rows = [
        [one["first"], one["last"], str(one["count"]), ", ".join(one["missing"][:20]) or _("none")]
        for one in facts["numbers"]
    ]
    return [Paragraph(_("Numbers of documents given out on the day"), "heading"), Table(heads, rows)]


def _others(facts: dict[str, Any], locale: str) -> list[Block]:
    found: list[Block] = []
    for block in facts["blocks"]:
        heads = [Column(head) for head in block[f"heads_{locale}"]]
        found += [Paragraph(block[f"title_{locale}"], "heading"), Table(heads, block["rows"])]
    return found
