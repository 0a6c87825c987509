"""The parties confirm, dispute and sign: bound to the content, by pressed buttons only, seen by nobody else."""

from __future__ import annotations

import hashlib
import html
import io
import re
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from fairs.contracts.confirming import VALID, answer, ask_confirmation, is_expired, token_of
from fairs.contracts.content import content_hash
from fairs.contracts.errors import AlreadySigned, ContentChanged, InvalidContract, NotSignable
from fairs.contracts.models import Confirmation, Contract, Signature
from fairs.contracts.quick import QuickDraft, quick_log
from fairs.contracts.service import edit_contract, move_contract, verify_contract
from fairs.contracts.signing import sign_contract
from fairs.contracts.states import Answer, ContractState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.demo.sitework import drawn_signature
from fairs.directory.models import Company
from fairs.importers.models import Importer
from fairs.importers.service import link_for
from fairs.messages.models import OutboxMessage
from tests.factories.deals import ALL_CHECKS, Office, acting, office, scan
from tests.factories.importers import Reception
from tests.support.client import Client, login, logout
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Flask) -> Office:
    made = office()
    made.rate()
    return made


def words(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def question(contract: Contract, side: str = "importer") -> tuple[Confirmation, str]:
    asked = ask_confirmation(contract, side, by=SYSTEM)
    return asked, f"/c/{token_of(asked)}"


def reply(contract: Contract, verdict: str = "confirmed", **values: Any) -> dict[str, Any]:
    return {"seen": content_hash(contract), "verdict": verdict, "name": "Tanaka Hanako", **values}


def state(asked: Confirmation) -> Answer:
    return db.session.get_one(Confirmation, asked.id, populate_existing=True).state


def in_english(client: Client) -> None:
    client.get("/language/en")


# --- by link ---------------------------------------------------------------------------------------------------------


def test_a_party_confirms_what_it_was_shown(place: Office, client: Client) -> None:
    contract = place.contract()
    asked, path = question(contract)
    in_english(client)
    shown = client.get(path)
    assert (shown.status_code, shown.headers["Cache-Control"], state(asked)) == (200, "private, no-cache", Answer.ASKED)
    for text in (
        "US$1,500.50",
        contract.reference,
        "Hộp sơn mài",
        "FOB Hải Phòng",
        place.importer.name,
        place.exporter.name,
    ):
        assert text in words(shown), text
    answer_ = client.submit(path, reply(contract))
    assert (answer_.status_code, state(asked)) == (303, Answer.CONFIRMED)
    known = db.session.get_one(Confirmation, asked.id)
    assert (known.answered_name, known.content_sha256, known.answered_by_id) == (
        "Tanaka Hanako",
        content_hash(contract),
        None,
    )
    again = words(client.get(path))
    assert ("Tanaka Hanako confirmed it on" in again, "Sign on the screen" in again) == (True, True)


def test_opening_a_link_answers_nothing(place: Office, client: Client) -> None:
    asked, path = question(place.contract())
    for method in ("GET", "HEAD"):
        assert client.open(f"{path}?verdict=confirmed&name=Robot", method=method).status_code == 200
    assert (client.get(f"{path}/sign").status_code, state(asked)) == (405, Answer.ASKED)
    assert client.post(path, data=reply(db.session.scalars(select(Contract)).one())).status_code == 400
    assert state(asked) is Answer.ASKED


def test_a_dispute_says_what_is_wrong(place: Office, client: Client) -> None:
    contract = place.contract()
    asked, path = question(contract)
    in_english(client)
    empty = client.submit(path, reply(contract, "disputed", name=""))
    assert (empty.status_code, "Please write your name" in words(empty), "Say what is not right" in words(empty)) == (
        422,
        True,
        True,
    )
    client.submit(path, reply(contract, "disputed", remark="The value is 1,300 USD"))
    assert (state(asked), db.session.get_one(Confirmation, asked.id).remark) == (
        Answer.DISPUTED,
        "The value is 1,300 USD",
    )
    client.submit(path, reply(contract))
    assert state(asked) is Answer.CONFIRMED


def test_changed_content_lapses_answers(place: Office, client: Client) -> None:
    contract = place.contract()
    asked, path = question(contract)
    seen = reply(contract)
    edit_contract(contract, place.fair, place.draft(delivery="30 days"), by=SYSTEM)
    assert state(asked) is Answer.LAPSED
    in_english(client)
    gone = client.get(path)
    assert (gone.status_code, "changed after this link was made" in words(gone), "1,500.50" in words(gone)) == (
        410,
        True,
        False,
    )
    refused = client.submit(path, seen)
    assert (refused.status_code, state(asked)) == (409, Answer.LAPSED)
    second, other = question(contract)
    assert (second.id != asked.id, client.get(other).status_code) == (True, 200)


def test_an_answer_is_bound_to_the_content_that_was_read(place: Office) -> None:
    contract = place.contract()
    asked, _path = question(contract)
    with pytest.raises(ContentChanged):
        answer(asked, "confirmed", name="A", seen="0" * 64, by=SYSTEM)
    assert state(asked) is Answer.ASKED


def test_links_that_are_over_say_so(place: Office, client: Client) -> None:
    contract = place.contract()
    asked, path = question(contract)
    in_english(client)
    with time_machine.travel(now() + VALID + timedelta(minutes=1), tick=False):
        late = client.get(path)
        assert (late.status_code, "This link has expired" in words(late)) == (410, True)
        assert client.submit(path, reply(contract)).status_code == 410
        assert is_expired(asked)
    move_contract(contract, place.fair, ContractState.CANCELLED, by=SYSTEM, reason="Withdrawn")
    over = client.get(path)
    assert (over.status_code, "does not stand any more" in words(over)) == (410, True)
    assert client.get("/c/nonsense").status_code == 404


def test_asked_again_the_first_link_still_works(place: Office) -> None:
    contract = place.contract()
    first, path = question(contract)
    second, again = question(contract)
    assert (first.id, path) == (second.id, again)


def test_the_importer_is_written_to_in_its_language(place: Office) -> None:
    reception = Reception(place.fair)
    importer = reception.importer(locale="en", group_codes=())
    contract = place.contract(importer_id=importer.company_id)
    ask_confirmation(contract, "importer", by=SYSTEM)
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "contracts/confirm")).one()
    assert (mail.recipient, contract.reference in mail.subject, "/c/" in mail.body) == (
        importer.person.email,
        True,
        True,
    )
    assert "1,500" not in mail.body


