"""Contracts of the demonstration that have a story: a framework with its call-offs, one logged in a hurry, corrected, disputed,
cancelled later, a memorandum, a lead, and goods of a protected species."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from fairs.accounts.models import User
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contracts.content import content_hash
from fairs.contracts.models import Confirmation, Contract
from fairs.contracts.rates import set_usd
from fairs.contracts.rules import ContractDraft, LineDraft
from fairs.contracts.service import (
    CHECKS,
    correct_contract,
    log_contract,
    move_contract,
    return_contract,
    verify_contract,
)
from fairs.contracts.states import Answer, ContractState, Verification
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.money import Money
from fairs.core.sequences import next_reference
from fairs.demo.papers import contract_paper
from fairs.demo.people import Cast
from fairs.directory.models import Company

_ALL = dict.fromkeys(CHECKS, True)


def _line(code: str, goods: str, quantity: int, unit: str, price: str, *, cites: bool = False) -> LineDraft:
    return LineDraft(code, goods, Decimal(quantity), unit, None, price=Decimal(price), cites=cites)


@dataclass
class _Desk:
    """The desk of Deals at the fair, with the second person beside it."""

    fair: Fair
    cast: Cast
    clerk: Actor
    second: Actor
    count: int = 0

    def parties(self) -> tuple[Company, Company]:
        """Two companies that have no contract with one another yet."""
        self.count += 1
        return self.cast.exporters[40 + self.count], self.cast.importers[-57 + self.count][0]

    def draft(self, parties: tuple[Company, Company], lines: tuple[LineDraft, ...], **values: Any) -> ContractDraft:
        """A contract over the sum of its lines."""
        total = sum((line.price or Decimal(0)) * (line.quantity or Decimal(0)) for line in lines)
        usual: dict[str, Any] = {
            "exporter_id": parties[0].id, "importer_id": parties[1].id, "state": "signed", "signed_on": self.fair.starts_on,
            "incoterm": "FOB", "incoterm_place": "Hải Phòng", "currency": "USD", "value": Decimal(total) or None,
            "payment_method": "TT", "payment_terms": "T/T 30 % – 70 %", "delivery": "60 ngày / 60 days", "lines": lines,
            "number": f"HD-{20 + self.count:02d}/{self.fair.code}",
        }  # fmt: skip
        return ContractDraft(**{**usual, **values})

    def log(self, parties: tuple[Company, Company], lines: tuple[LineDraft, ...], **values: Any) -> Contract:
        """Logged by the clerk, with its scan unless it is a lead."""
        contract = log_contract(self.fair, self.draft(parties, lines, **values), by=self.clerk)
        if contract.state is not ContractState.LEAD:
            contract.evidence = contract_paper(contract, *parties)
            db.session.flush()
        return contract

    def verified(self, parties: tuple[Company, Company], lines: tuple[LineDraft, ...], **values: Any) -> Contract:
        """Logged, and verified by the second person."""
        return verify_contract(
            self.log(parties, lines, **values), self.fair, _ALL, by=self.second, note="Đã đối chiếu với bản gốc"
        )


def load_deal_stories(fair: Fair, cast: Cast) -> int:
    """Deals that show what can happen to one; made through the services, so that their history is true."""
    users = cast.users
    desk = _Desk(fair, cast, _actor(users["deals"]), _actor(users["organiser"]))
    _framework(desk)
    _in_a_hurry(desk)
    _corrected(desk)
    _other_side(desk)
    desk.log(
        desk.parties(),
        (_line("4602.19", "Bộ giỏ mây tre, 3 cỡ", 2_000, "SET", "6.40"),),
        state="mou",
        payment_method="",
    )
    desk.log(desk.parties(), (), state="lead", payment_method="", payment_terms="", delivery="", number="")
    gone = desk.verified(desk.parties(), (_line("6304.92", "Vỏ gối thêu tay", 3_000, "PCE", "3.15"),))
    move_contract(gone, fair, ContractState.CANCELLED, by=desk.clerk, reason="Bên mua không mở được thư tín dụng")
    return desk.count + 2


def _actor(user: User) -> Actor:
    return Actor(user.id, user.name)


def _framework(desk: _Desk) -> None:
    """A frame of a year, verified; of its call-offs one is verified and one waits: neither adds to the figure."""
    parties, day = desk.parties(), desk.fair.starts_on
    bowls = "Bát men rạn, cả năm"
    frame = desk.verified(
        parties, (_line("6912", bowls, 40_000, "PCE", "1.85"),), kind="framework", payment_method="LC",
        payment_terms="L/C không huỷ ngang, trả ngay / at sight", number=f"HDK-01/{desk.fair.code}", signed_on=day - timedelta(days=1),
    )  # fmt: skip
    for number, quantity in enumerate((8_000, 6_000), 1):
        call = {"kind": "call_off", "framework": frame.reference, "number": f"HDK-01.{number}/{desk.fair.code}"}
        lines = (_line("6912", f"Bát men rạn, đợt {number}", quantity, "PCE", "1.85"),)
        if number == 1:
            desk.verified(parties, lines, payment_method="LC", **call)
        else:
            desk.log(parties, lines, payment_method="LC", signed_on=desk.fair.today, **call)


def _in_a_hurry(desk: _Desk) -> None:
    """Two badges and a value at the ceremony: the clerk completes it in the evening."""
    exporter, importer = desk.parties()
    contract = Contract(
        fair_id=desk.fair.id, reference=next_reference(desk.fair.code, "C"), exporter_id=exporter.id, importer_id=importer.id,
        state=ContractState.SIGNED, verification=Verification.INCOMPLETE, signed_on=desk.fair.today, incoterm="",
        currency="EUR", value_minor=Money.from_decimal(Decimal(18_500), "EUR").amount_minor, logged_by_id=desk.clerk.user_id,
    )  # fmt: skip
    set_usd(contract)
    db.session.add(contract)
    db.session.flush()
    record("contracts.log", contract, by=desk.clerk, after={"state": contract.state, "value": contract.value})


def _corrected(desk: _Desk) -> None:
    """Verified, corrected because the invoice says otherwise, verified anew; and one whose correction waits."""
    parties = desk.parties()
    lines = (
        _line("4420.11", "Hộp sơn mài khảm trai", 1_200, "PCE", "9.50"),
        _line("4420.19", "Khay sơn mài", 800, "PCE", "7.25"),
        _line("9601", "Lược sừng", 500, "PCE", "2.10", cites=True),
    )
    deal = desk.verified(parties, lines, payment_method="LC", payment_terms="L/C 60 ngày")
    fewer = (_line("4420.11", "Hộp sơn mài khảm trai", 1_000, "PCE", "9.50"), *lines[1:])
    draft = desk.draft(parties, fewer, payment_method="LC", payment_terms="L/C 60 ngày")
    correct_contract(deal, desk.fair, draft, "Phụ lục 1: bên mua giảm còn 1.000 hộp", by=desk.clerk)
    verify_contract(deal, desk.fair, _ALL, by=desk.second, note="Đã đối chiếu với bản gốc")
    parties = desk.parties()
    silk = (_line("6214.10", "Khăn lụa tơ tằm Vạn Phúc", 1_500, "PCE", "11.20"),)
    deal = desk.verified(parties, silk, currency="EUR")
    draft = desk.draft(parties, silk, currency="EUR", incoterm="CIF", incoterm_place="Hamburg")
    correct_contract(deal, desk.fair, draft, "Hợp đồng ghi CIF Hamburg, không phải FOB", by=desk.clerk)


def _other_side(desk: _Desk) -> None:
    """The importer confirmed one and says of another that its price is wrong; a third was sent back to the clerk."""
    bronze = (_line("8306.21", "Tượng đồng đúc nổi", 150, "PCE", "64"),)
    for answer, remark in ((Answer.CONFIRMED, ""), (Answer.DISPUTED, "Giá đã thoả thuận là 61 USD một chiếc")):
        contract = desk.log(desk.parties(), bronze, reported_by="exporter")
        db.session.add(
            Confirmation(
                contract_id=contract.id, side="importer", state=answer, content_sha256=content_hash(contract),
                answered_name=contract.importer.name[:120], answered_at=now(), remark=remark,
            )
        )  # fmt: skip
    frames = (_line("4414.10", "Khung tranh gỗ hương", 900, "PCE", "12.75"),)
    returned = desk.log(desk.parties(), frames)
    return_contract(returned, "Trang ký thiếu chữ ký của bên mua", by=desk.second)
    db.session.flush()
