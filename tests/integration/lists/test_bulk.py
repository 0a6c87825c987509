"""Acts on many rows: preview by the services' own rules, once only, each row by itself, undo where nothing was sent."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.badges.models import Badge
from fairs.badges.service import revoke_badge
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.documents.queries import open_item_of
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.queries import SUPPORT_KIND
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.models import Importer
from fairs.importers.service import refuse_importer
from fairs.importers.states import ImporterState
from fairs.lists.bulk import AT_ONCE, carry_on, start
from fairs.lists.models import BulkItem, BulkRun
from fairs.lists.states import ItemState, RunState
from fairs.lists.tasks import carry_on_after_a_crash, forget_old_previews
from fairs.messages.models import OutboxMessage
from fairs.messages.service import Notice, send
from fairs.messages.states import MessageState
from tests.factories.importers import Reception, reception, rows_of
from tests.factories.support import support_place
from tests.support.client import Client, login, own_session
from tests.support.jobs import run_jobs


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception()


def begin(client: Client, staff: str, key: str, action: str, picks: Any = None, query: str = "") -> str:
    """Press the button of an action; gives the address of the preview."""
    chosen = {"all": "1"} if picks is None else {"pick": picks}
    answer = client.submit(f"{staff}/lists/{key}/act?{query}", {"action": action, **chosen})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def items(url: str) -> dict[str, ItemState]:
    run_id = int(url.rsplit("/", 1)[1])
    rows = db.session.scalars(select(BulkItem).where(BulkItem.run_id == run_id)).all()
    return {row.reference: row.state for row in rows}


def run_of(url: str) -> BulkRun:
    return db.session.get_one(BulkRun, int(url.rsplit("/", 1)[1]))


def test_importers_are_approved_once_and_the_others_say_why_not(place: Reception, client: Client) -> None:
    first, second, refused = place.importer(), place.importer(), refuse_importer(place.importer(), "no", by=SYSTEM)
    elsewhere = reception().importer()
    login(client, place.user(Role.ORGANISER))
    client.get("/language/en")
    picks = [row.reference for row in (first, second, refused, elsewhere)]
    url = begin(client, place.staff, "importers", "approve", picks)
    page = client.get(url).text
    assert items(url) == {
        first.reference: ItemState.WAITING, second.reference: ItemState.WAITING, refused.reference: ItemState.SKIPPED, elsewhere.reference: ItemState.SKIPPED,
    }  # fmt: skip
    assert "Refused: This step is not possible in the present state." in page
    assert "No longer in this list." in page and "Approve: do it for 2" in page and "Cannot be undone." in page
    assert db.session.get_one(Importer, first.id).state is ImporterState.SUBMITTED, "a preview changes nothing"
    # One of them is decided by somebody else between preview and button.
    refuse_importer(second, "too late", by=SYSTEM)
    for _ in range(2):
        assert client.submit(f"{url}/do").headers["Location"] == url
    assert items(url)[first.reference] is ItemState.DONE and items(url)[second.reference] is ItemState.FAILED
    kinds = [m.kind for m in db.session.scalars(select(OutboxMessage)) if m.kind == "importers/approved"]
    assert kinds == ["importers/approved"], "pressed twice, done once"
    result = client.get(url).text
    assert "It was sent, so it cannot be undone here." in result
    assert client.submit(f"{url}/undo").status_code == 303
    assert run_of(url).state is RunState.DONE
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "BulkRun")).all()
    assert acts == ["lists.done"]


def test_all_that_fit_the_filter_and_nothing_else(place: Reception, client: Client) -> None:
    inside = [place.importer(country="DE") for _ in range(3)]
    outside = place.importer()
    login(client, place.user(Role.ORGANISER))
    url = begin(client, place.staff, "importers", "refuse", None, "country=DE")
    assert set(items(url)) == {row.reference for row in inside}
    answer = client.submit(f"{url}/do", {"reason": " "})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    client.submit(f"{url}/do", {"reason": "Die Hallen sind voll."})
    states = {row.reference: row.state for row in db.session.scalars(select(Importer))}
    assert {states[row.reference] for row in inside} == {ImporterState.REFUSED}
    assert states[outside.reference] is ImporterState.SUBMITTED


def test_supported_exhibitors_are_proposed_with_the_terms_that_were_chosen(app: Flask, client: Client) -> None:
    place = support_place()
    office, rule, line = place.office, place.terms.rule, place.terms.line
    paying, supported, twice = office.submitted(), place.supported(), place.supported()
    place.proposed(twice)
    login(client, office.staff())
    url = begin(client, f"/fairs/{office.fair.slug}", "exhibitors", "propose")
    assert items(url) == {
        paying.reference: ItemState.SKIPPED,
        supported.reference: ItemState.WAITING,
        twice.reference: ItemState.SKIPPED,
    }
    wrong = client.submit(f"{url}/do", {"rule": "999", "line": str(line.id), "percent": "5"})
    assert wrong.status_code == 422 and 'aria-invalid="true"' in wrong.text
    client.submit(f"{url}/do", {"rule": str(rule.id), "line": str(line.id), "percent": "50"})
    assert items(url)[supported.reference] is ItemState.DONE
    item = open_item_of(SUPPORT_KIND, "Exhibitor", supported.id)
    assert item is not None and item.amount == Money(5_000_000, "VND")
    assert db.session.get_one(Exhibitor, supported.id).state is ExhibitorState.SUBMITTED


def test_badges_are_printed_marked_and_unmarked(place: Reception, client: Client) -> None:
    visitors = [place.visitor() for _ in range(3)]
    badges = [visitor.badge for visitor in visitors]
    revoke_badge(badges[2], "Lost", by=SYSTEM)
    login(client, place.user(Role.FRONT_DESK))
    client.get("/language/en")
    url = begin(client, place.staff, "badges", "print")
    assert client.get(f"{url}/document.pdf").status_code == 404, "nothing is printed yet"
    client.submit(f"{url}/do")
    assert sorted(items(url).values()) == [ItemState.DONE, ItemState.DONE, ItemState.SKIPPED]
    paper = client.get(f"{url}/document.pdf")
    assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF")
    assert (
        client.get(f"{url}/document.pdf?part=2").status_code
        == client.get(f"{url}/document.pdf?part=x9").status_code + 204
    )
    printed = select(Badge.reference).where(Badge.printed_at.is_not(None))
    assert len(db.session.scalars(printed).all()) == 2
    # Printed before by others: undoing gives the former moment back, not none.
    again = begin(client, place.staff, "visitors", "print", [visitors[0].reference])
    before = db.session.get_one(Badge, badges[0].id).printed_at
    client.submit(f"{again}/do")
    client.submit(f"{again}/undo")
    assert db.session.get_one(Badge, badges[0].id).printed_at == before
    assert "It can be undone until" in client.get(url).text
    client.submit(f"{url}/undo")
    assert db.session.scalars(printed).all() == [] and run_of(url).state is RunState.UNDONE
    assert client.submit(f"{url}/undo").status_code == 303 and run_of(url).state is RunState.UNDONE


def test_undoing_ends_after_an_hour(place: Reception, client: Client, time_machine: Any) -> None:
    place.visitor()
    login(client, place.user(Role.FRONT_DESK))
    url = begin(client, place.staff, "badges", "mark_printed")
    client.submit(f"{url}/do")
    time_machine.move_to(now() + timedelta(minutes=61), tick=False)
    client.submit(f"{url}/undo")
    assert run_of(url).state is RunState.DONE


def test_letters_are_marked_as_printed_and_back(place: Reception, client: Client) -> None:
    with transaction():
        letters = [send(Notice("accounts/test", "Hà", None, "vi", {}, place.fair.id)) for _ in range(2)]
        mail = send(Notice("accounts/test", "Hà", "ha@example.com", "vi", {}, place.fair.id))
    login(client, place.user(Role.ORGANISER))
    url = begin(client, place.staff, "messages", "mark_printed")
    assert items(url)[str(mail.id)] is ItemState.SKIPPED
    client.submit(f"{url}/do")
    assert {db.session.get_one(OutboxMessage, one.id).state for one in letters} == {MessageState.PRINTED}
    client.submit(f"{url}/undo")
    assert {db.session.get_one(OutboxMessage, one.id).state for one in letters} == {MessageState.TO_PRINT}


def test_many_rows_are_the_workers_work(app: Flask, place: Reception, client: Client) -> None:
    with transaction():
        for _ in range(AT_ONCE + 1):
            send(Notice("accounts/test", "Hà", None, "vi", {}, place.fair.id))
    login(client, place.user(Role.ORGANISER))
    client.get("/language/en")
    url = begin(client, place.staff, "messages", "mark_printed")
    client.submit(f"{url}/do")
    busy = client.get(url).text
    assert "In progress" in busy and 'hx-trigger="every 2s"' in busy and run_of(url).state is RunState.RUNNING
    assert "<html" not in client.get(url, headers={"HX-Request": "true"}).text
    run_jobs(app)
    assert run_of(url).state is RunState.DONE and set(items(url).values()) == {ItemState.DONE}
    assert 'hx-trigger="every' not in client.get(url).text
    assert "Mark as printed" in client.get(f"{place.staff}/lists/messages/views").text


def test_a_run_whose_worker_ended_goes_on_where_it_stood(
    app: Flask, place: Reception, client: Client, time_machine: Any
) -> None:
    visitors = [place.visitor() for _ in range(3)]
    desk = place.user(Role.FRONT_DESK)
    login(client, desk)
    url = begin(client, place.staff, "badges", "mark_printed")
    assert start(run_of(url), {}, by=Actor(desk.id, desk.name))
    with transaction():  # one row was done before the end
        item = db.session.scalars(select(BulkItem).where(BulkItem.reference == visitors[0].badge.reference)).one()
        item.state = ItemState.DONE
    time_machine.move_to(now() + timedelta(minutes=11), tick=False)
    with own_session(app):
        carry_on_after_a_crash.call_local()
        carry_on(run_of(url).id)
    assert set(items(url).values()) == {ItemState.DONE} and run_of(url).state is RunState.DONE
    assert db.session.get_one(Badge, visitors[0].badge_id).printed_at is None, "done rows are not done again"
    assert db.session.get_one(Badge, visitors[1].badge_id).printed_at is not None


def test_previews_that_led_to_nothing_are_forgotten(
    app: Flask, place: Reception, client: Client, time_machine: Any
) -> None:
    place.visitor()
    login(client, place.user(Role.FRONT_DESK))
    begin(client, place.staff, "badges", "mark_printed")
    time_machine.move_to(now() + timedelta(hours=25), tick=False)
    with own_session(app):
        forget_old_previews.call_local()
    assert db.session.scalars(select(BulkRun.id)).all() == db.session.scalars(select(BulkItem.id)).all() == []


def test_who_may_do_what_to_whose_run(place: Reception, client: Client, new_client: Any) -> None:
    importer = place.importer()
    organiser, desk = new_client(), new_client()
    login(organiser, place.user(Role.ORGANISER))
    login(desk, place.user(Role.FRONT_DESK))
    login(client, place.user(Role.ORGANISER))
    assert "data-pick" in desk.get(f"{place.staff}/importers").text, "they may export what they choose"
    assert 'value="approve"' not in desk.get(f"{place.staff}/importers").text
    chosen = {"action": "approve", "pick": importer.reference}
    assert desk.submit(f"{place.staff}/lists/importers/act", chosen).status_code == 403
    assert organiser.submit(f"{place.staff}/lists/importers/act", {**chosen, "action": "burn"}).status_code == 404
    url = begin(organiser, place.staff, "importers", "approve", [importer.reference])
    for path in ("", "/document.pdf"):
        assert client.get(url + path).status_code == 404, "another's run is none"
    for path in ("/do", "/check", "/undo"):
        assert client.submit(url + path).status_code == 404
    other = reception()
    assert organiser.get(f"{other.staff}/runs/{run_of(url).id}").status_code == 403
    nothing = organiser.submit(f"{place.staff}/lists/importers/act", {"action": "approve"})
    assert nothing.headers["Location"] == f"{place.staff}/importers", "nothing ticked: back, with a word about it"


def test_the_chosen_and_the_filtered_as_a_spreadsheet(place: Reception, client: Client) -> None:
    first, second, third = place.importer(), place.importer(country="DE"), place.importer(country="DE")
    login(client, place.user(Role.AUDITOR))
    client.get("/language/en")
    chosen = client.submit(f"{place.staff}/lists/importers/export", {"pick": [first.reference, third.reference]})
    assert {row["Number"] for row in rows_of(chosen.data)} == {first.reference, third.reference}
    fitting = client.submit(f"{place.staff}/lists/importers/export?country=DE", {"all": "1"})
    assert {row["Number"] for row in rows_of(fitting.data)} == {second.reference, third.reference}
    assert {row["Number"] for row in rows_of(client.get(f"{place.staff}/importers?country=JP&format=xlsx").data)} == {
        first.reference
    }
    assert client.submit(f"{place.staff}/lists/importers/export").status_code == 303
    assert re.search(r'filename="?[\w-]+-importers\.xlsx', chosen.headers["Content-Disposition"])
