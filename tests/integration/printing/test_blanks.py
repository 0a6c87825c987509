"""Numbered blanks: made with codes of the fair, bound by two scans in either order, once; keys that are changed or withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.badges.codes import Forged
from fairs.badges.codes import read as read_code
from fairs.badges.errors import OtherFair, UnknownCode
from fairs.badges.keys import check_reissue, keys_of, reissue, rotate_key, withdraw_key
from fairs.badges.models import Badge, BadgeKey
from fairs.badges.queries import badge_by_code, public_keys
from fairs.badges.service import code_of, replace_badge, signing_key
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.printing.blanks import BatchDraft, batch_faces, bind_blank, make_batch, void_blanks
from fairs.printing.errors import BlankTaken, BlankVoid, UnknownBlank, WrongBlank
from fairs.printing.models import Blank, BlankBatch
from fairs.printing.states import BlankState
from tests.factories.checkin import Entrance, entrance
from tests.support.rivals import at_once


def batch_of(place: Entrance, quantity: int = 3, category: BadgeCategory = BadgeCategory.TRADE) -> BlankBatch:
    """A batch of blanks."""
    return make_batch(place.fair, BatchDraft(category, quantity), by=SYSTEM)


def codes(batch: BlankBatch) -> list[str]:
    """What scanners read off its blanks."""
    return [face.code for face in batch_faces(batch)]


def test_numbers_follow_one_another_and_codes_are_the_fairs(app: Flask) -> None:
    place = entrance()
    first, second = batch_of(place, 5), batch_of(place, 2, BadgeCategory.PRESS)
    assert (first.first_number, first.last_number, second.first_number) == (1, 5, 6)
    faces = batch_faces(second)
    assert [face.native_name for face in faces] == ["№ 000006", "№ 000007"]
    read_code(faces[0].code, public_keys(place.fair.id))
    with pytest.raises(UnknownCode):  # nobody wears it yet
        badge_by_code(place.fair.id, faces[0].code)
    for draft, field in (
        (BatchDraft(BadgeCategory.VIP, 0), "quantity"),
        (BatchDraft(BadgeCategory.VIP, 2, first_number=5), "first_number"),
        (BatchDraft(BadgeCategory.VIP, 2, first_number=999_999), "first_number"),
    ):
        with pytest.raises(InvalidInput) as error:
            make_batch(place.fair, draft, by=SYSTEM)
        assert error.value.field == field
    assert void_blanks(first, 2, 3, "Rách", by=SYSTEM) == 2
    assert void_blanks(first, 1, 3, "Rách", by=SYSTEM) == 1
    assert [face.native_name for face in batch_faces(first)] == ["№ 000004", "№ 000005"]


def test_two_scans_bind_a_blank_whichever_comes_first(app: Flask) -> None:
    place = entrance()
    batch = batch_of(place, 4)
    one, two, three, void = codes(batch)
    old, other = place.badge(), place.badge()
    at = now() - timedelta(hours=2)
    badge = bind_blank(one, code_of(old), at=at, by=SYSTEM, fair_id=place.fair.id)
    assert code_of(badge) == one
    assert badge_by_code(place.fair.id, one).person_id == old.person_id
    old = db.session.get_one(Badge, old.id, populate_existing=True)
    assert (old.state, old.revoked_at, old.replaced_by_id) == (BadgeState.REVOKED, at, badge.id)
    # Again, with the person's old code, the new one, and in the other order: nothing new.
    assert bind_blank(one, code_of(old), by=SYSTEM).id == badge.id
    assert bind_blank(old.short_code, badge.short_code, by=SYSTEM).id == badge.id
    with pytest.raises(BlankTaken, match=badge.reference):
        bind_blank(one, code_of(other), by=SYSTEM)
    assert bind_blank(other.short_code, two, by=SYSTEM).person_id == other.person_id
    # Who lost the blank gets another one.
    again = bind_blank(three, one, by=SYSTEM)
    assert (again.person_id, code_of(again)) == (old.person_id, three)
    void_blanks(batch, 4, 4, "Hỏng", by=SYSTEM)
    with pytest.raises(BlankVoid):
        bind_blank(void, code_of(place.badge()), by=SYSTEM)


def test_what_cannot_be_bound_says_why(app: Flask) -> None:
    place, elsewhere = entrance(), entrance()
    trade, press = codes(batch_of(place))[0], codes(batch_of(place, 1, BadgeCategory.PRESS))[0]
    badge = place.badge()
    for first, second, error in (
        (code_of(badge), badge.short_code, UnknownBlank),
        (trade, press, UnknownCode),
        (trade, "nonsense", UnknownCode),
        (press, code_of(badge), WrongBlank),
        (trade, code_of(elsewhere.badge()), OtherFair),
    ):
        with pytest.raises(error):
            bind_blank(first, second, by=SYSTEM)
    with pytest.raises(OtherFair):
        bind_blank(trade, code_of(badge), by=SYSTEM, fair_id=elsewhere.fair.id)
    assert db.session.scalars(select(Blank.state).distinct()).all() == [BlankState.UNUSED]


def test_two_desks_bind_one_blank(real_app: Flask) -> None:
    with real_app.app_context():
        place = entrance()
        [code] = codes(batch_of(place, 1))
        people = [code_of(place.badge()) for _ in range(3)]
    acts = [lambda person=person: bind_blank(code, person, by=SYSTEM) for person in [*people, people[0]]]
    answers = at_once(real_app, acts)
    assert answers["done"] + answers["blank_taken"] == 4
    assert answers["done"] in {1, 2}  # two desks that scanned the same person both hear yes
    with real_app.app_context():
        bound = db.session.scalars(select(Badge).where(Badge.state == BadgeState.ACTIVE)).all()
        assert len(bound) == 3
        assert sum(code_of(badge) == code for badge in bound) == 1


def test_a_new_key_signs_and_old_badges_stay_good(app: Flask) -> None:
    place = entrance()
    old = place.badge()
    rotate_key(place.fair, "Trước hội chợ", by=SYSTEM)
    new = place.badge()
    assert new.key_id != old.key_id
    keys = public_keys(place.fair.id)
    for badge in (old, new):
        read_code(code_of(badge), keys)
    assert [(one.is_in_use, one.valid) for one in keys_of(place.fair.id)] == [(True, 1), (False, 1)]
    with pytest.raises(InvalidInput):
        rotate_key(place.fair, " ", by=SYSTEM)
    with pytest.raises(Conflict):
        check_reissue(new)
    check_reissue(old)


def test_a_withdrawn_key_vouches_for_nothing_and_its_badges_are_issued_anew(app: Flask) -> None:
    place = entrance()
    badge, batch = place.badge(), batch_of(place, 2)
    blank = codes(batch)[0]
    with transaction():
        key = signing_key(place.fair)
    new = withdraw_key(key, "Lộ khóa", by=SYSTEM)
    with pytest.raises(Forged):
        read_code(blank, public_keys(place.fair.id))
    assert {one.state for one in db.session.scalars(select(Blank).execution_options(populate_existing=True))} == {
        BlankState.VOID
    }
    assert badge_by_code(place.fair.id, code_of(badge)).id == badge.id  # known by its own code until it is replaced
    [again] = reissue([badge], by=SYSTEM)
    assert again.key_id == new.id
    with pytest.raises(Conflict):
        withdraw_key(db.session.get_one(BadgeKey, key.id), "Lộ khóa", by=SYSTEM)
    assert [(one.valid, one.total) for one in keys_of(place.fair.id)] == [(1, 1), (0, 1)]
    assert replace_badge(again, "Mất", by=SYSTEM).key_id == new.id
