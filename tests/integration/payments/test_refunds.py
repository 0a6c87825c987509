"""Credits used and paid back: who may, four eyes, the list for the bank, rivals, accounts that stay secret."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, SamePerson
from fairs.core.permissions import Role
from fairs.payments.models import Credit, LedgerEntry, Refund
from fairs.payments.refunds import RefundDraft, approve_refund, fail_refund
from fairs.payments.states import RefundState
from fairs.payments.transfer_models import PayoutAccount, TransferList
from fairs.payments.transfers import (
    CONTENT_LENGTH,
    AlreadySent,
    CreditChanged,
    ask_refund,
    finish_list,
    make_transfer_list,
    refund_in,
    transfer_content,
    use_credit,
)
from tests.factories.deals import Office, acting, lent, office, vnd
from tests.factories.money import ACCOUNT, approved, asked_back, paid_in, sent
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets

R = RefundState
FORM = {
    "amount": "400.000", "method": "transfer", "reason": "Nộp thừa", "holder": ACCOUNT["holder"], "number": "0011 2233 44",
    "bank": ACCOUNT["bank"], "bin": "970436",
}  # fmt: skip


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def words(answer: Any) -> str:
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def signed_in(client: Client, user: Any) -> Client:
    login(client, user)
    client.get("/language/en")
    return client


def pages(place: Office, refund: Refund, credit: Credit) -> dict[str, str]:
    base = f"/fairs/{place.fair.slug}/credits"
    return {
        "credits": base, "credit": f"{base}/{credit.number}", "refunds": f"{base}/refunds",
        "refund": f"{base}/refunds/{refund.number}", "transfers": f"{base}/transfers",
    }  # fmt: skip


SEES = {Role.FINANCE, Role.ORGANISER, Role.BOOTH_SALES, Role.AUDITOR, Role.LEADERSHIP, Role.ADMIN}
ASKS, APPROVES = {Role.FINANCE, Role.ADMIN}, {Role.FINANCE, Role.ORGANISER, Role.ADMIN}


@pytest.mark.parametrize("role", [Role.FINANCE, Role.ORGANISER, Role.BOOTH_SALES, Role.AUDITOR, Role.DEALS])
def test_who_sees_asks_and_approves(place: Office, client: Client, role: Role) -> None:
    credit = paid_in(place)
    refund = asked_back(credit, 100_000)
    where = pages(place, refund, credit)
    signed_in(client, place.user(role))
    assert {client.get(path).status_code for path in where.values()} == {200 if role in SEES else 403}
    assert client.get(f"{where['credit']}/refund").status_code == (200 if role in ASKS else 403)
    assert client.submit(f"{where['refund']}/account").status_code == (200 if role in ASKS else 403)
    assert client.submit(f"{where['refund']}/approve").status_code == (303 if role in APPROVES else 403)


def test_a_refund_from_the_credit_to_the_bank_and_back(place: Office, client: Client) -> None:
    credit = paid_in(place)
    asker, second = place.user(Role.FINANCE), place.user(Role.FINANCE)
    base = f"/fairs/{place.fair.slug}/credits"
    signed_in(client, asker)
    page = f"{base}/{credit.number}/refund"
    wrong = client.submit(page, {**FORM, "amount": "2.000.000", "reason": "", "number": "12"})
    assert wrong.status_code == 422
    assert "2.000.000" in wrong.text and 'value="12"' in wrong.text
    half = client.submit(page, {**FORM, "bank": "", "seen": "1000000"})
    assert half.status_code == 422 and 'id="bank-error"' in half.text
    assert client.submit(page, {**FORM, "method": "gold", "seen": "1000000"}).status_code == 422
    assert client.submit(page, {**FORM, "method": "card", "seen": "1000000"}).status_code == 422
    assert client.submit(page, {**FORM, "seen": "1000000"}).status_code == 303
    twice = client.submit(page, {**FORM, "seen": "1000000"})
    assert twice.status_code == 422 and "has changed in the meantime" in words(twice)
    refund = db.session.scalars(select(Refund)).one()
    mine = f"{base}/refunds/{refund.number}"
    assert "second person" in words(client.get(mine))
    assert client.submit(f"{mine}/approve").status_code == 403
    signed_in(client, second)
    assert client.submit(f"{mine}/refuse", {"because": " "}).status_code == 422
    assert client.submit(f"{mine}/approve").status_code == 303
    made = client.submit(f"{base}/transfers", {"pick": [refund.number], "key": "k1"})
    assert made.status_code == 303
    assert client.submit(f"{base}/transfers", {"pick": [refund.number], "key": "k1"}).location == made.location
    assert client.submit(f"{base}/transfers", {"pick": [refund.number], "key": "k2"}).status_code == 409
    assert client.submit(f"{base}/transfers", {"key": "k3"}).status_code == 422
    sheet = read_sheets(client.submit(f"{made.location}/file.xlsx").data)
    assert [cell for _kind, cell in sheet[0][1]] == [
        "1", "CONG TY GOM BAT TRANG DO", "0011223344", ACCOUNT["bank"], "970436", "400000", "VND",
        transfer_content(refund.number),
    ]  # fmt: skip
    assert sheet == read_sheets(client.submit(f"{made.location}/file.xlsx").data)
    assert client.submit(f"{mine}/done", {"reference": "", "done_on": "2100-01-01"}).status_code == 422
    assert client.submit(f"{mine}/failed", {"because": "Sai tên"}).status_code == 303
    db.session.expire_all()
    assert (refund.state, credit.free) == (R.FAILED, vnd(1_000_000))
    assert "Sai tên" in words(client.get(mine))
    assert [entry.kind for entry in db.session.scalars(select(LedgerEntry))] == ["payment"]


def test_the_account_is_masked_and_each_reading_is_in_the_history(place: Office, client: Client) -> None:
    refund = sent(paid_in(place))
    made = make_transfer_list(place.fair, [approved(paid_in(place)).number], key="k", by=SYSTEM)
    base = f"/fairs/{place.fair.slug}/credits"
    paths = [
        f"{base}/refunds",
        f"{base}/refunds/{refund.number}",
        f"{base}/transfers",
        f"{base}/transfers/{made.number}",
    ]
    signed_in(client, place.user(Role.FINANCE))
    assert all(ACCOUNT["number"] not in client.get(path).text for path in paths)
    assert "•••• 3344" in client.get(paths[1]).text

    def readings() -> list[str]:
        query = select(AuditEntry.action).where(AuditEntry.action.in_(("payments.read_account", "payments.read_list")))
        return list(db.session.scalars(query.order_by(AuditEntry.id)))

    assert readings() == []
    assert ACCOUNT["number"] in client.submit(f"{paths[1]}/account").text
    without_bin = asked_back(paid_in(place), holder="A", number="998877", bank="B")
    assert "998877" in client.submit(f"{base}/refunds/{without_bin.number}/account").text
    client.submit(f"{paths[3]}/file.xlsx")
    assert readings() == ["payments.read_account", "payments.read_account", "payments.read_list"]
    sealed = db.session.scalars(select(Refund.account_sealed)).all()
    assert all(ACCOUNT["number"].encode() not in (one or b"") for one in sealed)


def test_nobody_approves_what_they_asked_for_not_even_for_another(place: Office) -> None:
    asker, helper, second = place.user(Role.FINANCE), place.user(), place.user(Role.ORGANISER)
    refund = asked_back(paid_in(place), by=lent(asker, Role.FINANCE, helper, place.fair))
    for by in (acting(asker), acting(helper)):
        with pytest.raises(SamePerson):
            approve_refund(refund, by=by)
    assert approve_refund(refund, by=acting(second)).state is R.APPROVED


def test_a_credit_pays_an_open_invoice_and_only_of_the_same_company(place: Office, client: Client) -> None:
    credit = paid_in(place, 13_000_000)
    invoice, foreign = place.invoice(), place.invoice(company=place.importer)
    base = f"/fairs/{place.fair.slug}/credits/{credit.number}"
    signed_in(client, place.user(Role.FINANCE))
    shown = client.get(base).text
    assert invoice.number in shown and foreign.number not in shown
    assert client.submit(f"{base}/use", {"invoice": foreign.number}).status_code == 422
    assert client.submit(f"{base}/use", {"invoice": invoice.number}).status_code == 303
    db.session.expire_all()
    assert (credit.amount, invoice.open_amount, invoice.state) == (vnd(40_000), vnd(0), "paid")
    assert client.submit(f"{base}/use", {"invoice": invoice.number}).status_code == 422
    with pytest.raises(DomainError):
        use_credit(credit, foreign, by=SYSTEM)
    asked_back(credit)
    with pytest.raises(InvalidInput):
        use_credit(credit, place.invoice(), by=SYSTEM)  # all of it is on its way back


def test_the_company_sees_its_own_and_gives_its_account(place: Office, client: Client) -> None:
    credit = paid_in(place)
    owner, mate, stranger = place.member(place.exporter), place.member(place.exporter), place.member(place.company())
    key = place.exporter.id
    typed = {f"c{key}-{name}": value for name, value in ACCOUNT.items()}
    for user, seen, status in (
        (owner, True, 303),
        (mate, True, 303),
        (stranger, False, 404),
        (place.user(Role.FINANCE), False, 404),
    ):
        signed_in(client, user)
        assert (credit.number in client.get("/my/credits").text) is seen
        assert client.submit(f"/my/credits/{key}/account", typed).status_code == status
    signed_in(client, owner)
    short = client.submit(f"/my/credits/{key}/account", {**typed, f"c{key}-number": "?"})
    assert short.status_code == 422 and f'id="c{key}-number-error"' in short.text
    assert ACCOUNT["number"] not in client.get("/my/credits").text
    assert db.session.scalars(select(PayoutAccount)).one().account == ACCOUNT
    signed_in(client, place.user(Role.FINANCE))
    form = {"amount": "1000000", "method": "transfer", "reason": "Thừa", "own_account": "y", "seen": "1000000"}
    assert client.submit(f"/fairs/{place.fair.slug}/credits/{credit.number}/refund", form).status_code == 303
    assert db.session.scalars(select(Refund)).one().account == ACCOUNT


def test_all_of_a_list_are_done_at_once_but_what_came_back(place: Office) -> None:
    credits_ = [paid_in(place, 100_000 * n) for n in (1, 2, 3)]
    refunds = [approved(one) for one in credits_]
    made = make_transfer_list(place.fair, [one.number for one in refunds], key="k", by=SYSTEM)
    fail_refund(refunds[1], because="Sai số", by=SYSTEM)
    assert finish_list(made, reference="LO 1", on=place.fair.today, by=SYSTEM) == 2
    assert finish_list(made, reference="LO 1", on=place.fair.today, by=SYSTEM) == 0
    assert [one.state for one in refunds] == [R.DONE, R.FAILED, R.DONE]
    assert [one.amount_minor for one in credits_] == [0, 200_000, 0]
    again = approved(credits_[1])
    with pytest.raises(AlreadySent):
        make_transfer_list(place.fair, [again.number, refunds[0].number], key="k2", by=SYSTEM)
    assert again.state is R.APPROVED


def test_the_content_names_the_refund_in_what_banks_keep(place: Office) -> None:
    refund = sent(paid_in(place))
    content = transfer_content(refund.number)
    assert len(content) <= CONTENT_LENGTH and content.isascii() and content == content.upper()
    assert transfer_content("GS26-RF26-00001") == "HOAN TIEN GS26RF2600001"
    assert transfer_content("LONGCODE-RF26-00001") == "HOAN LONGCODERF2600001"
    for text in (content, content.lower(), content.replace(" ", ""), f"MBVCB.123.{content[:20]} {content[20:]}-CK DI"):
        assert refund_in(place.fair.id, text) == refund
    assert refund_in(place.fair.id, "HOAN TIEN") is None


@pytest.mark.parametrize("path", ["credits", "refunds"])
def test_lists_cost_the_same_at_one_and_at_three_rows(place: Office, client: Client, path: str) -> None:
    signed_in(client, place.user(Role.FINANCE))
    base = f"/fairs/{place.fair.slug}/credits"
    address = base if path == "credits" else f"{base}/refunds"

    def one_more() -> None:
        approved(paid_in(place, company=place.company()), 10)

    one_more()
    client.get(address)
    with counted_queries() as few:
        client.get(address)
    one_more()
    one_more()
    with counted_queries() as many:
        assert client.get(address).status_code == 200
    assert len(many) == len(few)
    found = client.get(f"{address}?q={place.fair.code}&state=open&method=transfer&sort=amount")
    assert found.status_code == 200
    assert client.get(f"{address}?cursor=nonsense").status_code == 422
    assert len(read_sheets(client.get(f"{address}?format=xlsx").data)[0]) == 4


CLERKS = 6


def test_many_clerks_put_the_same_refunds_on_lists_at_once(real_app: Flask) -> None:
    """Half of them press the same button twice: each refund is on one list, and nobody's list is half made."""
    with real_app.app_context():
        place = office()
        numbers = [approved(paid_in(place)).number for _n in range(4)]
        fair = place.fair
    together = Barrier(CLERKS)

    def press(clerk: int) -> str:
        together.wait(30)
        with real_app.app_context():
            try:
                return make_transfer_list(fair, numbers, key=f"form-{clerk % 3}", by=SYSTEM).number
            except AlreadySent as error:
                return error.code

    with ThreadPoolExecutor(CLERKS) as pool:
        answers = list(pool.map(press, range(CLERKS)))
    with real_app.app_context():
        made = db.session.scalars(select(TransferList)).all()
        assert [len(one.refunds) for one in made] == [4]
        assert sorted(answers) == sorted([made[0].number] * 2 + ["already_sent"] * 4)


def test_two_clerks_ask_for_the_same_credit_at_once(real_app: Flask) -> None:
    with real_app.app_context():
        place = office()
        credit = paid_in(place)
    together = Barrier(2)

    def ask(_n: int) -> str:
        together.wait(30)
        with real_app.app_context():
            try:
                return ask_refund(
                    credit, RefundDraft(vnd(400_000), "transfer", "x", ACCOUNT), seen_minor=1_000_000, by=SYSTEM
                ).state
            except CreditChanged as error:
                return error.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == ["credit_changed", "requested"]
