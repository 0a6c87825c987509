"""From a selection to a signed decision: states, register of numbers, papers, corrections."""

from __future__ import annotations

import io

import pytest
from docx import Document
from flask import Flask
from sqlalchemy import select

from fairs.core.db import db
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.money import Money
from fairs.documents.errors import AlreadySelected, NothingSelected, NumberLooksAlike, NumberTaken, SelectionClosed
from fairs.documents.kinds import Texts, kind_of
from fairs.documents.models import RegisteredNumber, Selection
from fairs.documents.papers import paper_of
from fairs.documents.queries import texts_of
from fairs.documents.service import (
    cancel_selection,
    change_amount,
    open_selection,
    remove_subject,
    return_selection,
    save_texts,
    start_correction,
    submit_selection,
)
from fairs.documents.states import SelectionState
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.queries import SUPPORT_KIND
from fairs.exhibitors.service import withdraw_application
from fairs.exhibitors.states import ExhibitorState
from fairs.funding.states import GrantState
from fairs.programme.budget import LineDraft, save_budget_line
from fairs.programme.states import BudgetSource
from tests.factories.exhibitors import actor_of, new_user
from tests.factories.support import PRICE, scan_of, support_place

S, E, G = SelectionState, ExhibitorState, GrantState


def exhibitor_of(selection: Selection) -> Exhibitor:
    return db.session.get_one(Exhibitor, selection.items[0].subject_id, populate_existing=True)


def text_of(paper: bytes) -> str:
    document = Document(io.BytesIO(paper))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def test_only_the_signature_moves_the_subjects(app: Flask) -> None:
    place = support_place()
    item = place.proposed()
    selection = item.selection
    assert (exhibitor_of(selection).state, place.grant().state) == (E.SUBMITTED, G.PROPOSED)

    submit_selection(selection, number="45/TTr-QLTM", by=place.by)
    assert (exhibitor_of(selection).state, place.grant().state, place.line().committed_minor) == (
        E.SUBMITTED,
        G.PROPOSED,
        0,
    )

    done = place.sign(selection, " 12/QĐ-SCT ")
    exhibitor, grant = exhibitor_of(selection), place.grant()
    assert (done.state, done.decision_number, done.scan.content_type) == (S.SIGNED, "12/QĐ-SCT", "application/pdf")  # type: ignore[union-attr]
    assert (exhibitor.state, exhibitor.decision_number, exhibitor.support_percent) == (E.ACCEPTED, "12/QĐ-SCT", 80)
    assert (exhibitor.decision_on, grant.state, grant.amount) == (
        place.fair.today,
        G.COMMITTED,
        Money(8_000_000, "VND"),
    )
    assert place.line().committed == grant.amount


