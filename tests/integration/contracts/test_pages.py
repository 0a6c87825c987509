"""Pages of contracts: who sees what, the form that keeps what was typed, verification, evidence, sheet."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from fairs.badges.service import code_of, issue_badge
from fairs.badges.states import BadgeCategory
from fairs.contracts.models import Contract, ExchangeRate
from fairs.contracts.queries import version
from fairs.contracts.states import ContractState, Verification
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.directory.service import PersonDraft, save_person
from tests.factories.deals import Office, acting, office, scan
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def address(place: Office, rest: str = "") -> str:
    return f"/fairs/{place.fair.slug}/deals{rest}"


def words(answer: Any) -> str:
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def signed_in(client: Client, place: Office, *roles: Role) -> Any:
    user = place.user(*roles)
    login(client, user)
    client.get("/language/en")
    return user


def typed(place: Office, **values: Any) -> dict[str, Any]:
    right = {
        "exporter_id": place.exporter.id, "importer_id": place.importer.id, "currency": "USD", "value": "1.500,50",
        "state": "signed", "signed_on": place.fair.today.isoformat(), "incoterm": "FOB", "incoterm_place": "Hải Phòng",
        "reported_by": "clerk", "number": "HD-01", "payment_terms": "T/T", "action": "save",
        "lines-0-hs_code": "4420.11", "lines-0-description": "Hộp sơn mài", "lines-0-quantity": "100",
        "lines-0-unit": "PCE", "lines-0-amount": "1,000.50",
        "lines-1-hs_code": "6913", "lines-1-description": "Bình gốm", "lines-1-quantity": "12,5",
        "lines-1-unit": "KGM", "lines-1-amount": "500",
    }  # fmt: skip
    return {key: value for key, value in {**right, **values}.items() if value is not None}


def paper(upload: Upload | None = None) -> tuple[io.BytesIO, str]:
    upload = upload or scan()
    return io.BytesIO(upload.content), upload.name


def only() -> Contract:
    return db.session.scalars(select(Contract)).one()


SEES = {Role.ORGANISER, Role.DEALS, Role.AUDITOR, Role.ADMIN}
WRITES = {Role.ORGANISER, Role.DEALS, Role.ADMIN}
RATES = WRITES | {Role.FINANCE}


@pytest.mark.parametrize("role", list(Role))
def test_who_of_the_staff_sees_and_writes(place: Office, client: Client, role: Role) -> None:
    contract = place.contract()
    signed_in(client, place, role)
    one = f"/{contract.reference}"
    for rest in ("", one, f"{one}/evidence", f"{one}/evidence/1.jpg", "?format=xlsx"):
        assert client.get(address(place, rest)).status_code == (200 if role in SEES else 403), rest
    for rest in ("/new", f"{one}/edit", "/parties?side=exporter"):
        assert client.get(address(place, rest)).status_code == (200 if role in WRITES else 403), rest
    assert client.get(address(place, "/rates")).status_code == (200 if role in RATES else 403)
    for rest in ("/new", f"{one}/edit", f"{one}/verify", f"{one}/return", f"{one}/move"):
        assert client.submit(address(place, rest)).status_code in ({409, 422} if role in WRITES else {403}), rest


def test_companies_do_not_see_contracts(place: Office, client: Client) -> None:
    contract = place.contract()
    for user in (place.member(place.exporter), place.member(place.importer), place.user()):
        login(client, user)
        for rest in ("", f"/{contract.reference}", f"/{contract.reference}/evidence", "/new", "/rates"):
            assert client.get(address(place, rest)).status_code == 403
    anonymous = client.application.test_client()
    assert anonymous.get(address(place, f"/{contract.reference}")).status_code == 302


def test_contracts_of_another_fair_are_not_found(place: Office, client: Client) -> None:
    foreign = office().contract()
    signed_in(client, place, Role.ADMIN)
    for rest in ("", "/edit", "/evidence", "/evidence/1.jpg"):
        assert client.get(address(place, f"/{foreign.reference}{rest}")).status_code == 404
    for rest in ("/verify", "/return", "/move"):
        assert client.submit(address(place, f"/{foreign.reference}{rest}")).status_code == 404


def test_a_contract_is_logged(place: Office, client: Client) -> None:
    place.rate()
    user = signed_in(client, place, Role.DEALS)
    page = client.get(address(place, "/new"))
    assert f'value="{place.fair.today.isoformat()}"' in page.text
    answer = client.submit(address(place, "/new"), typed(place, evidence=paper()), content_type="multipart/form-data")
    assert answer.status_code == 303, words(answer)
    contract = only()
    assert (contract.value_minor, contract.logged_by_id, len(contract.lines)) == (150_050, user.id, 2)
    shown = words(client.get(address(place, f"/{contract.reference}")))
    for part in ("US$1,500.50", "Gốm Bát Tràng mẫu", "Mihon Trading KK", "12.5 kg", "FOB Hải Phòng", "To be verified"):
        assert part in shown, part
    assert "a second person verifies it" in shown
    assert contract.reference in words(client.get(address(place)))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"value": ""}, "value"), ({"value": "0"}, "value"), ({"value": "-1"}, "value"), ({"value": "abc"}, "value"),
        ({"value": "9" * 300}, "value"), ({"value": "1000000000001"}, "value"), ({"value": "1500.505"}, "value"),
        ({"value": "1501"}, "value"), ({"value": "NaN"}, "value"), ({"value": "1e5"}, "value"),
        ({"currency": "ZZZ"}, "value"), ({"currency": ""}, "value"),
        ({"state": "paid"}, "state"), ({"state": "<script>"}, "state"),
        ({"signed_on": ""}, "signed_on"), ({"signed_on": "32/13/2026"}, "signed_on"), ({"signed_on": "2099-01-01"}, "signed_on"),
        ({"signed_on": "2001-01-01"}, "signed_on"), ({"signed_on": "0000-00-00"}, "signed_on"),
        ({"incoterm": "XXX"}, "incoterm"), ({"incoterm_place": "x" * 121}, "incoterm_place"),
        ({"number": "x" * 81}, "number"), ({"payment_terms": "x" * 201}, "payment_terms"),
        ({"delivery": "x" * 201}, "delivery"), ({"note": "x" * 4001}, "note"), ({"booth_code": "Z-1"}, "booth_code"),
        ({"reported_by": "me"}, "reported_by"), ({"exporter_id": ""}, "exporter"), ({"exporter_id": "999999"}, "exporter"),
        ({"exporter_id": "x"}, "exporter"), ({"importer_id": "-5"}, "importer"), ({"importer_id": "9" * 50}, "importer"),
        ({"lines-0-hs_code": "0101"}, "lines-0-hs_code"), ({"lines-0-hs_code": "x" * 50}, "lines-0-hs_code"),
        ({"lines-1-description": ""}, "lines-1-description"), ({"lines-1-quantity": "-1"}, "lines-1-quantity"),
        ({"lines-1-quantity": "many"}, "lines-1-quantity"), ({"lines-1-unit": "BOX"}, "lines-1-unit"),
        ({"lines-0-amount": "0"}, "lines-0-amount"), ({"lines-0-amount": "x"}, "lines-0-amount"),
        ({"lines-0-amount": "1" * 60}, "lines-0-amount"),
    ],
)  # fmt: skip
def test_bad_input_stands_at_its_field_and_everything_typed_stays(
    place: Office, client: Client, values: dict[str, str], field: str
) -> None:
    signed_in(client, place, Role.DEALS)
    answer = client.submit(address(place, "/new"), typed(place, **values))
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    assert f'id="{field}-error"' in page
    for name, value in typed(place, **values).items():
        if name in {"exporter_id", "importer_id", "action"} or name in values:
            continue
        if name in {"state", "currency", "incoterm", "reported_by"} or name.endswith("-unit"):
            assert re.search(rf'<option selected value="{value}"', page), name
        else:
            assert f'value="{value}"' in page, name
    for name, value in values.items():
        if name in {"signed_on", "value", "number", "incoterm_place"} or (
            name.startswith("lines-") and "unit" not in name
        ):
            assert f'value="{value}"' in page, name
    if field not in {"exporter", "importer"}:
        assert page.count(" checked>") == 2
    assert db.session.scalars(select(Contract)).all() == []


def test_every_problem_at_once(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    answer = client.submit(address(place, "/new"), {"action": "save"})
    assert answer.status_code == 422
    for field in ("exporter", "importer", "value", "signed_on", "lines-0-hs_code"):
        assert f'id="{field}-error"' in answer.text, field
    assert client.submit(address(place, "/new"), {}).status_code == 422
    strange = {"lines-x-hs_code": "1", "lines-999999-hs_code": "6913", "lines": "x", "lines-0": "y", "action": "save"}
    assert client.submit(address(place, "/new"), strange).status_code == 422


def test_markup_stays_text(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    bad = "<script>alert(1)</script>{{7*7}}"
    values = typed(
        place, **{"lines-0-description": bad, "note": bad, "number": "=HYPERLINK(1)", "delivery": "\u202eabc"}
    )
    assert client.submit(address(place, "/new"), values).status_code == 303
    contract = only()
    page = client.get(address(place, f"/{contract.reference}"))
    assert "<script>alert" not in page.text
    assert bad in words(page)
    assert contract.delivery == "abc"
    sheet, goods = read_sheets(client.get(address(place, "?format=xlsx")).data)
    assert not any(kind == "formula" for each in (sheet, goods) for row in each for kind, _ in row)
    assert ("text", "=HYPERLINK(1)") in sheet[1]
    assert ("number", "1500.5") in sheet[1]
    assert ("text", bad) in goods[1]


def test_lines_come_and_go_with_and_without_scripts(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    more = client.submit(address(place, "/new"), typed(place, action="add_line"))
    assert more.status_code == 200
    assert 'name="lines-2-hs_code"' in more.text
    assert 'class="error-summary"' not in more.text
    less = client.submit(address(place, "/new"), typed(place, action="remove_line-0"))
    assert 'name="lines-1-hs_code"' not in less.text
    assert 'value="Bình gốm"' in html.unescape(less.text)
    assert 'value="Hộp sơn mài"' not in html.unescape(less.text)
    part = client.submit(address(place, "/lines"), typed(place, action="add_line"), headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<div id="lines"')
    assert 'name="lines-2-hs_code"' in part.text
    for action in ("remove_line-99", "remove_line-x", "remove_line-", "nonsense"):
        assert client.submit(address(place, "/lines"), typed(place, action=action)).status_code == 200
    last = client.submit(address(place, "/lines"), {"action": "remove_line-0", "lines-0-hs_code": "6913"})
    assert 'name="lines-0-hs_code"' in last.text
    assert 'value="6913"' not in last.text
    # Blank lines are left out.
    blank = {f"lines-2-{name}": "" for name in ("hs_code", "description", "quantity", "amount")} | {
        "lines-2-unit": "PCE"
    }
    assert client.submit(address(place, "/new"), typed(place, **blank)).status_code == 303
    assert len(only().lines) == 2


def test_a_scan_is_kept_while_the_form_is_corrected(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    first = client.submit(
        address(place, "/new"), typed(place, value="", evidence=paper()), content_type="multipart/form-data"
    )
    assert first.status_code == 422
    assert "is kept" in words(first)
    kept = re.search(r'name="kept"[^>]*value="([^"]+)"', first.text)
    assert kept is not None
    stranger = client.application.test_client()
    login(stranger, place.user(Role.DEALS))
    assert stranger.submit(address(place, "/new"), typed(place, kept=kept[1], number="other")).status_code == 303
    assert db.session.scalars(select(Contract)).one().evidence_id is None
    assert client.submit(address(place, "/new"), typed(place, kept=kept[1])).status_code == 303
    logged = db.session.scalars(select(Contract).order_by(Contract.id.desc())).first()
    assert logged is not None
    assert logged.evidence is not None
    assert client.submit(address(place, "/new"), typed(place, kept="nonsense")).status_code == 303


def test_a_wrong_file_is_refused_at_its_field(place: Office, client: Client) -> None:
    signed_in(client, place, Role.DEALS)
    for content in (b"", b"MZ\x90 program", b"<html><script>"):
        upload = (io.BytesIO(content), "scan.pdf")
        answer = client.submit(
            address(place, "/new"), typed(place, evidence=upload), content_type="multipart/form-data"
        )
        assert answer.status_code == 422
        assert 'id="evidence-error"' in answer.text
        assert 'value="Hộp sơn mài"' in html.unescape(answer.text)
    known = place.contract(evidence=scan("one"))
    answer = client.submit(
        address(place, "/new"), typed(place, evidence=paper(scan("one"))), content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert f"is the evidence of {known.reference} already" in words(answer)


def test_parties_are_found_by_badge_name_and_tax_code(place: Office, client: Client) -> None:
    person = save_person(PersonDraft(native_name="見本 花子", country="JP", company_id=place.importer.id), by=SYSTEM)
    badge = issue_badge(place.fair, person, BadgeCategory.IMPORTER, company=place.importer, by=SYSTEM)
    rich = place.company("Lụa Vạn Phúc", tax_code="0100109106")
    signed_in(client, place, Role.DEALS)

    def find(side: str, text: str) -> str:
        return client.get(
            address(place, "/parties"),
            query_string={"side": side, f"{side}_query": text},
            headers={"HX-Request": "true"},
        ).text

    for text in (code_of(badge), badge.short_code, badge.reference, "mihon", "MIHON trading"):
        assert re.search(rf'value="{place.importer.id}" checked', find("importer", text)), text
    assert f'value="{rich.id}" checked' in find("exporter", "0100109106")
    assert "Lụa Vạn Phúc" in find("exporter", "lua van")
    assert "Lụa Vạn Phúc" not in find("importer", "lua van")
    assert "Nothing found" in find("exporter", "<b>zzz</b>")
    assert "<b>zzz" not in find("exporter", "<b>zzz</b>")
    assert "radio" not in find("exporter", "")
    find("exporter", "x" * 3000)
    assert client.get(address(place, "/parties?side=other")).status_code == 404
    answer = client.submit(address(place, "/new"), typed(place, importer_id="", importer_query="mihon", action="find"))
    assert answer.status_code == 200
    assert f'value="{place.importer.id}" checked' in answer.text


def test_a_contract_is_changed(place: Office, client: Client) -> None:
    contract = place.contract()
    signed_in(client, place, Role.DEALS)
    page = html.unescape(client.get(address(place, f"/{contract.reference}/edit")).text)
    for value in ("1500.5", "1000.5", "12.5", "100", "4420.11", "Bình gốm"):
        assert f'value="{value}"' in page, value
    seen = version(contract)
    change = typed(place, seen=str(seen), **{"lines-1-quantity": "1.1250", "number": "HD-02"})
    assert client.submit(address(place, f"/{contract.reference}/edit"), change).status_code == 303
    assert (contract.number, float(contract.lines[1].quantity)) == ("HD-02", 1.125)
    # Three decimals are shown so that they read back as decimals.
    assert 'value="1.1250"' in client.get(address(place, f"/{contract.reference}/edit")).text
    late = client.submit(address(place, f"/{contract.reference}/edit"), {**change, "number": "HD-03"})
    assert late.status_code == 422
    assert "in the meantime" in words(late)
    assert 'value="HD-03"' in late.text
    history = words(client.get(address(place, f"/{contract.reference}")))
    assert "Changed" in history
    assert "Number of the contract" in history


def test_verification_on_the_page(place: Office, client: Client) -> None:
    place.rate()
    clerk = place.user(Role.DEALS)
    contract = place.contract(by=acting(clerk))
    page = address(place, f"/{contract.reference}")
    ticks = {"signed_both": "y", "parties": "y", "value": "y", "date": "y"}
    login(client, clerk)
    client.get("/language/en")
    assert "a second person verifies it" in words(client.get(page))
    own = client.submit(f"{page}/verify", {**ticks, "seen": str(version(contract))})
    assert own.status_code == 403
    assert "A second person has to do this" in words(own)
    second = signed_in(client, place, Role.DEALS)
    missing = client.submit(f"{page}/verify", {**ticks, "date": "", "seen": str(version(contract)), "note": "Ghi chú"})
    assert missing.status_code == 422
    assert 'id="date-error"' in missing.text
    assert missing.text.count(" checked") == 3
    assert 'value="Ghi chú"' in html.unescape(missing.text)
    assert client.submit(f"{page}/verify", {**ticks, "seen": "0"}).status_code == 409
    assert client.submit(f"{page}/verify", ticks).status_code == 409
    assert client.submit(f"{page}/verify", {**ticks, "seen": str(version(contract))}).status_code == 303
    assert (contract.verification, contract.verified_by_id) == (Verification.VERIFIED, second.id)
    shown = words(client.get(page))
    assert "Counts in the headline" in shown
    assert f"Verified by {second.name}" in shown
    assert client.get(f"{page}/edit").status_code == 303
    headline = words(client.get(address(place)))
    assert "Signed and verified US$1,500.50 1 contract" in headline


def test_sending_back_and_moving_on(place: Office, client: Client) -> None:
    contract = place.contract(by=acting(place.user(Role.DEALS)))
    page = address(place, f"/{contract.reference}")
    signed_in(client, place, Role.DEALS)
    seen = str(version(contract))
    empty = client.submit(f"{page}/return", {"reason": " ", "seen": seen})
    assert empty.status_code == 422
    assert 'id="reason-error"' in empty.text
    long = client.submit(f"{page}/return", {"reason": "x" * 500, "seen": seen})
    assert long.status_code == 422
    assert "x" * 500 in long.text
    assert client.submit(f"{page}/return", {"reason": "Sai trị giá", "seen": seen}).status_code == 303
    assert "Sai trị giá" in words(client.get(page))
    for values, field in (
        ({"target": "nonsense"}, "target"), ({}, "target"), ({"target": "cancelled"}, "cancel_reason"),
        ({"target": "shipped", "signed_on": "x"}, None), ({"target": "cancelled", "cancel_reason": "x" * 500}, "cancel_reason"),
    ):  # fmt: skip
        answer = client.submit(f"{page}/move", values)
        assert answer.status_code == 422, values
        assert field is None or f'id="{field}-error"' in answer.text
    assert client.submit(f"{page}/move", {"target": "lead"}).status_code == 409
    assert client.submit(f"{page}/move", {"target": "shipped"}).status_code == 303
    assert contract.state is ContractState.SHIPPED


def test_the_scan_is_shown_and_downloaded(place: Office, client: Client) -> None:
    out = io.BytesIO()
    canvas = Canvas(out)
    for text in ("one", "two"):
        canvas.drawString(100, 700, text)
        canvas.showPage()
    canvas.save()
    contract = place.contract(evidence=Upload("../../evil\\name.exe", out.getvalue()))
    signed_in(client, place, Role.DEALS)
    page = address(place, f"/{contract.reference}")
    shown = client.get(page).text
    assert shown.count("scan-page") - shown.count("scan-pages") == 2
    assert contract.evidence is not None
    assert contract.evidence.sha256 in shown
    picture = client.get(f"{page}/evidence/2.jpg")
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(picture.data)).width == 1100
    for rest in ("0", "3", "99999999999999999999"):
        assert client.get(f"{page}/evidence/{rest}.jpg").status_code == 404
    assert client.get(f"{page}/evidence/-1.jpg").status_code == 404
    file = client.get(f"{page}/evidence")
    assert file.data == out.getvalue()
    assert file.mimetype == "application/pdf"
    assert file.headers["Content-Disposition"] == f"attachment; filename={contract.reference}.pdf"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    broken = place.contract(evidence=Upload("x.pdf", b"%PDF-1.7 nothing of use"))
    answer = client.get(address(place, f"/{broken.reference}"))
    assert answer.status_code == 200
    assert "cannot be shown here" in words(answer)
    assert client.get(address(place, f"/{broken.reference}/evidence/1.jpg")).status_code == 404


def test_rates(place: Office, client: Client) -> None:
    signed_in(client, place, Role.FINANCE)
    page = address(place, "/rates")
    right = {"currency": "USD", "day": place.fair.today.isoformat(), "vnd": "25.412,5", "source": "Ngân hàng Nhà nước"}
    for values, field in (
        ({"vnd": ""}, "vnd"), ({"vnd": "x"}, "vnd"), ({"vnd": "-1"}, "vnd"), ({"vnd": "1.0000001"}, "vnd"),
        ({"currency": "VND"}, "currency"), ({"currency": ""}, "currency"), ({"day": ""}, "day"), ({"day": "2099-01-01"}, "day"),
        ({"source": ""}, "source"), ({"source": "x" * 121}, "source"),
    ):  # fmt: skip
        answer = client.submit(page, {**right, **values})
        assert answer.status_code == 422, values
        assert f'id="{field}-error"' in answer.text
    assert client.submit(page, right).status_code == 303
    rate = db.session.scalars(select(ExchangeRate)).one()
    assert "25,412.5" in words(client.get(page))
    again = client.submit(page, right)
    assert again.status_code == 422
    assert 'id="day-error"' in again.text
    next_day = {**right, "day": (place.fair.today - timedelta(days=1)).isoformat(), "vnd": "254"}
    odd = client.submit(page, next_day)
    assert odd.status_code == 422
    assert "far from the last rate" in words(odd)
    assert 'name="confirmed"' in odd.text
    assert client.submit(page, {**next_day, "confirmed": "y"}).status_code == 303
    assert 'value="25412.5"' in client.get(f"{page}?rate={rate.id}").text
    assert client.submit(f"{page}?rate={rate.id}", {**right, "vnd": "25400", "confirmed": "y"}).status_code == 303
    for wrong in ("x", "0", "999999", "9" * 40, ""):
        assert client.get(f"{page}?rate={wrong}").status_code == 404


def test_filters_take_anything(place: Office, client: Client) -> None:
    place.contract()
    signed_in(client, place, Role.AUDITOR)
    for query in ("state=x", "verification=x", "country=%00", "country=ZZ", "exporter=x", "exporter=99", "sort=x", "q=%25",
                  f"q={'x' * 3000}", "state=signed&verification=logged&country=jp"):  # fmt: skip
        assert client.get(address(place, f"?{query}")).status_code == 200, query
    assert client.get(address(place, f"?exporter={'9' * 15}")).status_code in (200, 422)
    for cursor in ("x", "W10", "WzEsMl0", "bnVsbA", "WyJhIl0"):
        assert client.get(address(place, f"?cursor={cursor}")).status_code in (200, 422), cursor
    assert "No contract fits" in words(client.get(address(place, "?q=zzz")))


def test_the_list_costs_the_same_for_one_and_for_many(place: Office, client: Client) -> None:
    place.contract()
    signed_in(client, place, Role.DEALS)
    path = address(place)
    client.get(path)
    with counted_queries() as one:
        client.get(path)
    for _ in range(3):
        place.contract(importer_id=place.company(country="FR").id, exporter_id=place.company().id)
    with counted_queries() as many:
        client.get(path)
    assert sorted(many) == sorted(one)
