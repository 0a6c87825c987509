"""The build-up permit on A5, in Vietnamese and English: who, where, when, which vehicles, and the code."""

from __future__ import annotations

from flask_babel import force_locale

from fairs.core.i18n import format_datetime, format_time
from fairs.core.pdf import KeyValues, Notice, QrBlock, build_document
from fairs.exhibitors.models import Exhibitor
from fairs.sitework.models import BuildPermit
from fairs.sitework.permits import code_of
from fairs.sitework.standing import Standing


def permit_sheet(permit: BuildPermit, exhibitor: Exhibitor, standing: Standing) -> bytes:
    """The permit's PDF."""
    fair = exhibitor.fair
    with force_locale("vi"):
        slot = f"{format_datetime(permit.slot_from)} – {format_time(permit.slot_until)}"
    rows = [
        ("Đơn vị tham gia", exhibitor.company.name), ("Gian hàng / Booths", standing.codes),
        ("Thời gian / Time", slot), ("Xe / Vehicles", permit.vehicles or "–"),
        ("Số / No.", permit.reference),
    ]  # fmt: skip
    return build_document(
        "GIẤY PHÉP DỰNG GIAN HÀNG",
        [
            KeyValues(rows),
            QrBlock(
                code_of(permit), "BUILD-UP PERMIT", ["Xuất trình mã này tại cổng.", "Show this code at the gate.", permit.short_code],
                size=52,
            ),
            Notice("Giấy phép tự động hết hiệu lực khi gian hàng bị hủy hoặc còn khoản phải nộp.\n"
                   "It ends by itself when the booth is given back or money is owed."),
        ],
        language="vi",
        subtitle=f"{fair.name_vi} · {fair.name_en}",
        footer=permit.reference,
        page="A5",
    )  # fmt: skip
