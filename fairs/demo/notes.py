"""Notes and calls with companies and importers before the fair that is being booked."""

from __future__ import annotations

from datetime import timedelta

from fairs.calendar.models import Fair
from fairs.core.clock import now
from fairs.core.db import db
from fairs.demo.people import Cast
from fairs.notes.models import Note
from fairs.notes.states import Direction, NoteKind

CALL, MEETING, NOTE = NoteKind.CALL, NoteKind.MEETING, NoteKind.NOTE
IN, OUT = Direction.IN, Direction.OUT
Told = tuple[int, str, int, NoteKind, Direction | None, str, int | None]
# Exporter, who wrote it, days ago, kind, direction, text, days until the call back.
_WITH_EXPORTERS: tuple[Told, ...] = (
    (0, "sales", 12, CALL, IN, "Hỏi giá gian góc khu gốm; muốn đứng cạnh gian của làng Bát Tràng.", None),
    (0, "sales", 3, CALL, OUT, "Đã báo còn hai gian góc. Chị Mai chọn trong tuần này.", 2),
    (1, "finance", 6, CALL, OUT, "Kế toán hứa chuyển tiền đặt cọc trước cuối tuần.", 0),
    (1, "sales", 20, MEETING, None, "Đến thăm xưởng: cần ổ điện 3 pha cho lò nung trình diễn.", None),
    (4, "sales", 9, CALL, IN, "Xin xuất hóa đơn theo tên hợp tác xã.", None),
    (6, "organiser", 15, MEETING, None, "Đề nghị trình diễn nghề tại gian hàng; Sở đồng ý.", None),
    (9, "sales", 2, CALL, OUT, "Không nghe máy hai lần; gọi lại buổi sáng.", 1),
    (12, "finance", 4, NOTE, None, "Chuyển nhầm nội dung, đã đối chiếu với ngân hàng.", None),
)
# Importer, who wrote it, days ago, kind, direction, text, days until the call back.
_WITH_IMPORTERS: tuple[Told, ...] = (
    (0, "hospitality", 5, CALL, OUT, "Needs an invitation letter for the visa by the end of the month.", 3),
    (
        2,
        "deals",
        8,
        MEETING,
        None,
        "Looks for lacquer bowls, 2,000 pieces, food safe; samples wanted before the fair.",
        None,
    ),
    (5, "hospitality", 1, CALL, IN, "Arrives a day earlier; asks for a room from the evening before.", 4),
)


def load_notes(fair: Fair, cast: Cast) -> None:
    """Calls of the last weeks, some with a day to call back."""
    for told in _WITH_EXPORTERS:
        _note(fair, cast, told, company_id=cast.exporters[told[0]].id)
    for told in _WITH_IMPORTERS:
        _note(fair, cast, told, person_id=cast.importers[told[0]][1].id)


def _note(fair: Fair, cast: Cast, told: Told, **subject: int) -> None:
    _index, who, days, kind, direction, text, back_in = told
    author, at = cast.users[who], now() - timedelta(days=days, hours=days % 5)
    back_on = fair.today + timedelta(days=back_in) if back_in is not None else None
    note = Note(fair_id=fair.id, kind=kind, direction=direction, text=text, happened_at=at, created_at=at, **subject)
    note.author_id, note.written_as, note.follow_up_on = author.id, author.name, back_on
    db.session.add(note)
