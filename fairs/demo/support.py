"""Supported exhibitors of the demonstration: their signed decision, their grants, and one decision being prepared.

Written in bulk, as they are after the fact; the draft goes through the services as a person would do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import func, insert, select

from fairs.accounts.models import User
from fairs.booths.models import BoothBooking
from fairs.booths.states import LIVE
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.i18n import format_date
from fairs.core.money import Money
from fairs.core.pdf import KeyValues, Notice, Signature, SignatureBlock, build_document
from fairs.core.sequences import next_reference, next_references
from fairs.core.storage import keep
from fairs.core.text import fold
from fairs.documents.models import RegisteredNumber, Selection, SelectionItem
from fairs.documents.register import number_key
from fairs.documents.states import SelectionState
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.queries import SUPPORT_KIND
from fairs.exhibitors.selection import (
    SUBJECT,
    SupportTerms,
    draft_for,
    indicative_price,
    propose_for_support,
    subject_of,
)
from fairs.exhibitors.states import ExhibitorState
from fairs.funding.models import Grant, SupportRule
from fairs.funding.reference import load_rules
from fairs.funding.service import GrantDraft, propose_grant
from fairs.funding.states import GrantState
from fairs.programme.budget import LineDraft, save_budget_line
from fairs.programme.models import BudgetLine, PlanItem, Programme
from fairs.programme.queries import programme_of
from fairs.programme.reference import YEAR, load_plan_2020
from fairs.programme.states import BudgetSource

RULE, OTHER_RULE = "KC-DOM-ORG", "TP-OVS"
#: Ceilings of the city's money and of counterpart funds, VND, by the item of the plan.
CEILINGS = {
    "4a": (6_000_000_000, 1_500_000_000),
    "4b": (3_000_000_000, 600_000_000),
    "4c": (7_500_000_000, 500_000_000),
}
_SIGNER = "Giám đốc Sở (mẫu)"


def decision_of(fair: Fair) -> tuple[str, date]:
    """Number and day of the decision on the supported exhibitors of a fair: a sample."""
    day = min(fair.starts_on - timedelta(days=60), fair.today - timedelta(days=31))
    return f"{400 + fair.id * 12}/QĐ-SCT", day


def load_rules_and_lines(year: int, by: Actor) -> None:
    """The rules of support, and budget lines of a year's plan; a small plan where the year has none."""
    load_rules()
    programme = load_plan_2020() if year == YEAR else programme_of(year) or _small_plan(year)
    items = {item.number: item for item in programme.items if item.number in CEILINGS}
    for number, (city, counterpart) in CEILINGS.items():
        for source, ceiling in ((BudgetSource.CITY, city), (BudgetSource.COUNTERPART, counterpart)):
            save_budget_line(items[number], LineDraft(source, Money(ceiling, "VND")), by=by)


def _small_plan(year: int) -> Programme:
    programme = Programme(
        year=year, name_vi=f"Kế hoạch khuyến công thành phố Hà Nội năm {year} (mẫu)",
        name_en=f"Industrial-promotion plan of Hanoi, {year} (sample)", decision_number="",
    )  # fmt: skip
    names = {
        "4a": ("Hội chợ quốc tế quà tặng hàng thủ công mỹ nghệ", "International gift and handicraft fair"),
        "4b": ("Hội chợ hàng lưu niệm chất lượng cao Thủ đô", "Fair of the capital's high-quality souvenirs"),
        "4c": ("Mời và hỗ trợ các nhà nhập khẩu nước ngoài", "Invite and support foreign importers"),
    }
    for place, (number, (vi, en)) in enumerate(names.items(), 1):
        programme.items.append(PlanItem(number=number, code=number, position=place, name_vi=vi, name_en=en))
    db.session.add(programme)
    db.session.flush()
    return programme


def load_decision(fair: Fair, number: str, users: dict[str, User], *, settled: bool = False) -> int:
    """The signed decision on the fair's supported exhibitors with their grants; ``number`` is the plan's item."""
    exhibitors = db.session.scalars(
        select(Exhibitor)
        .where(
            Exhibitor.fair_id == fair.id, Exhibitor.track == "supported", Exhibitor.state == ExhibitorState.ACCEPTED
        )
        .order_by(Exhibitor.id)
    ).all()  # fmt: skip
    if not exhibitors:
        return 0
    terms = terms_for(fair, number)
    selection = _signed(fair, terms, users, len(exhibitors))
    sums = db.session.execute(
        select(BoothBooking.exhibitor_id, func.sum(BoothBooking.price_minor), func.count())
        .where(BoothBooking.fair_id == fair.id, BoothBooking.state.in_(LIVE))
        .group_by(BoothBooking.exhibitor_id)
    )
    booked = {key: (int(total), many) for key, total, many in sums}
    standard = indicative_price(exhibitors[0])
    items, grants, total, moment = [], [], 0, now()
    snapshot = terms.rule.snapshot()
    references = next_references(fair.code, "G", len(exhibitors))
    day = selection.decided_on
    committed = fair.at(day, time(16)) if day is not None else moment
    for place, exhibitor in enumerate(exhibitors, 1):
        full, booths = booked.get(exhibitor.id, (standard.amount_minor, 1))
        total += full
        draft = GrantDraft(
            terms.rule, terms.line, 100, Money(full, fair.currency), Money(full, fair.currency), SUBJECT, exhibitor.id,
            exhibitor.company.name,
        )  # fmt: skip
        subject = subject_of(exhibitor, draft)
        items.append({
            "selection_id": selection.id, "kind": SUPPORT_KIND, "is_open": False, "position": place,
            "subject_type": SUBJECT, "subject_id": exhibitor.id, "company_id": exhibitor.company_id,
            "title": subject.title, "amount_minor": full, "currency": fair.currency, "details": {**subject.details, "booths": booths},
            "created_at": moment,
        })  # fmt: skip
        grants.append({
            "fair_id": fair.id, "reference": references[place - 1], "rule_id": terms.rule.id, "rule_code": terms.rule.code,
            "rule": snapshot, "purpose": terms.rule.purpose, "percent": 100, "subject_type": SUBJECT,
            "subject_id": exhibitor.id, "company_id": exhibitor.company_id, "title": subject.title,
            "folded": fold(f"{subject.title} {references[place - 1]}")[:400], "budget_line_id": terms.line.id,
            "selection_id": selection.id, "decision_number": selection.decision_number, "decision_on": day,
            "full_minor": full, "amount_minor": full, "actual_minor": full if settled else None, "currency": fair.currency,
            "state": GrantState.SETTLED if settled else GrantState.COMMITTED, "committed_at": committed,
            "settled_at": fair.at(fair.ends_on + timedelta(days=20), time(10)) if settled else None,
            "proposed_by_id": users["organiser"].id, "created_at": committed - timedelta(days=10),
        })  # fmt: skip
    db.session.execute(insert(SelectionItem.__table__), items)  # type: ignore[arg-type]
    db.session.execute(insert(Grant.__table__), grants)  # type: ignore[arg-type]
    if settled:
        terms.line.spent_minor += total
    else:
        terms.line.committed_minor += total
    db.session.flush()
    return len(grants)


