"""Support of guests against grants, claims and the lists of other offices: whichever came first; and what the check costs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.claims.models import Claim, ClaimClash, ClaimFile, ClaimLine
from fairs.claims.queries import used_before
from fairs.claims.service import open_claim
from fairs.claims.states import LineKind, Proof
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.errors import SamePerson
from fairs.core.events import publish
from fairs.core.lists import list_spec
from fairs.core.money import Money
from fairs.funding.errors import ClashWaits, DuplicateSupport
from fairs.funding.events import SupportListed
from fairs.funding.external_models import ExternalSupport
from fairs.funding.models import Grant, SupportClash
from fairs.funding.queries import clashes_of, live_grants_of
from fairs.funding.service import add_receipt, decide_clash
from fairs.funding.states import ClashKind, ClashState, Purpose
from fairs.hosting.models import Hosting
from fairs.hosting.service import settle_hosting
from fairs.hosting.states import HostingState
from fairs.identity.service import PassportDraft, save_passport
from fairs.lists.bulk import begin, carry_on, check_again, start
from tests.factories.hosting import HostingPlace, fresh, hosting_place
from tests.factories.support import scan_of
from tests.support.queries import counted_queries

H = HostingState


def _travel(row: Hosting) -> Grant:
    return next(one for one in live_grants_of("Hosting", row.id) if one.purpose is Purpose.TRAVEL)


def _claim(row: Hosting, ticket: str = "", digest: str = "") -> Claim:
    claim = open_claim(row)
    with transaction():
        if ticket:
            db.session.add(
                ClaimLine(
                    claim_id=claim.id, kind=LineKind.TRAVEL, number=ticket, paid_on=row.fair.today, amount_minor=1, currency="VND"
                )
            )  # fmt: skip
        if digest:
            db.session.add(
                ClaimFile(
                    claim_id=claim.id, kind=Proof.TICKET, sha256=digest, content_type="application/pdf", name="t.pdf", size=1
                )
            )  # fmt: skip
    return claim


def _line(fair: Fair, **values: str) -> ExternalSupport:
    row = ExternalSupport(fair_id=fair.id, import_id=1, row=2, office="Sở Du lịch", **values)
    db.session.add(row)
    db.session.flush()
    return row


def test_a_receipt_of_a_grant_is_compared_with_papers_of_claims(app: Flask) -> None:
    place = hosting_place()
    one, other = place.granted(), place.granted(country="DE")
    digest = _add(one, "A ticket", "738-1234 567890")
    assert [found.reference for found in used_before(_claim(other), number="7381234567890")] == [_travel(one).reference]
    assert [found.what for found in used_before(_claim(other), sha256=digest)] == [digest]
    # The other way round: what stands in a claim already, and is added to a grant.
    _claim(one, ticket="131999", digest="a" * 64)
    assert add_receipt(_travel(one), scan=None, ticket="131 999", by=place.first) == []  # the guest's own
    with pytest.raises(DuplicateSupport, match=_travel(one).reference):
        add_receipt(_travel(other), scan=None, ticket="131-999", by=place.first)
    add_receipt(_travel(other), scan=None, ticket="131-999", reason="One booking", by=place.first)
    [clash] = clashes_of([_travel(other).id])
    assert (clash.kind, clash.other_id, clash.state) == (ClashKind.TICKET, _travel(one).id, ClashState.WAITING)
    with pytest.raises(ClashWaits):
        settle_hosting(fresh(other), Money(1, "VND"), None, by=place.first)
    with pytest.raises(SamePerson):
        decide_clash(clash, is_duplicate=False, note="Looked", by=place.first)
    decide_clash(clash, is_duplicate=False, note="Looked", by=place.second)
    assert settle_hosting(fresh(other), Money(1, "VND"), None, by=place.first).state is H.SETTLED


def _add(row: Hosting, text: str, ticket: str) -> str:
    add_receipt(_travel(row), scan=scan_of(text), ticket=ticket, by=SYSTEM)
    return _travel(row).receipt_sha256


def test_a_list_that_comes_in_afterwards_is_compared(app: Flask) -> None:
    place = hosting_place()
    promised, proposed, other = place.granted(), place.proposed(country="FR"), place.granted(country="DE")
    save_passport(proposed.person, PassportDraft(number="FR 7654321"), by=SYSTEM)
    claim = _claim(promised, ticket="738555")
    assert used_before(claim, number="738555") == []
    with transaction():
        lines = [
            _line(place.fair, ticket_number="738555", person_name="Somebody Else"),
            _line(place.fair, company_name=proposed.company.name, country="FR"),
        ]
        publish(SupportListed(lines, place.first))
    [waits] = db.session.scalars(select(ClaimClash)).all()
    assert (waits.claim_id, waits.other, waits.asked_by_id) == (claim.id, "Sở Du lịch", place.first.user_id)
    assert {clash.grant.subject_id for clash in db.session.scalars(select(SupportClash))} == {proposed.id}
    assert [found.name for found in used_before(_claim(other), number="738555")][-1] == "Somebody Else"
    with transaction():  # once more: nothing is asked twice
        publish(SupportListed([lines[0]], place.first))
    assert len(db.session.scalars(select(ClaimClash)).all()) == 1


def _cost(place: HostingPlace, number: int, make: Callable[[str], Hosting], action: str) -> tuple[int, int, int]:
    """Statements of a preview, of the check with what was typed, and those of the act that read other supports."""
    rows = [make(f"Buyer {action} {number}-{n}") for n in range(number)]
    spec, picks = list_spec("hosting"), [row.reference for row in rows]
    db.session.expire_all()
    with counted_queries() as preview:
        run = begin(spec, place.fair, spec.action(action), {}, picks, "", by=place.second)
    with counted_queries() as again:
        check_again(run, {"tier": "both"})
    assert start(run, {"tier": "both"} if action == "propose" else {}, by=place.second)
    with counted_queries() as acts:
        carry_on(run.id)
    target = H.PROPOSED if action == "propose" else H.APPROVED
    assert {fresh(row).state for row in rows} == {target}
    asked = [one for one in acts if "FROM external_supports" in one or "number_digest" in one.split("FROM")[0]]
    same = [one for one in acts if "FROM companies" in one and "SELECT companies.id, companies.folded" in one]
    return len(preview), len(again), len(asked) + len(same)


@pytest.mark.parametrize("action", ["propose", "approve"])
def test_the_check_costs_the_same_for_one_and_for_five(app: Flask, action: str) -> None:
    place = hosting_place()
    with transaction():
        _line(place.fair, company_name="Nobody we know")

    def make(name: str) -> Hosting:
        return place.applied(company_name=name) if action == "propose" else place.proposed(company_name=name)

    one, five = _cost(place, 1, make, action), _cost(place, 5, make, action)
    assert five == one


def test_two_names_with_one_passport_in_one_act(app: Flask) -> None:
    place = hosting_place()
    rows = [place.applied(), place.applied(country="DE")]
    for row in rows:
        save_passport(row.person, PassportDraft(number="AB 1234567"), by=SYSTEM)
    spec = list_spec("hosting")
    run = begin(spec, place.fair, spec.action("propose"), {}, [row.reference for row in rows], "", by=place.first)
    start(run, {}, by=place.first)
    carry_on(run.id)
    assert sorted(fresh(row).state for row in rows) == [H.APPLIED, H.PROPOSED]
