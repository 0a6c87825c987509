"""A fair's own questions: designed, answered with each kind, kept with the words of their time, seen by who may."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.permissions import Role
from fairs.core.storage import StoredFile
from fairs.directory.service import CompanyDraft, join_company
from fairs.exhibitors.filing import file_application
from fairs.exhibitors.models import Answer, Exhibitor, Question
from fairs.exhibitors.questions import (
    QuestionDraft,
    answers_of,
    archive_question,
    in_words,
    move_question,
    question_of,
    questions_of,
    save_question,
)
from fairs.exhibitors.service import (
    ContactDraft,
    ProductsDraft,
    answer_questions,
    missing_parts,
    submit_application,
)
from fairs.exhibitors.states import ExhibitorState
from tests.factories.exhibitors import AGREED, actor_of, new_office, new_user
from tests.support.client import Client, login
from tests.support.sheets import read_sheets

PDF = b"%PDF-1.4\n%%EOF"
S = ExhibitorState


def ask(office: Any, kind: str, label: str = "Câu hỏi", **values: Any) -> Question:
    if kind in {"one", "many"}:
        values.setdefault("choices", [("Có", "Yes"), ("Không", "No"), ("Chưa rõ", "")])
    return save_question(office.fair.id, QuestionDraft(kind, label, **values), by=SYSTEM)


def test_each_kind_is_kept_as_what_it_is(app: Flask) -> None:
    office = new_office()
    row = office.draft()
    text, lines, one, many, number, consent = (
        ask(office, k) for k in ("text", "lines", "one", "many", "number", "consent")
    )
    given = {text.id: " Lò\ngas ", lines.id: "a\nb", one.id: "c2", many.id: ["c1", "c3"], number.id: Decimal("3.5"),
             consent.id: True}  # fmt: skip
    assert answer_questions(row, given, by=SYSTEM) == []
    kept = {answer.question_id: answer for answer in answers_of(row.id)}
    assert (kept[text.id].text, kept[lines.id].text, kept[number.id].number) == ("Lò gas", "a\nb", Decimal("3.5"))
    assert [chosen["vi"] for chosen in kept[many.id].chosen] == ["Có", "Chưa rõ"]
    assert (kept[one.id].chosen[0]["key"], kept[consent.id].agreed) == ("c2", True)
    assert answer_questions(row, {one.id: "", text.id: ""}, by=SYSTEM) == []
    assert {answer.question_id for answer in answers_of(row.id)} == {lines.id, many.id, number.id, consent.id}


@pytest.mark.parametrize(
    ("kind", "value"),
    [("text", "x" * 301), ("one", "c9"), ("many", ["c1", "c9"]), ("number", Decimal(99)), ("number", Decimal(0)),
     ("text", ""), ("consent", False), ("file", None)],
)  # fmt: skip
def test_what_does_not_fit_is_said_and_the_rest_is_kept(app: Flask, kind: str, value: Any) -> None:
    office = new_office()
    row = office.draft()
    bounds = {"least": Decimal(1), "most": Decimal(50)} if kind == "number" else {}
    asked, fine = ask(office, kind, is_required=True, **bounds), ask(office, "text", "Khác")
    problems = answer_questions(row, {asked.id: value, fine.id: "giữ"}, by=SYSTEM)
    assert [problem.field for problem in problems] == [f"q{asked.id}"]
    assert [answer.text for answer in answers_of(row.id)] == ["giữ"]
    assert missing_parts(row) == ["questions"]


def test_words_of_then_stay_and_an_answered_question_is_archived(app: Flask) -> None:
    office = new_office()
    row = office.draft()
    asked = ask(office, "one", "Có lò nung không?")
    answer_questions(row, {asked.id: "c1"}, by=SYSTEM)
    changed = QuestionDraft("one", "Có dùng điện 3 pha?", choices=[("Không", "No"), ("Có, 3 pha", "Yes")])
    save_question(office.fair.id, changed, by=SYSTEM, question=asked)
    assert [choice["key"] for choice in question_of(office.fair.id, asked.id).choices] == ["c2", "c4"]
    (answer,) = answers_of(row.id)
    assert (answer.label_vi, in_words(answer)) == ("Có lò nung không?", "Có")
    with pytest.raises(InvalidInput) as caught:
        save_question(office.fair.id, QuestionDraft("text", "Khác hẳn"), by=SYSTEM, question=asked)
    assert caught.value.field == "kind"
    unused = ask(office, "text", "Chưa ai trả lời")
    assert archive_question(office.fair.id, asked.id, by=SYSTEM) is True
    assert archive_question(office.fair.id, unused.id, by=SYSTEM) is False
    assert questions_of(office.fair.id) == []
    assert [one.id for one in questions_of(office.fair.id, archived=True)] == [asked.id]
    assert len(answers_of(row.id)) == 1
    other = new_office()
    with pytest.raises(NotFound):
        move_question(other.fair.id, asked.id, up=True, by=SYSTEM)


def test_only_the_track_that_is_asked_has_to_answer(app: Flask) -> None:
    office = new_office()
    ask(office, "text", is_required=True, track="supported")
    assert office.submitted().state is S.SUBMITTED
    supported = office.draft(track="supported")
    with pytest.raises(InvalidInput):
        submit_application(supported, AGREED, by=SYSTEM)


def test_the_applicants_page_keeps_what_was_typed_and_the_file(app: Flask, client: Client, new_client: Any) -> None:
    office = new_office()
    user = new_user()
    row = office.draft(user)
    number, upload = (
        ask(office, "number", "Công suất", unit="kW", most=Decimal(20)),
        ask(office, "file", is_required=True),
    )
    login(client, user)
    page = f"/my/{office.fair.slug}/apply/questions"
    assert client.get(f"/my/{office.fair.slug}/apply").headers["Location"].split("?")[0].endswith("/apply/questions")
    for typed, shown in (("nhiều lắm", "nhiều lắm"), ("25", "Between")):
        data = {f"q{number.id}": typed, f"q{upload.id}": (io.BytesIO(PDF), "giấy phép.pdf")}
        answer = client.submit(page, data)
        text = answer.get_data(as_text=True)
        assert (answer.status_code, shown in text, f'id="q{number.id}-error"' in text) == (422, True, True)
        assert "giấy phép.pdf" in text
    assert client.submit(page, {f"q{number.id}": "7,5"}).status_code == 303
    kept = {answer.kind: answer for answer in answers_of(row.id)}
    assert (in_words(kept["number"]), kept["file"].file is not None) == ("7,5 kW", True)
    assert db.session.query(StoredFile).count() == 1  # the one that was replaced is gone
    bad = client.submit(page, {f"q{number.id}": "7", f"q{upload.id}": (io.BytesIO(b"MZ"), "virus.exe")})
    assert (bad.status_code, f'id="q{upload.id}-error"' in bad.get_data(as_text=True)) == (422, True)

    mine = f"/my/{office.fair.slug}/answers/{kept['file'].id}"
    assert client.get(mine).get_data() == PDF
    mate, stranger, clerk, gate = new_user(), new_user(), office.staff(Role.AUDITOR), office.staff(Role.GATE_SUPERVISOR)
    join_company(mate.id, row.company, by=SYSTEM)
    theirs = f"/fairs/{office.fair.slug}/exhibitors/{row.reference}/answers/{kept['file'].id}"
    for person, own, staff in ((mate, 200, 403), (stranger, 404, 403), (clerk, 404, 200), (gate, 404, 403)):
        other = new_client()
        login(other, person)
        assert (other.get(mine).status_code, other.get(theirs).status_code) == (own, staff)
    assert client.get(f"/my/{office.fair.slug}/answers/{kept['number'].id}").status_code == 404


def test_staff_see_and_export_answers_and_file_them_from_paper(app: Flask, client: Client) -> None:
    office = new_office()
    asked = ask(office, "one", "Có lò nung không?", is_required=True)
    household = CompanyDraft(name="Hộ mẫu giấy", country="VN")
    row, _slip = file_application(
        office.fair, household, ProductsDraft(("CER",), "Gốm"), ContactDraft("Bà Mẫu", phone="0912345678"), AGREED,
        by=actor_of(office.staff()), source="paper", answers={asked.id: "c2"},
    )  # fmt: skip
    login(client, office.staff())
    base = f"/fairs/{office.fair.slug}/exhibitors"
    assert "Có lò nung không?" in client.get(f"{base}/{row.reference}").get_data(as_text=True)
    rows = [[cell[1] for cell in line] for line in read_sheets(client.get(f"{base}?format=xlsx").get_data())[0]]
    assert (rows[0][-1], rows[1][-1]) == ("Có lò nung không?", "No")
    typed = {
        "filing_source": "paper", "name": "Hộ mẫu hai", "country": "VN", "group_codes": ["CER"], "products": "Bát",
        "track": "paying", "contact_name": "Ông Mẫu", "contact_phone": "0912345679", "registration": "y", "wish_1": "Z9",
    }  # fmt: skip
    wrong = client.submit(f"{base}/file", typed)
    assert (wrong.status_code, f'id="q{asked.id}-error"' in wrong.get_data(as_text=True)) == (422, True)
    wrong = client.submit(f"{base}/file", {**typed, f"q{asked.id}": "c1"})
    assert (wrong.status_code, 'id="wish_1-error"' in wrong.get_data(as_text=True)) == (422, True)
    assert client.submit(f"{base}/file", {**typed, "wish_1": "", f"q{asked.id}": "c1"}).status_code == 303
    assert db.session.query(Answer).count() == 2
    assert db.session.query(Exhibitor).count() == 2


def test_the_organiser_designs_on_pages(app: Flask, client: Client) -> None:
    office = new_office()
    login(client, office.staff())
    base = f"/fairs/{office.fair.slug}/exhibitors/questions"
    assert "asks nothing" in client.get(base).get_data(as_text=True)
    for data, field in (
        ({"kind": "", "label_vi": "A"}, "kind"),
        ({"kind": "text", "label_vi": ""}, "label_vi"),
        ({"kind": "one", "label_vi": "A", "choices": "Chỉ một"}, "choices"),
        ({"kind": "one", "label_vi": "A", "choices": "Có\nCó"}, "choices"),
        ({"kind": "number", "label_vi": "A", "least": "9", "most": "3"}, "most"),
        ({"kind": "number", "label_vi": "A", "least": "ba"}, "least"),
        ({"kind": "text", "label_vi": "A", "track": "free"}, "track"),
    ):
        answer = client.submit(f"{base}/new", data)
        assert (answer.status_code, f'id="{field}-error"' in answer.get_data(as_text=True)) == (422, True), field
    for label in ("Một", "Hai"):
        made = {"kind": "many", "label_vi": label, "choices": "Có | Yes\nKhông | No", "is_required": "y"}
        assert client.submit(f"{base}/new", made).status_code == 303
    one, two = questions_of(office.fair.id)
    assert one.choices == [{"key": "c1", "vi": "Có", "en": "Yes"}, {"key": "c2", "vi": "Không", "en": "No"}]
    client.submit(f"{base}/{two.id}/act", {"do": "up"})
    assert [q.id for q in questions_of(office.fair.id)] == [two.id, one.id]
    assert "Yes" in client.get(f"{base}/preview").get_data(as_text=True)
    assert "Có | Yes" in client.get(f"{base}/{one.id}").get_data(as_text=True)
    gone = f"{base}/{one.id}"
    client.submit(f"{gone}/act", {"do": "archive"})
    assert [q.id for q in questions_of(office.fair.id)] == [two.id]
    assert client.get(gone).status_code == 404
    assert client.submit(f"{base}/{two.id}/act", {"do": "dance"}).status_code == 400
    assert client.get(f"/fairs/{office.fair.slug}/exhibitors").status_code == 200