def test_staff_show_the_code(place: Office, client: Client) -> None:
    contract = place.contract()
    base = f"/fairs/{place.fair.slug}/deals/{contract.reference}/parties"
    login(client, place.user(Role.DEALS))
    in_english(client)
    assert client.submit(f"{base}/importer").status_code == 303
    page = client.get(base)
    assert ('<svg class="qr"' in page.text, "/c/" in page.text, "QR code for the importer" in page.text) == (
        True,
        True,
        True,
    )
    assert client.submit(f"{base}/nobody").status_code == 404
    login(client, place.user(Role.AUDITOR))
    assert client.get(base).status_code == 403


# --- signatures ------------------------------------------------------------------------------------------------------


def sign(contract: Contract, side: str, **values: Any) -> Signature:
    drawn = {
        "drawing": drawn_signature(),
        "seen": content_hash(contract),
        "name": f"Người ký {side}",
        "by": SYSTEM,
        **values,
    }
    return sign_contract(contract, side, **drawn)


def test_both_signatures_make_the_paper(place: Office) -> None:
    clerk, checker = place.user(Role.DEALS), place.user(Role.ORGANISER)
    contract = quick_log(
        place.fair,
        QuickDraft(place.exporter.id, place.importer.id, "USD", place.draft().value),
        by=acting(clerk),
        photo=scan(),
    )
    with pytest.raises(NotSignable):
        sign(contract, "exporter")
    contract = edit_contract(contract, place.fair, place.draft(), by=acting(clerk))
    sign(contract, "exporter", title="Giám đốc", witness=clerk.id)
    assert contract.evidence is not None and contract.evidence.content_type == "image/png"
    with pytest.raises(AlreadySigned):
        sign(contract, "exporter")
    sign(contract, "importer", name="田中 花子", drawing="", typed=True)
    contract = db.session.get_one(Contract, contract.id, populate_existing=True)
    assert contract.evidence is not None
    content = contract.evidence.read()
    assert (contract.evidence.content_type, contract.evidence.sha256) == (
        "application/pdf",
        hashlib.sha256(content).hexdigest(),
    )
    pdf = pypdfium2.PdfDocument(io.BytesIO(content))
    text = " ".join(page.get_textpage().get_text_range() for page in pdf)
    for part in (contract.reference, "US$1,500.50", "Hộp sơn mài", "Người ký exporter", content_hash(contract)[:32]):
        assert part in text, part
    verified = verify_contract(contract, place.fair, ALL_CHECKS, by=acting(checker))
    assert verified.counts


