"""Pages of budgets, vouchers, sponsors, closings and accounting: who may, what is typed, sheets in and out, queries."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from flask import Flask

from fairs.budgets.closing import close_day
from fairs.budgets.models import FairBudget, Overrun, Sponsorship, Voucher
from fairs.budgets.queries import approved_budget, open_budget
from fairs.budgets.service import ask_overrun
from fairs.budgets.sponsoring import invoice_instalment
from fairs.budgets.states import BudgetState, SponsorState, VoucherState
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.core.sheets import Sheet, workbook
from fairs.payments.credits import day_of_money
from tests.factories.budgets import MILLION, Treasury, treasury
from tests.factories.deals import vnd
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets

HEADS = ["Mã", "Nội dung", "Nhóm chi", "Nguồn kinh phí", "Số lượng", "Đơn giá", "Thành tiền"]


@pytest.fixture
def place(app: Flask) -> Treasury:
    return treasury()


def words(answer: Any) -> str:
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def at(place: Treasury, rest: str = "") -> str:
    return f"/fairs/{place.fair.slug}/{rest}"


def as_(client: Client, place: Treasury, role: Role) -> Client:
    login(client, place.staff(role))
    client.get("/language/en")
    return client


def sheet(rows: list[list[Any]], heads: list[str] = HEADS) -> io.BytesIO:
    return io.BytesIO(workbook([Sheet("Dự toán", heads, rows)], time_zone="Asia/Ho_Chi_Minh"))


def read(client: Client, place: Treasury, file: io.BytesIO | None = None, **data: Any) -> Any:
    form = {**data, "file": (file, "du-toan.xlsx")} if file else data
    return client.submit(at(place, "budget/versions/1/import"), form, content_type="multipart/form-data")


VIEWERS = {Role.FINANCE, Role.ORGANISER, Role.LEADERSHIP, Role.AUDITOR, Role.ADMIN}


def test_who_sees_and_writes(place: Treasury, client: Client) -> None:
    place.approved()
    row = place.paid(1)
    for role in (Role.JURY, Role.BOOTH_SALES, Role.AUDITOR, Role.LEADERSHIP, Role.ORGANISER, Role.FINANCE):
        _sees_and_writes(place, as_(client, place, role), role, row)


def _sees_and_writes(place: Treasury, client: Client, role: Role, row: Voucher) -> None:
    day = day_of_money().isoformat()
    for rest in (
        "budget",
        "budget/versions/1",
        "budget/lines/A.1",
        "vouchers",
        f"vouchers/{row.number}",
        "closings",
        f"closings/{day}",
    ):
        assert client.get(at(place, rest)).status_code == (200 if role in VIEWERS else 403), rest
    writes = role in {Role.FINANCE, Role.ORGANISER, Role.ADMIN}
    assert client.get(at(place, "vouchers/new")).status_code == (200 if writes else 403)
    assert client.submit(at(place, "vouchers/new")).status_code == (422 if writes else 403)
    assert client.get(at(place, "sponsors")).status_code == (200 if role in VIEWERS | {Role.BOOTH_SALES} else 403)
    closes = role in {Role.FINANCE, Role.ADMIN}
    assert client.submit(at(place, f"closings/{day}")).status_code == (303 if closes else 403)
    exports = closes or role is Role.AUDITOR
    assert client.get(at(place, "accounting?format=csv&begin=2026-01-01&end=2026-12-31")).status_code == (
        200 if exports else 403
    )


def test_a_sheet_is_looked_over_then_read(place: Treasury, client: Client) -> None:
    as_(client, place, Role.FINANCE)
    client.submit(at(place, "budget/versions"), {"copy_of": ""})
    wrong = read(client, place, sheet([
        ["A.1", "Thuê nhà", "Mặt bằng", "Ngân sách thành phố", 10, "1.000.000", ""],
        ["A.1", "Lặp mã", "Không có", "Nhà tài trợ", "", "", "5"],
        ["B", "Thiếu tiền", "Dự phòng phí", "Kinh phí đối ứng", "", "", ""],
        ["C", "Lệch", "Other costs", "Fees of exhibitors", 2, 3, 7],
    ]))  # fmt: skip
    assert wrong.status_code == 422
    said = words(wrong)
    for text in (
        "3 rows are wrong",
        "stands in row 2 already",
        "“Không có” is not known",
        "Give an amount",
        "is ₫6, not ₫7",
    ):
        assert text in said, text
    good = read(client, place, sheet([
        ["A.1", "Thuê nhà", "Mặt bằng", "Ngân sách thành phố", 10, "1.000.000", ""],
        ["=B", "Công thức", "Dự phòng phí", "Kinh phí đối ứng", "", "", "5"],
    ]))  # fmt: skip
    assert good.status_code == 422  # a code is no formula
    good = read(client, place, sheet([
        ["A.1", "Thuê nhà", "Mặt bằng", "Ngân sách thành phố", 10, "1.000.000", ""],
        ["", "Tổng cộng", "", "", "", "", 10_000_000],
    ]))  # fmt: skip
    assert good.status_code == 200
    assert "1 lines, ₫10,000,000" in words(good)
    budget = open_budget(place.fair.id)
    assert budget is not None and budget.items == []
    packed = html.unescape(re.search(r'name="rows" value="([^"]*)"', good.get_data(as_text=True)).group(1))  # type: ignore[union-attr]
    assert read(client, place, rows=packed).status_code == 303
    assert read(client, place, rows='[[1, {"code": "X"}]]').status_code == 422
    assert read(client, place, rows="[nonsense").status_code == 422
    db.session.expire_all()
    assert [(one.code, one.amount_minor) for one in open_budget(place.fair.id).items] == [("A.1", 10_000_000)]  # type: ignore[union-attr]


def test_what_goes_out_comes_in_again(place: Treasury, client: Client) -> None:
    place.approved({"A.1": 100, "B.1": 50})
    as_(client, place, Role.FINANCE)
    out = client.get(at(place, "budget/versions/1/budget.xlsx")).data
    cells = [cell for row in read_sheets(out)[0] for cell in row]
    assert ("formula", "SUM(I5:I6)") in cells
    client.submit(at(place, "budget/versions"), {"reason": "Điều chỉnh"})
    answer = client.submit(
        at(place, "budget/versions/2/import"), {"file": (io.BytesIO(out), "b.xlsx")}, content_type="multipart/form-data"
    )
    assert "2 lines, ₫150,000,000" in words(answer)


def test_from_draft_to_adjustment_by_page(place: Treasury, client: Client) -> None:
    as_(client, place, Role.FINANCE)
    assert "an empty budget" in words(client.get(at(place, "budget")))
    client.submit(at(place, "budget/versions"), {"copy_of": "", "growth": ""})
    line = at(place, "budget/versions/1/line")
    bad = client.submit(line, {"code": "A 1", "name_vi": "X", "category": "venue", "source": "city", "amount": "abc"})
    assert bad.status_code == 422 and 'value="A 1"' in bad.get_data(as_text=True)
    good = {
        "code": "a.1",
        "name_vi": "Nhà",
        "category": "venue",
        "source": "city",
        "plan_line": "",
        "amount": "100.000.000",
    }
    assert client.submit(line, good).status_code == 303
    assert client.submit(line, good).status_code == 422  # the code is taken
    client.submit(at(place, "budget/versions/1/submit"))
    assert "You drew it up" not in words(client.get(at(place, "budget/versions/1")))
    assert client.submit(at(place, "budget/versions/1/approve"), {}).status_code == 403
    as_(client, place, Role.LEADERSHIP)
    assert (
        client.submit(at(place, "budget/versions/1/approve"), {"decision_number": "", "decision_on": "x"}).status_code
        == 422
    )
    day = place.fair.today.isoformat()
    client.submit(at(place, "budget/versions/1/approve"), {"decision_number": "9/QĐ", "decision_on": day})
    assert db.session.get_one(FairBudget, approved_budget(place.fair.id).id).state is BudgetState.APPROVED  # type: ignore[union-attr]
    as_(client, place, Role.FINANCE)
    assert client.submit(at(place, "budget/versions"), {"reason": ""}).status_code == 422
    client.submit(at(place, "budget/versions"), {"reason": "Tăng"})
    client.submit(f"{at(place, 'budget/versions/2/line')}?code=A.1", {**good, "code": "A.1", "amount": "120000000"})
    assert "+₫20,000,000" in words(client.get(at(place, "budget/versions/2")))
    assert client.submit(at(place, "budget/versions/1/submit")).status_code == 303  # said in a message, nothing done
    for rest in (
        "budget/versions/99",
        "budget/lines/Z",
        "vouchers/GS-1",
        "sponsors/1",
        "closings/2026-99-01",
        "closings/heute",
    ):
        assert client.get(at(place, rest)).status_code == 404, rest


def test_a_voucher_by_page(place: Treasury, client: Client) -> None:
    place.approved()
    line = place.line().id
    as_(client, place, Role.FINANCE)
    form = {"payee": "Nhà in", "purpose": "In", "written_on": day_of_money().isoformat(), "method": "transfer"}
    empty = client.submit(at(place, "vouchers/new"), {**form, "lines-0-amount": "5"})
    assert empty.status_code == 422 and "Say on which line" in words(empty)
    assert (
        client.submit(at(place, "vouchers/new"), {**form, "lines-0-line": "x/9", "lines-0-amount": "5"}).status_code
        == 422
    )
    assert (
        client.submit(at(place, "vouchers/new"), {**form, "lines-0-line": str(line), "lines-0-amount": "5"}).status_code
        == 303
    )
    [row] = db.session.query(Voucher).all()
    too_much = place.voucher(101)
    refused = client.submit(at(place, f"vouchers/{too_much.number}/submit"), follow_redirects=True)
    assert "has ₫100,000,000 left" in words(refused)
    client.submit(at(place, f"vouchers/{row.number}/submit"))
    assert client.submit(at(place, f"vouchers/{row.number}/approve")).status_code == 403
    as_(client, place, Role.ORGANISER)
    assert client.submit(at(place, f"vouchers/{row.number}/return"), {"reason": ""}).status_code == 422
    client.submit(at(place, f"vouchers/{row.number}/approve"))
    assert client.submit(at(place, f"vouchers/{row.number}/pay")).status_code == 403
    as_(client, place, Role.FINANCE)
    assert client.submit(at(place, f"vouchers/{row.number}/pay"), {"paid_on": form["written_on"]}).status_code == 422
    client.submit(at(place, f"vouchers/{row.number}/pay"), {"paid_on": form["written_on"], "reference": "ft 1"})
    assert db.session.get_one(Voucher, row.id).state is VoucherState.PAID
    client.submit(at(place, f"vouchers/{row.number}/counter"), {"reason": "Nhầm"})
    assert "A counter-voucher is under way" in words(client.get(at(place, f"vouchers/{row.number}")))
    assert client.get(at(place, "vouchers?format=xlsx")).data[:2] == b"PK"
    other = treasury()
    assert client.get(at(other, f"vouchers/{row.number}")).status_code == 403


def test_overruns_and_commitments_by_page(place: Treasury, client: Client) -> None:
    place.approved()
    as_(client, place, Role.FINANCE)
    page = at(place, "budget/lines/A.1")
    assert (
        client.submit(
            f"{page}/commitments", {"payee": "B", "subject": "S", "amount": "101000000", "signed_on": "2026-01-05"}
        ).status_code
        == 422
    )
    client.submit(
        f"{page}/commitments", {"payee": "B", "subject": "S", "amount": "60000000", "signed_on": "2026-01-05"}
    )
    promised = place.line().committed_minor
    assert promised == 60 * MILLION
    number = re.search(r"\S+-CM26-00001", words(client.get(page))).group()  # type: ignore[union-attr]
    assert client.submit(at(place, f"vouchers/commitments/{number}/release"), {"reason": ""}).status_code == 422
    assert client.submit(at(place, f"vouchers/commitments/{number}/release"), {"reason": "Hủy"}).status_code == 303
    assert client.submit(f"{page}/overruns", {"amount": "0", "reason": ""}).status_code == 422
    client.submit(f"{page}/overruns", {"amount": "5000000", "reason": "Giá"})
    asked = db.session.query(Overrun).one()
    as_(client, place, Role.ORGANISER)
    client.submit(f"{page}/overruns/{asked.id}", {"do": "grant"})
    assert place.line().overrun_minor == 5 * MILLION


def test_sponsors_by_page(place: Treasury, client: Client) -> None:
    place.approved()
    as_(client, place, Role.FINANCE)
    company = place.office.company("Ngân hàng Mẫu")
    place.office.company("Ngân hàng Khác")
    form = {"company": "Ngân hàng", "package": "Vàng", "in_kind": "", "promised": "10.000.000", "vat_percent": "8",
            "parts-0-due_on": day_of_money().isoformat(), "parts-0-amount": "10000000"}  # fmt: skip
    assert "Several companies fit" in words(client.submit(at(place, "sponsors/new"), form))
    form["company"] = company.name
    assert client.submit(at(place, "sponsors/new"), {**form, "parts-0-amount": "9"}).status_code == 422
    assert client.submit(at(place, "sponsors/new"), form).status_code == 303
    row = db.session.query(Sponsorship).one()
    page = at(place, f"sponsors/{row.number}")
    client.submit(f"{page}/agree", {"agreement_number": "1/TT", "agreed_on": day_of_money().isoformat()})
    client.submit(f"{page}/instalments/{row.instalments[0].id}")
    assert db.session.get_one(Sponsorship, row.id).state is SponsorState.INVOICED
    assert "-INV26-00001" in words(client.get(page))
    assert read_sheets(client.get(at(place, "sponsors?format=xlsx")).data)[0][1][1] == ("text", company.name)


def test_a_day_and_its_paper(place: Treasury, client: Client) -> None:
    place.approved()
    invoice = place.office.invoice()
    place.office.receipt(invoice, MILLION, method="cash", external_reference=None)
    day = day_of_money()
    as_(client, place, Role.FINANCE)
    assert "Look and close" in words(client.get(at(place, "closings")))
    page = at(place, f"closings/{day}")
    assert client.get(f"{page}/closing.pdf").status_code == 404
    assert client.submit(page, {"counted": "5"}).status_code == 422
    assert client.submit(at(place, f"closings/{day + timedelta(days=1)}")).status_code == 422
    assert client.submit(page, {"counted": "1000000"}).status_code == 303
    for locale, title in (("vi", "BIÊN BẢN CHỐT SỔ"), ("en", "DAILY CLOSING")):
        paper = pypdfium2.PdfDocument(client.get(f"{page}/closing.pdf?lang={locale}").data)
        assert title in paper[0].get_textpage().get_text_range()
    assert client.submit(page).status_code in (303, 422)


def test_accounts_and_periods_by_page(place: Treasury, client: Client) -> None:
    as_(client, place, Role.FINANCE)
    place.office.invoice()
    assert "to be checked" in words(client.get(at(place, "accounting")))
    for period in (
        "begin=x&end=y",
        "begin=2026-02-01&end=2026-01-01",
        "begin=2020-01-01&end=2026-01-01",
        "begin=2026-01-01",
    ):
        assert client.get(at(place, f"accounting?{period}")).status_code == 422, period
    one = at(place, "accounting/accounts/revenue")
    assert client.submit(one, {"debit": "131", "credit": "131"}).status_code == 422
    assert client.submit(one, {"debit": "1311", "credit": "5311", "is_checked": "y"}).status_code == 303
    assert "1311" in words(client.get(at(place, "accounting")))
    assert client.get(at(place, "accounting/accounts/nothing")).status_code == 404


def test_pages_cost_the_same_however_long_they_are(place: Treasury, client: Client) -> None:
    place.approved()
    as_(client, place, Role.FINANCE)

    def more() -> None:
        place.paid(1, company_id=place.office.company().id)
        place.commitment(1)
        ask_overrun(place.line(), vnd(1), reason="Giá", by=place.finance)
        sponsor = place.sponsor(1)
        place.office.receipt(invoice_instalment(sponsor, sponsor.instalments[0].id, by=place.finance), 1000)

    def costs() -> list[int]:
        found = []
        for rest in ("budget", "budget/versions/1", "budget/lines/A.1", "vouchers", "sponsors", "closings",
                     f"closings/{day_of_money()}", "accounting", "vouchers/new"):  # fmt: skip
            client.get(at(place, rest))
            with counted_queries() as statements:
                assert client.get(at(place, rest)).status_code == 200
            found.append(len(statements))
        return found

    more()
    few = costs()
    more()
    more()
    assert costs() == few
    close_day(place.fair, day_of_money(), by=place.finance)
