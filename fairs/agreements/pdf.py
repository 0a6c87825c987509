"""The agreement on A4: Vietnamese first, which prevails, then English; parties, tables, terms, places to sign, annex."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale
from flask_babel import gettext as _

from fairs.agreements.facts import Facts
from fairs.agreements.models import AgreementTemplate
from fairs.agreements.wording import pieces
from fairs.config import Config
from fairs.core.i18n import country_name, format_date, format_money, format_number
from fairs.core.pdf import (
    Block,
    Column,
    Gap,
    KeyValues,
    Letterhead,
    Notice,
    Paragraph,
    QrBlock,
    Signature,
    SignatureBlock,
    Table,
    build_document,
)
from fairs.payments.words import in_words


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one agreement is made of. ``replaces`` is the number of the one before; ``is_preview`` marks a trial."""

    number: str
    version: int
    template: AgreementTemplate
    facts: Facts
    issued_on: date
    replaces: str = ""
    is_preview: bool = False


def agreement_pdf(sheet: Sheet, config: Config, *, base_url: str) -> bytes:
    """The agreement's PDF in both languages."""
    blocks: list[Block] = []
    if sheet.is_preview:
        blocks.append(Notice("BẢN XEM THỬ, KHÔNG CÓ GIÁ TRỊ – PREVIEW, WITHOUT EFFECT"))
    blocks += _part(sheet, config, "vi")
    blocks += [_signatures(sheet, config)]
    if sheet.template.annex_vi.strip():
        blocks += [Paragraph("Phụ lục", "heading"), *_text(sheet.template.annex_vi, {})]
    blocks += [Gap(6), Notice("English translation. The Vietnamese text above prevails."),
               Paragraph("PARTICIPATION AGREEMENT", "strong")]  # fmt: skip
    blocks += _part(sheet, config, "en")
    if sheet.template.annex_en.strip():
        blocks += [Paragraph("Annex", "heading"), *_text(sheet.template.annex_en, {})]
    if not sheet.is_preview:
        blocks.append(QrBlock(
            f"{base_url}/verify", "Kiểm tra hợp đồng / Verify this agreement",
            [f"{base_url}/verify", "Tải tệp PDF lên để kiểm tra mã băm SHA-256 và trạng thái.",
             "Upload the PDF to check its SHA-256 and whether it is in force."], size=26,
        ))  # fmt: skip
    subtitle = f"Số: {sheet.number} · phiên bản {sheet.version}"
    if sheet.replaces:
        subtitle += f" · thay thế hợp đồng số {sheet.replaces}"
    return build_document(
        "HỢP ĐỒNG THAM GIA HỘI CHỢ",
        blocks,
        language="vi",
        letterhead=Letterhead(config.department, national=True),
        subtitle=subtitle,
        footer=f"{sheet.number} · {sheet.facts.exhibitor.company.name}",
    )


def _part(sheet: Sheet, config: Config, locale: str) -> list[Block]:
    with force_locale(locale):
        text = sheet.template.body_vi if locale == "vi" else sheet.template.body_en
        words = _words(sheet, locale)
        made = _Blocks(sheet, config, locale)
        return [block for piece in pieces(text, words) for block in _block(piece, made)]


def _text(text: str, words: Mapping[str, str]) -> list[Block]:
    return [Paragraph(content, "strong" if kind == "heading" else "body") for kind, content in pieces(text, words)]


def _block(piece: tuple[str, str], made: _Blocks) -> list[Block]:
    kind, content = piece
    if kind == "heading":
        return [Paragraph(content, "strong")]
    return [Paragraph(content)] if kind == "text" else made.named(content)


