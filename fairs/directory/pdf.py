"""The slip on A5: QR code, PIN, reference, what happens next, in the language of the person it is for."""

from __future__ import annotations

import io
from collections.abc import Sequence

from flask_babel import gettext as _
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import A5
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from fairs.core import qr
from fairs.core.i18n import current_locale, format_date, format_datetime
from fairs.core.typeset import Block, fit, wrap
from fairs.directory.models import Filing
from fairs.directory.slips import SlipStatus, Step

WIDTH, HEIGHT = A5
LEFT, RIGHT = 13 * mm, WIDTH - 13 * mm
INK, SOFT, RULE = HexColor("#2a211d"), HexColor("#61554c"), HexColor("#cdc2b1")
LACQUER, TINT, JADE, GREY = HexColor("#9c1c23"), HexColor("#f8f3ea"), HexColor("#22694a"), HexColor("#8d8072")
QR_SIDE = 44 * mm
MARKS = {"done": JADE, "now": LACQUER, "problem": LACQUER, "next": GREY}


def slip_pdf(filing: Filing, status: SlipStatus, address: str, pin: str, department: str = "") -> bytes:
    """The slip of a filing; ``address`` is what the QR code opens, ``pin`` stands beside it.

    One page of A5. Long names shrink, and steps that do not fit are left out: the page behind the code has them all.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A5, lang="vi-VN" if current_locale() == "vi" else "en-GB")
    canvas.setTitle(_("Slip %(number)s", number=filing.reference))
    y = _head(canvas, status, department)
    y = _code(canvas, status.reference, address, pin, y)
    _steps(canvas, status.steps, y)
    _foot(canvas, filing, address)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Canvas, block: Block, y: float, colour: Color = INK, x: float = LEFT) -> float:
    canvas.setFillColor(colour)
    return block.draw(canvas, x, y)


def _head(canvas: Canvas, status: SlipStatus, department: str) -> float:
    canvas.setFillColor(LACQUER)
    canvas.rect(0, HEIGHT - 5 * mm, WIDTH, 5 * mm, stroke=0, fill=1)
    width, y = RIGHT - LEFT, HEIGHT - 10 * mm
    if department:
        y = _draw(canvas, wrap(department, width, 8), y, SOFT) - 2
    y = _draw(canvas, wrap(str(status.title), width, 9.5), y, SOFT) - 3
    name = fit(status.name, width, 17 * mm, bold=True, largest=17, smallest=8, lines=2)
    y = _draw(canvas, name, y) - 4
    if status.fair_name:
        y = _draw(canvas, wrap(status.fair_name, width, 10.5, bold=True), y, LACQUER) - 1.5
    if status.fair_days is not None:
        days = f"{format_date(status.fair_days[0])} – {format_date(status.fair_days[1])}"
        y = _draw(canvas, wrap(" · ".join(part for part in (days, status.place) if part), width, 8.5), y, SOFT) - 1
    return y - 4 * mm


def _code(canvas: Canvas, reference: str, address: str, pin: str, y: float) -> float:
    height = QR_SIDE + 8 * mm
    bottom = y - height
    canvas.setFillColor(TINT)
    canvas.setStrokeColor(RULE)
    canvas.roundRect(LEFT, bottom, RIGHT - LEFT, height, 3 * mm, stroke=1, fill=1)
    canvas.setFillColor(white)
    canvas.rect(LEFT + 3 * mm, bottom + 3 * mm, QR_SIDE + 2 * mm, QR_SIDE + 2 * mm, stroke=0, fill=1)
    modules = qr.matrix(address)
    margin = 4 * (QR_SIDE + 2 * mm) / (len(modules) + 8)
    canvas.addLiteral(
        qr.pdf_path(modules, LEFT + 3 * mm + margin, bottom + 3 * mm + margin, QR_SIDE + 2 * mm - 2 * margin)
    )
    x = LEFT + QR_SIDE + 9 * mm
    room = RIGHT - x - 3 * mm
    top = y - 5 * mm
    top = _draw(canvas, wrap(_("PIN"), room, 8.5), top, SOFT, x) - 1
    top = (
        _draw(canvas, fit(" ".join((pin[:3], pin[3:])), room, 12 * mm, bold=True, largest=25, smallest=12), top, INK, x)
        - 7
    )
    top = _draw(canvas, wrap(_("Reference"), room, 8.5), top, SOFT, x) - 1
    top = _draw(canvas, fit(reference, room, 7 * mm, bold=True, largest=13, smallest=8), top, INK, x) - 7
    text = _("Scan the code with a telephone and type the PIN: you see how far it has come. No account is needed.")
    _draw(canvas, wrap(text, room, 8), top, INK, x)
    return bottom - 6 * mm


def _steps(canvas: Canvas, steps: Sequence[Step], y: float) -> None:
    width = RIGHT - LEFT
    y = _draw(canvas, wrap(_("What happens next"), width, 11, bold=True), y) - 5
    for step in steps:
        label = wrap(str(step.label), width - 8 * mm, 9.5, bold=step.state in {"now", "problem"})
        text = wrap(str(step.text), width - 8 * mm, 8.5) if step.text else None
        height = label.height + (text.height + 1.5 if text is not None else 0)
        if y - height < 24 * mm:
            return
        canvas.setFillColor(MARKS[step.state])
        canvas.setStrokeColor(MARKS[step.state])
        canvas.circle(LEFT + 2 * mm, y - 5, 1.7 * mm, stroke=1, fill=int(step.state != "next"))
        after = _draw(canvas, label, y, INK, LEFT + 8 * mm)
        if text is not None:
            after = _draw(canvas, text, after - 1.5, SOFT, LEFT + 8 * mm)
        y = after - 6


def _foot(canvas: Canvas, filing: Filing, address: str) -> None:
    canvas.setStrokeColor(RULE)
    canvas.line(LEFT, 20 * mm, RIGHT, 20 * mm)
    width = RIGHT - LEFT
    keep = _("Keep this slip and do not show the PIN to strangers. If it is lost, the organiser prints a new one.")
    y = _draw(canvas, wrap(keep, width, 7.5), 18 * mm, INK) - 2
    slip = _("Slip %(number)s", number=filing.reference)
    filed = _("Filed %(when)s", when=format_datetime(filing.created_at))
    _draw(canvas, fit(f"{slip} · {filed} · {address}", width, 4 * mm, largest=6.5, smallest=4), y, SOFT)
