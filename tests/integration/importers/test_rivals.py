"""Several at the same moment, with real transactions, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from fairs.badges.models import Badge
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.importers.models import Importer
from fairs.importers.service import approve_importer, confirm_email, register_online
from fairs.messages.models import OutboxMessage
from fairs.visitors.models import Visitor
from fairs.visitors.service import VisitorDraft, visit_online
from tests.factories.importers import reception

CLIENTS = 8


def _rush(app: Flask, act: Any) -> None:
    together = Barrier(CLIENTS)

    def client(_: int) -> None:
        with app.app_context():
            together.wait(30)
            act()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))


def _count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_eight_approvals_issue_one_badge(real_app: Flask) -> None:
    with real_app.app_context():
        importer_id = reception().importer().id
    _rush(real_app, lambda: approve_importer(db.session.get_one(Importer, importer_id), by=SYSTEM))
    with real_app.app_context():
        assert _count(Badge) == 1
        assert sorted(db.session.scalars(select(OutboxMessage.kind))) == ["importers/approved", "importers/received"]


def test_eight_confirmations_count_once(real_app: Flask) -> None:
    with real_app.app_context():
        place = reception()
        register_online(place.fair, place.registration())
        importer_id = db.session.scalars(select(Importer.id)).one()
    _rush(real_app, lambda: confirm_email(db.session.get_one(Importer, importer_id)))
    with real_app.app_context():
        assert sorted(db.session.scalars(select(OutboxMessage.kind))) == ["importers/confirm", "importers/received"]


def test_eight_forms_with_one_address_are_one_registration(real_app: Flask) -> None:
    with real_app.app_context():
        place = reception()
        fair_id, draft = place.fair.id, place.registration(email="one@mihon.example")
    _rush(real_app, lambda: register_online(db.session.get_one(Fair, fair_id), draft))
    with real_app.app_context():
        assert _count(Importer) == 1
        assert _count(OutboxMessage) == CLIENTS


def test_eight_visitors_forms_with_one_address_are_one_badge(real_app: Flask) -> None:
    with real_app.app_context():
        fair_id = reception().fair.id
    draft = VisitorDraft("Nguyễn Thị Mẫu", "Cửa hàng Mẫu", "mau@mau.example", consents=("registration",))
    _rush(real_app, lambda: visit_online(db.session.get_one(Fair, fair_id), draft))
    with real_app.app_context():
        assert (_count(Visitor), _count(Badge)) == (1, 1)
