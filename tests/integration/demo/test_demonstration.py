"""The demonstration: what it promises, the same for the same day, and real in every part that is looked at."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from stdnum.vn import mst

from fairs.accounts.models import User
from fairs.accounts.queries import active_grants
from fairs.badges.faces import badges_pdf
from fairs.badges.models import Badge
from fairs.booths.models import BoothBooking
from fairs.booths.queries import state_counts
from fairs.booths.states import BoothState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.checkin.models import GateTally, VisitTally, ZoneTally
from fairs.contracts.models import Contract
from fairs.core.db import Base, db, transaction
from fairs.core.sequences import next_reference
from fairs.core.storage import StoredFile
from fairs.demo.loader import NotEmpty, load_demo
from fairs.demo.people import ACCOUNTS, PASSWORD
from fairs.directory.models import Company, Person
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth, Zone
from fairs.importers.models import Importer
from fairs.payments.models import Invoice, Payment, Receipt
from fairs.payments.numbers import INVOICE, RECEIPT, document_number
from fairs.visitors.models import Visitor
from tests.support.apps import rolled_back
from tests.support.client import Client
from tests.support.databases import Kind
from tests.support.demonstration import PASSWORD as PASSWORD_OF_THE_TESTS

DAY = date(2026, 7, 28)
# Keys, codes and signatures are made anew each time: nothing that opens something may be known beforehand.
SECRETS = {
    "account_sealed", "idempotency_key",
    "password", "fs_uniquifier", "token_hash", "key", "short_code", "private_key", "public_key", "serial", "code_digest", "secret", "sealed",
    "fingerprint", "typed_digest", "salt", "verifier",
    "sha256", "pdf_sha256", "scan_sha256", "size",  # a PDF carries the moment at which it was made, packed to a byte more or less
}  # fmt: skip
# The same inside a longer text: hashes, of a file or with a key of this database, and the tokens of links.
INSIDE = re.compile(r"\b[0-9a-f]{64}\b|(?<=/)[\w-]{24,}|gAAAA[\w=-]+")


def count(model: Any, *where: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def fairs() -> tuple[Fair, Fair]:
    """This year's two fairs; the closed year 2020 has tests of its own."""
    giftshow, souvenirs = db.session.scalars(select(Fair).where(Fair.starts_on > date(2021, 1, 1)).order_by(Fair.id))
    return giftshow, souvenirs


def test_the_figures_are_those_that_were_promised(demo: Flask) -> None:
    giftshow, souvenirs = fairs()
    assert giftshow.slug == f"giftshow-{giftshow.starts_on.year}" and giftshow.state is FairState.BOOKING_OPEN
    assert giftshow.days_to_opening == 42
    assert (
        souvenirs.slug.startswith("great-souvenirs-")
        and souvenirs.state is FairState.RUNNING
        and souvenirs.day_number == 2
    )
    assert (count(Booth, Booth.fair_id == giftshow.id), count(Zone, Zone.fair_id == giftshow.id)) == (480, 5)
    counts = state_counts(giftshow.id)
    assert counts[BoothState.RESERVED] + counts[BoothState.CONFIRMED] == 240
    assert (counts[BoothState.HELD], counts[BoothState.FREE]) == (1, 239)  # one is offered
    assert count(Importer, Importer.fair_id == giftshow.id) == 120
    assert count(Booth, Booth.fair_id == souvenirs.id) == 180
    assert count(Badge, Badge.fair_id == souvenirs.id) == 300 + 15  # members of delegations
    assert PASSWORD == PASSWORD_OF_THE_TESTS


def test_there_is_an_account_per_role_that_signs_in(demo: Flask) -> None:
    users = {user.email: user for user in db.session.scalars(select(User))}
    assert set(users) == {f"{key}@fairs.example" for key, _name, _role in ACCOUNTS}
    for key, _name, role in ACCOUNTS:
        user = users[f"{key}@fairs.example"]
        assert {grant.role for grant in active_grants(user.id)} == ({role} if role else set())
        client: Any = demo.test_client()
        assert client.submit("/account/login", {"email": user.email, "password": PASSWORD}).status_code == 302


def test_names_come_in_all_scripts_and_every_badge_can_be_printed(demo: Flask) -> None:
    languages = set(db.session.scalars(select(Person.name_language)))
    assert {"vi", "ja", "zh-Hans", "zh-Hant", "ko", "ar", "th", "ru", "de", "fr", "pl", "cs", "es", "sv"} <= languages
    _giftshow, souvenirs = fairs()
    badges = db.session.scalars(select(Badge).where(Badge.fair_id == souvenirs.id).order_by(Badge.id)).all()
    by_language = {badge.person.name_language: badge for badge in badges}
    printed = badges_pdf(list(by_language.values()))
    assert printed.startswith(b"%PDF") and len(by_language) >= 14


def test_companies_say_that_they_are_samples_and_have_right_tax_codes(demo: Flask) -> None:
    companies = db.session.scalars(select(Company)).all()
    codes = [company.tax_code for company in companies if company.tax_code]
    assert all(mst.is_valid(code) for code in codes) and len(codes) == len(set(codes)) > 300
    sample = re.compile(
        r"Mẫu|Mihon|Yangben|Fanli|Gyeonbon|Sample|Numuna|Obrazets|Exemple|Muster|Wzór|Vzorek|Muestra|Exempel|Tua|Yangpan|Yeung|Bonbo",
        re.IGNORECASE,
    )
    odd = sorted({company.name for company in companies if not sample.search(company.name)})
    assert odd == []
    assert [c.email for c in companies if c.email and not c.email.endswith(".example")] == []


