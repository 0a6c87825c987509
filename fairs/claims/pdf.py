"""Papers of a claim on A4: the receipt and the letter about a charge in two languages, the evidence in the reader's."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from fairs.claims import evidence
from fairs.claims.models import Claim
from fairs.claims.presentation import sums_of
from fairs.core.i18n import country_name, current_locale, format_date, format_money
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
from fairs.payments.words import in_words


def _letterhead(claim: Claim, locale: str) -> Letterhead:
    config: Any = current_app.extensions["fairs_config"]
    fair = claim.fair
    name = fair.name_vi if locale == "vi" else fair.name_en or fair.name_vi
    return Letterhead(
        config.department if locale == "vi" else f"{config.department} / {config.department_en}",
        [line for line in (config.department_address, config.department_contact) if line],
        right=[name, f"{format_date(fair.starts_on)} – {format_date(fair.ends_on)}"],
    )


def _words(amount: Money) -> Paragraph:
    return Paragraph(f"Bằng chữ: {in_words(amount, 'vi')}.\nIn words: {in_words(amount, 'en')}.")


def _both(vi: str, en: str) -> str:
    return f"{vi} / {en}"


def _guest(claim: Claim) -> list[tuple[str, str]]:
    name = claim.person.passport_name or claim.person.display_name
    return [
        (
            _both("Khách", "Guest"),
            name if name == claim.person.display_name else f"{name} ({claim.person.display_name})",
        ),
        (_both("Công ty", "Company"), f"{claim.company.name}, {country_name(claim.company.country, 'en')}"),
        (_both("Hồ sơ", "Claim"), f"{claim.reference} · {claim.hosting.reference}"),
    ]


def receipt_pdf(claim: Claim) -> bytes:
    """What was paid to the guest, for what, and by which number of the bank; Vietnamese and English beside each other."""
    paid_on: date = claim.paid_on or claim.fair.today
    payable = claim.payable or Money(0, claim.currency)
    with force_locale("en"):
        sums = sums_of(claim)
        rows = [
            (row.what, format_money(row.line.amount), row.rate or "–", format_money(row.counts)) for row in sums.rows
        ]
        blocks: list[Block] = [
            KeyValues(
                [
                    *_guest(claim),
                    (_both("Ngày chuyển", "Paid on"), format_date(paid_on)),
                    (_both("Số giao dịch ngân hàng", "Number of the bank"), claim.bank_reference),
                ]
            ),
            Table(
                [Column(_both("Nội dung", "What for"), 2.2), Column(_both("Đã chi", "Paid by you"), 1.2, "right"),
                 Column(_both("Tỷ giá", "Rate"), 1.8), Column(_both("Hoàn trả", "Refunded"), 1.2, "right")],
                rows, [(_both("Tổng cộng", "Total"), format_money(payable))],
            ),
            _words(payable),
            Paragraph(
                "Ngân hàng trung gian có thể thu phí. Khoản này được hoàn trả theo quyết định hỗ trợ của hội chợ.\n"
                "Banks on the way may keep a charge. This amount is refunded under the decision on support of the fair."
            ),
        ]  # fmt: skip
        return build_document(
            _both("XÁC NHẬN HOÀN TRẢ CHI PHÍ", "CONFIRMATION OF REIMBURSEMENT"), blocks, language="vi",
            letterhead=_letterhead(claim, "en"), subtitle=f"{claim.receipt_number} · {format_date(paid_on)}",
        )  # fmt: skip


def charge_pdf(claim: Claim) -> bytes:
    """The letter about the last charge that was approved; Vietnamese and English beside each other."""
    charge = [one for one in claim.charges if one.number][-1]
    decided = charge.decided_at.date() if charge.decided_at is not None else claim.fair.today
    with force_locale("en"):
        blocks: list[Block] = [
            KeyValues(
                [
                    *_guest(claim),
                    (_both("Số tiền phải trả", "Amount owed"), format_money(charge.amount)),
                    (_both("Trước hết ngày", "Until"), format_date(charge.due_on or claim.fair.today)),
                    (_both("Nội dung chuyển khoản", "Please name"), str(charge.number)),
                ]
            ),
            _words(charge.amount),
            Paragraph(_both("Lý do", "Reason"), "strong"),
            Paragraph(charge.reason),
            SignatureBlock(
                [Signature(_both("Người lập", "Prepared by"), ""), Signature(_both("Người duyệt", "Approved by"), "")]
            ),
        ]
        return build_document(
            _both("THÔNG BÁO KHOẢN PHẢI HOÀN TRẢ", "NOTICE OF AN AMOUNT OWED"), blocks, language="vi",
            letterhead=_letterhead(claim, "en"), subtitle=f"{charge.number} · {format_date(decided)}",
        )  # fmt: skip


def evidence_pdf(claim: Claim) -> bytes:
    """All that an auditor asks about one claim, in the reader's language."""
    locale = current_locale()
    totals = evidence.total_rows(claim)
    rows = [
        (str(what), format_date(day), f"{format_money(amount)}\n{decision}" + (f": {reason}" if reason else ""), rate or "–",
         f"{format_money(counts)}\n{why}")
        for what, day, amount, _c, _a, decision, reason, rate, _converted, counts, why in _typed(claim)
    ]  # fmt: skip
    blocks: list[Block] = [
        *([Notice(claim.reason)] if claim.reason else []),
        Paragraph(_("Decision"), "heading"),
        KeyValues([(row[0], row[1]) for row in evidence.decision_facts(claim)]),
        Paragraph(_("Proofs"), "heading"),
        Table([Column(_("Proof"), 1.2), Column(_("State"), 1.2), Column(_("Detail or SHA-256"), 2)], evidence.proof_rows(claim)),
        Paragraph(_("Arithmetic"), "heading"),
        Table(
            [Column(_("Line"), 1.6), Column(_("Receipt’s day"), 0.8), Column(_("Amount"), 1.2, "right"), Column(_("Rate"), 1.5),
             Column(_("Counts"), 1.2, "right")],
            rows, [(row[0], row[1]) for row in totals],
        ),
        Paragraph(_("People"), "heading"),
        Table([Column(_("Step"), 1), Column(_("When"), 1), Column(_("Who and why"), 2)], evidence.people_rows(claim)),
    ]  # fmt: skip
    return build_document(
        _("EVIDENCE OF A REIMBURSEMENT"), blocks, language=locale, letterhead=_letterhead(claim, locale),
        subtitle=claim.reference,
    )  # fmt: skip


def _typed(claim: Claim) -> list[Any]:
    return list(evidence.line_rows(claim))
