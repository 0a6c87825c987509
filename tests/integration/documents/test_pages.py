"""Pages of decisions, grants, rules and budget lines: the way through them, wrong input at its place, queries."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.documents.models import DocumentTemplate, Selection
from fairs.documents.official import DOCX
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.funding.models import SupportClash, SupportRule
from fairs.funding.queries import rule_versions
from fairs.funding.states import ClashState, GrantState
from fairs.programme.models import BudgetLine
from tests.factories.support import SupportPlace, support_place
from tests.support.client import Client, login
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Flask, client: Client) -> SupportPlace:
    made = support_place()
    login(client, made.office.staff())
    return made


def address(place: SupportPlace, *parts: str) -> str:
    return "/".join((f"/fairs/{place.fair.slug}", *parts))


def scan(text: bytes = b"%PDF-1.4\nsigned\n%%EOF") -> Any:
    return io.BytesIO(text), "scan.pdf"


def test_from_the_application_to_the_signed_decision(place: SupportPlace, client: Client) -> None:
    exhibitor = place.supported()
    page = address(place, "exhibitors", exhibitor.reference)
    assert 'value="accept"' not in client.get(page).text
    wrong = client.submit(f"{page}/propose", {"rule": "", "line": "", "percent": "33"})
    assert wrong.status_code == 422 and 'value="33"' in wrong.text
    terms = {"rule": str(place.terms.rule.id), "line": str(place.terms.line.id), "percent": ""}
    where = client.submit(f"{page}/propose", terms).headers["Location"]
    assert exhibitor.company.name in client.get(where).text
    assert client.submit(f"{where}/submit", {"submission_number": "45/TTr-QLTM"}).status_code == 303

    for typed, field in (
        ({"number": "", "day": "2020-01-01"}, "number"), ({"number": "7/QĐ", "day": "31/02/2026"}, "day"),
        ({"number": "7/QĐ", "day": "2099-01-01"}, "day"), ({"number": "7/QĐ", "day": place.fair.today.isoformat()}, "scan"),
    ):  # fmt: skip
        answer = client.submit(f"{where}/sign", typed)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text, field
        assert typed["number"] in answer.text
    bad = {"number": "7/QĐ", "day": place.fair.today.isoformat(), "scan": scan(b"<html>")}
    assert client.submit(f"{where}/sign", bad).status_code == 422
    good = {"number": "7/QĐ-SCT", "day": place.fair.today.isoformat(), "signer": "Giám đốc", "scan": scan()}
    assert client.submit(f"{where}/sign", good).status_code == 303

    assert db.session.get_one(Exhibitor, exhibitor.id).state is ExhibitorState.ACCEPTED
    assert "7/QĐ-SCT" in client.get(page).text and "7/QĐ-SCT" in client.get(address(place, "documents")).text
    for part, kind in (("submission", DOCX), ("decision", DOCX), ("scan", "application/pdf")):
        assert client.get(f"{where}/files/{part}").mimetype == kind
    assert client.get(f"{where}/files/decision?translation=en").status_code == 200
    assert client.get(f"{where}/files/nothing").status_code == 404
    assert client.get(f"{address(place, 'support')}?format=xlsx").mimetype.endswith("sheet")

    item = db.session.scalars(select(Selection)).one().items[0]
    new = client.submit(f"{where}/correct", {"correction": "amends", "item": str(item.id)}).headers["Location"]
    draft = db.session.scalars(select(Selection).order_by(Selection.id.desc())).first()
    assert draft is not None and draft.reference in new
    over = client.submit(f"{new}/items/{draft.items[0].id}/amount", {"amount": "99.000.000.000"})
    assert over.status_code == 422 and "99.000.000.000" in over.text
    assert client.submit(f"{new}/items/{draft.items[0].id}/amount", {"amount": "5.000.000"}).status_code == 303


def test_a_second_person_decides_on_the_page(place: SupportPlace, client: Client, new_client: Any) -> None:
    exhibitor = place.supported()
    other = place.other_grant(exhibitor)
    page = address(place, "exhibitors", exhibitor.reference)
    terms = {"rule": str(place.terms.rule.id), "line": str(place.terms.line.id)}
    refused = client.submit(f"{page}/propose", terms)
    assert refused.status_code == 422 and other.reference in refused.text and 'id="reason-error"' in refused.text
    assert client.submit(f"{page}/propose", {**terms, "reason": "Khoản khác"}).status_code == 303
    clash = db.session.scalars(select(SupportClash)).one()
    where = address(place, "support", clash.grant.reference)
    assert client.submit(f"{where}/clashes/{clash.id}", {"note": "Tự xem", "do": "clear"}).status_code == 403
    second = new_client()
    login(second, place.office.staff(Role.FINANCE))
    assert other.reference in second.get(where).text
    assert second.submit(f"{where}/clashes/{clash.id}", {"note": "", "do": "clear"}).status_code == 422
    assert second.submit(f"{where}/clashes/{clash.id}", {"note": "Đã xem", "do": "clear"}).status_code == 303
    assert db.session.get_one(SupportClash, clash.id, populate_existing=True).state is ClashState.CLEARED


def test_settling_on_the_page(place: SupportPlace, client: Client) -> None:
    grant = place.grant(place.signed())
    where = address(place, "support", grant.reference)
    assert client.submit(f"{where}/receipt", {"ticket": "HD 1", "receipt": scan()}).status_code == 303
    assert client.get(f"{where}/receipt").mimetype == "application/pdf"
    much = client.submit(f"{where}/settle", {"actual": "8.000.001"})
    assert much.status_code == 422 and "8.000.001" in much.text
    assert client.submit(f"{where}/settle", {"actual": "7.500.000"}).status_code == 303
    assert place.grant().state is GrantState.SETTLED and place.line().spent_minor == 7_500_000
    assert client.submit(f"{where}/end", {"reason": "Trả lại"}).status_code == 303
    assert place.grant().state is GrantState.RECOVERED


def test_rules_on_their_pages(place: SupportPlace, client: Client) -> None:
    page = "/support-rules/KC-DOM-JOIN"
    rule = rule_versions("KC-DOM-JOIN")[0]
    form = {name: getattr(rule, name) or "" for name in ("programme_vi", "legal_basis_vi", "item_vi", "certainty")}
    form |= {"code": "KC-DOM-JOIN", "purpose": "booth", "rate_percent": "70"}
    place.proposed()
    for wrong, field in (
        ({"rate_percent": "0"}, "rate_percent"),
        ({"cap_amount": "5"}, "cap_unit"),
        ({"item_vi": ""}, "item_vi"),
    ):
        answer = client.submit(f"{page}/change", {**form, **wrong})
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert client.submit(f"{page}/change", form).status_code == 303
    assert [(one.version, one.rate_percent) for one in rule_versions("KC-DOM-JOIN")] == [(2, 70), (1, 80)]
    assert client.submit("/support-rules/new", {**form, "code": "hn-1"}).status_code == 303
    assert client.get("/support-rules?q=HN-1").text.count("HN-1") > 0
    client.submit("/support-rules/HN-1/close", {"do": "close"})
    assert db.session.scalars(select(SupportRule).where(SupportRule.code == "HN-1")).one().is_closed
    assert client.get("/support-rules/nothing").status_code == 404


def test_budget_lines_on_their_page(place: SupportPlace, client: Client) -> None:
    place.signed()
    line = place.line()
    year = line.item.programme.year
    less = client.submit(f"/budget/lines/{line.id}", {"item": line.item_id, "source": "city", "ceiling": "7.999.999"})
    assert less.status_code == 422 and 'id="ceiling-error"' in less.text
    new = {"item": str(line.item_id), "source": "other", "ceiling": "1.000.000", "name": "Tài trợ"}
    assert client.submit(f"/budget/{year}", new).status_code == 303
    assert client.submit(f"/budget/{year}", new).status_code == 422
    assert db.session.scalars(select(BudgetLine).where(BudgetLine.name == "Tài trợ")).one().ceiling_minor == 1_000_000
    assert "Tài trợ" in client.get(f"/budget/{year}").text and client.get("/budget/99999").status_code == 404


def test_texts_are_changed_version_by_version(place: SupportPlace, client: Client) -> None:
    page = address(place, "document-texts", "exhibitor_support", "decision", "vi")
    form = {
        "organisation": "Sở",
        "symbol": "QĐ-SCT",
        "heading": "Về {matter}",
        "body": "Điều 1. {count}",
        "signer": "GĐ",
    }
    wrong = client.submit(page, {**form, "body": "Điều 1. {unknown}"})
    assert wrong.status_code == 422 and "{unknown}" in wrong.text
    assert client.submit(page, form).status_code == 303
    assert db.session.scalars(select(DocumentTemplate)).one().version == 1
    assert client.get(address(place, "document-texts", "nothing", "decision", "vi")).status_code == 404


def test_pages_ask_the_database_the_same_at_one_row_and_at_three(place: SupportPlace, client: Client) -> None:
    selection = place.proposed().selection
    place.signed("1/QĐ")
    pages = [address(place, *parts) for parts in (("documents",), ("support",), ("documents", selection.reference))]
    pages += ["/support-rules", f"/budget/{place.terms.line.item.programme.year}"]

    def counts() -> list[int]:
        found = []
        for page in pages:
            client.get(page)
            with counted_queries() as queries:
                assert client.get(page).status_code == 200
            found.append(len(queries))
        return found

    before = counts()
    place.proposed()
    place.signed("2/QĐ", many=2)
    place.proposed()
    assert counts() == before