def test_numbers_go_on_where_the_demonstration_ends(demo: Flask) -> None:
    giftshow, souvenirs = fairs()
    for fair, letter, column in (
        (giftshow, "E", Exhibitor.reference), (giftshow, "B", BoothBooking.reference), (giftshow, "I", Importer.reference),
        (souvenirs, "V", Visitor.reference), (souvenirs, "P", Badge.reference), (souvenirs, "C", Contract.reference),
    ):  # fmt: skip
        last = db.session.scalar(select(func.max(column)).where(column.startswith(f"{fair.code}-{letter}-")))
        with transaction():
            new = next_reference(fair.code, letter)
        assert int(new.rpartition("-")[2]) == int(str(last).rpartition("-")[2]) + 1
    year = giftshow.today.year
    for series, column in ((INVOICE, Invoice.number), (RECEIPT, Payment.number)):
        last = db.session.scalar(
            select(func.max(column)).where(column.startswith(f"{giftshow.code}-{series}{year % 100:02d}-"))
        )
        with transaction():
            new = document_number(giftshow.code, series, giftshow.today)
        assert int(new.rpartition("-")[2]) == int(str(last).rpartition("-")[2]) + 1


def test_money_adds_up(demo: Flask) -> None:
    for invoice in db.session.scalars(select(Invoice)):
        lines = sum(line.net_minor + line.vat_minor for line in invoice.lines)
        received = db.session.scalar(
            select(func.coalesce(func.sum(Receipt.amount_minor), 0)).where(Receipt.invoice_id == invoice.id)
        )
        assert (
            invoice.total_minor == lines == sum(part.amount_minor for part in invoice.instalments)
            or not invoice.total_minor
        )
        assert invoice.received_minor == received


def test_nothing_in_it_lies_in_the_future_but_what_is_due(demo: Flask) -> None:
    giftshow, _souvenirs = fairs()
    told_at = giftshow.at(giftshow.today, time(9, 30))  # where its clock stands, whatever hour it is now
    assert count(Exhibitor, Exhibitor.submitted_at > told_at) == 0
    assert count(Contract, Contract.signed_on > giftshow.today) == 0
    assert count(Receipt, Receipt.received_on > giftshow.today) == 0


def test_a_database_that_is_not_empty_is_refused(demo: Flask) -> None:
    with pytest.raises(NotEmpty):
        load_demo(DAY)


#: SQLite gives the number of a row that was thrown away (a list that is imported, a tally that is counted anew) to the next one.
REUSED = [
    table.c.id for table in (StoredFile.__table__, VisitTally.__table__, GateTally.__table__, ZoneTally.__table__)
]


def is_reused(column: Any) -> bool:
    return any(column is number or column.references(number) for number in REUSED)


def dump() -> dict[str, list[tuple[Any, ...]]]:
    tables = {}
    for name, table in sorted(Base.metadata.tables.items()):
        columns = [column for column in table.columns if column.name not in SECRETS and not is_reused(column)]
        found = db.session.execute(select(*columns))
        tables[name] = sorted(tuple(INSIDE.sub("", str(value)) for value in row) for row in found)
    return tables


def test_the_same_day_gives_the_same_data_on_every_database(demonstrations: Any) -> None:
    dumps = []
    for kind in (Kind.SQLITE, Kind.POSTGRES):  # each was loaded by itself
        with rolled_back(demonstrations.app(kind)):
            dumps.append(dump())
    one_load, other = dumps
    differs = {}
    for name, rows in one_load.items():
        odd = [
            (one, two)
            for row, twin in zip(rows, other[name], strict=True)
            if row != twin
            for one, two in zip(row, twin, strict=True)
            if one != two
        ]
        if odd:
            differs[name] = odd[:3]
    assert differs == {}


def test_the_command_takes_a_day_and_a_scale_and_says_what_it_made(apps: Any) -> None:
    with apps.separate(Kind.SQLITE, "large-demonstration") as application:
        runner = application.test_cli_runner()
        for wrong in (["--as-of", "28/07/2026"], ["--scale", "0"], ["--scale", "x"]):
            assert runner.invoke(args=["demo", "load", *wrong]).exit_code == 2
        done = runner.invoke(args=["demo", "load", "--as-of", "2026-07-28", "--scale", "2"])
        assert done.exit_code == 0, done.output
        assert done.output.startswith("Demonstration as of 2026-07-28: 824 exhibitors, 360 importers, 480 visitors")
        with application.app_context():
            giftshow, souvenirs = fairs()
            assert (giftshow.starts_on, souvenirs.starts_on) == (DAY + timedelta(days=42), DAY - timedelta(days=1))
            assert (count(Booth, Booth.fair_id == giftshow.id), count(Booth, Booth.fair_id == souvenirs.id)) == (
                480,
                180,
            )
            assert count(BoothBooking, BoothBooking.fair_id == giftshow.id) == 241
            assert count(Badge, Badge.fair_id == souvenirs.id) == 600 + 15
            again = runner.invoke(args=["demo", "load"])
            assert again.exit_code == 1 and "empty" in again.output and "Traceback" not in again.output
            db.session.remove()


def test_strangers_find_both_fairs(demo: Flask) -> None:
    client: Client = demo.test_client()  # type: ignore[assignment]
    for language in ("vi", "en"):
        page = client.get("/", headers={"Accept-Language": language}).text
        assert all(fair.slug in page for fair in fairs())
