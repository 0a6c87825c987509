"""The invoice on A4, in Vietnamese or English: letterhead, lines, VAT by rate, amount in words, instalments, VietQR."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from fairs.calendar.models import Fair
from fairs.config import Config
from fairs.core import fonts, qr
from fairs.core.i18n import country_name, format_date, format_money
from fairs.core.money import Money
from fairs.core.typeset import wrap
from fairs.payments.models import Invoice, InvoiceLine
from fairs.payments.queries import coverage
from fairs.payments.states import InvoiceState
from fairs.payments.transfer import Transfer, transfer_for
from fairs.payments.words import in_words

WIDTH, HEIGHT = A4
LEFT, RIGHT = 20 * mm, WIDTH - 20 * mm
TOP, BOTTOM = HEIGHT - 16 * mm, 24 * mm
INK, SOFT, RULE = HexColor("#2a211d"), HexColor("#61554c"), HexColor("#cdc2b1")
LACQUER, TINT = HexColor("#9c1c23"), HexColor("#f8f3ea")
QR_SIZE = 34 * mm


class _Paper:
    """Pages that are filled from the top; everything keeps its place by ``y``."""

    def __init__(self, locale: str, title: str, foot: str) -> None:
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=A4, lang="vi-VN" if locale == "vi" else "en-GB")
        self.canvas.setTitle(title)
        self.foot = foot
        self.page = 0
        self.y = TOP
        self._begin()

    def _begin(self) -> None:
        self.page += 1
        self.canvas.setFillColor(LACQUER)
        self.canvas.rect(0, HEIGHT - 5 * mm, WIDTH, 5 * mm, stroke=0, fill=1)
        self.y = TOP
        self.rule(BOTTOM - 4 * mm)
        self.text(self.foot, LEFT, BOTTOM - 6 * mm, RIGHT - LEFT - 20 * mm, 7.5, colour=SOFT)
        self.text(str(self.page), RIGHT - 20 * mm, BOTTOM - 6 * mm, 20 * mm, 7.5, colour=SOFT, align="right")

    def need(self, height: float) -> None:
        """Begin a page when ``height`` does not fit on this one."""
        if self.y - height < BOTTOM:
            self.canvas.showPage()
            self._begin()

    def text(
        self, text: str, x: float, top: float, width: float, size: float, *, bold: bool = False, colour: Color = INK,
        align: str = "left",
    ) -> float:  # fmt: skip
        """Draw running text into a column; returns its lower edge."""
        if not text:
            return top
        self.canvas.setFillColor(colour)
        return wrap(text, width, size, bold=bold).draw(self.canvas, x, top, width, align)

    def rule(
        self, y: float, *, x: float = LEFT, right: float = RIGHT, colour: Color = RULE, weight: float = 0.6
    ) -> None:
        """A horizontal line."""
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(weight)
        self.canvas.line(x, y, right, y)

    def row(self, cells: Sequence[tuple[str, float, float, str]], size: float = 9, **style: Any) -> None:
        """A row of a table: (text, x, width, align) each; as high as its highest cell."""
        height = max(wrap(text, width, size, bold=style.get("bold", False)).height for text, _x, width, _a in cells)
        self.need(height + 4 * mm)
        for text, x, width, align in cells:
            self.text(text, x, self.y - 1.6 * mm, width, size, align=align, **style)
        self.y -= height + 3.2 * mm

    def done(self) -> bytes:
        """The finished file."""
        self.canvas.showPage()
        self.canvas.save()
        return self.buffer.getvalue()


def invoice_pdf(invoice: Invoice, fair: Fair, config: Config, locale: str) -> bytes:
    """The invoice's PDF in ``locale`` (vi or en); the amount in words stands in both languages."""
    with force_locale(locale), fonts.LOCK:
        department = config.department if locale == "vi" else config.department_en
        paper = _Paper(
            locale,
            f"{department}: {invoice.number}",
            _("Not a VAT invoice under Decree 123/2020/ND-CP: the e-invoice is issued by the licensed provider."),
        )
        _letterhead(paper, department, fair, config, locale)
        _heading(paper, invoice)
        _parties(paper, invoice, fair, locale)
        _lines(paper, invoice, locale)
        _totals(paper, invoice)
        _instalments(paper, invoice, fair)
        _payment(paper, transfer_for(invoice, config, fair.today), config)
        return paper.done()


def _letterhead(paper: _Paper, department: str, fair: Fair, config: Config, locale: str) -> None:
    half = (RIGHT - LEFT) / 2 - 4 * mm
    y = paper.text(department, LEFT, TOP, half, 11, bold=True, colour=LACQUER)
    for line in (config.department_address, config.department_contact):
        y = paper.text(line, LEFT, y - 1 * mm, half, 8, colour=SOFT) if line else y
    name = fair.name_vi if locale == "vi" else fair.name_en or fair.name_vi
    z = paper.text(name, RIGHT - half, TOP, half, 9.5, bold=True, align="right")
    days = f"{format_date(fair.starts_on)} – {format_date(fair.ends_on)}"
    z = paper.text(days, RIGHT - half, z - 1 * mm, half, 8, colour=SOFT, align="right")
    paper.y = min(y, z) - 5 * mm
    paper.rule(paper.y, colour=LACQUER, weight=1)
    paper.y -= 8 * mm


