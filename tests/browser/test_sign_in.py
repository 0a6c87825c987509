"""Signing in, as every kind of person that the demonstration has; the pages around it, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import axe, login_as

ROLES = [
    "admin", "organiser", "sales", "finance", "desk", "gate", "hospitality", "deals", "partner", "leader", "auditor",
    "exhibitor", "importer",
]  # fmt: skip
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("role", ROLES)
def test_each_demonstration_account_signs_in_and_lands_on_a_page_of_its_own(page: Page, role: str) -> None:
    login_as(page, role, language="en", typed=True)
    expect(page.locator("h1")).to_be_visible()
    axe(page)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", ["/", "/account/login", "/account/register", "/account/reset"])
def test_pages_for_strangers_are_accessible(page: Page, path: str, language: str) -> None:
    page.goto(f"/language/{language}")
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    expect(page.locator("html")).to_have_attribute("lang", language)
    axe(page)


@pytest.mark.parametrize("path", ["/", "/account/login", "/account/register"])
def test_pages_for_strangers_fit_a_phone(open_page: Callable[..., Page], path: str) -> None:
    page = open_page(viewport=PHONE)
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    axe(page)


def test_a_wrong_password_is_told_and_the_address_is_kept(page: Page) -> None:
    page.goto("/language/en")
    page.goto("/account/login")
    page.locator("input[name=email]").fill("organiser@fairs.example")
    page.locator("input[name=password]").fill("something else entirely")
    page.locator("form:has(input[name=password]) [type=submit]").first.click()
    expect(page.locator("input[name=email]")).to_have_value("organiser@fairs.example")
    expect(page.locator("body")).to_contain_text("Authentication failed")
    axe(page)


def test_signing_in_again_continues_the_session(page: Page, open_page: Callable[..., Page]) -> None:
    for window in (page, open_page(), open_page()):
        login_as(window, "organiser", language="en")
        expect(window.locator("html")).to_have_attribute("lang", "en")
        assert "/account/login" not in window.url
