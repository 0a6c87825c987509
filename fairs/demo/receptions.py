"""Groups, press, questions and a kiosk of visitors; the opening with its delegations, answers and seats."""

from __future__ import annotations

from datetime import time, timedelta

from fairs.accounts.models import User
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.ceremonies.seating import propose_seats
from fairs.ceremonies.service import (
    CeremonyDraft,
    DelegationDraft,
    add_members,
    answer,
    invite,
    save_ceremony,
    save_delegation,
)
from fairs.ceremonies.states import ReplyState
from fairs.core.actor import Actor
from fairs.questions.service import QuestionDraft
from fairs.visitors.asking import REGISTRATION
from fairs.visitors.groups import GroupDraft, register_group
from fairs.visitors.kiosks import create_kiosk
from fairs.visitors.service import VisitorDraft, visit_online

# Organisation, country, rank, language, interpreter, people; what they answered (None: nothing yet).
_DELEGATIONS = (
    ("Ủy ban nhân dân Thành phố (mẫu)", "VN", 1, "vi", False, ("Nguyễn Văn Mẫu", "Trần Thị Mẫu", "Lê Quang Mẫu"), "accepted"),
    ("Đại sứ quán Nhật Bản (mẫu)", "JP", 10, "ja", True, ("見本 太郎", "見本 花子"), "accepted"),
    ("Embassy of France (sample)", "FR", 11, "en", True, ("Jeanne Modèle",), "later"),
    ("Hiệp hội thủ công mỹ nghệ (mẫu)", "VN", 30, "vi", False, ("Phạm Thị Mẫu", "Đỗ Hữu Mẫu"), "accepted"),
    ("Sở Công Thương tỉnh bạn (mẫu)", "VN", 40, "vi", False, (), None),
)  # fmt: skip
_GROUP = """Hoàng Thị Lan; 0912 000 101; Cửa hàng Lan (mẫu)
Vũ Minh Quân; quan@group.example
Đặng Thu Hà
Bùi Văn Tám
Ngô Thị Nụ; 0912 000 105"""


def load_receptions(open_fair: Fair, running: Fair, users: dict[str, User]) -> int:
    """What a newcomer finds at the fair that runs, and a plan of the opening of the one to come; the number of delegations."""
    by = Actor(users["organiser"].id, users["organiser"].name)
    _visitors(running, by)
    number = 0
    for fair in (running, open_fair):
        day = max(fair.today, fair.starts_on) if fair.is_public else fair.starts_on
        starts = fair.at(day, time(17, 0))
        opening = save_ceremony(
            fair,
            CeremonyDraft(
                "Lễ khai mạc" if fair is open_fair else "Tiệc chào mừng các đoàn", starts,
                day if fair is running else day - timedelta(days=7), 4, 8,
                "Opening ceremony" if fair is open_fair else "Reception of the delegations", fair.venue_vi, fair.venue_en,
            ), by=by,
        )  # fmt: skip
        for place, (name, country, rank, language, interpreter, people, reply) in enumerate(_DELEGATIONS):
            row = save_delegation(
                fair,
                DelegationDraft(
                    name, country, BadgeCategory.VIP, rank, language, needs_interpreter=interpreter,
                    contact_name=people[0] if people else "", contact_email=f"delegation{place}@guests.example",
                    greeter_id=users["hospitality"].id if country != "VN" else None,
                ), by=by,
            )  # fmt: skip
            invitation = invite(opening, row, max(len(people), 2), by=by)
            if reply == "accepted":
                answer(invitation, ReplyState.ACCEPTED, coming=len(people), names=people, by=by)
            elif reply == "later":
                answer(invitation, ReplyState.LATER, by=by)
                add_members(row, people, by=by)
            number += 1
        propose_seats(opening, by=by)
    return number


def _visitors(fair: Fair, by: Actor) -> None:
    field = REGISTRATION.save_question(
        fair.id,
        QuestionDraft(
            "one", "Quý vị kinh doanh trong lĩnh vực nào?", "What is your field of business?",
            choices=(("Bán lẻ, quà tặng", "Retail, gifts"), ("Xuất khẩu", "Export"), ("Nội thất, khách sạn", "Interior, hotels")),
            track="trade",
        ), by=by,
    )  # fmt: skip
    visit_online(
        fair,
        VisitorDraft(
            "Lý Thu Mẫu", "Cửa hàng Quà Xuân (mẫu)", "xuan@visitors.example", consents=("registration", "mailings"),
            answers={field.id: "c1"},
        ),
    )  # fmt: skip
    visit_online(
        fair,
        VisitorDraft(
            "Cao Nhật Mẫu", "Báo Thủ công (mẫu)", "bao@press.example", category=BadgeCategory.PRESS,
            consents=("registration",), press_card="IBJ 00000 (mẫu)",
        ),
    )  # fmt: skip
    register_group(
        fair, GroupDraft("Câu lạc bộ Gốm Việt (mẫu)", "Hoàng Thị Lan", "lan@group.example", people=_GROUP, agreed=True)
    )
    create_kiosk(fair, "Cửa chính, bên trái", None, by=by)
