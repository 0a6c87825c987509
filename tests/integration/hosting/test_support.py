"""Support of importers through its services: who may do what, what it costs, and what ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidTransition, SamePerson
from fairs.core.events import subscribe
from fairs.core.money import Money
from fairs.documents.service import cancel_selection, change_amount, start_correction, submit_selection
from fairs.funding.ceilings import ceilings_of
from fairs.funding.errors import CeilingReached, ClashWaits, DuplicateSupport, TooMuch
from fairs.funding.external_models import ExternalSupport
from fairs.funding.models import Grant, SupportClash
from fairs.funding.queries import clashes_of, live_grants_of
from fairs.funding.service import decide_clash
from fairs.funding.states import ClashKind, GrantState
from fairs.hosting.applying import apply_for_support
from fairs.hosting.errors import AlreadySupported, DecidedSingly, NotConcerned, TooLate
from fairs.hosting.events import HostingEnded, HostingGranted
from fairs.hosting.models import Hosting, ReserveMove
from fairs.hosting.queries import hosting_of
from fairs.hosting.service import (
    approve_hosting,
    confirm_hosting,
    expire_due,
    propose_hosting,
    put_on_reserve,
    recover_hosting,
    refuse_hosting,
    settle_hosting,
    undo_approval,
    withdraw_hosting,
)
from fairs.hosting.states import HostingState, SupportTier
from fairs.identity.service import PassportDraft, save_passport
from fairs.importers.service import withdraw_importer
from fairs.programme.errors import BudgetExceeded
from fairs.programme.models import BudgetLine
from tests.factories.guests import approved_importer
from tests.factories.hosting import BOTH, NIGHT, NIGHTS, TRAVEL, HostingPlace, fresh, hosting_place
from tests.factories.importers import mails_to

H = HostingState


def money(place: HostingPlace) -> tuple[int, int, int, int]:
    """Places, committed and spent of the ceiling of all, and what is committed of the budget line."""
    everything = next(row for row in ceilings_of(place.fair.id) if row.scope == "all")
    db.session.refresh(everything)
    line = db.session.get_one(BudgetLine, place.line.id, populate_existing=True)
    assert (everything.committed_minor, everything.spent_minor) == (line.committed_minor, line.spent_minor)
    return everything.places_used, everything.committed_minor, everything.spent_minor, line.left.amount_minor


def test_two_people_a_decision_and_an_account(app: Flask) -> None:
    place, heard = hosting_place(), []

    @subscribe(HostingGranted)
    def hear(event: Any) -> None:
        heard.append(event.hosting.id)

    row = place.proposed()
    assert (row.state, row.travel_cap_minor, row.funded_nights, row.amount.amount_minor) == (
        H.PROPOSED,
        TRAVEL,
        NIGHTS,
        BOTH,
    )
    assert row.terms["decision"] == "9/QĐ-SCT"
    assert money(place)[:3] == (0, 0, 0)
    with pytest.raises(SamePerson):
        approve_hosting(row, by=place.first)
    row = approve_hosting(row, by=place.second)
    assert (row.state, money(place)[:3]) == (H.APPROVED, (1, BOTH, 0))
    selection = place.sign(row)
    row = fresh(row)
    assert (row.state, row.reply_by, heard) == (H.GRANTED, place.fair.today + timedelta(days=14), [row.id])
    assert {grant.decision_number for grant in live_grants_of("Hosting", row.id)} == {selection.decision_number}
    assert "support" in mails_to(row.person.email)[-1].subject.lower()
    assert confirm_hosting(row, by=SYSTEM).state is H.CONFIRMED
    with pytest.raises(TooMuch):
        settle_hosting(row, Money(TRAVEL + 1, "VND"), None, by=place.first)
    row = settle_hosting(row, Money(7_000_000, "VND"), Money(3 * NIGHT, "VND"), by=place.first)
    assert (row.state, money(place)[:3]) == (H.SETTLED, (1, 0, 10_000_000))
    recover_hosting(row, Money(8_000_000, "VND"), "Came back", place.first)
    assert money(place)[:3] == (1, 0, 2_000_000)


def test_ceilings_and_the_line_hold(app: Flask) -> None:
    place = hosting_place()
    place.bound({"all": 3, "travel": 1}, {"east_asia": BOTH + TRAVEL})
    first, second = place.proposed(SupportTier.TRAVEL), place.proposed(SupportTier.TRAVEL)
    approve_hosting(first, by=place.second)
    with pytest.raises(CeilingReached, match="1"):
        approve_hosting(second, by=place.second)
    place.approved()
    with pytest.raises(CeilingReached):  # the money of the region
        place.approved(SupportTier.HOTEL)
    approve_hosting(place.proposed(SupportTier.HOTEL, country="DE"), by=place.second)
    with pytest.raises(CeilingReached):  # places in all
        place.approved(SupportTier.HOTEL, country="US")
    assert money(place)[:3] == (3, BOTH + TRAVEL + NIGHT * NIGHTS, 0)
    small = hosting_place(ceiling=BOTH)
    small.approved()
    with pytest.raises(BudgetExceeded):
        small.approved()


@pytest.mark.parametrize("way", ["undo", "cancel", "withdraw", "refuse", "registration", "expire"])
def test_what_ends_is_free_again(app: Flask, way: str, time_machine: Any) -> None:
    place, ended = hosting_place(auto_promote=True), []

    @subscribe(HostingEnded)
    def hear(event: Any) -> None:
        ended.append(event.hosting.state)

    place.bound({"all": 1})
    row = place.approved() if way in ("undo", "cancel") else place.granted()
    waiting = put_on_reserve(place.applied(), by=place.first)
    assert waiting.rank == 1
    selection = row.selection
    match way:
        case "undo":
            undo_approval(row, by=place.second)
        case "cancel":
            assert selection is not None
            cancel_selection(selection, reason="Other list", by=place.first)
        case "withdraw":
            withdraw_hosting(row, by=SYSTEM)
        case "refuse":
            refuse_hosting(row, "No visa", by=place.first)
        case "registration":
            withdraw_importer(row.importer)
        case _:
            time_machine.move_to(now() + timedelta(days=15))
            assert expire_due() == 1
            assert expire_due() == 0
    expected = {
        "undo": H.PROPOSED, "cancel": H.PROPOSED, "withdraw": H.WITHDRAWN, "refuse": H.REFUSED, "registration": H.WITHDRAWN,
        "expire": H.EXPIRED,
    }[way]  # fmt: skip
    row = fresh(row)
    assert (row.state, money(place)[:2]) == (expected, (0, 0))
    moved = fresh(waiting)
    if way in ("undo", "cancel"):
        assert (moved.state, row.selection_id) == (H.RESERVE, None)
        assert approve_hosting(row, by=place.second).state is H.APPROVED
        return
    assert ended == [expected]
    assert (moved.state, moved.proposed_by_id) == (H.PROPOSED, place.first.user_id)
    log = db.session.scalars(select(ReserveMove)).one()
    assert (log.freed_id, log.rank, log.is_automatic, log.outcome) == (row.id, 1, True, "moved")
    with pytest.raises(SamePerson):  # who put it on the list is the first of two
        approve_hosting(moved, by=place.first)


def test_the_next_that_fits_moves_up(app: Flask) -> None:
    place = hosting_place(auto_promote=True)
    place.bound({"all": 2, "east_asia": 1})
    leaving = place.granted(country="DE")
    place.granted()  # takes the place of East Asia
    best = put_on_reserve(place.applied(), by=place.first)
    other = put_on_reserve(place.applied(country="FR"), by=place.first)
    assert (fresh(best).rank, fresh(other).rank) == (1, 2)
    withdraw_hosting(leaving, by=SYSTEM)
    assert (fresh(best).state, fresh(other).state, fresh(best).rank) == (H.RESERVE, H.PROPOSED, 1)
    assert [move.outcome for move in db.session.scalars(select(ReserveMove).order_by(ReserveMove.id))] == [
        "skipped",
        "moved",
    ]


def test_one_support_for_each_company(app: Flask) -> None:
    place = hosting_place()
    place.proposed(company_name="Sample Imports One")
    colleague = place.applied(company_name="SAMPLE  Imports One")
    with pytest.raises(AlreadySupported):
        propose_hosting(colleague, SupportTier.BOTH, by=place.first)
    row = propose_hosting(colleague, SupportTier.BOTH, by=place.first, second_reason="Two lines of goods")
    with pytest.raises(DecidedSingly):
        approve_hosting(row, by=place.second)
    with pytest.raises(SamePerson):
        approve_hosting(row, by=place.first, second_allowed=True)
    assert approve_hosting(row, by=place.second, second_allowed=True).is_second
    assert db.session.scalar(select(func.count()).select_from(Grant)) == 4


def test_the_same_passport_under_another_name(app: Flask) -> None:
    place, other = hosting_place(), hosting_place()
    first, second = place.applied(), other.applied()
    for row in (first, second):
        save_passport(row.person, PassportDraft(number="AB 1234567"), by=SYSTEM)
    approve_hosting(propose_hosting(first, SupportTier.TRAVEL, by=place.first), by=place.second)
    with pytest.raises(DuplicateSupport):
        propose_hosting(second, SupportTier.TRAVEL, by=other.first)
    row = propose_hosting(second, SupportTier.TRAVEL, by=other.first, reason="Other days")
    with pytest.raises(ClashWaits):
        approve_hosting(row, by=other.second)
    clash = db.session.scalars(select(SupportClash)).one()
    assert clash.kind is ClashKind.PASSPORT
    decide_clash(clash, is_duplicate=False, note="Looked at both", by=other.second)
    assert approve_hosting(row, by=other.second).state is H.APPROVED


def test_the_list_of_another_office(app: Flask) -> None:
    place = hosting_place()
    row = place.applied(native_name="Nakamura Ichiro", passport_name="Nakamura Ichiro")
    with transaction():
        db.session.add(
            ExternalSupport(
                fair_id=place.fair.id, import_id=1, row=2, office="Sở Du lịch", person_name="NAKAMURA Ichiro", country="JP",
                company_name="Khác", starts_on=place.fair.starts_on, ends_on=place.fair.ends_on,
            )
        )  # fmt: skip
    with pytest.raises(DuplicateSupport, match="Sở Du lịch"):
        propose_hosting(row, SupportTier.HOTEL, by=place.first)
    row = propose_hosting(row, SupportTier.HOTEL, by=place.first, reason="Namesake")
    with pytest.raises(ClashWaits):
        approve_hosting(row, by=place.second)
    clash = clashes_of([live_grants_of("Hosting", row.id)[0].id])[0]
    assert (clash.kind, clash.other, "Sở Du lịch" in clash.other_words) == (ClashKind.EXTERNAL, None, True)
    decide_clash(clash, is_duplicate=True, note="The same person", by=place.second)
    assert (fresh(row).state, live_grants_of("Hosting", row.id)) == (H.REFUSED, [])


def test_an_amendment_and_a_revocation(app: Flask) -> None:
    place = hosting_place()
    row = place.granted()
    selection = row.selection
    assert selection is not None
    amendment = start_correction(selection, "amends", code=place.fair.code, by=place.first)
    change_amount(amendment.items[0], Money(BOTH - 3_000_000, "VND"), by=place.first)
    place.enter(submit_selection(amendment, by=place.first))
    row = fresh(row)
    assert (row.travel_cap_minor, row.night_cap_minor, money(place)[1]) == (TRAVEL - 3_000_000, NIGHT, BOTH - 3_000_000)
    revocation = start_correction(selection, "revokes", code=place.fair.code, by=place.first)
    place.enter(submit_selection(revocation, by=place.first))
    assert (fresh(row).state, money(place)[:3]) == (H.REFUSED, (0, 0, 0))
    assert [grant.state for grant in db.session.scalars(select(Grant))] == [GrantState.RELEASED] * 2


def test_who_asks_at_registration_has_an_application(app: Flask, time_machine: Any) -> None:
    place = hosting_place()
    importer = approved_importer(place.reception, buyer_kind="chain", annual_volume="over_1m")
    assert hosting_of(importer.id) is None
    row = apply_for_support(importer, SupportTier.HOTEL, by=SYSTEM)
    assert (row.region, row.state) == ("east_asia", H.APPLIED)
    assert row.score_parts["buyer"]["points"] == row.score_parts["market"]["points"] == 100
    assert apply_for_support(importer, SupportTier.BOTH, by=SYSTEM).id == row.id
    granted = place.granted()
    time_machine.move_to(now() + timedelta(days=15))
    with pytest.raises(TooLate):
        confirm_hosting(granted, by=SYSTEM)
    withdraw_importer(importer)
    with pytest.raises(NotConcerned):
        apply_for_support(importer, SupportTier.HOTEL, by=SYSTEM)
    with pytest.raises(InvalidTransition):
        propose_hosting(fresh(granted), SupportTier.HOTEL, by=place.first)
    assert db.session.scalar(select(func.count()).select_from(Hosting)) == 2
