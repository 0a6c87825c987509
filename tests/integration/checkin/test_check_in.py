"""Scans through the service: verdicts, counting, repeats, late arrivals, rehearsal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.badges.service import code_of, replace_badge, revoke_badge
from fairs.badges.states import BadgeCategory
from fairs.checkin.errors import BadScan
from fairs.checkin.models import Scan, Visit
from fairs.checkin.queries import counters, figures
from fairs.checkin.service import ScanInput, check_in
from fairs.checkin.states import Verdict
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from tests.factories.checkin import Entrance, entrance, new_fair, scan_of
from tests.support.client import own_session
from tests.support.queries import counted_queries
from tests.unit.badges.telex_keyboard import TelexKeyboard

#: Ten in the morning in Hanoi: hours before and after it are of the same day, whatever time the test runs at.
MORNING = datetime(2026, 11, 12, 3, tzinfo=UTC)


@pytest.fixture
def place(app: Flask) -> Entrance:
    return entrance()


@pytest.fixture
def morning(app: Flask) -> Entrance:
    """A fair that is open at MORNING."""
    return entrance(starts_on=MORNING.date())


def one(place: Entrance, scan: ScanInput, **values: Any) -> Any:
    return check_in(place.fair, place.gate, [scan], by=SYSTEM, **values)[0]


def kept() -> list[Scan]:
    return list(db.session.scalars(select(Scan).order_by(Scan.id)))


def visits() -> list[Visit]:
    return list(db.session.scalars(select(Visit).order_by(Visit.id)))


def test_welcome_then_already_inside(morning: Entrance) -> None:
    badge = morning.badge()
    first = one(morning, scan_of(badge, at=MORNING))
    again = one(morning, scan_of(badge, at=MORNING + timedelta(minutes=5)))
    assert (first.verdict, first.counted) == (Verdict.WELCOME, True)
    assert (again.verdict, again.counted, again.since) == (Verdict.ALREADY_INSIDE, False, first.scanned_at)
    assert again.badge.name == badge.person.display_name
    assert [scan.counted for scan in kept()] == [True, False]
    assert len(visits()) == 1


def test_out_and_back_is_one_visit(morning: Entrance) -> None:
    badge = morning.badge()
    results = check_in(
        morning.fair,
        morning.gate,
        [
            scan_of(badge, at=MORNING),
            scan_of(badge, at=MORNING + timedelta(minutes=10), direction="out"),
            scan_of(badge, at=MORNING + timedelta(minutes=20)),
        ],
        by=SYSTEM,
    )
    assert [result.verdict for result in results] == [Verdict.WELCOME, Verdict.GOODBYE, Verdict.WELCOME]
    assert [result.counted for result in results] == [True, False, False]
    assert results[2].first_in_at == MORNING
    seen = counters(morning.fair.id, MORNING.date())
    assert (seen.visits, seen.inside) == (1, 1)


def test_each_day_is_a_visit_and_the_person_one(app: Flask) -> None:
    place = entrance(starts_on=date(2026, 11, 12))
    badge = place.badge()
    for day in (12, 13, 14):
        one(place, scan_of(badge, at=datetime(2026, 11, day, 3, tzinfo=UTC)))
    found = figures(place.fair, date(2026, 11, 13))
    assert (found.visits, found.people, found.visits_on_day) == (3, 1, 1)
    assert found.by_day == [(date(2026, 11, day), 0 if day == 15 else 1) for day in (12, 13, 14, 15)]


def test_the_day_is_that_of_the_fair_and_not_of_utc(app: Flask) -> None:
    place = entrance(starts_on=date(2026, 11, 12))
    badge = place.badge()
    early = one(place, scan_of(badge, at=datetime(2026, 11, 11, 16, 59, tzinfo=UTC)))
    assert (early.verdict, early.day) == (Verdict.WRONG_DAY, date(2026, 11, 11))
    midnight = one(place, scan_of(badge, at=datetime(2026, 11, 11, 17, 0, tzinfo=UTC)))
    assert (midnight.verdict, midnight.day) == (Verdict.WELCOME, date(2026, 11, 12))
    evening = one(place, scan_of(badge, at=datetime(2026, 11, 12, 16, 59, tzinfo=UTC)))
    assert evening.verdict is Verdict.ALREADY_INSIDE


@pytest.mark.parametrize("category", list(BadgeCategory))
def test_who_counts(place: Entrance, category: BadgeCategory) -> None:
    result = one(place, scan_of(place.badge(category)))
    if category is BadgeCategory.CONTRACTOR:  # only while booths are built and taken down
        assert (result.verdict, result.judgement and result.judgement.reason_code) == (Verdict.WRONG_DAY, "day_later")
        return
    assert result.verdict is Verdict.WELCOME
    assert result.counted is category.counts_as_visitor
    assert counters(place.fair.id, place.fair.today).visits == int(category.counts_as_visitor)
    assert counters(place.fair.id, place.fair.today).inside == 1


def test_two_badges_of_one_person_are_one_visit(place: Entrance) -> None:
    person = place.person()
    trade, vip = place.badge(person=person), place.badge(BadgeCategory.VIP, person=person)
    assert one(place, scan_of(trade)).verdict is Verdict.WELCOME
    assert one(place, scan_of(vip)).verdict is Verdict.ALREADY_INSIDE
    assert len(visits()) == 1


def test_refused_codes_are_kept_and_count_nothing(place: Entrance) -> None:
    other = Entrance(new_fair(), place.gate)
    revoked, replaced = place.badge(), place.badge()
    revoke_badge(revoked, "Given away", by=SYSTEM)
    replacement = replace_badge(replaced, "Lost", by=SYSTEM)
    texts = [code_of(revoked), code_of(replaced), code_of(other.badge()), "9" * 114, "https://example.com/x", "?" * 900]
    results = [one(place, scan_of(text)) for text in texts]
    assert [result.verdict for result in results] == [
        Verdict.REVOKED, Verdict.REPLACED, Verdict.OTHER_FAIR, Verdict.UNKNOWN, Verdict.UNKNOWN, Verdict.UNKNOWN,
    ]  # fmt: skip
    assert [scan.verdict for scan in kept()] == [result.verdict for result in results]
    # A badge of another fair says nothing of its wearer here.
    assert [scan.badge_id is None for scan in kept()] == [False, False, True, True, True, True]
    assert [result.badge is None for result in results] == [False, False, True, True, True, True]
    assert visits() == []
    assert one(place, scan_of(replacement)).verdict is Verdict.WELCOME


def test_only_a_digest_of_the_code_is_kept(place: Entrance) -> None:
    code = code_of(place.badge())
    for text in (code, "0912 345 678"):
        one(place, scan_of(text))
    columns = [str(getattr(scan, column.key)) for scan in kept() for column in Scan.__table__.columns]
    assert not any(code[:20] in value or "345 678" in value for value in columns)
    assert len({scan.code_digest for scan in kept()}) == 2


def test_short_codes_and_codes_that_a_vietnamese_keyboard_mangled(place: Entrance) -> None:
    badges = [place.badge() for _ in range(10)]
    for badge in badges[:5]:
        assert one(place, scan_of(badge.short_code.lower().replace("-", " "))).verdict is Verdict.WELCOME
    for badge in badges[5:]:
        mangled = TelexKeyboard().type(code_of(badge))
        assert one(place, scan_of(mangled)).verdict is Verdict.WELCOME
    assert len(visits()) == 10


def test_the_same_id_is_the_same_scan(place: Entrance) -> None:
    badge = place.badge()
    scan = scan_of(badge)
    first, second = one(place, scan), one(place, scan)
    assert (first.verdict, first.is_repeat) == (Verdict.WELCOME, False)
    assert (second.verdict, second.is_repeat, second.counted) == (Verdict.WELCOME, True, True)
    assert second.badge.id == badge.id
    twice = scan_of(place.badge())
    results = check_in(place.fair, place.gate, [twice, twice], by=SYSTEM)
    assert [result.is_repeat for result in results] == [False, True]
    assert len(kept()) == 2


def test_ids_of_one_fair_are_free_in_another(place: Entrance) -> None:
    other = entrance()
    assert one(place, scan_of(place.badge(), scan_id="1")).verdict is Verdict.WELCOME
    assert one(other, scan_of(other.badge(), scan_id="1")).is_repeat is False


def test_a_scan_that_arrives_late_moves_the_entry_back(morning: Entrance) -> None:
    badge = morning.badge()
    early = MORNING - timedelta(minutes=30)
    one(morning, scan_of(badge, at=MORNING))
    late = one(morning, scan_of(badge, at=early))
    assert (late.verdict, late.counted) == (Verdict.WELCOME, False)
    assert [(visit.first_in_at, visit.inside_since) for visit in visits()] == [(early, early)]


def test_leaving_without_having_entered_makes_no_visit(place: Entrance) -> None:
    assert one(place, scan_of(place.badge(), direction="out")).verdict is Verdict.GOODBYE
    assert visits() == []


def test_a_batch_is_judged_in_the_order_of_its_times_and_answered_in_its_own(morning: Entrance) -> None:
    badges = [morning.badge() for _ in range(20)]
    scans = [scan_of(badge, at=MORNING + timedelta(seconds=n), seq=n) for n, badge in enumerate(badges)]
    scans += [scan_of(badge, at=MORNING + timedelta(hours=1, seconds=n)) for n, badge in enumerate(badges)]
    results = check_in(morning.fair, morning.gate, scans[::-1], by=SYSTEM)
    assert [result.id for result in results] == [scan.id for scan in scans[::-1]]
    assert [result.verdict for result in results] == [Verdict.ALREADY_INSIDE] * 20 + [Verdict.WELCOME] * 20
    assert len(visits()) == 20


def test_country_of_a_visit_is_the_companys(place: Entrance) -> None:
    importer = place.badge(BadgeCategory.IMPORTER, company=place.company(country="JP"))
    guest = place.badge(person=place.person(country="FR"))
    check_in(place.fair, place.gate, [scan_of(importer), scan_of(guest), scan_of(place.badge())], by=SYSTEM)
    found = figures(place.fair, place.fair.today)
    assert found.by_country == [("FR", 1, 1), ("JP", 1, 1), ("VN", 1, 1)]
    assert found.foreign_visits == 2
    assert found.by_category == [(BadgeCategory.TRADE, 2, 2), (BadgeCategory.IMPORTER, 1, 1)]


def test_hours_are_those_of_the_fair(app: Flask) -> None:
    place = entrance(starts_on=date(2026, 11, 12))
    for hour in (2, 2, 8, 12):  # 9, 9, 15 and 19 o'clock in Hanoi
        one(place, scan_of(place.badge(), at=datetime(2026, 11, 12, hour, 30, tzinfo=UTC)))
    by_hour = dict(figures(place.fair, date(2026, 11, 12)).by_hour)
    assert by_hour == {**dict.fromkeys(range(8, 20), 0), 9: 2, 15: 1, 19: 1}


# --- rehearsal ----------------------------------------------------------------------------------------------------


def test_a_rehearsal_judges_as_of_its_day_and_counts_nothing(app: Flask) -> None:
    place = entrance(starts_on=now().date() + timedelta(days=40))
    badge, day = place.badge(), place.fair.starts_on
    assert one(place, scan_of(badge)).verdict is Verdict.WRONG_DAY
    verdicts = [one(place, scan_of(badge, direction=way), rehearsal_day=day) for way in ("in", "in", "out", "in")]
    assert [result.verdict for result in verdicts] == [
        Verdict.WELCOME, Verdict.ALREADY_INSIDE, Verdict.GOODBYE, Verdict.WELCOME,
    ]  # fmt: skip
    assert all(result.is_rehearsal and not result.counted for result in verdicts)
    assert one(place, scan_of(badge), rehearsal_day=day - timedelta(days=1)).verdict is Verdict.WRONG_DAY
    assert [scan.is_rehearsal for scan in kept()] == [False, True, True, True, True, True]
    assert visits() == []
    assert figures(place.fair, day).visits == 0


def test_a_rehearsal_leaves_real_visits_alone(place: Entrance) -> None:
    badge = place.badge()
    assert one(place, scan_of(badge), rehearsal_day=place.fair.today).verdict is Verdict.WELCOME
    assert one(place, scan_of(badge)).verdict is Verdict.WELCOME
    assert one(place, scan_of(badge, direction="out"), rehearsal_day=place.fair.today).verdict is Verdict.GOODBYE
    assert one(place, scan_of(badge)).verdict is Verdict.ALREADY_INSIDE


def test_a_rehearsal_starts_afresh_after_a_pause(place: Entrance, time_machine: Any) -> None:
    time_machine.move_to(now())
    badge = place.badge()
    one(place, scan_of(badge), rehearsal_day=place.fair.today)
    time_machine.shift(timedelta(hours=4))
    assert one(place, scan_of(badge), rehearsal_day=place.fair.ends_on).verdict is Verdict.WELCOME


def test_a_fair_that_is_a_rehearsal_never_counts(app: Flask) -> None:
    place = entrance(starts_on=date(2031, 5, 1), is_rehearsal=True, rehearsal_day=date(2031, 5, 2))
    result = one(place, scan_of(place.badge()))
    assert (result.verdict, result.day, result.is_rehearsal) == (Verdict.WELCOME, date(2031, 5, 2), True)
    assert visits() == []


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"at": datetime(2026, 11, 22, 9, 0)}, "scans.1.scanned_at"),  # no offset
        ({"at": datetime(1970, 1, 1, tzinfo=UTC)}, "scans.1.scanned_at"),
        ({"at": datetime(9999, 12, 31, tzinfo=UTC)}, "scans.1.scanned_at"),
        ({"scan_id": "x" * 41}, "scans.1.id"),
        ({"scan_id": "a b"}, "scans.1.id"),
        ({"method": "guess"}, "scans.1.method"),
    ],
)
def test_one_bad_scan_and_nothing_is_kept(place: Entrance, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadScan) as error:
        check_in(place.fair, place.gate, [scan_of(place.badge()), scan_of("x", **changes)], by=SYSTEM)
    assert error.value.field == field
    assert kept() == []


def test_a_clock_a_little_ahead_is_forgiven(place: Entrance) -> None:
    assert one(place, scan_of("x", at=now() + timedelta(minutes=4))).verdict is Verdict.UNKNOWN
    with pytest.raises(BadScan):
        one(place, scan_of("x", at=now() + timedelta(minutes=6)))


def test_at_most_500_scans(place: Entrance) -> None:
    with pytest.raises(BadScan):
        check_in(place.fair, place.gate, [scan_of("x") for _ in range(501)], by=SYSTEM)


# --- cost ---------------------------------------------------------------------------------------------------------


def test_a_scan_costs_few_statements(app: Flask, place: Entrance) -> None:
    badge = place.badge()
    first, again = scan_of(badge), scan_of(badge)
    # A scan that is sent twice is the dear one: only then is it looked up, and tried again.
    # A first entry adds to three tallies: the fair's visits, the gate's and who is inside.
    # One of them reads by which rules the gates judge; at work that is remembered for a moment.
    for scan, most in ((first, 8), (again, 6), (again, 7)):
        with own_session(app):
            fair, gate = db.session.merge(place.fair), db.session.merge(place.gate)
            assert fair.days
            assert gate.id
            with counted_queries() as statements:
                check_in(fair, gate, [scan], by=SYSTEM)
        assert len(statements) <= most, "\n".join(statements)


def test_a_batch_costs_no_more_look_ups_than_one_scan(app: Flask, place: Entrance) -> None:
    scans = [scan_of(place.badge()) for _ in range(60)]
    costs = []
    for some in (scans[:1], scans[1:]):
        assert place.fair.days  # loaded anew after the last transaction
        assert place.gate.id
        with counted_queries() as statements:
            check_in(place.fair, place.gate, some, by=SYSTEM)
        costs.append(len([text for text in statements if text.lstrip().upper().startswith("SELECT")]))
    assert costs[0] == costs[1]


def test_figures_cost_the_same_however_many_visits(place: Entrance) -> None:
    costs = []
    for _ in range(2):
        for _ in range(3):
            one(place, scan_of(place.badge(company=place.company(country="DE"))))
        today = place.fair.today
        with counted_queries() as statements:
            figures(place.fair, today)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 5
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 6
