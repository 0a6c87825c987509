"""The statement equals what an independent script makes of the raw rows: the demonstration's fairs, and random histories."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select, text

from fairs.calendar.models import Fair
from fairs.contracts.models import Contract
from fairs.contracts.states import ContractKind, ContractState, Verification
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.directory.models import Company
from fairs.floorplans.models import Booth, BoothType
from fairs.statements.figures import figure_of, figures_of, records_behind
from fairs.statements.pdf import statement_pdf
from fairs.statements.statement import is_international, statement_of
from tests.factories.programme import SmallYear, small_year
from tests.support.recompute import connect, fingerprint, recompute


def _read(sql: str) -> list[dict[str, Any]]:
    """The rows of this test, which nobody outside of its transaction sees."""
    return [dict(row) for row in db.session.execute(text(sql)).mappings()]


def _agrees(fair: Fair) -> dict[str, Any]:
    made = statement_of(fair, now())
    again = recompute(_read, fair.slug)
    assert again == made.numbers
    assert fingerprint(again) == made.fingerprint
    return again


def test_the_demonstrations_statements_are_recomputed_from_raw_rows(demo: Flask) -> None:
    read = connect(demo.config["SQLALCHEMY_DATABASE_URI"])
    fairs = db.session.scalars(select(Fair)).all()
    assert len(fairs) >= 4
    for fair in fairs:
        made = statement_of(fair, now())
        again = recompute(read, fair.slug, fair.today)
        assert again == made.numbers, fair.slug
        for figure in made.figures.values():
            if figure.count < 2000:
                records = list(records_behind(fair, figure.key))
                assert sum((one.value for one in records), Decimal(0)) == figure.value, (fair.slug, figure.key)
    known = next(fair for fair in fairs if fair.slug == "giftshow-2020")
    assert statement_of(known, now()).numbers["figures"]["contracts_verified"] == "6182000"


@pytest.mark.usefixtures("app")
def test_a_small_year_says_what_was_planted() -> None:
    year = small_year()
    numbers = _agrees(year.trade)
    assert numbers["figures"] == {
        "booths": "6.33", "net_space": "57", "exhibitors": "1", "co_exhibitors": "0", "visits": "8", "visitors": "5",
        "foreign_importers": "2", "importer_people": "3", "contracts_verified": "12500.5", "mou": "7000",
    }  # fmt: skip
    assert numbers["categories"]["press"] == [0, 2]
    assert numbers["contracts"]["waiting"] == [1, "9000"]
    assert numbers["international"] == {"exhibitors": [0, 1], "visits": [5, 8]}
    assert is_international(numbers) is False
    public = _agrees(year.public)
    assert (public["figures"]["visits"], public["coverage"]) == ("720", [3, 6])
    assert is_international(public) is None


@pytest.mark.usefixtures("app")
def test_special_shows_and_raw_space_are_net_space_of_their_own_kind() -> None:
    year = small_year()
    with transaction():
        kinds = db.session.scalars(select(BoothType).where(BoothType.code == "T-TT20")).one()
        hall = db.session.scalars(select(Booth).where(Booth.fair_id == year.trade.id)).first()
        assert hall is not None
        show = BoothType(code="DESIGN-T", name_vi="Mẫu", name_en="Design", is_sold=False)
        corridor = BoothType(code="PATH-T", name_vi="Lối", name_en="Path", is_sold=False, counts_in_net_space=False)
        kinds.code = "RAW-T"
        db.session.add_all([show, corridor])
        db.session.flush()
        for n, kind in enumerate((show, corridor)):
            db.session.add(
                Booth(fair_id=year.trade.id, hall_id=hall.hall_id, type_id=kind.id, code=f"S-{n}", x_cm=0, y_cm=0, w_cm=500, h_cm=400)
            )  # fmt: skip
    assert _agrees(year.trade)["net_space"] == {"raw": {"unpaid": "57"}, "special": {"special": "20"}}


@pytest.mark.usefixtures("app")
def test_random_histories_of_contracts_add_up() -> None:
    year = small_year()
    for seed in range(12):
        _history(year, random.Random(seed), seed)
        numbers = _agrees(year.trade)
        for key in ("contracts_verified", "contracts_cancelled", "mou"):
            figure = figure_of(year.trade, key)
            assert sum((one.value for one in records_behind(year.trade, key)), Decimal(0)) == figure.value, (seed, key)
        assert Decimal(numbers["contracts"]["verified"][1]) == figure_of(year.trade, "contracts_verified").value


def _history(year: SmallYear, rng: random.Random, seed: int) -> None:
    """Contracts logged, verified, cancelled, merged, corrected, put under frameworks: whatever the states allow."""
    with transaction():
        seller, buyer = (
            Company(name=f"S{seed}", country="VN"),
            Company(name=f"B{seed}", country=rng.choice(["FR", "US", "JP"])),
        )
        db.session.add_all([seller, buyer])
        db.session.flush()
        made: list[Contract] = []
        for n in range(10):
            state = rng.choice(list(ContractState))
            one = Contract(
                fair_id=rng.choice([year.trade.id, year.trade.id, year.public.id]), reference=f"H{seed}-{n}", exporter_id=seller.id,
                importer_id=buyer.id, signed_on=year.trade.starts_on + timedelta(days=rng.randrange(4)), state=state,
                verification=rng.choice(list(Verification)), incoterm="FOB", currency="USD", value_minor=rng.randrange(1, 10**7),
                usd_minor=rng.choice([None, rng.randrange(1, 10**7)]), kind=rng.choice(list(ContractKind)),
            )  # fmt: skip
            if state is ContractState.CANCELLED:
                one.cancelled_from = rng.choice(
                    [ContractState.LEAD, ContractState.MOU, ContractState.SIGNED, ContractState.SHIPPED]
                )
            db.session.add(one)
            db.session.flush()
            if made and rng.random() < 0.3:
                one.parent_id = rng.choice(made).id
            if made and rng.random() < 0.2:
                one.merged_into_id = rng.choice(made).id
            made.append(one)


@pytest.mark.usefixtures("app")
def test_a_past_day_leaves_out_what_came_later() -> None:
    year = small_year()
    early = year.trade.at(year.trade.starts_on, year.trade.closes_at)
    first = {figure.key: figure.value for figure in figures_of(year.trade, as_of=early)}
    assert (first["visits"], first["contracts_verified"]) == (Decimal(5), Decimal(2500))
    assert recompute(_read, year.trade.slug, year.trade.starts_on) == statement_of(year.trade, early).numbers
    assert recompute(_read, year.trade.slug, date(2020, 1, 1))["figures"]["visits"] == "0"


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("language", "title"), [("vi", "Báo cáo số liệu hội chợ"), ("en", "Statement of the fair’s figures")]
)
def test_the_printed_statement_carries_its_fingerprint_on_each_page(language: str, title: str) -> None:
    year = small_year()
    made = statement_of(year.trade, now())
    document = pypdfium2.PdfDocument(statement_pdf(made, language))
    pages = [document[n].get_textpage().get_text_range() for n in range(len(document))]
    assert title in " ".join(pages[0].split())
    assert all(made.fingerprint[:32] in page.replace("\r\n", "") for page in pages)