def test_a_scan_is_not_replaced(place: Office) -> None:
    contract = place.contract(evidence=scan(kind="PDF"))
    before = contract.evidence_id
    sign(contract, "exporter")
    sign(contract, "importer")
    assert db.session.get_one(Contract, contract.id, populate_existing=True).evidence_id == before


def test_a_signature_is_judged_by_its_content(place: Office) -> None:
    contract = place.contract()
    blank = (
        drawn_signature().split(",")[0]
        + ",iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
    )
    for drawing in ("", "data:image/png;base64,AAAA", "data:text/html;base64,AAAA", blank):
        with pytest.raises(InvalidContract) as caught:
            sign(contract, "importer", drawing=drawing)
        assert [problem.field for problem in caught.value.problems] == ["signature"], drawing
    with pytest.raises(InvalidContract) as caught:
        sign(contract, "importer", name=" ", typed=True)
    assert [problem.field for problem in caught.value.problems] == ["name"]
    with pytest.raises(ContentChanged):
        sign(contract, "importer", seen="1" * 64)


def test_a_party_signs_on_its_phone_after_confirming(place: Office, client: Client) -> None:
    contract = place.contract()
    asked, path = question(contract)
    in_english(client)
    data = {"seen": content_hash(contract), "name": "Tanaka", "signature": drawn_signature()}
    early = client.submit(f"{path}/sign", data)
    assert early.status_code == 409
    client.submit(path, reply(contract))
    assert client.submit(f"{path}/sign", data).status_code == 303
    signature = db.session.scalars(select(Signature)).one()
    assert (signature.side, signature.content_sha256, signature.witnessed_by_id) == (
        "importer",
        asked.content_sha256,
        None,
    )
    assert "Signed by Tanaka" in words(client.get(path))


def test_the_paper_is_checked_by_its_fingerprint(place: Office, client: Client) -> None:
    contract = place.contract()
    sha256 = content_hash(contract)
    assert client.get(f"/c/check/{sha256}").status_code == 404
    sign(contract, "exporter")
    in_english(client)
    shown = words(client.get(f"/c/check/{sha256}"))
    assert ("Genuine" in shown, "1,500" in shown) == (True, False)
    edit_contract(contract, place.fair, place.draft(delivery="later"), by=SYSTEM)
    assert "the record was changed since" in words(client.get(f"/c/check/{sha256}"))


def test_signing_on_the_clerks_tablet(place: Office, client: Client) -> None:
    contract = place.contract()
    base = f"/fairs/{place.fair.slug}/deals/{contract.reference}"
    login(client, clerk := place.user(Role.DEALS))
    in_english(client)
    data = {"seen": content_hash(contract), "name": "An", "signature": drawn_signature()}
    bad = client.submit(f"{base}/sign/exporter", {**data, "signature": ""})
    assert (bad.status_code, "Please draw the signature" in words(bad), 'value="An"' in bad.text) == (422, True, True)
    first = client.submit(f"{base}/sign/exporter", data)
    assert first.headers["Location"] == f"{base}/sign/importer"
    second = client.submit(first.headers["Location"], {**data, "signature": "", "typed": "y"})
    assert second.headers["Location"] == f"{base}/parties"
    assert {row.witnessed_by_id for row in db.session.scalars(select(Signature))} == {clerk.id}
    pdf = client.get(f"{base}/signed.pdf")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")


# --- the parties' own pages ------------------------------------------------------------------------------------------


def test_only_the_parties_see_a_deal(place: Office, client: Client) -> None:
    contract = place.contract()
    owner, mate, buyer = place.member(place.exporter), place.member(place.exporter), place.member(place.importer)
    stranger = place.member(other := place.company("Công ty khác"))
    place.contract(exporter_id=other.id)
    path = f"/my/{place.fair.slug}/deals/{contract.reference}"
    for who, status in (
        (owner, 200),
        (mate, 200),
        (buyer, 200),
        (stranger, 404),
        (place.user(Role.LEADERSHIP), 404),
        (place.user(Role.DEALS), 404),
    ):
        login(client, who)
        in_english(client)
        page = client.get(path)
        assert (page.status_code, "1,500.50" in page.text) == (status, status == 200), who.name
        assert client.submit(f"{path}/answer", reply(contract, "")).status_code == (422 if status == 200 else 404)
    login(client, stranger)
    assert contract.reference not in client.get(f"/my/{place.fair.slug}/deals").text
    logout(client)
    assert client.get(path).status_code in {302, 401}


