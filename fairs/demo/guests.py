"""Foreign guests of the fair that is being booked: who asks for support, who gets it, by which amounts and ceilings."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import select, update

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.i18n import format_date
from fairs.core.money import Money
from fairs.core.pdf import KeyValues, Notice, build_document
from fairs.core.storage import Upload
from fairs.demo.support import terms_for
from fairs.documents.models import Selection
from fairs.documents.service import Signature, enter_signature, submit_selection
from fairs.funding.ceilings import Bound, ceilings_of, save_ceilings
from fairs.funding.models import SupportRule
from fairs.funding.rules import RuleDraft, add_rule
from fairs.funding.states import Purpose
from fairs.hosting.applying import apply_for_support
from fairs.hosting.errors import AlreadySupported
from fairs.hosting.models import Hosting
from fairs.hosting.service import (
    approve_hosting,
    confirm_hosting,
    propose_hosting,
    put_on_reserve,
    refuse_hosting,
)
from fairs.hosting.settings import SettingsDraft, save_settings
from fairs.hosting.states import SupportTier
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.messages.models import OutboxMessage
from fairs.messages.states import MessageState

GRANTED, APPROVED, PROPOSED, RESERVE, APPLIED, REFUSED = 36, 6, 8, 12, 8, 3
#: Samples: the amounts in force are entered by the organiser.
CAPS = {
    "asean": 8_000_000, "east_asia": 14_000_000, "south_asia": 15_000_000, "europe": 25_000_000, "mea": 24_000_000,
    "americas": 32_000_000, "oceania": 26_000_000,
}  # fmt: skip
NIGHT, NIGHTS, DECISION = 1_900_000, 4, "9/QĐ-SCT (mẫu)"
PLACES = {"all": 250, "both": 180, "travel": 60, "hotel": 80, "europe": 110, "americas": 60, "east_asia": 80}


def load_guests(rng: random.Random, fair: Fair, users: dict[str, User]) -> int:
    """Support of some of the approved importers, on its whole way; gives the number of those granted."""
    first, second = (Actor(users[role].id, users[role].name) for role in ("organiser", "finance"))
    _settings(fair, first)
    chosen = db.session.scalars(
        select(Importer)
        .where(Importer.fair_id == fair.id, Importer.state == ImporterState.APPROVED)
        .order_by(Importer.id)
        .limit(GRANTED + APPROVED + PROPOSED + RESERVE + APPLIED + REFUSED)
    ).all()
    rows = []
    for importer in chosen:
        tier = rng.choice([SupportTier.BOTH, SupportTier.BOTH, SupportTier.HOTEL, SupportTier.TRAVEL])
        importer.annual_volume = rng.choice(["under_50k", "50k_200k", "50k_200k", "200k_1m", "over_1m"])
        importer.past_customers = rng.choice(["", "Sample customers: two department stores, one chain of gift shops."])
        importer.meeting_wishes = "Sample wish: makers of ceramics and lacquer for a spring collection."
        importer.stays_from, importer.stays_to = fair.starts_on, fair.ends_on
        importer.support_wanted = tier.value
        rows.append(apply_for_support(importer, tier, by=SYSTEM))
    granted = _approved(rows[:GRANTED], first, second)
    _sign(fair, first)
    for row in granted[: GRANTED * 2 // 3]:
        confirm_hosting(row, by=Actor(None, row.importer.reference))
    rest = rows[GRANTED:]
    _approved(rest[:APPROVED], first, second)
    for row in rest[APPROVED : APPROVED + PROPOSED]:
        _proposed(row, first)
    others = rest[APPROVED + PROPOSED :]
    for row in others[:RESERVE]:
        put_on_reserve(row, by=first)
    for row in others[RESERVE : RESERVE + REFUSED]:
        refuse_hosting(row, "The product groups you look for are not shown at this fair (sample).", by=first)
    told = update(OutboxMessage).where(OutboxMessage.kind.in_(("hosting/granted", "hosting/refused")))
    db.session.execute(told.values(state=MessageState.SENT, sent_at=now()))
    db.session.flush()
    return len(granted)


def _settings(fair: Fair, by: Actor) -> None:
    line = terms_for(fair, "4c").line
    caps = {region: Money(amount, "VND") for region, amount in CAPS.items()}
    save_settings(
        fair,
        SettingsDraft(
            caps, Money(NIGHT, "VND"), NIGHTS, decision_number=DECISION, travel_rule=_rule("HB-HN-AIR", Purpose.TRAVEL),
            lodging_rule=_rule("HB-HN-ROOM", Purpose.LODGING), travel_line=line, lodging_line=line,
            groups=("CER", "LAC", "RBB", "SLK", "EMB", "WDC"), countries=("US", "JP", "DE", "FR", "GB"),
            apply_by=fair.starts_on - timedelta(days=35), decide_by=fair.starts_on - timedelta(days=30), reply_days=14,
        ),
        by=by,
    )  # fmt: skip
    bounds = []
    for row in ceilings_of(fair.id):
        money = Money(6_500_000_000, "VND") if row.scope == "all" else None
        bounds.append(Bound(row.id, PLACES.get(row.key or "all"), money))
    save_ceilings(fair.id, bounds, decision_number=DECISION, by=by)


def _rule(code: str, purpose: Purpose) -> SupportRule:
    words = {
        Purpose.TRAVEL: ("Vé máy bay hạng phổ thông của nhà nhập khẩu nước ngoài (mẫu)", "Economy airfare of foreign importers (sample)"),
        Purpose.LODGING: ("Tiền phòng của nhà nhập khẩu nước ngoài (mẫu)", "Rooms of foreign importers (sample)"),
    }[purpose]  # fmt: skip
    draft = RuleDraft(
        code, purpose, "Đón nhà nhập khẩu", "Hosted importers", "Thông tư số 71/2018/TT-BTC", "Circular 71/2018/TT-BTC", *words, 100,
        decision_number=DECISION, certainty="unsure", source="sample",
    )  # fmt: skip
    return add_rule(draft, by=SYSTEM)


def _proposed(row: Hosting, by: Actor) -> Hosting:
    try:
        return propose_hosting(row, row.tier, by=by)
    except AlreadySupported:
        return propose_hosting(row, row.tier, by=by, second_reason="Buys for another line of goods (sample).")


def _approved(rows: list[Hosting], first: Actor, second: Actor) -> list[Hosting]:
    return [approve_hosting(_proposed(row, first), by=second, second_allowed=True) for row in rows]


def _sign(fair: Fair, by: Actor) -> None:
    selection = db.session.scalars(
        select(Selection).where(Selection.fair_id == fair.id, Selection.kind == "hosting")
    ).one()
    submit_selection(selection, by=by)
    number = f"{460 + fair.id}/QĐ-SCT"
    content = build_document(
        "QUYẾT ĐỊNH (BẢN MẪU)",
        [
            Notice("Bản quét mẫu, chỉ dùng cho dữ liệu trình diễn."),
            KeyValues([("Số", number), ("Ngày", format_date(fair.today, "vi")), ("Hội chợ", fair.name_vi)]),
        ],
        language="vi",
    )
    scan = Upload(f"{number.replace('/', '-')}.pdf", content)
    enter_signature(selection, Signature(number, fair.today, "Giám đốc Sở (mẫu)", scan, confirmed=True), by=by)
