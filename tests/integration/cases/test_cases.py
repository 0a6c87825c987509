"""Cases from report to close, lost property, violations with a hearing and a second person, and who sees what."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from fairs.accounts.service import create_user
from fairs.badges.service import code_of
from fairs.cases import lost, service, violations
from fairs.cases.errors import NoMatch, NotDecided, NotHeard
from fairs.cases.models import Case, CasePhoto, Violation
from fairs.cases.queries import case_by_reference
from fairs.cases.service import DUE, CaseDraft, Handling, open_case
from fairs.cases.states import Breach, CaseKind, CaseState, Severity, Side, ViolationState
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound, SamePerson
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.directory.models import Membership
from fairs.exhibitors.earlier import earlier_findings
from fairs.exhibitors.journey import journey
from fairs.messages.models import OutboxMessage
from tests.factories.cases import Scene, new_scene
from tests.factories.sitework import drawing, photo
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


@pytest.fixture
def scene(app: Flask) -> Scene:
    return new_scene()


def fresh(case: Case) -> Case:
    return case_by_reference(case.fair_id, case.reference)


def acts(case: Case) -> list[str]:
    db.session.expire_all()
    return [entry.act for entry in fresh(case).entries]


def path(scene: Scene, rest: str = "") -> str:
    return f"/fairs/{scene.site.fair.slug}/cases{rest}"


def new_token() -> str:
    return uuid4().hex


# --- reporting ----------------------------------------------------------------------------------------------------


def test_a_case_has_a_number_a_time_and_its_place(scene: Scene) -> None:
    by = scene.actor(Role.FRONT_DESK)
    case = scene.case(CaseKind.INCIDENT, by=by, severity=Severity.HIGH, place="a002", photos=[photo()])
    assert re.fullmatch(rf"{scene.site.fair.code}-N-\d{{4}}", case.reference)
    assert (case.state, case.title, case.by_id) == (CaseState.OPEN, "Ghế gãy ở lối đi", by.user_id)
    assert case.booth is not None and case.booth.code == "A-002"
    assert case.exhibitor_id == scene.exhibitor.id  # who has the booth is concerned, unless somebody else is named
    assert abs(case.due_at - now() - DUE[CaseKind.INCIDENT][Severity.HIGH]) < timedelta(minutes=1)
    assert acts(case) == ["reported"]
    assert db.session.scalar(select(func.count()).select_from(CasePhoto)) == 1


def test_what_is_typed_is_understood(scene: Scene) -> None:
    badge = scene.door.badge()
    by_gate = scene.case(place="cong chinh", concerned=code_of(badge))
    assert by_gate.gate is not None and (by_gate.badge_id, by_gate.exhibitor_id) == (badge.id, None)
    by_name = scene.case(place="cạnh cầu thang", concerned=scene.exhibitor.company.name.lower())
    assert (by_name.where, by_name.exhibitor_id) == ("cạnh cầu thang", scene.exhibitor.id)
    free = scene.case(concerned="một ông mặc áo xanh")
    assert (free.whom, free.exhibitor_id, free.badge_id) == ("một ông mặc áo xanh", None, None)
    other = new_scene()
    foreign = scene.case(concerned=code_of(other.door.badge()))
    assert foreign.badge_id is None


def test_the_same_form_sent_twice_is_one_case(scene: Scene) -> None:
    draft = CaseDraft(CaseKind.COMPLAINT, "Ồn quá", "token-1")
    first, again = (open_case(scene.site.fair, draft, by=SYSTEM) for _ in range(2))
    assert first.id == again.id
    service.tell(first, "Đã nhắc", by=SYSTEM, mark="t")
    service.tell(first, "Đã nhắc", by=SYSTEM, mark="t")
    assert acts(first) == ["reported", "told"]


def test_what_cannot_be_is_refused_at_its_field(scene: Scene) -> None:
    for kind, values, field in (
        (CaseKind.COMPLAINT, {"text": " \n "}, "text"), (CaseKind.COMPLAINT, {"text": "a" * 4001}, "text"),
        (CaseKind.LOST, {"side": None}, "side"), (CaseKind.VIOLATION, {"breach": None}, "breach"),
        (CaseKind.VIOLATION, {"concerned": "ai đó"}, "concerned"),
        (CaseKind.COMPLAINT, {"photos": [Upload("x.jpg", b"%PDF-1.4\n%%EOF")]}, "photos"),
        (CaseKind.COMPLAINT, {"photos": [photo()] * 5}, "photos"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            scene.case(kind, **values)
        assert caught.value.field == field
    assert db.session.scalar(select(func.count()).select_from(Case)) == 0


# --- the way of a case --------------------------------------------------------------------------------------------


def test_from_report_to_close_and_back(scene: Scene) -> None:
    case, desk = scene.case(), scene.actor(Role.FRONT_DESK)
    service.take(case, by=desk, mark="1")
    assert (fresh(case).state, fresh(case).owner_id) == (CaseState.IN_WORK, desk.user_id)
    with pytest.raises(InvalidTransition):
        service.close(case, by=SYSTEM, mark="2")
    with pytest.raises(InvalidInput):
        service.solve(case, " ", by=desk, mark="3")
    service.solve(case, "Đã đổi ghế.", by=desk, mark="4")
    service.close(case, by=SYSTEM, mark="5")
    assert (fresh(case).state, fresh(case).outcome) == (CaseState.CLOSED, "Đã đổi ghế.")
    service.reopen(case, "Lại gãy.", by=desk, mark="6")
    assert (fresh(case).state, fresh(case).closed_at, fresh(case).is_late) == (CaseState.REOPENED, None, False)
    assert acts(case) == ["reported", "taken", "solved", "closed", "reopened"]


def test_a_case_is_given_to_somebody_who_may_see_to_it(scene: Scene) -> None:
    case, owner = scene.case(), scene.user(Role.GATE_SUPERVISOR)
    due = now() + timedelta(hours=2)
    service.handle(case, Handling(Severity.HIGH, owner.id, due), by=SYSTEM, mark="1")
    assert (fresh(case).owner_id, fresh(case).severity, acts(case)) == (owner.id, Severity.HIGH, ["reported", "given"])
    for owner_id, due_at, field in (
        (scene.user(Role.FINANCE).id, due, "owner_id"), (10**9, due, "owner_id"),
        (owner.id, now() + timedelta(days=4000), "due_at"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            service.handle(case, Handling(Severity.HIGH, owner_id, due_at), by=SYSTEM, mark="2")
        assert caught.value.field == field


def test_lost_property_finds_its_owner(scene: Scene) -> None:
    found = scene.case(CaseKind.LOST, text="Ví da màu nâu có thẻ")
    other = scene.case(CaseKind.LOST, text="Ô màu đen")
    sought = scene.case(CaseKind.LOST, text="Mất ví da nâu", side=Side.SOUGHT, reporter="Chị Hoa")
    assert [row.id for row in lost.fitting(sought)] == [found.id, other.id]
    with pytest.raises(NoMatch):
        lost.match(found, other, by=SYSTEM, mark="1")
    lost.match(sought, found, by=SYSTEM, mark="2")
    with pytest.raises(NoMatch):
        lost.match(sought, other, by=SYSTEM, mark="3")
    for name, drawn in (("", drawing()), ("Hoa", "data:image/png;base64,AAAA"), ("Hoa", "javascript:1")):
        with pytest.raises(InvalidInput):
            lost.hand_over(found, name, signature=drawn, note="", by=SYSTEM, mark="4")
    with pytest.raises(NoMatch):
        lost.hand_over(sought, "Hoa", signature="", note="", by=SYSTEM, mark="4")
    lost.hand_over(found, "Nguyễn Thị Hoa", signature=drawing(), note="CCCD …123", by=SYSTEM, mark="5")
    assert (fresh(found).state, fresh(sought).state) == (CaseState.SOLVED, CaseState.SOLVED)
    assert (fresh(found).handed_to, fresh(found).signature_id is not None) == ("Nguyễn Thị Hoa", True)
    with pytest.raises(InvalidTransition):
        lost.hand_over(found, "Ai khác", signature="", note="", by=SYSTEM, mark="6")


# --- violations ---------------------------------------------------------------------------------------------------


def test_nobody_is_found_guilty_unheard_or_by_one_person(app: Flask, scene: Scene) -> None:
    first, second = scene.actor(Role.ORGANISER), scene.actor(Role.ORGANISER)
    case = scene.case(CaseKind.VIOLATION, by=first, breach=Breach.COUNTERFEIT, text="Túi giả nhãn hiệu")
    with pytest.raises(NotDecided):
        service.solve(case, "Xong", by=first, mark="0")
    with pytest.raises(NotFound):
        violations.state(case, "Không", speaker="Lan", by=SYSTEM, mark="1", as_staff=False)
    violations.ask(case, by=first, mark="2")
    message = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "cases/asked")).one()
    assert case.reference in message.subject and "Túi giả nhãn hiệu" in message.body
    with app.test_request_context():
        step = next(step for step in journey(scene.exhibitor) if case.reference in str(step.label))
    assert (step.state, step.url) == ("now", f"/my/{scene.site.fair.slug}/cases/{case.reference}")
    with pytest.raises(NotHeard):
        violations.decide(case, confirmed=True, reason="Rõ ràng", by=second, mark="3")
    violations.state(case, "Hàng đó của khách gửi.", speaker="Bà Lan", by=SYSTEM, mark="4", as_staff=False)
    with pytest.raises(SamePerson):
        violations.decide(case, confirmed=True, reason="Rõ ràng", by=first, mark="5")
    assert earlier_findings(scene.exhibitor.company_id) == []
    violations.decide(case, confirmed=True, reason="Có hóa đơn mua hàng giả.", by=second, mark="6")
    assert fresh(case).state is CaseState.SOLVED
    (finding,) = earlier_findings(scene.exhibitor.company_id)
    assert (finding.reference, finding.statement) == (case.reference, "Hàng đó của khách gửi.")
    with pytest.raises(InvalidTransition):
        violations.decide(case, confirmed=False, reason="Nhầm", by=second, mark="7")


def test_who_does_not_answer_is_decided_on_after_the_day(scene: Scene) -> None:
    case, other = scene.case(CaseKind.VIOLATION), scene.actor(Role.ORGANISER)
    violations.ask(case, by=SYSTEM, mark="1")
    with time_machine.travel(now() + timedelta(days=2), tick=True):
        violations.decide(case, confirmed=True, reason="Không trả lời.", by=other, mark="2")
    assert fresh(case).violation.state is ViolationState.CONFIRMED  # type: ignore[union-attr]


def test_a_dropped_suspicion_is_held_against_nobody(scene: Scene) -> None:
    case = scene.case(CaseKind.VIOLATION)
    violations.state(case, "Đây là em trai tôi.", speaker="Ông Tám", by=SYSTEM, mark="1", as_staff=True)
    violations.decide(case, confirmed=False, reason="Đúng là người nhà.", by=scene.actor(Role.ORGANISER), mark="2")
    assert earlier_findings(scene.exhibitor.company_id) == []


def test_the_next_appraisal_shows_it(scene: Scene, client: Client) -> None:
    case = scene.case(CaseKind.VIOLATION, text="Cho thuê lại gian hàng")
    violations.state(case, "Tôi không biết.", speaker="Lan", by=SYSTEM, mark="1", as_staff=True)
    violations.decide(case, confirmed=True, reason="Có hợp đồng thuê lại.", by=scene.actor(Role.ORGANISER), mark="2")
    login(client, scene.user(Role.ORGANISER))
    page = client.get(f"/fairs/{scene.site.fair.slug}/exhibitors/{scene.exhibitor.reference}/appraise")
    for text in ("Cho thuê lại gian hàng", "Có hợp đồng thuê lại.", "Tôi không biết.", case.reference):
        assert text in page.get_data(as_text=True)


def member(scene: Scene) -> Any:
    user = create_user(f"lan-{uuid4().hex[:6]}@craft.example", "Lan", by=SYSTEM, confirmed=True)
    with transaction():
        db.session.add(Membership(user_id=user.id, company_id=scene.exhibitor.company_id))
    return user


def test_an_exhibitor_sees_only_what_was_put_to_them(scene: Scene, client: Client, new_client: Any) -> None:
    case = scene.case(
        CaseKind.VIOLATION, by=scene.actor(Role.GATE_SUPERVISOR), reporter="Hàng xóm Bình", photos=[photo()]
    )
    complaint = scene.case(concerned=scene.exhibitor.reference)
    login(client, member(scene))
    mine = f"/my/{scene.site.fair.slug}/cases"
    assert client.get(f"{mine}/{case.reference}").status_code == 404  # not put to them yet
    violations.ask(case, by=SYSTEM, mark="1")
    page = client.get(f"{mine}/{case.reference}").get_data(as_text=True)
    assert "Hàng xóm Bình" not in page
    picture = re.search(rf"{mine}/{case.reference}/photos/\d+/thumb.webp", page)
    assert picture and client.get(picture[0]).mimetype == "image/webp"
    assert client.get(f"{mine}/{complaint.reference}").status_code == 404
    assert client.get(path(scene)).status_code == 403
    empty = client.submit(f"{mine}/{case.reference}", {"speaker": "Lan", "statement": ""})
    assert empty.status_code == 422
    sent = client.submit(f"{mine}/{case.reference}", {"speaker": "Lan", "statement": "Không phải chúng tôi."})
    assert sent.status_code == 303
    stranger = new_client()
    login(stranger, create_user("stranger@craft.example", "Stranger", by=SYSTEM, confirmed=True))
    assert stranger.get(f"{mine}/{case.reference}").status_code == 404
    assert stranger.submit(f"{mine}/{case.reference}", {"speaker": "x", "statement": "x"}).status_code == 404


# --- pages and programs -------------------------------------------------------------------------------------------

WORKS = {Role.ORGANISER, Role.GATE_SUPERVISOR, Role.FRONT_DESK, Role.ADMIN}
SEES = WORKS | {Role.AUDITOR, Role.LEADERSHIP}
MANAGES = {Role.ORGANISER, Role.GATE_SUPERVISOR, Role.ADMIN}


def test_each_role_does_what_is_its_own(scene: Scene, new_client: Any) -> None:
    case, suspicion = scene.case(), scene.case(CaseKind.VIOLATION)
    for role in [*Role, None]:
        client = new_client()
        login(client, scene.user(*([role] if role else [])))
        for rest, allowed in (("", SEES), (f"/{case.reference}", SEES), ("/report.pdf", SEES), ("/new", WORKS)):
            assert client.get(path(scene, rest)).status_code == (200 if role in allowed else 403), (role, rest)
        answer = client.submit(path(scene, f"/{case.reference}/close"))
        assert answer.status_code == (422 if role in MANAGES else 403), role  # still open: it may, but it cannot
        answer = client.submit(path(scene, f"/{suspicion.reference}/decision"), {"reason": ""})
        assert answer.status_code == (422 if role in {Role.ORGANISER, Role.ADMIN} else 403), role


def test_the_phone_form_keeps_what_was_typed(scene: Scene, client: Client) -> None:
    login(client, scene.user(Role.FRONT_DESK))
    wrong = client.submit(
        path(scene, "/new"), {"kind": "violation", "text": "Bán hàng giả", "place": "gần cổng", "breach": "other"}
    )
    assert wrong.status_code == 422
    assert "Bán hàng giả" in wrong.get_data(as_text=True) and "gần cổng" in wrong.get_data(as_text=True)
    for odd in (
        {},
        {"kind": "x", "text": "x"},
        {"kind": "lost", "text": "x", "side": "x"},
        {"kind": "lost", "text": "x"},
        {"kind": "incident", "text": "x", "severity": "x"},
        {"kind": "violation", "text": "x", "breach": "x", "place": "A-002"},
    ):
        assert client.submit(path(scene, "/new"), odd).status_code == 422, odd
    data = {"kind": "violation", "breach": "subletting", "text": "Người khác bán trong gian hàng", "place": "A002", "token": "t1",
            "photos": [(BytesIO(photo().content), "a.jpg"), (BytesIO(photo().content), "b.jpg")]}  # fmt: skip
    done = client.submit(path(scene, "/new"), data)
    assert done.status_code == 303
    page = client.get(done.location).get_data(as_text=True)
    assert page.count("thumb.webp") == 2 and scene.exhibitor.company.name in page
    thumb = re.search(r"/fairs/[\w-]+/cases/photos/\d+/thumb.webp", page)
    assert thumb and client.get(thumb[0]).status_code == 200
    assert client.get(thumb[0].replace("thumb", "other")).status_code == 404


def test_cases_of_another_fair_are_not_found(scene: Scene, client: Client) -> None:
    foreign = new_scene().case(CaseKind.LOST, photos=[photo()])
    mine = scene.case(CaseKind.LOST, side=Side.SOUGHT)
    login(client, scene.user(Role.ORGANISER))
    key = db.session.scalars(select(CasePhoto.id)).one()
    for rest in (
        f"/{foreign.reference}",
        "/XX-N-9999",
        f"/photos/{key}/thumb.webp",
        f"/photos/{2**70}/thumb.webp",
        f"/{mine.reference}/signature.png",
    ):
        assert client.get(path(scene, rest)).status_code == 404, rest
    assert client.submit(path(scene, f"/{mine.reference}/match/{foreign.reference}")).status_code == 404


def test_a_person_acts_by_the_pages(scene: Scene, client: Client) -> None:
    user = scene.user(Role.ORGANISER)
    case = scene.case()
    login(client, user)
    here = path(scene, f"/{case.reference}")
    for act, data in (
        ("take", {}), ("tell", {"text": "Đang sửa"}),
        ("handling", {"severity": "high", "owner_id": str(user.id), "due_day": "2030-01-01", "due_hour": "10:00"}),
        ("solve", {"outcome": "Đã sửa"}), ("close", {}), ("reopen", {"reason": "Lại hỏng"}),
    ):  # fmt: skip
        expected = 422 if act == "handling" else 303  # four years away cannot be meant
        assert client.submit(f"{here}/{act}", data).status_code == expected, act
    near = (now() + timedelta(days=3)).date().isoformat()
    good = {"severity": "low", "owner_id": "", "due_day": near, "due_hour": "8:30"}
    assert client.submit(f"{here}/handling", good).status_code == 303
    for bad in ({"due_day": "x"}, {"due_hour": "99:99"}, {"severity": "x"}, {"owner_id": "99"}, {"owner_id": "x"}):
        assert client.submit(f"{here}/handling", good | bad).status_code == 422, bad
    assert client.submit(f"{here}/tell", {"text": " "}).status_code == 422
    assert fresh(case).owner_id is None


def test_the_list_costs_the_same_however_long_it_is(scene: Scene, client: Client) -> None:
    login(client, scene.user(Role.ORGANISER))
    client.get(path(scene))
    costs = []
    for many in (1, 3):
        for _ in range(many):
            scene.case(CaseKind.VIOLATION, place="main")
            scene.case(concerned=code_of(scene.door.badge()))
        with counted_queries() as statements:
            assert client.get(path(scene)).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_the_list_is_filtered(scene: Scene, client: Client) -> None:
    scene.case()
    scene.case(
        CaseKind.INCIDENT, text="Cháy", place="A-002", severity=Severity.URGENT, due_at=now() - timedelta(hours=1)
    )
    done = scene.case(text="Xong rồi")
    service.solve(done, "Xong", by=SYSTEM, mark="1")
    service.close(done, by=SYSTEM, mark="2")
    login(client, scene.user(Role.AUDITOR))
    for query, found in (
        ("", 2), ("state=all", 3), ("kind=incident", 1), ("q=ghe gay", 1), ("q=A-002", 1), ("late=yes", 1), ("owner=none&sort=-severity", 2),
        ("owner=x", 2), ("owner=" + "9" * 40, 2), ("state=x&kind=y&severity=z&sort=q", 2), ("q=%25", 0), ("severity=urgent", 1),
    ):  # fmt: skip
        (rows,) = read_sheets(client.get(path(scene, f"?format=xlsx&{query}")).data)
        assert len(rows) - 1 == found, query
        assert client.get(path(scene, f"?{query}")).status_code == 200, query


def test_the_report_is_a_pdf_with_every_case(scene: Scene, client: Client) -> None:
    login(client, scene.user(Role.AUDITOR))
    empty = client.get(path(scene, "/report.pdf"))
    scene.case(CaseKind.VIOLATION)
    scene.case(text="x" * 4000)
    full = client.get(path(scene, "/report.pdf"))
    assert (empty.data[:5], full.data[:5]) == (b"%PDF-", b"%PDF-")
    assert full.mimetype == "application/pdf" and len(full.data) > len(empty.data)


def test_programs_report_and_read(scene: Scene, client: Client) -> None:
    base, headers = f"/api/v1/fairs/{scene.site.fair.slug}/cases", scene.door.bearer(Role.FRONT_DESK)
    body = {"id": "robot-1", "kind": "incident", "text": "Đèn hỏng", "place": "A-002", "severity": "high"}
    made = client.post(base, json=body, headers=headers)
    assert (made.status_code, made.json["place"], made.json["state"]) == (201, "A-002", "open")
    assert client.post(base, json=body, headers=headers).json["reference"] == made.json["reference"]
    listed = client.get(f"{base}?kind=incident&state=open", headers=headers).json["items"]
    assert [one["reference"] for one in listed] == [made.json["reference"]]
    for bad in (
        {},
        body | {"kind": "x"},
        body | {"id": "b", "kind": "violation", "concerned": "?"},
        body | {"id": "a b"},
    ):
        assert client.post(base, json=bad, headers=headers).status_code == 422, bad
    assert client.get(base, headers=scene.door.bearer(Role.FINANCE)).status_code == 403


def test_the_search_finds_a_case(scene: Scene, client: Client) -> None:
    case = scene.case(text="Máy ảnh bị mất trộm", reporter="Ông Smith")
    login(client, scene.user(Role.ORGANISER))
    for wanted in ("may anh mat trom", case.reference, "smith"):
        page = client.get(f"/search?q={wanted}&fair={scene.site.fair.slug}", follow_redirects=True).get_data(
            as_text=True
        )
        assert case.reference in page, wanted


def test_violations_are_kept_for_actors_that_lend(scene: Scene) -> None:
    """Who acts for somebody answers with them: the lender of the first step cannot be the second person through a deputy."""
    first, deputy = scene.actor(Role.ORGANISER), scene.actor(Role.ORGANISER)
    case = scene.case(CaseKind.VIOLATION, by=first)
    violations.state(case, "Không", speaker="Lan", by=SYSTEM, mark="1", as_staff=True)
    lent = Actor(deputy.user_id, deputy.name, first.user_id, first.name)
    with pytest.raises(SamePerson):
        violations.decide(case, confirmed=True, reason="Rõ", by=lent, mark="2")
    assert db.session.scalars(select(Violation.state)).one() is ViolationState.ANSWERED
