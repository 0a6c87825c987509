"""Appraisal (thẩm tra): a fair's checklist, and what was found of each application. A correction is a further appraisal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, or_, select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.text import clean, one_line
from fairs.exhibitors.models import Appraisal, ChecklistItem, Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.questions.service import swap

S = ExhibitorState
APPRAISABLE = frozenset({S.SUBMITTED, S.APPRAISED, S.WAITLISTED})
ANSWERS = {"yes": _l("Yes"), "partly": _l("In part"), "no": _l("No"), "na": _l("Does not apply")}
_SHARE = {"yes": Decimal(1), "partly": Decimal("0.5"), "no": Decimal(0)}
RECOMMENDATIONS = {"accept": _l("Accept"), "waitlist": _l("Waiting list"), "refuse": _l("Refuse")}
MOST_ITEMS = 40
MOST_WEIGHT = 100

# What the city's department looks at before it selects exhibitors; a fair that words none of its own uses these.
DEFAULT_CHECKLIST = (
    (
        "Sản xuất tại Hà Nội (có địa chỉ xưởng, hộ sản xuất)",
        "Produces in Hanoi (address of a workshop or household)",
        20,
    ),
    ("Sản phẩm đúng nhóm ngành của hội chợ", "The products fit the product groups of the fair", 20),
    ("Tự sản xuất, không chỉ mua đi bán lại", "Own production, not only trade", 15),
    ("Có ảnh và mô tả sản phẩm", "Photos and a description of the products", 10),
    ("Có giấy chứng nhận, nhãn hiệu hoặc OCOP", "Certificates, a trade mark or OCOP", 10),
    ("Có năng lực xuất khẩu hoặc nhận đơn hàng", "Able to export or to take orders", 10),
    ("Hồ sơ pháp lý đầy đủ, thông tin chính xác", "Papers complete, details correct", 10),
    ("Không còn nợ của các kỳ hội chợ trước", "No debts from earlier fairs", 5),
)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the checklist as it is asked now. ``key`` names it within the form."""

    key: str
    text_vi: str
    text_en: str
    weight: int


@dataclass(frozen=True, slots=True)
class AppraisalDraft:
    """What was found: an answer for each point by its key, the advice and a note that only staff read."""

    answers: Mapping[str, str]
    recommendation: str
    note: str = ""


def checklist_items(fair_id: int) -> Sequence[ChecklistItem]:
    """The fair's own points in their order, without archived ones."""
    return db.session.scalars(
        select(ChecklistItem)
        .where(ChecklistItem.fair_id == fair_id, ChecklistItem.archived_at.is_(None))
        .order_by(ChecklistItem.position, ChecklistItem.id)
    ).all()


def checklist_of(fair_id: int) -> list[Point]:
    """The points that are asked: the fair's own, or the usual ones where it has worded none."""
    items = checklist_items(fair_id)
    if items:
        return [Point(str(item.id), item.text_vi, item.text_en, item.weight) for item in items]
    return [Point(f"d{n}", vi, en, weight) for n, (vi, en, weight) in enumerate(DEFAULT_CHECKLIST, 1)]


def score_of(points: Sequence[Point], answers: Mapping[str, str]) -> int:
    """0 to 100: the weights of what is fulfilled over those of what applies. Raises InvalidInput when nothing applies."""
    judged = [(point.weight, _SHARE[answers[point.key]]) for point in points if answers[point.key] != "na"]
    whole = sum(weight for weight, _share in judged)
    if not whole:
        raise InvalidInput(_l("At least one point has to apply."))
    got = sum((weight * share for weight, share in judged), Decimal(0))
    return int((got * 100 / whole).quantize(Decimal(1), ROUND_HALF_UP))


def appraise(exhibitor: Exhibitor, draft: AppraisalDraft, *, by: Actor) -> Appraisal:
    """Keep an appraisal; the one that stands is always the last. A submitted application becomes an appraised one.

    Raises InvalidInput (``answer-<key>``, ``recommendation``, ``note``), and InvalidTransition once it is decided.
    """
    if draft.recommendation not in RECOMMENDATIONS:
        raise InvalidInput(_l("Please choose one."), field="recommendation")
    note = clean(draft.note)
    if draft.recommendation == "refuse" and not note:
        raise InvalidInput(_l("Say why: who decides reads it."), field="note")
    with transaction():
        row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=True, populate_existing=True)
        if row.state not in APPRAISABLE:
            row.require_move(S.APPRAISED)
        points = checklist_of(row.fair_id)
        for point in points:
            if draft.answers.get(point.key) not in ANSWERS:
                raise InvalidInput(_l("Please choose one."), field=f"answer-{point.key}")
        score = score_of(points, draft.answers)
        appraisal = Appraisal(
            exhibitor_id=row.id, score=score, recommendation=draft.recommendation, note=note,
            by_id=by.user_id, for_id=by.for_user_id, by_name=by.label,
            answers=[
                {"key": point.key, "text_vi": point.text_vi, "text_en": point.text_en, "weight": point.weight,
                 "answer": draft.answers[point.key]}
                for point in points
            ],
        )  # fmt: skip
        db.session.add(appraisal)
        before = {"state": row.state, "score": row.score, "recommendation": row.recommendation}
        row.score, row.recommendation = score, draft.recommendation
        if row.state is S.SUBMITTED:
            row.move_to(S.APPRAISED)
        after = {"score": score, "recommendation": draft.recommendation, "note": note}
        record("exhibitors.appraised", row, by=by, before=before, after=after)
        db.session.flush()
    return appraisal


