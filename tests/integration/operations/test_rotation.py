"""A new key for encrypted fields."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from cryptography.fernet import InvalidToken
from flask import Flask
from sqlalchemy import select

from fairs.badges.models import BadgeKey
from fairs.badges.service import code_of
from fairs.core import crypto
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.installation import InstallationSetting
from fairs.operations.rotation import rotate_keys
from fairs.payments.transfers import AccountDraft, give_account
from tests.factories.checkin import entrance
from tests.factories.deals import office
from tests.factories.money import ACCOUNT, asked_back, paid_in


@pytest.fixture(autouse=True)
def _own_keys(app: Flask) -> Iterator[None]:
    yield
    crypto.configure(app.extensions["fairs_config"].secret("field_key"))


def test_old_fields_stay_readable_and_the_old_key_can_go(app: Flask) -> None:
    crypto.configure("the old key")
    badge = entrance().badge()
    code = code_of(badge)
    with transaction() as session:
        session.add(InstallationSetting(name="mail_password", value=crypto.encrypt(b"open sesame").decode()))

    place = office()
    refund = asked_back(paid_in(place))
    given = give_account(place.exporter, AccountDraft("GOM", "0011223344", "BIDV"), by=SYSTEM)

    crypto.configure("the new key, the old key")
    assert code_of(badge) == code
    assert rotate_keys() == 4

    crypto.configure("the new key")
    db.session.expire_all()
    assert code_of(badge) == code
    assert (refund.account, given.account["number"]) == (ACCOUNT, "0011223344")
    setting = db.session.scalars(select(InstallationSetting)).one()
    assert crypto.decrypt(setting.value.encode()) == b"open sesame"


def test_without_the_old_key_nothing_is_changed(app: Flask) -> None:
    crypto.configure("the old key")
    badge = entrance().badge()
    before = db.session.scalars(select(BadgeKey.private_key)).all()
    crypto.configure("the new key")
    with pytest.raises(InvalidToken):
        rotate_keys()
    crypto.configure("the old key")
    db.session.expire_all()
    assert db.session.scalars(select(BadgeKey.private_key)).all() == before
    assert code_of(badge)
