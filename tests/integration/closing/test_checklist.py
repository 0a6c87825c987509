"""The checklist of closing: numbers from the records, signatures of people, days that move with the fair."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.closing.models import ClosingTick
from fairs.closing.points import checklist, late_points
from fairs.closing.snapshots import take_snapshot
from fairs.closing.states import PointState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now, set_to
from fairs.core.db import db
from fairs.core.permissions import Role
from tests.factories.closing import closed_office
from tests.factories.deals import Office
from tests.support.client import Client, login
from tests.support.queries import counted_queries

pytestmark = pytest.mark.usefixtures("app")


def states(place: Office) -> dict[str, PointState]:
    return {row.point.key: row.state for row in checklist(place.fair)}


def test_points_stand_as_the_records_say() -> None:
    place = closed_office(2)
    invoice = place.invoice()
    rows = {row.point.key: row for row in checklist(place.fair)}
    deals, debts = rows["deals"].count, rows["debts"].count
    assert deals is not None and (deals.open, deals.total) == (1, 3)
    assert debts is not None and (debts.open, debts.total) == (1, 1)
    assert rows["booths"].state is PointState.NOT_APPLICABLE and rows["snapshot"].state is PointState.OPEN
    place.receipt(invoice, invoice.total_minor)
    take_snapshot(place.fair, kind="closing", by=SYSTEM)
    after = states(place)
    assert after["debts"] is PointState.DONE and after["snapshot"] is PointState.DONE


def test_a_point_is_late_after_its_day_and_the_report_is_due_in_thirty() -> None:
    place = closed_office(0)
    report = next(row for row in checklist(place.fair) if row.point.key == "report")
    assert report.due == place.fair.ends_on + timedelta(days=30)
    assert late_points(place.fair) == []
    with set_to(now() + timedelta(days=60)):
        assert "report" in {row.point.key for row in late_points(place.fair)}


def test_the_number_of_statements_does_not_grow() -> None:
    few = closed_office(1)
    with counted_queries() as one:
        checklist(few.fair)
    many = closed_office(3)
    with counted_queries() as three:
        checklist(many.fair)
    assert len(one) == len(three)


def test_a_person_signs_a_point_with_a_note_and_takes_it_back(client: Client) -> None:
    place = closed_office(1)
    path = f"/fairs/{place.fair.slug}/closing/points"
    login(client, place.user(Role.DEALS))
    assert client.submit(f"{path}/debts/sign", {"note": "x"}).status_code == 403, "finance answers for debts"
    empty = client.submit(f"{path}/deals/sign", {"note": "  ", "not_applicable": "y"})
    assert empty.status_code == 422 and "checked" in empty.text
    assert client.submit(f"{path}/deals/sign", {"note": "Một hợp đồng chờ bản gốc"}).status_code == 303
    assert states(place)["deals"] is PointState.SIGNED
    assert "Một hợp đồng chờ bản gốc" in client.get(f"/fairs/{place.fair.slug}/closing").text
    assert client.submit(f"{path}/deals/take-back").status_code == 303
    assert db.session.scalars(select(ClosingTick)).all() == []
    assert states(place)["deals"] is PointState.OPEN
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("closing."))).all()
    assert acts == ["closing.sign", "closing.unsign"]
    assert client.submit(f"{path}/nothing/sign", {"note": "x"}).status_code == 404


def test_the_figures_page_shows_kept_recomputed_and_present(client: Client) -> None:
    place = closed_office(2)
    snapshot = take_snapshot(place.fair, kind="closing", by=SYSTEM)
    path = f"/fairs/{place.fair.slug}/closing/snapshots/{snapshot.id}"
    login(client, place.user(Role.AUDITOR))
    page = client.get(path)
    assert page.status_code == 200 and snapshot.sha256 in page.text
    assert client.get(f"{path}/contracts_verified").status_code == 200
    assert client.get(f"{path}/nothing").status_code == 404
    login(client, place.user(Role.LEADERSHIP))
    assert client.get(path).status_code == 200
    assert client.get(f"{path}/contracts_verified").status_code == 403, "sums only"
    elsewhere = closed_office(0)
    login(client, elsewhere.user(Role.ORGANISER))
    assert client.get(f"/fairs/{elsewhere.fair.slug}/closing/snapshots/{snapshot.id}").status_code == 404
