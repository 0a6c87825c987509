"""Pages of the figures: who may see what, the sentence in its form, records with filter and spreadsheet, bad input."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.accounts.models import User
from fairs.accounts.service import create_user, grant_role
from fairs.contracts.models import Contract
from fairs.core.actor import SYSTEM
from fairs.core.clock import set_to
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.statements.figures import KINDS, figures_of
from fairs.statements.sentence import sentence_vi
from tests.factories.people import end_of
from tests.factories.programme import SmallYear, small_year
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets

SEEING = {Role.ORGANISER, Role.DEALS, Role.FINANCE, Role.LEADERSHIP, Role.AUDITOR, Role.VIEWER, Role.ADMIN}


def _user(role: Role, year: SmallYear) -> User:
    user = create_user(f"{role.value}@test.example", role.value, by=SYSTEM, confirmed=True)
    for fair in [year.trade, year.public]:
        fair_id = None if role.is_system_wide else fair.id
        grant_role(user, role, fair_id=fair_id, by=SYSTEM, ends_at=end_of(role))
        if role.is_system_wide:
            break
    return user


def _text(answer: Any) -> str:
    return " ".join(answer.get_data(as_text=True).split())


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_the_figures(app: Flask, client: Client, role: Role) -> None:
    year = small_year()
    login(client, _user(role, year))
    base = f"/fairs/{year.trade.slug}"
    paths = [
        "figures",
        "figures/visits",
        "figures/contracts_verified?format=xlsx",
        "statement",
        "statement?format=pdf",
        "statement?format=xlsx",
    ]
    assert {client.get(f"{base}/{path}").status_code for path in paths} == {200 if role in SEEING else 403}


def test_a_single_contract_is_for_deals_staff_and_the_auditor(app: Flask, client: Client) -> None:
    year = small_year()
    path = f"/fairs/{year.trade.slug}/figures/contracts_verified"
    for role in (Role.DEALS, Role.AUDITOR, Role.LEADERSHIP, Role.FINANCE, Role.VIEWER):
        login(client, _user(role, year))
        single = role in {Role.DEALS, Role.AUDITOR}
        for page in (path, "/programmes/2020/records/4a/export_value"):
            answer = client.get(f"{page}?lang=en")
            if answer.status_code == 403:
                assert page.startswith("/programmes")
                continue
            assert ("TT20-C-2" in _text(answer), bool(re.search(r"(?<![\d,])2,500(?!\d)", _text(answer)))) == (
                single,
                single,
            ), (role, page)
            assert "12,500" in _text(answer)
        sheets = read_sheets(client.get(f"{path}?format=xlsx").get_data())
        said = [value for sheet in sheets for row in sheet for _kind, value in row]
        assert ("TT20-C-2" in said) is single
        whole = read_sheets(client.get(f"/fairs/{year.trade.slug}/statement?format=xlsx").get_data())
        assert ("TT20-C-2" in [value for sheet in whole for row in sheet for _kind, value in row]) is single


def test_the_sentence_is_vietnamese_by_the_clock_of_the_fair(app: Flask, client: Client) -> None:
    year = small_year()
    moment = datetime(2020, 11, 20, 9, 0, tzinfo=UTC)
    with set_to(moment):
        assert sentence_vi(year.trade, figures_of(year.trade), moment) == (
            "Tính đến 16:00 ngày 20/11/2020: 8 lượt khách, 2 nhà nhập khẩu, 12.500,5 USD (đã xác minh)"
        )
        assert sentence_vi(year.public, figures_of(year.public), moment) == (
            "Tính đến 16:00 ngày 20/11/2020: 720 lượt khách, 14.500.000 đồng doanh thu (theo kê khai, 50 % lượt kê khai)"
        )
    before = datetime(2020, 1, 1, tzinfo=UTC)
    assert sentence_vi(year.trade, figures_of(year.trade, as_of=before), before) == ""
    login(client, _user(Role.LEADERSHIP, year))
    page = _text(client.get(f"/fairs/{year.trade.slug}/figures?lang=en&as_of=2020-10-15"))
    assert 'data-copy="Tính đến 23:59 ngày 15/10/2020: 5 lượt khách, 2 nhà nhập khẩu, 2.500 USD (đã xác minh)"' in page


def test_every_figure_on_the_page_opens_its_records(app: Flask, client: Client) -> None:
    year = small_year()
    login(client, _user(Role.ORGANISER, year))
    for fair in (year.trade, year.public):
        page = client.get(f"/fairs/{fair.slug}/figures").get_data(as_text=True)
        links = set(re.findall(rf'href="(/fairs/{fair.slug}/figures/[a-z_]+)"', page))
        assert len(links) == len(figures_of(fair))
        assert {client.get(link).status_code for link in links} == {200}
    start = client.get("/programmes/2020").get_data(as_text=True)
    assert f'href="/fairs/{year.trade.slug}/figures"' in start


def test_records_are_searched_and_filtered(app: Flask, client: Client) -> None:
    year = small_year()
    login(client, _user(Role.ORGANISER, year))
    base = f"/fairs/{year.trade.slug}/figures"
    assert "Maison" in _text(client.get(f"{base}/foreign_importers?q=MAISON"))
    found = _text(client.get(f"{base}/foreign_importers?country=DE"))
    assert "Haus" in found and "Maison" not in found
    assert "TT20-C-2" not in _text(client.get(f"{base}/contracts_verified?day=2020-10-16"))
    assert client.get(f"{base}/visits?sort=-amount&q=%27%22%00").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("figures/nothing", 404), ("figures?as_of=yesterday", 422), ("figures?as_of=0001-01-01", 422), ("statement?as_of=x", 422),
        ("figures/visits?cursor=broken", 422), ("figures/visits?day=2020-99-99&country=%F0", 200), ("statement?as_of=9999-12-31", 200),
        ("statement?format=docx", 200), ("figures/estimated_orders", 200),
    ],
)  # fmt: skip
def test_bad_input(app: Flask, client: Client, path: str, status: int) -> None:
    year = small_year()
    login(client, _user(Role.ORGANISER, year))
    assert client.get(f"/fairs/{year.trade.slug}/{path}").status_code == status


def test_pages_cost_the_same_at_one_and_at_three_records(app: Flask, client: Client) -> None:
    year = small_year()
    login(client, _user(Role.DEALS, year))
    base = f"/fairs/{year.trade.slug}"
    paths = [f"{base}/figures", f"{base}/statement", f"{base}/figures/mou"]

    def costs() -> list[int]:
        found = []
        for path in paths:
            client.get(path)
            with counted_queries() as statements:
                assert client.get(path).status_code == 200
            found.append(len(statements))
        return found

    before = costs()
    assert db.session.scalar(select(func.count()).select_from(Contract)) == 6
    _more_memoranda(year)
    assert costs() == before
    assert before[0] <= len(KINDS) + 12


def _more_memoranda(year: SmallYear) -> None:
    from fairs.contracts.states import ContractState, Verification
    from fairs.core.db import transaction
    from tests.factories import programme

    with transaction():
        for number in (7, 8):
            programme._contract(year.trade, number, ContractState.MOU, Verification.VERIFIED, 100)