def _heading(paper: _Paper, invoice: Invoice) -> None:
    top = paper.y
    paper.y = paper.text(_("INVOICE"), LEFT, top, 110 * mm, 19, bold=True)
    stamps = {
        InvoiceState.PAID: _("PAID"),
        InvoiceState.CANCELLED: _("CANCELLED"),
        InvoiceState.WAIVED: _("NOTHING OWED"),
    }
    stamp = stamps.get(invoice.state)
    if stamp:
        block = wrap(stamp, 60 * mm, 12, bold=True)
        width, height = block.width + 8 * mm, block.height + 4 * mm
        paper.canvas.setStrokeColor(LACQUER)
        paper.canvas.setLineWidth(1.4)
        paper.canvas.roundRect(RIGHT - width, top - height, width, height, 2 * mm)
        paper.text(stamp, RIGHT - width, top - 2 * mm, width, 12, bold=True, colour=LACQUER, align="center")
    paper.y -= 5 * mm


def _parties(paper: _Paper, invoice: Invoice, fair: Fair, locale: str) -> None:
    top = paper.y
    column = 82 * mm
    company = invoice.company
    y = paper.text(_("Billed to"), LEFT, top, column, 8, colour=SOFT)
    y = paper.text(company.name, LEFT, y - 1 * mm, column, 11, bold=True)
    if company.name_en and company.name_en != company.name:
        y = paper.text(company.name_en, LEFT, y - 0.6 * mm, column, 8.5, colour=SOFT)
    place = ", ".join(part for part in (company.address, company.commune) if part)
    details = [place, country_name(company.country, locale)]
    if company.tax_code:
        details.append(_("Tax code: %(code)s", code=company.tax_code))
    for detail in details:
        y = paper.text(detail, LEFT, y - 0.8 * mm, column, 9) if detail else y
    facts = [
        (_("Number"), invoice.number),
        (_("Issued on"), format_date(invoice.issued_on)),
        (_("Payment reference"), invoice.payment_reference),
    ]
    z, x = top, RIGHT - column + 6 * mm
    for label, value in facts:
        paper.text(label, x, z, 34 * mm, 8.5, colour=SOFT)
        z = paper.text(value, x + 34 * mm, z, RIGHT - x - 34 * mm, 9.5, bold=True, align="right") - 2 * mm
    paper.y = min(y, z) - 8 * mm


def _text_of(line: InvoiceLine, locale: str) -> str:
    return (line.text_vi if locale == "vi" else line.text_en) or line.text_vi or line.text_en


COLUMNS = (8 * mm, 60 * mm, 32 * mm, 16 * mm, 24 * mm, 30 * mm)


def _cells(*texts: str) -> list[tuple[str, float, float, str]]:
    cells, x = [], LEFT
    for place, (text, width) in enumerate(zip(texts, COLUMNS, strict=True)):
        cells.append((text, x + 1.5 * mm, width - 3 * mm, "left" if place < 2 else "right"))
        x += width
    return cells


def _lines(paper: _Paper, invoice: Invoice, locale: str) -> None:
    head = _cells(_("No."), _("What for"), _("Net"), _("VAT %"), _("VAT"), _("With VAT"))
    paper.canvas.setFillColor(TINT)
    paper.canvas.rect(LEFT, paper.y - 7.6 * mm, RIGHT - LEFT, 7.6 * mm, stroke=0, fill=1)
    paper.row(head, 8, bold=True, colour=SOFT)
    for line in invoice.lines:
        paper.row(
            _cells(
                str(line.position),
                _text_of(line, locale),
                format_money(line.net),
                str(line.vat_percent),
                format_money(line.vat),
                format_money(line.gross),
            )
        )
        paper.rule(paper.y)


def _totals(paper: _Paper, invoice: Invoice) -> None:
    paper.need(44 * mm)
    paper.y -= 3 * mm
    zero = Money(0, invoice.currency)
    rows = [(_("Sum without VAT"), sum((line.net for line in invoice.lines), zero))]
    for rate in sorted({line.vat_percent for line in invoice.lines}):
        vat = sum((line.vat for line in invoice.lines if line.vat_percent == rate), zero)
        rows.append((_("VAT %(rate)s %%", rate=rate), vat))
    x, middle = RIGHT - 84 * mm, RIGHT - 40 * mm
    for label, amount in rows:
        paper.text(label, x, paper.y, middle - x, 9, colour=SOFT)
        paper.y = (
            paper.text(format_money(amount), middle, paper.y, RIGHT - middle - 1.5 * mm, 9, align="right") - 1.6 * mm
        )
    paper.rule(paper.y, x=x, colour=INK, weight=0.9)
    paper.y -= 2 * mm
    paper.text(_("Total"), x, paper.y, middle - x, 12, bold=True)
    total = format_money(invoice.total)
    paper.y = paper.text(total, middle - 20 * mm, paper.y, RIGHT - middle + 18.5 * mm, 12, bold=True, align="right")
    paper.y -= 4 * mm
    for label, locale in (("Bằng chữ", "vi"), ("In words", "en")):
        words = f"{label}: {in_words(invoice.total, locale)}."
        paper.y = paper.text(words, LEFT, paper.y, RIGHT - LEFT, 9) - 1 * mm
    paper.y -= 5 * mm


