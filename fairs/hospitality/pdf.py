"""Lists of drivers on paper: one run after the other, in Vietnamese, for drivers read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import force_locale

from fairs.calendar.models import Fair
from fairs.core.clock import local_day
from fairs.core.i18n import country_name, format_date, format_datetime
from fairs.core.pdf import Block, Column, Gap, KeyValues, Notice, Paragraph, Table, build_document
from fairs.hospitality.models import ManifestVersion, TransferRun
from fairs.hospitality.words import mark_word


def manifest_pdf(fair: Fair, found: Sequence[tuple[TransferRun, ManifestVersion]]) -> bytes:
    """The lists of these runs as they stood in the given versions."""
    with force_locale("vi"):
        blocks: list[Block] = []
        for run, version in found:
            blocks += _run(run, version)
        first = found[0]
        title = f"DANH SÁCH ĐÓN TIỄN {first[0].reference}" if len(found) == 1 else "DANH SÁCH ĐÓN TIỄN TRONG NGÀY"
        day = format_date(local_day(first[0].leaves_at, fair.time_zone), weekday=True)
        footer = f"{first[0].reference} · bản {first[1].number}" if len(found) == 1 else f"{fair.code} · {day}"
        return build_document(
            title, blocks, language="vi", subtitle=f"{fair.name_vi} · {day}", footer=footer, page="A4 landscape"
        )


def _run(run: TransferRun, version: ManifestVersion) -> list[Block]:
    head = version.head
    rows = [
        ("Xe chạy lúc", format_datetime(datetime.fromisoformat(head["leaves_at"]))),
        ("Từ – đến", " – ".join(part for part in (head["from"], head["to"]) if part) or str(run.kind.label)),
        ("Điểm đón", head["meeting_point"]), ("Xe, biển số", " · ".join(part for part in (head["vehicle"], head["plate"]) if part)),
        ("Lái xe", " · ".join(part for part in (head["driver"], run.driver_phone) if part)),
        ("Điều phối", run.coordinator_phone),
    ]  # fmt: skip
    guests = [
        (
            mark_word(row["mark"]).upper(), row["flight"], row["time"], row["away"],
            "\n".join(part for part in (row["name"], row["latin"] if row["latin"] != row["name"] else "") if part),
            "\n".join(part for part in (row["company"], country_name(row["country"])) if part), row["phone"], row["hotel"],
        )
        for row in version.rows
    ]  # fmt: skip
    blocks: list[Block] = [
        Paragraph(f"{run.reference} · bản {version.number} · {format_datetime(version.created_at)}", "heading"),
        KeyValues([(label, value) for label, value in rows if value], columns=2),
        Table(
            [
                Column("Thay đổi", 0.9), Column("Chuyến bay", 0.9), Column("Giờ", 0.6), Column("Từ / đến", 0.7), Column("Khách", 2),
                Column("Công ty, nước", 2), Column("Điện thoại", 1.4), Column("Khách sạn", 1.6),
            ],
            guests,
        ),
    ]  # fmt: skip
    if any(row["mark"] for row in version.rows):
        blocks.append(Notice("Các dòng ghi MỚI, THAY ĐỔI, ĐÃ HỦY khác với bản trước."))
    return [*blocks, Gap(6)]