def terms_for(fair: Fair, number: str, rule: str = RULE) -> SupportTerms:
    """The whole price by the rule of the fair, from the city's line of the plan's item."""
    year = fair.starts_on.year
    line = db.session.scalars(
        select(BudgetLine).join(PlanItem, PlanItem.id == BudgetLine.item_id)
        .join(Programme, Programme.id == PlanItem.programme_id)
        .where(Programme.year <= year, PlanItem.number == number, BudgetLine.source == BudgetSource.CITY)
        .order_by(Programme.year.desc()).limit(1)
    ).one()  # fmt: skip
    found = db.session.scalars(select(SupportRule).where(SupportRule.code == rule, SupportRule.is_newest)).one()
    return SupportTerms(found, 100, line)


def _signed(fair: Fair, terms: SupportTerms, users: dict[str, User], many: int) -> Selection:
    number, day = decision_of(fair)
    organiser = users["organiser"].id
    row = Selection(
        fair_id=fair.id, kind=SUPPORT_KIND, reference=next_reference(fair.code, "D"),
        title=f"Hỗ trợ chi phí gian hàng tại {fair.name_vi}", state=SelectionState.SIGNED, terms=terms.as_dict(),
        due_on=day, opened_by_id=organiser, submission_number=f"{20 + fair.id}/TTr-QLTM",
        submitted_on=day - timedelta(days=6), submitted_at=fair.at(day - timedelta(days=6), time(9)),
        submitted_by_id=organiser, decision_number=number, decided_on=day, signer=_SIGNER,
        signed_at=fair.at(day, time(16)), signed_by_id=organiser, template_versions={"submission": 0, "decision": 0},
        scan_id=_scan(number, day, fair, many), created_at=fair.at(day - timedelta(days=10), time(9)),
    )  # fmt: skip
    row.folded = fold(f"{row.title} {row.reference} {number} {row.submission_number}")[:400]
    db.session.add(row)
    db.session.flush()
    for part, shown, on in (("decision", number, day), ("submission", row.submission_number, row.submitted_on)):
        key, serial = number_key(shown)
        db.session.add(
            RegisteredNumber(
                part=part,
                year=(on or day).year,
                key=key,
                serial=serial,
                number=shown,
                day=on or day,
                selection_id=row.id,
            )
        )
    db.session.flush()
    return row


def _scan(number: str, day: date, fair: Fair, many: int) -> int:
    content = build_document(
        "QUYẾT ĐỊNH (BẢN MẪU)",
        [
            Notice("Bản quét mẫu, chỉ dùng cho dữ liệu trình diễn."),
            KeyValues([("Số", number), ("Ngày", format_date(day, "vi")), ("Hội chợ", fair.name_vi), ("Số đơn vị", str(many))]),
            SignatureBlock([Signature("Giám đốc", name="(đã ký)")]),
        ],
        language="vi",
    )  # fmt: skip
    return keep(f"{number.replace('/', '-')}.pdf", content, "application/pdf").id


def load_draft(fair: Fair, number: str, users: dict[str, User]) -> int:
    """A decision being prepared: some of those who wait for a supported place, one of them a suspected duplicate."""
    by = Actor(users["organiser"].id, users["organiser"].name)
    waiting = db.session.scalars(
        select(Exhibitor)
        .where(
            Exhibitor.fair_id == fair.id, Exhibitor.track == "supported",
            Exhibitor.state.in_((ExhibitorState.SUBMITTED, ExhibitorState.APPRAISED)),
        )
        .order_by(Exhibitor.id)
    ).all()  # fmt: skip
    chosen: Sequence[Exhibitor] = waiting[: max(2, len(waiting) // 2)]
    if not chosen:
        return 0
    terms = terms_for(fair, number)
    other = terms_for(fair, number, OTHER_RULE)
    first = chosen[0]
    draft: Any = draft_for(first, other)
    propose_grant(fair, draft, by=by)
    for exhibitor in chosen:
        reason = "Khoản kia chi cho chuyến đi nước ngoài, không phải gian hàng này (mẫu)." if exhibitor is first else ""
        propose_for_support(exhibitor, terms, by=by, reason=reason)
    return len(chosen)