def appraisals_of(exhibitor_id: int) -> Sequence[Appraisal]:
    """All appraisals of an application, the one that stands first."""
    return db.session.scalars(
        select(Appraisal).where(Appraisal.exhibitor_id == exhibitor_id).order_by(Appraisal.id.desc())
    ).all()


def next_to_appraise(fair_id: int, after: Exhibitor | None = None) -> Exhibitor | None:
    """The next application that waits for its appraisal, in the order in which they came; from the end back to the start."""
    query = select(Exhibitor).where(Exhibitor.fair_id == fair_id, Exhibitor.state == S.SUBMITTED)
    order = (Exhibitor.submitted_at, Exhibitor.id)
    if after is None or after.submitted_at is None:
        return db.session.scalars(query.order_by(*order).limit(1)).first()
    behind = or_(
        Exhibitor.submitted_at > after.submitted_at,
        and_(Exhibitor.submitted_at == after.submitted_at, Exhibitor.id > after.id),
    )
    found = db.session.scalars(query.where(behind).order_by(*order).limit(1)).first()
    return found or db.session.scalars(query.where(Exhibitor.id != after.id).order_by(*order).limit(1)).first()


def waiting_for_appraisal(fair_id: int) -> int:
    """How many applications wait for their appraisal."""
    return db.session.scalar(
        select(func.count()).where(Exhibitor.fair_id == fair_id, Exhibitor.state == S.SUBMITTED)
    ) or 0  # fmt: skip


# --- the checklist ------------------------------------------------------------------------------------------------


def _own_items(fair_id: int) -> tuple[list[ChecklistItem], dict[str, int]]:
    """The fair's points as rows, locked, and where each key stands; the usual ones become its own with the first change."""
    items = list(
        db.session.scalars(
            select(ChecklistItem)
            .where(ChecklistItem.fair_id == fair_id, ChecklistItem.archived_at.is_(None))
            .order_by(ChecklistItem.position, ChecklistItem.id)
            .with_for_update()
        )
    )
    if not items:
        items = [
            ChecklistItem(fair_id=fair_id, text_vi=vi, text_en=en, weight=weight, position=n)
            for n, (vi, en, weight) in enumerate(DEFAULT_CHECKLIST, 1)
        ]
        db.session.add_all(items)
        db.session.flush()
        # The form was shown before the usual points became rows.
        return items, {f"d{n}": n - 1 for n in range(1, len(items) + 1)}
    return items, {str(item.id): n for n, item in enumerate(items)}


def _place(places: Mapping[str, int], key: str) -> int:
    if key not in places:
        raise NotFound
    return places[key]


def save_item(fair_id: int, key: str, *, text_vi: str, text_en: str, weight: int, by: Actor) -> ChecklistItem:
    """Word a point anew, or add one (empty ``key``). Raises InvalidInput and NotFound.

    Appraisals that exist keep the words that they answered.
    """
    text_vi, text_en = one_line(text_vi), one_line(text_en)
    for field, text in (("text_vi", text_vi), ("text_en", text_en)):
        if len(text) > 300:
            raise InvalidInput(_l("At most %(max)d characters.", max=300), field=field)
    if not text_vi:
        raise InvalidInput(_l("Please fill this in."), field="text_vi")
    if not 1 <= weight <= MOST_WEIGHT:
        raise InvalidInput(_l("Between %(min)s and %(max)s.", min=1, max=MOST_WEIGHT), field="weight")
    with transaction():
        items, places = _own_items(fair_id)
        if key:
            item = items[_place(places, key)]
        else:
            if len(items) >= MOST_ITEMS:
                raise InvalidInput(_l("A checklist has at most %(n)s points.", n=MOST_ITEMS), field="text_vi")
            item = ChecklistItem(fair_id=fair_id, position=items[-1].position + 1)
            db.session.add(item)
        item.text_vi, item.text_en, item.weight = text_vi, text_en, weight
        db.session.flush()
        record("exhibitors.checklist", item, by=by, fair_id=fair_id, after={"text": text_vi, "weight": weight})
    return item


def move_item(fair_id: int, key: str, *, up: bool, by: Actor) -> None:
    """Change places with the neighbour; at the end nothing happens. Raises NotFound."""
    with transaction():
        items, places = _own_items(fair_id)
        place = _place(places, key)
        swap(items, place, up=up)
        record("exhibitors.checklist_order", items[place], by=by, fair_id=fair_id, after={"up": up})


def archive_item(fair_id: int, key: str, *, by: Actor) -> None:
    """Ask a point no longer; raises NotFound, and InvalidInput for the last one."""
    with transaction():
        items, places = _own_items(fair_id)
        item = items[_place(places, key)]
        if len(items) == 1:
            raise InvalidInput(_l("A checklist has at least one point."))
        item.archived_at = now()
        record("exhibitors.checklist_archive", item, by=by, fair_id=fair_id, after={"text": item.text_vi})
