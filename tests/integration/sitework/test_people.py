"""People at a booth on site: a colleague takes a place over, a lost badge keeps it, contractors come with the permit."""

from __future__ import annotations

import pytest
from flask import Flask

from fairs.badges.keys import withdraw_key
from fairs.badges.models import Badge, BadgeKey
from fairs.badges.queries import badge_by_code
from fairs.badges.service import replace_badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.permissions import Role
from fairs.directory.service import PersonDraft
from fairs.sitework.errors import QuotaFull, TooManyContractors
from fairs.sitework.models import StaffPlace
from fairs.sitework.permits import check_code, issue_permit, revoke_permit, slots
from fairs.sitework.permits import code_of as permit_code
from fairs.sitework.staff import badges_of, name_person, remove_person, staff_of, swap_person, taken
from fairs.sitework.standing import quota, settings_of, standing_of
from fairs.sitework.states import StaffState
from tests.factories.people import make_user
from tests.factories.sitework import Site, new_site
from tests.support.client import Client, login


def full(site: Site) -> list[StaffPlace]:
    """The quota used up."""
    return [site.person(f"Người {n}") for n in range(quota(standing_of(site.exhibitor), settings_of(site.fair.id)))]


def badge_of(place: StaffPlace) -> Badge:
    """The badge of a place as it is now."""
    row = db.session.get_one(StaffPlace, place.id, populate_existing=True)
    return db.session.get_one(Badge, row.badge_id, populate_existing=True)


def test_a_colleague_takes_the_place_and_the_quota_stays(app: Flask) -> None:
    site = new_site()
    place = full(site)[0]
    old = badge_of(place)
    with pytest.raises(QuotaFull):
        site.person("Người thừa")
    new = swap_person(place, PersonDraft("Người thay", email="thay@people.example"), by=SYSTEM)
    assert (badge_of(new).state, badge_of(new).category) == (BadgeState.ACTIVE, BadgeCategory.EXHIBITOR)
    old = db.session.get_one(Badge, old.id, populate_existing=True)
    assert (old.state, old.replaced_by_id) == (BadgeState.REVOKED, badge_of(new).id)  # gates say when it was replaced
    assert taken(staff_of(site.exhibitor.id)) == quota(standing_of(site.exhibitor), settings_of(site.fair.id))
    with pytest.raises(QuotaFull):
        site.person("Người thừa")
    with pytest.raises(InvalidTransition):
        swap_person(place, PersonDraft("Người nữa"), by=SYSTEM)
    other = next(one for one in staff_of(site.exhibitor.id) if one.id != new.id)
    for taker in (new, other):  # the same person, and somebody who is named already
        with pytest.raises(InvalidInput):
            swap_person(taker, PersonDraft("Người thay", email="thay@people.example"), by=SYSTEM)
    assert badge_of(other).state is BadgeState.ACTIVE


def test_a_lost_badge_keeps_the_place(app: Flask) -> None:
    site = new_site()
    place = full(site)[0]
    new = replace_badge(badge_of(place), "Mất", by=SYSTEM)
    assert badge_of(place).id == new.id
    assert new.id in badges_of(site.exhibitor)
    assert taken(staff_of(site.exhibitor.id)) == quota(standing_of(site.exhibitor), settings_of(site.fair.id))
    remove_person(place, by=SYSTEM)
    assert db.session.get_one(Badge, new.id, populate_existing=True).state is BadgeState.REVOKED


def test_contractors_come_and_go_with_the_permit(app: Flask) -> None:
    site = new_site()
    full(site)
    worker = name_person(site.exhibitor, PersonDraft("Thợ dựng"), by=SYSTEM, is_contractor=True)
    assert (worker.state, worker.badge_id) == (StaffState.NAMED, None)
    permit = issue_permit(site.exhibitor, slot=slots(site.fair)[0].key, vehicles="", by=SYSTEM)
    first = badge_of(worker)
    assert (first.category, first.state) == (BadgeCategory.CONTRACTOR, BadgeState.ACTIVE)
    later = name_person(site.exhibitor, PersonDraft("Thợ điện"), by=SYSTEM, is_contractor=True)
    assert badge_of(later).state is BadgeState.ACTIVE
    for n in range(settings_of(site.fair.id).most_contractors - 2):
        name_person(site.exhibitor, PersonDraft(f"Thợ {n}"), by=SYSTEM, is_contractor=True)
    with pytest.raises(TooManyContractors):
        name_person(site.exhibitor, PersonDraft("Thợ thừa"), by=SYSTEM, is_contractor=True)
    swapped = swap_person(later, PersonDraft("Thợ thay"), by=SYSTEM)
    assert badge_of(swapped).category is BadgeCategory.CONTRACTOR
    revoke_permit(permit, "Chưa nộp đủ tiền", by=SYSTEM)
    assert badge_of(worker).state is BadgeState.REVOKED
    issue_permit(site.exhibitor, slot=slots(site.fair)[0].key, vehicles="", by=SYSTEM)
    assert badge_of(worker).state is BadgeState.ACTIVE


def test_a_withdrawn_key_leaves_permits_that_are_printed_anew(app: Flask) -> None:
    site = new_site()
    permit = issue_permit(site.exhibitor, slot=slots(site.fair)[0].key, vehicles="", by=SYSTEM)
    before = permit_code(permit)
    withdraw_key(db.session.get_one(BadgeKey, permit.key_id), "Lộ khóa", by=SYSTEM)
    db.session.refresh(permit)
    assert not check_code(site.fair, before).is_valid
    assert check_code(site.fair, permit_code(permit)).is_valid


def test_the_desk_swaps_on_a_page_and_strangers_do_not(app: Flask, client: Client) -> None:
    site = new_site()
    place = full(site)[0]
    badge = badge_of(place)
    address = f"/fairs/{site.fair.slug}/printing/swap/{badge.reference}"
    login(client, make_user(role=Role.DEALS, fair=site.fair))
    assert client.get(address).status_code == 403
    login(client, make_user(role=Role.FRONT_DESK, fair=site.fair))
    assert place.person.native_name in client.get(address).text
    refused = client.submit(address, {"native_name": "", "phone": "0912 000 111"})
    assert refused.status_code == 422 and "0912 000 111" in refused.text
    done = client.submit(address, {"native_name": "Người thay"})
    assert done.status_code == 303
    found = client.submit(f"/fairs/{site.fair.slug}/printing/replace", {"q": "Người thay"})
    assert "printing/swap/" in found.text
    assert client.get(address).status_code == 404  # the place has another badge now
    assert badge_by_code(site.fair.id, badge.short_code).replaced_by_id is not None