def _instalments(paper: _Paper, invoice: Invoice, fair: Fair) -> None:
    parts = coverage(invoice, fair.today)
    if not parts:
        text = _("Nothing is to be paid: the support covers the whole price.")
        paper.y = paper.text(text, LEFT, paper.y, RIGHT - LEFT, 9.5, bold=True) - 4 * mm
        return
    paper.need(30 * mm)
    labels = {"deposit": _("Deposit"), "balance": _("Balance")}
    places = (
        (LEFT, 38 * mm),
        (LEFT + 38 * mm, 32 * mm),
        (LEFT + 70 * mm, 34 * mm),
        (LEFT + 104 * mm, 33 * mm),
        (LEFT + 137 * mm, 33 * mm),
    )

    def row(*texts: str, **style: Any) -> None:
        cells = [
            (text, x + 1.5 * mm, width - 3 * mm, "left" if n < 2 else "right")
            for n, (text, (x, width)) in enumerate(zip(texts, places, strict=True))
        ]
        paper.row(cells, style.pop("size", 9), **style)

    paper.canvas.setFillColor(TINT)
    paper.canvas.rect(LEFT, paper.y - 7.6 * mm, RIGHT - LEFT, 7.6 * mm, stroke=0, fill=1)
    row(_("To be paid"), _("Due on"), _("Amount"), _("Received"), _("Still open"), size=8, bold=True, colour=SOFT)
    for part in parts:
        row(
            labels[part.instalment.kind], format_date(part.instalment.due_on), format_money(part.instalment.amount),
            format_money(part.covered), format_money(part.open),
        )  # fmt: skip
        paper.rule(paper.y)
    paper.y -= 6 * mm


def _payment(paper: _Paper, transfer: Transfer | None, config: Config) -> None:
    if transfer is None:
        return
    labels = {"deposit": _("Deposit"), "balance": _("Balance")}
    facts = [
        (labels[transfer.due.instalment.kind], f"{format_money(transfer.amount)} · {format_date(transfer.due.instalment.due_on)}"),
        (_("Bank"), transfer.bank),
        (_("Account"), transfer.account),
        (_("Account holder"), transfer.holder),
        (_("Payment reference"), transfer.reference),
    ]  # fmt: skip
    height = QR_SIZE + 17 * mm
    paper.need(height)
    top = paper.y
    paper.canvas.setFillColor(TINT)
    paper.canvas.setStrokeColor(RULE)
    paper.canvas.setLineWidth(0.6)
    paper.canvas.roundRect(LEFT, top - height, RIGHT - LEFT, height, 2 * mm, stroke=1, fill=1)
    x = LEFT + 6 * mm
    if transfer.code:
        quiet = 4 * mm
        paper.canvas.setFillColor(HexColor("#ffffff"))
        paper.canvas.rect(
            x - 1 * mm, top - QR_SIZE - 2 * quiet - 3 * mm, QR_SIZE + 2 * quiet, QR_SIZE + 2 * quiet, stroke=0, fill=1
        )
        paper.canvas.addLiteral(
            qr.pdf_path(qr.matrix(transfer.code), x - 1 * mm + quiet, top - QR_SIZE - quiet - 3 * mm, QR_SIZE)
        )
        paper.text(
            "VietQR",
            x - 1 * mm,
            top - QR_SIZE - 2 * quiet - 3.6 * mm,
            QR_SIZE + 2 * quiet,
            7.5,
            bold=True,
            colour=SOFT,
            align="center",
        )
        x += QR_SIZE + 2 * quiet + 7 * mm
    y = paper.text(_("How to pay"), x, top - 5 * mm, RIGHT - x - 5 * mm, 11, bold=True, colour=LACQUER) - 2 * mm
    for label, value in facts:
        paper.text(label, x, y, 36 * mm, 8.5, colour=SOFT)
        y = paper.text(value, x + 36 * mm, y, RIGHT - x - 41 * mm, 9.5, bold=True) - 1.6 * mm
    hint = _("Write exactly this reference as the purpose of the transfer, so that it is found.")
    paper.text(hint, x, y - 0.6 * mm, RIGHT - x - 5 * mm, 8, colour=SOFT)
    paper.y = top - height - 4 * mm
