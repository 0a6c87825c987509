"""Guests who did not come, money that comes back, and two who pay at the same moment."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.claims.charges import decide_charge, propose_charge, recover_charge, write_off
from fairs.claims.errors import AlreadyListed, WasHere
from fairs.claims.models import Claim, ClaimPayment
from fairs.claims.states import ChargeKind, ChargeState, ClaimState
from fairs.claims.transfers import finish_payment, make_transfer
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import InvalidInput, InvalidTransition, SamePerson
from fairs.core.permissions import Role
from fairs.messages.render import render_attachment
from tests.factories.claims import claims_desk, vnd
from tests.factories.importers import mails_to


def test_who_did_not_come_is_charged_by_two_and_told_by_letter(app: Flask) -> None:
    desk = claims_desk()
    claim = desk.claim(days=0)
    by = desk.person()
    charge = propose_charge(claim, ChargeKind.NO_SHOW, vnd(5_700_000), reason="Ba đêm phòng", by=by)
    with pytest.raises(SamePerson):
        decide_charge(charge, approve=True, by=by)
    with pytest.raises(InvalidInput):
        propose_charge(claim, ChargeKind.NO_SHOW, vnd(1), reason="Lại", by=by)
    decide_charge(charge, approve=True, by=desk.person(Role.FINANCE))
    row = db.session.get_one(Claim, claim.id, populate_existing=True)
    assert (row.state, charge.state) == (ClaimState.NO_SHOW, ChargeState.OWED)
    mail = mails_to(row.person.email)[-1]
    assert mail.attachments == [["claim-charge", charge.id]]
    assert render_attachment("claim-charge", charge.id).content[:4] == b"%PDF"
    with pytest.raises(SamePerson):
        write_off(charge, reason="Không đòi được", by=by)
    write_off(charge, reason="Không đòi được", by=desk.person(Role.FINANCE))
    assert charge.state is ChargeState.WRITTEN_OFF


def test_who_was_scanned_is_not_charged_for_not_coming(app: Flask) -> None:
    desk = claims_desk()
    with pytest.raises(WasHere):
        propose_charge(desk.claim(days=1), ChargeKind.NO_SHOW, vnd(1), reason="x", by=desk.person())
    charge = propose_charge(desk.claim(days=0), ChargeKind.NO_SHOW, vnd(1), reason="x", by=desk.person())
    decide_charge(charge, approve=False, by=desk.person(Role.FINANCE))
    assert (charge.state, charge.claim.state) == (ChargeState.DROPPED, ClaimState.LOCKED)


def test_what_was_paid_and_not_due_never_comes_to_more_than_was_paid(app: Flask) -> None:
    desk = claims_desk()
    payment = desk.sent()
    with pytest.raises(InvalidTransition):
        propose_charge(payment.claim, ChargeKind.RECOVERY, vnd(1), reason="x", by=desk.person())
    claim = finish_payment(payment, reference="F1", on=desk.fair.today, by=desk.person(Role.FINANCE))
    with pytest.raises(InvalidInput):
        propose_charge(claim, ChargeKind.RECOVERY, vnd(18_000_001), reason="x", by=desk.person())


def test_of_two_who_pay_at_once_one_makes_the_list(real_app: Flask) -> None:
    with real_app.app_context():
        desk = claims_desk()
        claim = desk.approved()
        fair, reference = desk.fair, claim.reference
        fair_id = fair.id
    results: list[Any] = []
    start = threading.Barrier(2)

    def pay(key: str) -> None:
        with real_app.app_context():
            mine = db.session.get_one(type(fair), fair_id)
            start.wait()
            try:
                results.append(make_transfer(mine, [reference], key=key, by=SYSTEM).number)
            except AlreadyListed as error:
                results.append(type(error))

    threads = [threading.Thread(target=pay, args=(key,)) for key in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert results.count(AlreadyListed) == 1
    with real_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ClaimPayment)) == 1


def test_a_recovery_is_recorded_with_the_number_of_the_bank(app: Flask) -> None:
    desk = claims_desk()
    charge = propose_charge(desk.claim(days=0), ChargeKind.NO_SHOW, vnd(900), reason="x", by=desk.person())
    decide_charge(charge, approve=True, by=desk.person(Role.FINANCE))
    with pytest.raises(InvalidInput):
        recover_charge(charge, reference="", on=desk.fair.today, by=desk.person(Role.FINANCE))
    row = recover_charge(charge, reference="ft 5", on=desk.fair.today, by=desk.person(Role.FINANCE))
    assert (row.state, row.bank_reference, row.claim.state) == (ChargeState.RECOVERED, "FT5", ClaimState.NO_SHOW)
