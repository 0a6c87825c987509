"""Cases of the demonstration: each kind and state at the fair that runs, and a confirmed violation at an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.cases.lost import hand_over, match
from fairs.cases.models import Case
from fairs.cases.service import CaseDraft, close, open_case, reopen, solve, take, tell
from fairs.cases.states import Breach, CaseKind, Severity, Side
from fairs.cases.violations import ask, decide, state
from fairs.core.actor import Actor
from fairs.core.clock import now, set_to
from fairs.core.db import db
from fairs.demo.sitework import drawn_picture, drawn_signature
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth

C, N, L, V = CaseKind.COMPLAINT, CaseKind.INCIDENT, CaseKind.LOST, CaseKind.VIOLATION


def load_cases(fair: Fair, users: dict[str, User]) -> int:
    """A handful at the fair that runs; gives back how many."""
    desk, gate, organiser = (Actor(users[role].id, users[role].name) for role in ("desk", "gate", "organiser"))
    booths = _booths(fair)

    def report(key: str, hours: float, kind: CaseKind, text: str, by: Actor, **values: object) -> Case:
        with set_to(now() - timedelta(hours=hours)):
            return open_case(fair, CaseDraft(kind, text, f"demo-{key}", **values), by=by)  # type: ignore[arg-type]

    report("noise", 0.5, C, "Gian bên cạnh mở loa quá to, khách không nói chuyện được.", desk, place=booths[3], reporter="Chị Hạnh",
           contact="090 000 0001")  # fmt: skip
    stalls = report(
        "toilet", 20, C, "Nhà vệ sinh khu B hết giấy và ướt sàn.", desk, place="Khu B", severity=Severity.LOW
    )
    solve(stalls, "Đã báo tổ vệ sinh, kiểm tra mỗi giờ.", by=desk, mark="demo-toilet-2")
    chair = report("chair", 19, C, "Ghế trong gian gãy chân.", desk, place=booths[5])
    solve(chair, "Đã đổi ghế mới.", by=desk, mark="demo-chair-2")
    close(chair, by=organiser, mark="demo-chair-3")
    reopen(chair, "Ghế đổi lại cũng hỏng.", by=desk, mark="demo-chair-4")
    fall = report("fall", 0.3, N, "Khách trượt ngã ở lối đi do nước rò.\nĐã gọi y tế, đau cổ tay.", gate, place="Cổng chính",
                  severity=Severity.HIGH, photos=[drawn_picture("#8aa6b9")])  # fmt: skip
    take(fall, by=gate, mark="demo-fall-2")
    tell(fall, "Y tế đã băng, khách tự về. Đang tìm chỗ rò.", by=gate, mark="demo-fall-3")
    power = report("power", 18, N, "Mất điện hàng gian phía tây trong mười phút.", organiser, place=booths[8])
    solve(power, "Nhảy aptomat do quá tải; đã chia lại tải.", by=organiser, mark="demo-power-2")
    close(power, by=organiser, mark="demo-power-3")
    purse = report("purse", 17, L, "Ví da màu nâu, bên trong có thẻ và ít tiền.", gate, place="Cổng phụ", side=Side.FOUND,
                   photos=[drawn_picture("#7a5434")])  # fmt: skip
    wanted = report("purse-sought", 0.2, L, "Mất ví da màu nâu gần cổng phụ.", desk, side=Side.SOUGHT, reporter="Ông Phúc",
                    contact="091 000 0002")  # fmt: skip
    match(wanted, purse, by=desk, mark="demo-purse-2")
    report(
        "umbrella",
        16,
        L,
        "Ô gấp màu xanh quên ở quầy đón tiếp.",
        desk,
        place="Quầy đón tiếp",
        side=Side.FOUND,
        severity=Severity.LOW,
    )
    keys = report("keys", 17.5, L, "Chùm chìa khóa xe máy.", gate, place=booths[1], side=Side.FOUND)
    hand_over(
        keys, "Trần Văn Mẫu", signature=drawn_signature(), note="Mô tả đúng móc khóa", by=desk, mark="demo-keys-2"
    )
    report("sublet", 0.4, V, "Người bán hàng nói thuê lại gian này từ đơn vị đứng tên.", desk, place=booths[10],
           breach=Breach.SUBLETTING, photos=[drawn_picture("#b9a27c")])  # fmt: skip
    fake = report("fake", 21, V, "Bày bán túi giả nhãn hiệu nước ngoài, không có nhãn mác.", gate, place=booths[12],
                  breach=Breach.COUNTERFEIT, severity=Severity.HIGH)  # fmt: skip
    state(
        fake,
        "Hàng này của khách ký gửi, chúng tôi sẽ cất đi ngay.",
        speaker="Ông Lâm",
        by=gate,
        mark="demo-fake-2",
        as_staff=True,
    )
    early = report("early", 16.5, V, "Thu dọn gian hàng trước giờ đóng cửa.", gate, place=booths[14], breach=Breach.OTHER,
                   severity=Severity.LOW, photos=[drawn_picture("#d8c9a8")])  # fmt: skip
    ask(early, by=gate, mark="demo-early-2")
    return 12


def _booths(fair: Fair) -> Sequence[str]:
    """Codes of confirmed booths in their order."""
    return db.session.scalars(
        select(Booth.code)
        .join(BoothBooking, BoothBooking.booth_id == Booth.id)
        .where(BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED)
        .order_by(Booth.code)
        .limit(20)
    ).all()


def load_earlier_violation(giftshow: Fair, users: dict[str, User]) -> int:
    """At the fair of 2020 a company that applies now had sub-let its booth: whoever appraises it reads that."""
    past = db.session.scalars(select(Fair).where(Fair.slug == "giftshow-2020")).one()
    now_here = select(Exhibitor.company_id).where(
        Exhibitor.fair_id == giftshow.id, Exhibitor.state.in_([ExhibitorState.SUBMITTED, ExhibitorState.APPRAISED])
    )
    exhibitor = db.session.scalars(
        select(Exhibitor)
        .where(Exhibitor.fair_id == past.id, Exhibitor.company_id.in_(now_here))
        .order_by(Exhibitor.id)
        .limit(1)
    ).first()
    if exhibitor is None:
        return 0
    gate, organiser = (Actor(users[role].id, users[role].name) for role in ("gate", "organiser"))
    reference, at = exhibitor.reference, datetime.combine(date(2020, 10, 16), past.opens_at, ZoneInfo(past.time_zone))
    with set_to(at):
        draft = CaseDraft(
            V,
            "Cho đơn vị khác bán hàng trong gian mà không báo.",
            "demo-2020",
            concerned=reference,
            breach=Breach.SUBLETTING,
        )
        case = open_case(past, draft, by=gate)
    with set_to(at + timedelta(hours=2)):
        spoken = "Chúng tôi chỉ cho hợp tác xã cùng làng bày thêm hàng."
        state(case, spoken, speaker="Đại diện mẫu", by=gate, mark="demo-2020-2", as_staff=True)
    with set_to(at + timedelta(hours=5)):
        decide(case, confirmed=True, reason="Biên bản tại chỗ, có chữ ký hai bên; đơn vị kia không đăng ký.", by=organiser,
               mark="demo-2020-3")  # fmt: skip
        close(case, by=organiser, mark="demo-2020-4")
    return 1