def _words(sheet: Sheet, locale: str) -> dict[str, str]:
    facts, fair = sheet.facts, sheet.facts.fair
    vi = locale == "vi"
    return {
        "number": sheet.number, "date": format_date(sheet.issued_on, locale), "terms_version": str(sheet.template.version),
        "fair": fair.name_vi if vi else fair.name_en or fair.name_vi,
        "days": f"{format_date(fair.starts_on, locale)} – {format_date(fair.ends_on, locale)}",
        "venue": fair.venue_vi if vi else fair.venue_en or fair.venue_vi,
        "company": facts.exhibitor.company.name, "booth_codes": facts.codes, "area": format_number(facts.area_m2, locale),
        "total": format_money(facts.total, locale), "total_words": in_words(facts.total, locale),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Blocks:
    """The blocks that a text names, in one language."""

    sheet: Sheet
    config: Config
    locale: str

    def named(self, name: str) -> list[Block]:
        """The blocks of a placeholder."""
        made: dict[str, list[Block]] = {
            "organiser": [self.organiser()], "exhibitor": [self.exhibitor()], "booths": [self.booths()],
            "prices": self.prices(), "payments": [self.payments()], "terms": self.terms(),
        }  # fmt: skip
        return made[name]

    def organiser(self) -> Block:
        config = self.config
        name = config.department if self.locale == "vi" else config.department_en
        rows = [
            (_("Organisation"), name),
            (_("Address"), config.department_address),
            (_("Contact"), config.department_contact),
        ]
        return KeyValues([row for row in rows if row[1]])

    def exhibitor(self) -> Block:
        exhibitor = self.sheet.facts.exhibitor
        company = exhibitor.company
        place = ", ".join(part for part in (company.address, company.commune) if part)
        contact = ", ".join(
            part for part in (exhibitor.contact_name, exhibitor.contact_phone, exhibitor.contact_email) if part
        )
        rows = [
            (_("Organisation"), company.name), ("", company.name_en if company.name_en != company.name else ""),
            (_("Tax code"), company.tax_code or ""),
            (_("Address"), ", ".join(part for part in (place, country_name(company.country, self.locale)) if part)),
            (_("Contact"), contact), (_("Application"), exhibitor.reference),
        ]  # fmt: skip
        return KeyValues([row for row in rows if row[1]])

    def booths(self) -> Block:
        facts = self.sheet.facts
        rows = [
            (one.booth.code, one.booth.hall.name, one.booth.type.name, str(one.booth.open_sides),
             format_number(one.booth.area_m2))
            for one in facts.bookings
        ]  # fmt: skip
        columns = [
            Column(_("Booth"), 0.8), Column(_("Hall"), 1.4), Column(_("Kind"), 2.2), Column(_("Open sides"), 0.9, "right"),
            Column(_("Area (m²)"), 0.9, "right"),
        ]  # fmt: skip
        return Table(columns, rows, [(_("Area (m²)"), format_number(facts.area_m2))] if len(rows) > 1 else ())

    def prices(self) -> list[Block]:
        facts = self.sheet.facts
        rows = [
            ((line.text_vi if self.locale == "vi" else line.text_en) or line.text_vi, format_money(line.net),
             str(line.vat_percent), format_money(line.gross))
            for invoice in facts.invoices
            for line in invoice.lines
        ]  # fmt: skip
        columns = [
            Column(_("What for"), 2.8), Column(_("Net"), 1.3, "right"), Column(_("VAT %"), 0.7, "right"),
            Column(_("With VAT"), 1.4, "right"),
        ]  # fmt: skip
        return [Table(columns, rows, [(_("Total"), format_money(facts.total))])] if rows else []

    def payments(self) -> Block:
        labels = {"deposit": _("Deposit"), "balance": _("Balance")}
        rows = [
            (labels.get(kind, kind), format_date(day), format_money(amount), invoice.number, invoice.payment_reference)
            for invoice, kind, day, amount in self.sheet.facts.dues
        ]
        if not rows:
            return Paragraph(_("Nothing is to be paid: the support covers the whole price."), "strong")
        columns = [
            Column(_("To be paid"), 1), Column(_("Due on"), 1), Column(_("Amount"), 1.3, "right"), Column(_("Invoice"), 1.3),
            Column(_("Payment reference"), 1.4),
        ]  # fmt: skip
        return Table(columns, rows)

    def terms(self) -> list[Block]:
        fair = self.sheet.facts.fair
        text = fair.terms_vi if self.locale == "vi" else fair.terms_en or fair.terms_vi
        return [Paragraph(text)] if text.strip() else []


def _signatures(sheet: Sheet, config: Config) -> Block:
    day = sheet.issued_on
    return SignatureBlock(
        [
            Signature("ĐẠI DIỆN BÊN A", "For Party A", config.department),
            Signature("ĐẠI DIỆN BÊN B", "For Party B", sheet.facts.exhibitor.company.name),
        ],
        f"{sheet.facts.fair.city}, ngày {day.day} tháng {day.month} năm {day.year}",
    )
