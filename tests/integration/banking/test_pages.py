"""The pages of statements and the command: who sees what, a file through its columns, bad input, a constant number of queries."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from fairs.banking.models import BankLine, MatchRules, Statement
from fairs.banking.service import account_of, forget_uploads, hand_in, read_at_once
from fairs.banking.states import LineState, StatementState
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.payments.models import Payment
from tests.factories.deals import Office, acting, office
from tests.factories.statements import Row, csv_file, grid
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


@pytest.fixture
def desk(place: Office, client: Client) -> str:
    login(client, place.user(Role.FINANCE))
    client.get("/language/en")
    return f"/fairs/{place.fair.slug}/money/statements"


def rows_of(place: Office, *movements: tuple[int, str], begin: int = 0) -> list[Row]:
    day = place.fair.today - timedelta(days=1)
    return [Row(day, amount, text, "", f"FT{begin + at:08d}") for at, (amount, text) in enumerate(movements)]


def came(place: Office, *movements: tuple[int, str], begin: int = 0) -> Statement:
    account = account_of(place.fair.id, None, current_app.extensions["fairs_config"])
    upload = csv_file(grid(rows_of(place, *movements, begin=begin), "bidv"))
    return read_at_once(place.fair, upload, account, by=acting(place.user(Role.FINANCE)))


def send(client: Client, path: str, content: bytes, name: str = "sao-ke.csv") -> Any:
    return client.submit(
        f"{path}/files", {"account": "0", "file": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )


def line_of(statement: Statement) -> BankLine:
    return db.session.scalars(select(BankLine).where(BankLine.statement_id == statement.id)).one()


SEES = {Role.FINANCE, Role.AUDITOR, Role.ADMIN}


@pytest.mark.parametrize("role", [Role.FINANCE, Role.AUDITOR, Role.ADMIN, Role.ORGANISER, Role.BOOTH_SALES])
def test_who_sees_and_who_acts(place: Office, client: Client, role: Role) -> None:
    line = line_of(came(place, (5_000, "nop tien")))
    login(client, place.user(role))
    path = f"/fairs/{place.fair.slug}/money/statements"
    for page in (path, f"{path}/lines/{line.id}", f"{path}?format=xlsx"):
        assert client.get(page).status_code == (200 if role in SEES else 403)
    acts = role in {Role.FINANCE, Role.ADMIN}
    assert client.get(f"{path}/files").status_code == client.get(f"{path}/rules").status_code == (200 if acts else 403)
    answer = client.submit(f"{path}/lines/{line.id}", {"do": "aside", "reason": "x"})
    assert answer.status_code == (303 if acts else 403)
    other = office()
    login(client, other.user(Role.ADMIN))
    assert client.get(f"/fairs/{other.fair.slug}/money/statements/lines/{line.id}").status_code == 404


def test_a_file_through_its_columns(place: Office, client: Client, desk: str) -> None:
    assert "No statement has been read yet" in client.get(desk).get_data(as_text=True)
    invoice = place.invoice()
    assert send(client, desk, b"").status_code == 422
    assert send(client, desk, b"%PDF-1.4").status_code == 422
    assert client.submit(f"{desk}/files", {"account": "77"}).status_code == 422
    content = csv_file(
        grid(rows_of(place, (12_960_000, f"TT {invoice.payment_reference}"), (7_000, "la gi")), "bidv")
    ).content
    answer = send(client, desk, content)
    assert answer.status_code == 303
    statement = db.session.scalars(select(Statement)).one()
    path = f"{desk}/files/{statement.id}"
    page = client.get(path).get_data(as_text=True)
    assert "Read 2 lines" in page and invoice.payment_reference in page
    columns = {
        f"column-{role}": value
        for role, value in zip(("date", "amount", "sign", "balance", "text", "number", "payer"), "0123456", strict=True)
    }
    wrong = client.submit(path, {**columns, "column-text": "0", "do": "columns"})
    assert wrong.status_code == 422 and "One column cannot be two things" in wrong.get_data(as_text=True)
    misread = client.submit(path, {**columns, "column-amount": "4", "column-text": "1", "do": "read"})
    assert misread.status_code == 422 and "2 rows cannot be read" in misread.get_data(as_text=True)
    assert client.submit(path, {"do": "dance"}).status_code == 422
    assert not db.session.scalar(select(func.count()).select_from(BankLine))
    assert client.submit(path, {**columns, "do": "columns"}).status_code == 303
    assert client.submit(path, {**columns, "do": "read"}).status_code == 303
    assert db.session.get_one(Statement, statement.id, populate_existing=True).state is StatementState.DONE
    assert client.submit(path, {**columns, "do": "read"}).status_code == 409
    done = client.get(path).get_data(as_text=True)
    assert "Recorded" in done and "To the desk" in done
    assert invoice.received_minor == 12_960_000
    # What was chosen is remembered for the bank, whatever the order of the columns.
    assert send(client, desk, content).status_code == 303
    again = db.session.scalars(select(Statement).order_by(Statement.id.desc())).first()
    assert again is not None and again.layout["columns"] == statement.layout["columns"]
    dropped = f"{desk}/files/{again.id}"
    assert client.submit(dropped, {"do": "drop"}).status_code == 303
    assert client.get(dropped).status_code == 404


def test_a_line_by_its_page(place: Office, client: Client, desk: str) -> None:
    invoice, other = place.invoice(), place.invoice(company=place.company("Mây tre Phú Vinh"))
    line = line_of(came(place, (20_000_000, "nop tien")))
    following = line_of(came(place, (1_000, "lai"), begin=5))
    path = f"{desk}/lines/{line.id}"
    assert "No invoice was found by its reference" in client.get(path).get_data(as_text=True)
    found = client.get(f"{path}?q=phu vinh").get_data(as_text=True)
    assert other.number in found and invoice.number not in found
    assert "Nothing fits" in client.get(f"{path}?q=%25nichts").get_data(as_text=True)
    for form, status in (
        ({"do": "record"}, 422), ({"do": "record", "invoice": "x"}, 404), ({"do": "record", "invoice": "999999"}, 404), ({"do": "aside"}, 422),
        ({"do": "second"}, 409), ({"do": "bring"}, 409), ({"do": "refund"}, 404), ({}, 422),
        ({"do": "record", "invoice": str(other.id), f"amount-{other.id}": "zwölf"}, 422), ({"do": "charges", "invoice": str(other.id)}, 422),
    ):  # fmt: skip
        answer = client.submit(path, form)
        assert answer.status_code == (422 if status == 409 else status), form
    answer = client.submit(f"{path}?only={other.id}", {"do": "record"})
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"/lines/{following.id}")
    shown = client.get(path).get_data(as_text=True)
    assert "cannot be taken back" in shown and other.number in shown
    assert other.received_minor == 12_960_000
    assert (
        client.submit(f"{desk}/lines/{following.id}", {"do": "aside", "reason": "Lãi"})
        .headers["Location"]
        .endswith("/statements")
    )
    assert db.session.get_one(BankLine, following.id, populate_existing=True).state is LineState.IGNORED
    assert client.get(f"{desk}/lines/999999").status_code == 404


def test_the_list(place: Office, client: Client, desk: str) -> None:
    came(place, *((1_000 + at, f"nop tien {at}") for at in range(3)), (-500, "phi"))
    for query in (
        "",
        "?state=all",
        "?state=ignored",
        "?kind=unknown&q=TIEN",
        "?sort=-amount",
        "?sort=nonsense",
        "?statement=x&kind=y&state=z",
    ):
        assert client.get(f"{desk}{query}").status_code == 200
    texts = re.findall(r"nop tien \d", client.get(f"{desk}?sort=-amount").get_data(as_text=True))
    assert list(dict.fromkeys(texts)) == ["nop tien 2", "nop tien 1", "nop tien 0"]
    [sheet] = read_sheets(client.get(f"{desk}?state=all&format=xlsx").data)
    assert len(sheet) == 5 and ("number", "1000") in sheet[1]
    assert "No line fits" in client.get(f"{desk}?q=zzz").get_data(as_text=True)


def test_a_constant_number_of_queries(place: Office, client: Client, desk: str) -> None:
    came(place, (1_000, "nop tien"))
    client.get(desk)
    with counted_queries() as few:
        client.get(desk)
    came(place, (2_000, "nop tien"), (3_000, "nop tien"), begin=10)
    with counted_queries() as many:
        client.get(desk)
    assert len(few) == len(many)


def test_rules(place: Office, client: Client, desk: str) -> None:
    right = {"four_eyes": "50.000.000", "charges": "0", "auto_short": "y"}
    for wrong in ({"four_eyes": ""}, {"four_eyes": "-1"}, {"charges": "x"}, {"charges": "0,5"}):
        answer = client.submit(f"{desk}/rules?currency=VND", {**right, **wrong})
        assert answer.status_code == 422
    assert client.submit(f"{desk}/rules?currency=USD", {**right, "charges": "25,50"}).status_code == 303
    kept = db.session.scalars(select(MatchRules).where(MatchRules.fair_id == place.fair.id)).one()
    assert (kept.currency, kept.four_eyes_minor, kept.charges_minor) == ("USD", 5_000_000_000, 2_550)
    assert (kept.auto_short, kept.auto_over, kept.payer_waits) == (True, False, False)
    assert client.get(f"{desk}/rules?currency=XXX").status_code == 404


def test_files_that_nobody_reads_go(place: Office, app: Flask, time_machine: Any) -> None:
    account = account_of(place.fair.id, None, app.extensions["fairs_config"])
    hand_in(place.fair, csv_file(grid(rows_of(place, (1, "x")), "bidv")), account, by=acting(place.user(Role.FINANCE)))
    with transaction():
        forget_uploads()
    assert db.session.scalar(select(func.count()).select_from(Statement)) == 1
    time_machine.move_to(now() + timedelta(days=3))
    with transaction():
        forget_uploads()
    assert db.session.scalar(select(func.count()).select_from(Statement)) == 0


def test_the_command(place: Office, app: Flask, tmp_path: Path) -> None:
    invoice = place.invoice()
    rows = rows_of(place, (6_480_000, f"dat coc {invoice.payment_reference}"), (9_000, "khong ro"))
    file = tmp_path / "sao-ke.csv"
    file.write_bytes(csv_file(grid(rows, "vietinbank")).content)
    run = app.test_cli_runner().invoke
    dry = json.loads(run(args=["payments", "import-statement", str(file), "--dry-run", "--json"]).output)
    assert (dry["new_lines"], dry["kinds"], dry["statement"]) == (2, {"exact": 1, "unknown": 1}, None)
    assert not db.session.scalar(select(func.count()).select_from(Payment))
    done = json.loads(run(args=["payments", "import-statement", str(file), "--json", "--bank", "Vietcombank"]).output)
    assert done["fair"] == place.fair.slug and done["states"] == {"recorded": 1, "waiting": 1}
    assert done["waiting"] == [
        {"row": 7, "day": rows[1].day.isoformat(), "amount": {"amount_minor": 9000, "currency": "VND"}, "text": "khong ro", "kind": "unknown",
         "reason": "There is no payment reference in the text.", "invoices": []}
    ]  # fmt: skip
    again = run(args=["payments", "import-statement", str(file)])
    assert again.exit_code == 0 and "0 new lines, 2 known before" in again.output
    file.write_bytes(b"Ngay,Noi dung,Ghi no,Ghi co\n2026-01-01,x,,abc 1\n")
    refused = run(args=["payments", "import-statement", str(file), "--json"])
    assert refused.exit_code == 1 and json.loads(refused.output)["problems"][0]["row"] == 2
    assert run(args=["payments", "import-statement", str(file), "--bank", "Nowhere"]).exit_code == 1
