"""The card company, and an installation that takes cards there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from fairs.cards.stripe_client import StripeGateway
from tests.support.cards import CardCompany, running_card_company


@pytest.fixture(scope="session")
def _company() -> Iterator[CardCompany]:
    with running_card_company() as company:
        yield company


@pytest.fixture
def company(_company: CardCompany) -> CardCompany:
    """The card company, in a good mood."""
    _company.test("set", is_down=False, next_refund="succeeded", events=[], calls=[])
    return _company


@contextmanager
def takes_cards(app: Flask, company: CardCompany) -> Iterator[None]:
    """Inside, the application has the keys of the card company."""
    settings = app.extensions["fairs_installation"]
    before = settings.from_environment
    settings.from_environment = app.extensions["fairs_config"] = replace(before, **company.settings)
    try:
        yield
    finally:
        settings.from_environment = app.extensions["fairs_config"] = before


@pytest.fixture
def card_app(app: Flask, company: CardCompany) -> Iterator[Flask]:
    """The application, taking cards."""
    with takes_cards(app, company):
        yield app


@pytest.fixture
def gateway(card_app: Flask) -> Any:
    """Our way to the card company."""
    return StripeGateway(card_app.extensions["fairs_config"])
