"""The files for the provider of e-invoices: XML by the structure of Decision 1450/QD-TCT, and sheets.

Each document is one XML file without series, number and signature: the provider gives those. Sums are taken from the lines,
so a file cannot contradict itself.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from flask_babel import gettext as _

from fairs.config import Config
from fairs.core.money import Money
from fairs.core.sheets import Sheet
from fairs.core.text import one_line
from fairs.directory.models import Company
from fairs.payments.documents import PartLine, rate_sums
from fairs.payments.einvoice import EDocument
from fairs.payments.tax_models import EInvoice
from fairs.payments.words import in_words

GOODS, DISCOUNT = "1", "3"  # TChat: goods and services; trade discount, an amount that is taken off
_REDUCES = frozenset({"discount", "support"})
_FORBIDDEN = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")  # in XML 1.0
KINDS_VI = {"deposit": "Đặt cọc", "balance": "Phần còn lại", "whole": "Toàn bộ", "adjustment": "Điều chỉnh giảm"}


def archive(documents: Sequence[EDocument], known: Mapping[str, EInvoice], config: Config, at: datetime) -> bytes:
    """A ZIP with one XML file for each document, named by its number."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for one in documents:
            entry = zipfile.ZipInfo(f"{one.number.replace('/', '-')}.xml", at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            pack.writestr(entry, xml_of(one, known, config))
    return out.getvalue()


def xml_of(one: EDocument, known: Mapping[str, EInvoice], config: Config) -> bytes:
    """One document as HDon/DLHDon; ``known`` are the e-invoices that the provider has issued, for what is adjusted."""
    invoice, currency = one.invoice, one.invoice.currency
    root = Element("HDon")
    data = SubElement(root, "DLHDon", Id=one.number.replace("/", "-"))
    general = SubElement(data, "TTChung")
    _add(general, "PBan", "2.0.0")
    _add(general, "THDon", "Hóa đơn giá trị gia tăng")
    _add(general, "KHMSHDon", "1")
    _add(general, "NLap", one.issued_on.isoformat())
    _add(general, "DVTTe", currency)
    if currency == "VND":
        _add(general, "TGia", "1")
    _add(general, "HTTToan", "TM/CK")
    if one.kind == "adjustment":
        _related(SubElement(general, "TTHDLQuan"), one, known.get(one.adjusts))
    content = SubElement(data, "NDHDon")
    _seller(SubElement(content, "NBan"), config)
    _buyer(SubElement(content, "NMua"), invoice.company)
    _lines(SubElement(content, "DSHHDVu"), one.lines)
    _sums(SubElement(content, "TToan"), one)
    more = SubElement(data, "TTKhac")
    for name, text in (
        ("SoChungTu", one.number), ("SoHoaDonNoiBo", invoice.number), ("MaThanhToan", invoice.payment_reference),
        ("LoaiChungTu", KINDS_VI[one.kind]),
    ):  # fmt: skip
        item = SubElement(more, "TTin")
        _add(item, "TTruong", name)
        _add(item, "KDLieu", "string")
        _add(item, "DLieu", text)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _add(parent: Element, tag: str, text: str) -> None:
    if text:
        SubElement(parent, tag).text = _FORBIDDEN.sub("", text)


def _related(parent: Element, one: EDocument, issued: EInvoice | None) -> None:
    _add(parent, "TCHDon", "2")  # an adjustment; 1 would be a replacement
    _add(parent, "LHDCLQuan", "1")  # of an e-invoice under Decree 123
    if issued is not None:
        _add(parent, "KHMSHDCLQuan", issued.series[0])
        _add(parent, "KHHDCLQuan", issued.series[1:])
        _add(parent, "SHDCLQuan", str(issued.einvoice_number))
        _add(parent, "NLHDCLQuan", issued.issued_on.isoformat())
    _add(parent, "GChu", one_line(f"Điều chỉnh giảm {one.adjusts}: {one.reason}")[:255])


def _seller(parent: Element, config: Config) -> None:
    _add(parent, "Ten", config.department)
    _add(parent, "MST", config.department_tax_code)
    _add(parent, "DChi", config.department_address)


def _buyer(parent: Element, company: Company) -> None:
    _add(parent, "Ten", company.name)
    _add(parent, "MST", company.tax_code or "")
    _add(parent, "DChi", ", ".join(part for part in (company.address, company.commune) if part))
    _add(parent, "SDThoai", company.phone or "")
    _add(parent, "DCTDTu", company.email or "")


def _nature(line: PartLine) -> tuple[str, Money]:
    """TChat and the amount as it is written: a discount is a positive amount that is taken off."""
    if line.kind in _REDUCES:
        return DISCOUNT, Money(-line.net.amount_minor, line.net.currency)
    return GOODS, line.net


def _lines(parent: Element, lines: Sequence[PartLine]) -> None:
    for position, line in enumerate(lines, 1):
        nature, amount = _nature(line)
        item = SubElement(parent, "HHDVu")
        _add(item, "TChat", nature)
        _add(item, "STT", str(position))
        _add(item, "THHDVu", line.text_vi or line.text_en)
        _add(item, "SLuong", "1")
        _add(item, "DGia", str(amount.decimal))
        _add(item, "ThTien", str(amount.decimal))
        _add(item, "TSuat", f"{line.vat_percent}%")


def _sums(parent: Element, one: EDocument) -> None:
    rates = SubElement(parent, "THTTLTSuat")
    zero = Money(0, one.invoice.currency)
    net, vat = zero, zero
    for rate in rate_sums(one.lines):
        item = SubElement(rates, "LTSuat")
        _add(item, "TSuat", f"{rate.percent}%")
        _add(item, "ThTien", str(rate.net.decimal))
        _add(item, "TThue", str(rate.vat.decimal))
        net, vat = net + rate.net, vat + rate.vat
    discount = sum((amount for nature, amount in map(_nature, one.lines) if nature == DISCOUNT), zero)
    _add(parent, "TgTCThue", str(net.decimal))
    _add(parent, "TgTThue", str(vat.decimal))
    if discount:
        _add(parent, "TTCKTMai", str(discount.decimal))
    _add(parent, "TgTTTBSo", str((net + vat).decimal))
    _add(parent, "TgTTTBChu", in_words(net + vat, "vi"))


def sheets_of(documents: Sequence[EDocument], known: Mapping[str, EInvoice]) -> list[Sheet]:
    """The same as sheets: a row for each document and rate, then all lines. The last columns are for the provider's answer,
    so that the first sheet, filled in, can be read back."""
    heads = [
        _("Number of the document"), _("Kind"), _("Date"), _("Invoice"), _("Adjusts"), _("Reason"), _("Buyer"), _("Tax code"), _("Address"),
        _("E-mail"), _("Net"), _("VAT"), _("Total"), _("Currency"), _("In words"), _("E-invoice series"), _("E-invoice number"),
        _("E-invoice date"), _("Code of the tax authority"),
    ]  # fmt: skip
    rows = []
    for one in documents:
        company, answer = one.invoice.company, known.get(one.number)
        zero = Money(0, one.invoice.currency)
        rows.append([
            one.number, KINDS_VI[one.kind], one.issued_on, one.invoice.number, one.adjusts, one.reason, company.name,
            company.tax_code, ", ".join(part for part in (company.address, company.commune) if part), company.email,
            sum((line.net for line in one.lines), zero), sum((line.vat for line in one.lines), zero), one.total,
            one.invoice.currency, in_words(one.total, "vi"), answer.series if answer else "",
            answer.einvoice_number if answer else "", answer.issued_on if answer else "",
            answer.authority_code if answer else "",
        ])  # fmt: skip
    line_heads = [
        _("Number of the document"), _("No."), _("What for"), _("Net"), _("VAT %"), _("VAT"), _("With VAT"), _("Currency"),
    ]  # fmt: skip
    line_rows = [
        [
            one.number,
            n,
            line.text_vi or line.text_en,
            line.net,
            line.vat_percent,
            line.vat,
            line.gross,
            one.invoice.currency,
        ]
        for one in documents
        for n, line in enumerate(one.lines, 1)
    ]
    return [Sheet(_("Documents"), heads, rows), Sheet(_("Lines"), line_heads, line_rows)]
