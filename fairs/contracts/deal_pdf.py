"""The paper of a contract that was signed on the screen: Vietnamese and English beside each other, both signatures, the hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_babel import force_locale

from fairs.calendar.models import Fair
from fairs.contracts.content import content_hash
from fairs.contracts.models import Contract, Signature
from fairs.contracts.states import ContractState
from fairs.contracts.terms import PAYMENT_METHODS
from fairs.core import hs
from fairs.core.i18n import country_name, format_date, format_datetime, format_money, format_number
from fairs.core.incoterms import INCOTERMS
from fairs.core.pdf import (
    Block,
    Column,
    KeyValues,
    Letterhead,
    Paragraph,
    QrBlock,
    SignatureBlock,
    Table,
    build_document,
)
from fairs.core.pdf import Signature as Place
from fairs.directory.models import Company

_ROLES = {"exporter": "Bên xuất khẩu / Exporter", "importer": "Bên nhập khẩu / Importer"}


def signed_paper(contract: Contract, fair: Fair, signatures: Mapping[str, Signature]) -> bytes:
    """The paper as PDF; ``signatures`` by side, all under the content that the contract has now."""
    base = current_app.extensions["fairs_config"].base_url.rstrip("/")
    sha256 = content_hash(contract)
    with force_locale("en"):
        blocks: list[Block] = [
            _parties(contract),
            _terms(contract),
            _goods(contract),
            SignatureBlock([_place(side, signatures[side], contract) for side in _ROLES if side in signatures]),
            QrBlock(
                f"{base}/c/check/{sha256}", _both("Kiểm tra", "Check"),
                [
                    _both("Mã băm SHA-256 của nội dung hai bên đã ký", "SHA-256 of the content that both parties signed"),
                    f"{sha256[:32]} {sha256[32:]}",
                    f"{base}/c/check/…",
                ], size=28,
            ),
        ]  # fmt: skip
        return build_document(
            "BIÊN BẢN GHI NHỚ / MEMORANDUM" if contract.state is ContractState.MOU else "HỢP ĐỒNG XUẤT KHẨU / EXPORT CONTRACT",
            blocks, language="vi", letterhead=_letterhead(fair), subtitle=_subtitle(contract),
            footer=f"{contract.reference} · {sha256[:16]}",
        )  # fmt: skip


def _both(vi: str, en: str) -> str:
    return f"{vi} / {en}"


def _subtitle(contract: Contract) -> str:
    day = format_date(contract.signed_on)
    return " · ".join(part for part in (contract.reference, contract.number, day) if part)


def _letterhead(fair: Fair) -> Letterhead:
    config: Any = current_app.extensions["fairs_config"]
    return Letterhead(
        fair.name_vi,
        [fair.name_en] if fair.name_en and fair.name_en != fair.name_vi else [],
        right=[config.department, f"{format_date(fair.starts_on)} – {format_date(fair.ends_on)}"],
    )


def _company(company: Company) -> str:
    name = (
        f"{company.name} ({company.name_en})" if company.name_en and company.name_en != company.name else company.name
    )
    known = [
        name, company.address, _both(country_name(company.country, "vi"), country_name(company.country, "en")),
        f"{_both('MST', 'Tax code')} {company.tax_code}" if company.tax_code else "",
    ]  # fmt: skip
    return "\n".join(part for part in known if part)


def _parties(contract: Contract) -> KeyValues:
    return KeyValues(
        [(_ROLES["exporter"], _company(contract.exporter)), (_ROLES["importer"], _company(contract.importer))]
    )


def _terms(contract: Contract) -> KeyValues:
    incoterm = (
        f"{contract.incoterm} {contract.incoterm_place} (Incoterms 2020, {INCOTERMS[contract.incoterm]})"
        if contract.incoterm
        else ""
    )
    method = str(PAYMENT_METHODS.get(contract.payment_method, ""))
    rows = [
        (_both("Giá trị", "Value"), format_money(contract.value)),
        (_both("Điều kiện giao hàng", "Delivery terms"), incoterm),
        (_both("Thanh toán", "Payment"), ", ".join(part for part in (method, contract.payment_terms) if part)),
        (_both("Thời gian giao hàng", "Delivery"), contract.delivery),
        (
            _both("Hợp đồng khung", "Framework contract"),
            contract.parent.reference if contract.parent is not None else "",
        ),
        (_both("Gian hàng", "Booth"), contract.booth_code),
    ]
    return KeyValues([(label, value) for label, value in rows if value])


def _goods(contract: Contract) -> Block:
    if not contract.lines:
        return Paragraph(_both("Hàng hóa: theo bản ký kết", "Goods: as in the papers of the parties"), "small")
    return Table(
        [
            Column("HS", 0.9), Column(_both("Hàng hóa", "Goods"), 3.2), Column(_both("Số lượng", "Quantity"), 1.7, "right"),
            Column(_both("Giá trị", "Value"), 1.6, "right"),
        ],
        [
            (
                line.hs_code, line.description + (" (CITES)" if line.cites else ""),
                f"{format_number(line.quantity)} {hs.unit_name(line.unit)}", format_money(line.amount),
            )
            for line in contract.lines
        ],
        [(_both("Tổng cộng", "Total"), format_money(contract.value))],
    )  # fmt: skip


def _place(side: str, signature: Signature, contract: Contract) -> Place:
    company = contract.exporter if side == "exporter" else contract.importer
    name = signature.name if not signature.title else f"{signature.name}, {signature.title}"
    when = _both("Ký trên màn hình", "Signed on screen") + f"\n{format_datetime(signature.signed_at)}"
    return Place(f"{_ROLES[side]}\n{company.name}", when, name, signature.file.read())