def test_a_member_answers_and_asks_the_other_side(place: Office, client: Client) -> None:
    contract = place.contract()
    login(client, user := place.member(place.exporter))
    in_english(client)
    path = f"/my/{place.fair.slug}/deals/{contract.reference}"
    assert client.submit(f"{path}/answer", reply(contract, name=user.name)).status_code == 303
    mine = db.session.scalars(select(Confirmation)).one()
    assert (mine.side, mine.state, mine.answered_by_id) == ("exporter", Answer.CONFIRMED, user.id)
    assert client.submit(f"{path}/ask").status_code == 303
    page = client.get(path)
    assert ('<svg class="qr"' in page.text, "/c/" in page.text) == (True, True)
    data = {"seen": content_hash(contract), "name": user.name, "signature": drawn_signature()}
    assert client.submit(f"{path}/sign", data).status_code == 303
    assert "Signed by" in words(client.get(path))


def guest(place: Office) -> tuple[Importer, str]:
    from fairs.importers.service import approve_importer

    importer = Reception(place.fair).importer(group_codes=())
    approve_importer(importer, by=SYSTEM)
    with transaction():
        token = link_for(db.session.get_one(Importer, importer.id))
    return db.session.get_one(Importer, importer.id), f"/i/{token}/deals"


def test_an_importer_sees_and_answers_on_its_own_page(place: Office, client: Client) -> None:
    importer, path = guest(place)
    contract = place.contract(importer_id=importer.company_id)
    foreign = place.contract()
    in_english(client)
    assert contract.reference in client.get(path).text
    assert client.get(f"{path}/{foreign.reference}").status_code == 404
    assert client.submit(f"{path}/{contract.reference}/answer", reply(contract)).status_code == 303
    assert db.session.scalars(select(Confirmation)).one().side == "importer"
    card = client.get(path.removesuffix("/deals")).text
    assert "Deals" in card


def test_an_importer_reports_a_deal_with_a_participant_only(place: Office, client: Client) -> None:
    importer, path = guest(place)
    in_english(client)
    nobody = client.submit(f"{path}/new", {"action": "find", "code": place.exporter.name})
    assert (
        nobody.status_code,
        "Nobody who takes part" in words(nobody),
        place.exporter.name in words(nobody).split("Please correct")[0],
    ) == (422, True, False)
    made_up = client.submit(f"{path}/new", _report(place.exporter))
    assert made_up.status_code == 422
    _take_part(place, place.exporter)
    found = client.submit(f"{path}/new", {"action": "find", "code": place.exporter.name[:6]})
    assert f'name="other_id" type="hidden" value="{place.exporter.id}"' in found.text
    bad = client.submit(f"{path}/new", _report(place.exporter, value="0"))
    assert (bad.status_code, "Write an amount above 0" in words(bad)) == (422, True)
    saved = client.submit(f"{path}/new", {**_report(place.exporter), "evidence": (io.BytesIO(scan().content), "p.png")})
    contract = db.session.scalars(select(Contract)).one()
    assert (saved.status_code, saved.headers["Location"]) == (303, f"{path}/{contract.reference}")
    assert (contract.reported_by, contract.importer_id, contract.exporter_id) == (
        "importer",
        importer.company_id,
        place.exporter.id,
    )
    client.submit(f"{path}/new", _report(place.exporter))
    assert len(db.session.scalars(select(Contract)).all()) == 1
    assert client.submit(f"{path}/{contract.reference}/ask").status_code == 303
    assert '<svg class="qr"' in client.get(f"{path}/{contract.reference}").text


def _report(other: Company, **values: Any) -> dict[str, Any]:
    right = {
        "other_id": other.id,
        "value": "900",
        "currency": "USD",
        "state": "signed",
        "nonce": "x1",
        "action": "save",
    }
    return {**right, **values}


def _take_part(place: Office, company: Company) -> None:
    from fairs.exhibitors.models import Exhibitor
    from fairs.exhibitors.states import ExhibitorState

    with transaction():
        db.session.add(
            Exhibitor(fair_id=place.fair.id, company_id=company.id, reference="T-E-0001", state=ExhibitorState.ACCEPTED)
        )


def test_the_list_costs_the_same_with_more_deals(place: Office, client: Client) -> None:
    login(client, place.member(place.exporter))
    path = f"/my/{place.fair.slug}/deals"

    def cost() -> int:
        with counted_queries() as statements:
            assert client.get(path).status_code == 200
        return len(statements)

    ask_confirmation(place.contract(), "importer", by=SYSTEM)
    cost()
    one = cost()
    for _n in range(2):
        ask_confirmation(place.contract(), "importer", by=SYSTEM)
    assert cost() == one
