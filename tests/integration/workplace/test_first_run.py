"""First run of an empty installation: who has the printed code sets it up, once; nothing typed is lost."""

from __future__ import annotations

import html
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.accounts.models import User
from fairs.accounts.queries import may, user_by_email
from fairs.calendar.models import Fair
from fairs.calendar.permissions import CREATE_FAIR
from fairs.core.db import db
from fairs.core.installation import InstallationSetting
from fairs.directory.models import ProductGroup
from fairs.floorplans.models import BoothType
from fairs.messages.render import render_notice
from fairs.workplace.setup import setup_code
from tests.factories.people import make_user
from tests.support.client import Client

FORM = {
    "admin_name": "Lê Quản Trị", "admin_email": "Admin@So.example", "admin_password": "một câu dễ nhớ", "department": "Sở Công Thương Huế",
    "department_en": "Hue Department of Industry and Trade", "department_address": "", "department_contact": "", "mail_server": "smtp.hue.example",
    "mail_port": "465", "mail_tls": "y", "mail_username": "fairs", "mail_password": "mật khẩu thư", "mail_sender": "hoi-cho@hue.example",
    "name_vi": "Hội chợ Huế 2027", "name_en": "Hue Fair 2027", "kind": "public", "slug": "hue-2027", "code": "HU27", "starts_on": "2027-04-10",
    "ends_on": "2027-04-14", "venue_vi": "Quảng trường", "venue_en": "Square",
}  # fmt: skip


@pytest.fixture
def form(app: Flask) -> dict[str, str]:
    """Everything filled in, the code included."""
    return FORM | {"code_word": setup_code()}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_one_page_makes_the_installation(app: Flask, client: Client, form: dict[str, str], language: str) -> None:
    client.get(f"/language/{language}")
    assert client.get("/").headers["Location"] == "/setup"
    page = client.get("/setup")
    assert page.status_code == 200 and f'<html lang="{language}">' in page.text
    answer = client.submit("/setup", form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/fairs/hue-2027/")
    overview = client.get("/fairs/hue-2027/")
    assert overview.status_code == 200, "signed in at once"
    admin = user_by_email("admin@so.example")
    assert admin is not None and admin.confirmed_at is not None and admin.locale == language
    assert may(admin, CREATE_FAIR)
    assert db.session.scalar(select(func.count()).select_from(ProductGroup)) and db.session.scalar(
        select(func.count()).select_from(BoothType)
    )
    config = app.extensions["fairs_config"]
    assert (config.department, config.mail_server, config.mail_port, config.mail_tls, config.mail_password) == (
        "Sở Công Thương Huế", "smtp.hue.example", 465, True, "mật khẩu thư",
    )  # fmt: skip
    kept = db.session.scalars(
        select(InstallationSetting.value).where(InstallationSetting.name == "mail_password")
    ).one()
    assert "mật khẩu" not in kept
    assert "Sở Công Thương Huế" in render_notice("accounts/test", "vi", {"name": "A"})[1]
    stranger: Any = app.test_client()
    assert stranger.get("/setup").status_code == 404 and stranger.submit("/setup", form).status_code == 404
    assert stranger.get("/").status_code == 200
    again = stranger.submit("/account/login", {"email": "admin@so.example", "password": "một câu dễ nhớ"})
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code_word": "wrong"}, "code_word"), ({"code_word": ""}, "code_word"), ({"code_word": "é"}, "code_word"), ({"admin_name": ""}, "admin_name"),
        ({"admin_email": "no address"}, "admin_email"), ({"admin_email": ""}, "admin_email"), ({"admin_password": "short"}, "admin_password"),
        ({"admin_password": ""}, "admin_password"), ({"department": ""}, "department"), ({"department_en": "x" * 201}, "department_en"),
        ({"mail_port": "0"}, "mail_port"), ({"mail_port": "smtp"}, "mail_port"), ({"mail_sender": "nobody"}, "mail_sender"),
        ({"slug": "Huế"}, "slug"), ({"code": "H"}, "code"), ({"starts_on": "2027-02-30"}, "starts_on"), ({"ends_on": "2027-04-09"}, "ends_on"),
        ({"name_vi": ""}, "name_vi"), ({"kind": "x"}, "kind"), ({"venue_en": "x" * 251}, "venue_en"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field_and_everything_else_stays(
    client: Client, form: dict[str, str], changes: dict[str, str], field: str
) -> None:
    answer = client.submit("/setup", form | changes)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    for name, typed in form.items():
        if typed and name not in {field, "admin_password", "mail_password", "mail_tls", "kind", "starts_on", "ends_on"}:
            assert html.escape(typed) in answer.text, name
    assert "một câu dễ nhớ" not in answer.text and "mật khẩu thư" not in answer.text
    assert db.session.scalar(select(User.id)) is None and db.session.scalar(select(Fair.id)) is None
    assert db.session.scalar(select(InstallationSetting.id)) is None


def test_an_installation_with_anybody_in_it_is_not_set_up_again(client: Client, form: dict[str, str]) -> None:
    make_user("Ha")
    assert client.get("/setup").status_code == 404
    assert client.submit("/setup", form).status_code == 404
    assert client.application.test_cli_runner().invoke(args=["setup", "code"]).output == ""


def test_the_command_prints_the_code_while_it_is_of_use(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["setup", "code"]).output.strip() == setup_code()
    assert len(setup_code()) == 8


def test_two_who_set_up_at_once_make_one_installation(real_app: Flask) -> None:
    with real_app.app_context():
        code = setup_code()

    def set_up(n: int) -> int:
        client: Any = real_app.test_client()
        values = FORM | {"code_word": code, "admin_email": f"admin{n}@so.example", "slug": f"hue-{n}", "code": f"HU{n}"}
        return int(client.submit("/setup", values).status_code)

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(set_up, range(3))) == [303, 404, 404]
    with real_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 1
        assert db.session.scalar(select(func.count()).select_from(Fair)) == 1
