"""The seating plan and the place cards on paper."""

from __future__ import annotations

import io
from collections.abc import Sequence

from flask_babel import force_locale
from flask_babel import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from fairs.ceremonies.models import Ceremony, CeremonySeat
from fairs.core import fonts
from fairs.core.i18n import country_name, format_datetime
from fairs.core.pdf import Block, Column, Gap, Notice, Table, build_document
from fairs.core.typeset import fit

_CARDS = 4
#: Seats beside each other on a page; longer rows go on in a part below.
_ABREAST = 14


def plan_pdf(ceremony: Ceremony, seats: Sequence[CeremonySeat], language: str) -> bytes:
    """The plan as the rows stand in the hall (long rows in parts), then a list by row for who shows guests to their seats."""
    with force_locale(language):
        taken = {(seat.row, seat.number): seat for seat in seats}
        listed = [
            [
                str(seat.row), str(seat.number), seat.member.person.display_name, seat.member.delegation.organisation,
                country_name(seat.member.delegation.country),
            ]
            for seat in seats
        ]  # fmt: skip
        blocks: list[Block] = [Notice(_("Stage"))]
        for first in range(1, ceremony.seats_per_row + 1, _ABREAST):
            numbers = range(first, min(first + _ABREAST, ceremony.seats_per_row + 1))
            columns = [Column("", 0.35), *(Column(str(number), 1, "center") for number in numbers)]
            rows = [
                [str(row), *(_seat(taken.get((row, number))) for number in numbers)]
                for row in range(1, ceremony.rows + 1)
            ]
            blocks += [Table(columns, rows), Gap(6)]
        blocks.append(
            Table([Column(_("Row of seats"), 0.4), Column(_("Seat"), 0.4), Column(_("Name"), 2), Column(_("Delegation"), 2.4), Column(_("Country"), 1)], listed)
        )  # fmt: skip
        return build_document(
            _("Seating plan: %(name)s", name=ceremony.name), blocks, language=language,
            subtitle=f"{ceremony.fair.name} · {format_datetime(ceremony.starts_at)} · {ceremony.place}", page="A4 landscape",
        )  # fmt: skip


def _seat(seat: CeremonySeat | None) -> str:
    return "" if seat is None else f"{seat.member.person.display_name}\n{seat.member.delegation.organisation}"


def cards_pdf(ceremony: Ceremony, seats: Sequence[CeremonySeat], language: str) -> bytes:
    """Place cards to cut and fold, four on a sheet: the name on both sides, as large as it fits, organisation and seat below."""
    with force_locale(language), fonts.LOCK:
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=A4)
        canvas.setTitle(_("Place cards: %(name)s", name=ceremony.name))
        width, height = A4
        card = height / _CARDS
        for place, seat in enumerate(seats):
            if place and place % _CARDS == 0:
                canvas.showPage()
            bottom = height - (place % _CARDS + 1) * card
            canvas.setDash(2, 3)
            canvas.line(0, bottom, width, bottom)
            canvas.line(0, bottom + card / 2, width, bottom + card / 2)
            canvas.setDash()
            _side(canvas, seat, width, bottom, card / 2)
            canvas.saveState()
            canvas.translate(width, bottom + card)
            canvas.rotate(180)
            _side(canvas, seat, width, 0, card / 2)
            canvas.restoreState()
        canvas.save()
        return out.getvalue()


def _side(canvas: Canvas, seat: CeremonySeat, width: float, bottom: float, height: float) -> None:
    person, margin = seat.member.person, 12 * mm
    room = width - 2 * margin
    language = person.name_language or None
    name = fit(person.display_name, room, height * 0.45, language=language, bold=True, largest=34, smallest=14, lines=1)
    under = fit(seat.member.delegation.organisation, room, height * 0.2, largest=14, smallest=8, lines=1)
    where = fit(
        _("Row %(row)s, seat %(seat)s", row=seat.row, seat=seat.number), room, height * 0.12, largest=8, smallest=7
    )
    top = bottom + height * 0.84
    for block in (name, under, where):
        top = block.draw(canvas, margin, top, room, "center") - 3 * mm
