"""Pages, API, command and files of the plan: who may see and enter, the shape of the JSON, files that open."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from docx import Document
from flask import Flask

from fairs.accounts.models import User
from fairs.accounts.service import create_token, create_user, grant_role
from fairs.core.actor import SYSTEM
from fairs.core.domain import rows
from fairs.core.permissions import Role
from fairs.programme.models import Target
from fairs.programme.queries import entries_for, find_target
from fairs.reports.queries import kpi
from tests.factories.people import end_of
from tests.factories.programme import SmallYear, small_year
from tests.support.client import Client, login
from tests.support.sheets import read_sheets

KEYS = ["item", "metric", "target_min", "target_max", "unit", "actual", "label", "records_url"]


def _user(role: Role | None, year: SmallYear) -> User:
    name = role.value if role else "stranger"
    user = create_user(f"{name}@test.example", name, by=SYSTEM, confirmed=True)
    if role is not None:
        grant_role(user, role, fair_id=None if role.is_system_wide else year.trade.id, by=SYSTEM, ends_at=end_of(role))
    return user


def _target() -> Target:
    found = find_target(2020, "4d", "enterprise_participations")
    assert found is not None
    return found


ROLES = {
    Role.ADMIN: (200, 200), Role.LEADERSHIP: (200, 403), Role.ORGANISER: (200, 200), Role.BOOTH_SALES: (403, 403),
    Role.DEALS: (403, 403), Role.AUDITOR: (403, 403), Role.PARTNER: (403, 403), None: (403, 403),
}  # fmt: skip


@pytest.mark.parametrize("role", list(ROLES))
def test_who_sees_and_who_enters(app: Flask, client: Client, role: Role | None) -> None:
    year = small_year()
    login(client, _user(role, year))
    see, enter = ROLES[role]
    form = f"/programmes/targets/{_target().id}/figures/new"
    pages = ["/programmes/2020", "/programmes/2020/records/4b/sales", "/programmes/2020?format=xlsx"]
    assert [client.get(path).status_code for path in pages] == [see] * 3
    assert client.get(form).status_code == enter
    data = {"value": "31", "label": "declared", "as_of": "2020-12-10", "evidence": "Báo cáo"}
    assert client.submit(form, data).status_code == (303 if enter == 200 else 403)
    assert len(entries_for(_target())) == (1 if enter == 200 else 0)


def test_a_stranger_is_sent_to_sign_in(app: Flask, client: Client) -> None:
    small_year()
    assert client.get("/programmes/2020").status_code == 302
    assert client.get("/api/v1/programmes/2020/kpi").status_code == 401


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_shows_every_target(app: Flask, client: Client, language: str) -> None:
    year = small_year()
    login(client, _user(Role.LEADERSHIP, year))
    client.get(f"/language/{language}")
    page = client.get("/programmes/2020?as_of=2020-12-31").get_data(as_text=True)
    for figure in kpi(2020).figures:
        assert f'href="{figure.records_url}?as_of=2020-12-31"' in page
    assert "Tính đến ngày 31/12/2020" in page
    assert "style=" not in page
    assert client.get("/programmes/2020?as_of=x").status_code == 422


def test_every_records_page_opens(app: Flask, client: Client) -> None:
    year = small_year()
    login(client, _user(Role.LEADERSHIP, year))
    addresses = [figure.records_url for figure in kpi(2020).figures]
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)
    assert client.get("/programmes/2020/records/4a/nothing").status_code == 404
    assert client.get("/programmes/2019").status_code == 404


def test_a_wrong_figure_is_told_at_its_field_and_a_document_is_kept(app: Flask, client: Client) -> None:
    year = small_year()
    login(client, _user(Role.ORGANISER, year))
    path = f"/programmes/targets/{_target().id}/figures/new"
    data: dict[str, Any] = {"value": "31", "label": "declared", "as_of": "2099-12-10", "evidence": "Báo cáo"}
    assert client.submit(path, data).status_code == 422
    assert client.submit(path, {**data, "as_of": "2020-12-10", "label": "verified"}).status_code == 422
    paper = (io.BytesIO(b"%PDF-1.4\n%%EOF"), "bao-cao.pdf")
    answer = client.submit(path, {**data, "as_of": "2020-12-10", "file": paper}, content_type="multipart/form-data")
    assert answer.status_code == 303
    [entry] = entries_for(_target())
    assert client.get(f"/programmes/figures/{entry.id}/document").get_data() == b"%PDF-1.4\n%%EOF"
    client.submit(f"/programmes/targets/{_target().id}/owner", {"owner": "Phòng Thương mại"})
    assert _target().item.owner == "Phòng Thương mại"


def test_the_json_of_api_and_command_is_the_same_and_stable(app: Flask, client: Client, tmp_path: Path) -> None:
    year = small_year()
    token = create_token(_user(Role.LEADERSHIP, year), "test", by=SYSTEM)
    answer = client.get("/api/v1/programmes/2020/kpi?as_of=2020-12-31", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    body = json.loads(answer.get_data())
    assert sorted(body) == ["as_of", "targets", "year"]
    assert (body["year"], body["as_of"], len(body["targets"])) == (2020, "2020-12-31", 35)
    assert all(sorted(target) == sorted(KEYS) for target in body["targets"])
    table = [(row["item"], row["metric"]) for row in rows("plan-2020-targets")]
    assert [(target["item"], target["metric"]) for target in body["targets"]] == table
    free = [target for target in body["targets"] if target["item"] in {"5e", "7"}]
    assert [(t["actual"], t["label"], t["target_min"]) for t in free] == [(None, None, None)] * 2
    out = tmp_path / "kpi.json"
    done = app.test_cli_runner().invoke(args=["reports", "kpi", "2020", "--as-of", "2020-12-31", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert json.loads(out.read_text("utf-8")) == body
    assert app.test_cli_runner().invoke(args=["reports", "kpi", "1999"]).exit_code == 1


def test_who_may_not_see_the_plan_may_not_ask_the_api(app: Flask, client: Client) -> None:
    year = small_year()
    token = create_token(_user(Role.DEALS, year), "test", by=SYSTEM)
    answer = client.get("/api/v1/programmes/2020/kpi", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"


def test_files_open_and_hold_the_figures(app: Flask, client: Client) -> None:
    year = small_year()
    login(client, _user(Role.ORGANISER, year))
    client.get("/language/vi")
    sheet = read_sheets(client.get("/programmes/2020?format=xlsx").get_data())[0]
    assert len(sheet) == 36
    visits = next(row for row in sheet if row[0] == ("text", "4a") and row[2] == ("text", "Lượt khách"))
    assert [value for _kind, value in visits[3:7]] == ["10000", "12000", "lượt khách", "8"]
    pdf = pypdfium2.PdfDocument(client.get("/programmes/2020?format=pdf").get_data())
    words = " ".join(page.get_textpage().get_text_range() for page in pdf)
    assert "12.500 USD" in words
    document = Document(io.BytesIO(client.get("/programmes/2020?format=docx").get_data()))
    assert len(document.tables[0].rows) == 36
    assert any("720 lượt khách" in paragraph.text for paragraph in document.paragraphs)