def test_what_a_signature_needs(app: Flask) -> None:
    place = support_place()
    selection = place.submitted()
    for values, field in (
        ({"number": "  "}, "number"), ({"number": "không số"}, "number"), ({"number": "1" * 61}, "number"),
        ({"day": place.fair.starts_on}, "day"), ({"day": place.fair.today.replace(year=2019)}, "day"),
        ({"scan": scan_of("x").__class__("a.pdf", b"MZ program")}, "scan"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            place.sign(selection, **values)
        assert refused.value.field == field
    assert db.session.get_one(Selection, selection.id).state is S.SUBMITTED
    assert place.sign(selection).state is S.SIGNED


def test_a_number_is_given_once_a_year(app: Flask) -> None:
    place = support_place()
    first = place.signed("12/QĐ-SCT")
    second = place.submitted()
    for same in ("12/QĐ-SCT", " 012 / qđ-sct"):
        with pytest.raises(NumberTaken, match=first.reference):
            place.sign(second, same)
    with pytest.raises(NumberLooksAlike, match=r"12/QĐ-SCT"):
        place.sign(second, "12/QĐ-UBND")
    assert place.sign(second, "12/QĐ-UBND", confirmed=True).state is S.SIGNED
    assert len(db.session.scalars(select(RegisteredNumber)).all()) == 2


def test_one_scan_proves_one_decision(app: Flask) -> None:
    place = support_place()
    place.sign(place.submitted(), "1/QĐ", scan=scan_of("same"))
    with pytest.raises(InvalidInput) as refused:
        place.sign(place.submitted(), "2/QĐ", scan=scan_of("same"))
    assert refused.value.field == "scan"


def test_a_subject_stands_in_one_open_selection(app: Flask) -> None:
    place = support_place()
    exhibitor = place.supported()
    first = place.proposed(exhibitor).selection
    other = open_selection(SUPPORT_KIND, fair_id=place.fair.id, code=place.fair.code, title="Khác", by=place.by)
    with pytest.raises(AlreadySelected, match=first.reference):
        place.proposed(exhibitor, selection=other)
    cancel_selection(first, reason="Làm lại", by=place.by)
    assert place.grant().state is G.RELEASED
    assert place.proposed(exhibitor, selection=other).selection_id == other.id


def test_papers_are_kept_as_they_were_handed_in(app: Flask) -> None:
    place = support_place()
    selection = place.submitted(2)
    with pytest.raises(SelectionClosed):
        remove_subject(selection.items[0], by=place.by)
    kept = selection.decision_file
    assert kept is not None and kept.name.endswith(".docx") and selection.annex_file.name.endswith(".xlsx")  # type: ignore[union-attr]
    text = text_of(kept.read())
    for expected in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "QUYẾT ĐỊNH", "Điều 1.", "Nơi nhận:", "PHỤ LỤC",
        place.fair.name_vi, "16.000.000", "Mười sáu triệu đồng", "Thông tư số 28/2018/TT-BTC, Điều 8", selection.items[1].title,
    ):  # fmt: skip
        assert expected in text
    assert "TỜ TRÌNH" in text_of(selection.submission_file.read())  # type: ignore[union-attr]
    assert "Working translation" in text_of(paper_of(selection, "decision", "en"))

    kind = kind_of(SUPPORT_KIND)
    version, texts = texts_of(kind, "decision", "vi", place.fair.id)
    changed = Texts.of({**texts.as_dict(), "heading": "Về việc khác {matter}"})
    save_texts(kind, "decision", "vi", changed, fair_id=place.fair.id, by=place.by)
    assert (version, selection.template_versions["decision"]) == (0, 0)
    return_selection(selection, reason="Sai tiêu đề", by=place.by)
    again = submit_selection(selection, by=place.by)
    assert again.template_versions == {"submission": 0, "decision": 1}
    assert "Về việc khác" in text_of(again.decision_file.read())  # type: ignore[union-attr]


def test_a_text_knows_its_placeholders(app: Flask) -> None:
    place, kind = support_place(), kind_of(SUPPORT_KIND)
    _version, texts = texts_of(kind, "decision", "vi", place.fair.id)
    wrong = Texts.of({**texts.as_dict(), "body": "Điều 1. {nothing} {0.__class__}"})
    with pytest.raises(InvalidInput, match="nothing") as refused:
        save_texts(kind, "decision", "vi", wrong, fair_id=place.fair.id, by=place.by)
    assert refused.value.field == "body"


def test_order_of_steps(app: Flask) -> None:
    place = support_place()
    selection = place.proposed().selection
    with pytest.raises(InvalidTransition):
        place.sign(selection)
    remove_subject(selection.items[0], by=place.by)
    assert place.grant().state is G.RELEASED
    with pytest.raises(NothingSelected):
        submit_selection(selection, by=place.by)
    done = place.signed()
    for act in (cancel_selection, return_selection):
        with pytest.raises(InvalidTransition):
            act(done, reason="Nhầm", by=place.by)


def test_who_withdraws_is_not_touched_by_the_signature(app: Flask) -> None:
    place = support_place()
    stays, leaves = place.supported(), place.supported()
    place.proposed(stays)
    selection = place.proposed(leaves).selection
    submit_selection(selection, by=place.by)
    withdraw_application(leaves, by=actor_of(new_user()), reason="Bận")
    place.sign(selection)
    states = {one: db.session.get_one(Exhibitor, one, populate_existing=True).state for one in (stays.id, leaves.id)}
    assert states == {stays.id: E.ACCEPTED, leaves.id: E.WITHDRAWN}
    assert place.line().committed_minor == 8_000_000


def test_a_correction_is_a_new_decision(app: Flask) -> None:
    place = support_place()
    first = place.signed("12/QĐ-SCT", many=2)
    code = place.fair.code
    amending = start_correction(first, "amends", code=code, items=[first.items[0].id], by=place.by)
    change_amount(amending.items[0], Money(5_000_000, "VND"), by=place.by)
    with pytest.raises(InvalidInput):
        change_amount(amending.items[0], Money(PRICE + 1, "VND"), by=place.by)
    submit_selection(amending, by=place.by)
    assert "12/QĐ-SCT" in text_of(paper_of(amending, "decision", "vi"))
    place.sign(amending, "20/QĐ-SCT")
    changed = exhibitor_of(amending)
    assert (changed.support_percent, changed.decision_number) == (50, "20/QĐ-SCT")
    assert place.line().committed_minor == 13_000_000

    revoking = start_correction(first, "revokes", code=code, items=[first.items[1].id], by=place.by)
    place.sign(submit_selection(revoking, by=place.by), "21/QĐ-SCT")
    assert exhibitor_of(revoking).state is E.WITHDRAWN
    assert place.line().committed_minor == 5_000_000
    assert db.session.get_one(Selection, first.id).state is S.SIGNED


def test_what_the_line_does_not_have_is_not_handed_in(app: Flask) -> None:
    from fairs.programme.errors import BudgetExceeded

    place = support_place(ceiling=10_000_000)
    selection = place.proposed().selection
    place.proposed()
    with pytest.raises(BudgetExceeded):
        submit_selection(selection, by=place.by)
    line = place.line()
    save_budget_line(line.item, LineDraft(BudgetSource.CITY, Money(16_000_000, "VND")), by=place.by, line=line)
    assert place.sign(submit_selection(selection, by=place.by)).state is S.SIGNED
    assert place.line().left == Money(0, "VND")
