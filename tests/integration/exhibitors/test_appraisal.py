"""Appraisal: score, corrections, the checklist, what it means for decisions; and the wishes for a place."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.calendar.service import change_settings
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.permissions import Role
from fairs.exhibitors.appraisal import (
    AppraisalDraft,
    appraisals_of,
    appraise,
    archive_item,
    checklist_of,
    move_item,
    next_to_appraise,
    save_item,
)
from fairs.exhibitors.errors import AppraisalMissing
from fairs.exhibitors.models import Appraisal, Exhibitor
from fairs.exhibitors.service import (
    accept_application,
    refuse_application,
    save_products,
    submit_application,
    waitlist_application,
    withdraw_application,
)
from fairs.exhibitors.states import ExhibitorState
from fairs.exhibitors.wishes import PlaceDraft, cost_of
from fairs.floorplans.queries import zones_of
from fairs.lists.models import BulkRun
from tests.factories.booths import new_ground
from tests.factories.exhibitors import AGREED, ProductsDraft, actor_of, new_office, new_user
from tests.support.client import Client, login
from tests.support.queries import counted_queries

S = ExhibitorState


def answers(office: Any, *given: str) -> dict[str, str]:
    points = checklist_of(office.fair.id)
    return {point.key: given[n] if n < len(given) else "yes" for n, point in enumerate(points)}


def test_the_score_is_the_share_of_what_applies(app: Flask) -> None:
    office = new_office()
    for number, (text, weight) in enumerate((("Một", 50), ("Hai", 30), ("Ba", 20))):
        save_item(office.fair.id, "" if number else "d1", text_vi=text, text_en="", weight=weight, by=SYSTEM)
    for point in checklist_of(office.fair.id):
        if point.text_vi not in {"Một", "Hai", "Ba"}:
            archive_item(office.fair.id, point.key, by=SYSTEM)
    expected = {("yes", "yes", "yes"): 100, ("yes", "partly", "no"): 65, ("no", "na", "yes"): 29, ("no", "no", "no"): 0}
    for given, score in expected.items():
        row = office.submitted()
        appraise(row, AppraisalDraft(answers(office, *given), "accept"), by=SYSTEM)
        assert (row.score, row.state) == (score, S.APPRAISED)
    with pytest.raises(InvalidInput):
        appraise(office.submitted(), AppraisalDraft(answers(office, "na", "na", "na"), "accept"), by=SYSTEM)


def test_a_correction_is_a_further_row_and_keeps_the_words_of_its_time(app: Flask) -> None:
    office = new_office()
    row = office.appraised()
    save_item(office.fair.id, "d1", text_vi="Có xưởng tại Hà Nội", text_en="", weight=40, by=SYSTEM)
    appraise(row, AppraisalDraft(answers(office, "no"), "waitlist", "Chưa rõ xưởng"), by=SYSTEM)
    last, first = appraisals_of(row.id)
    assert (first.score, row.score, row.recommendation, row.state) == (100, last.score, "waitlist", S.APPRAISED)
    assert first.answers[0]["text_vi"] != last.answers[0]["text_vi"] == "Có xưởng tại Hà Nội"
    withdraw_application(row, by=SYSTEM)
    again = submit_application(row, AGREED, by=SYSTEM)
    assert (again.score, again.recommendation, again.state) == (None, "", S.SUBMITTED)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"recommendation": "burn"}, "recommendation"),
        ({"recommendation": "refuse"}, "note"),
        ({"answers": {}}, "answer-d1"),
        ({"answers": {"d1": "maybe"}}, "answer-d1"),
    ],
)
def test_what_is_missing_is_said_at_its_field(app: Flask, change: dict[str, Any], field: str) -> None:
    office = new_office()
    row = office.submitted()
    draft = AppraisalDraft(**{"answers": answers(office), "recommendation": "accept", **change})
    with pytest.raises(InvalidInput) as caught:
        appraise(row, draft, by=SYSTEM)
    assert caught.value.field == field
    assert db.session.scalar(select(Appraisal.id)) is None


def test_a_fair_may_demand_it_before_any_decision(app: Flask, client: Client) -> None:
    office = new_office(auto_accept=True, requires_appraisal=True)
    row = office.submitted()
    assert row.state is S.SUBMITTED
    for act in (
        lambda: accept_application(row, by=SYSTEM),
        lambda: waitlist_application(row, by=SYSTEM),
        lambda: refuse_application(row, by=SYSTEM, note="Không đúng nhóm"),
    ):
        with pytest.raises(AppraisalMissing):
            act()
    office.appraised(row)
    assert accept_application(row, by=SYSTEM).state is S.ACCEPTED
    with pytest.raises(InvalidTransition):
        office.appraised(row)


def test_one_after_another(app: Flask, client: Client) -> None:
    office = new_office()
    first, second = office.submitted(), office.submitted()
    login(client, office.staff(Role.BOOTH_SALES))
    base = f"/fairs/{office.fair.slug}/exhibitors"
    assert client.get(f"{base}/appraise").headers["Location"].endswith(f"{first.reference}/appraise")
    page = f"{base}/{first.reference}/appraise"
    wrong = client.submit(page, {"answer-d1": "yes", "recommendation": "refuse", "note": ""})
    text = wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert 'id="answer-d2-error"' in text
    assert "checked" in text.split('id="answer-d1"')[1].split("</fieldset>")[0]
    good = {f"answer-{key}": value for key, value in answers(office).items()}
    done = client.submit(page, {**good, "recommendation": "accept", "note": "Tốt", "then": "next"})
    assert done.headers["Location"] == f"{base}/{second.reference}/appraise"
    assert db.session.get_one(Exhibitor, first.id).score == 100
    last = client.submit(f"{base}/{second.reference}/appraise", {**good, "recommendation": "accept", "then": "next"})
    assert "state=appraised" in last.headers["Location"]
    assert next_to_appraise(office.fair.id) is None
    shown = client.get(f"{base}?state=appraised&sort=-score&advice=accept").get_data(as_text=True)
    assert first.company.name in shown
    assert "Tốt" in client.get(f"{base}/{first.reference}").get_data(as_text=True)
    told = client.get(f"/directory/companies/{first.company_id}").get_data(as_text=True)
    assert "Appraised: 100 of 100." in told
    assert client.get(f"{base}/checklist").status_code == 403


def test_many_are_decided_at_once_with_a_reason(app: Flask, client: Client) -> None:
    office = new_office(requires_appraisal=True)
    good, bare = office.appraised(), office.submitted()
    login(client, office.staff())
    base = f"/fairs/{office.fair.slug}"
    client.submit(f"{base}/lists/exhibitors/act", {"action": "refuse", "pick": [good.reference, bare.reference]})
    run = db.session.scalars(select(BulkRun)).one()
    assert "appraised before" in client.get(f"{base}/runs/{run.id}").get_data(as_text=True)
    client.submit(f"{base}/runs/{run.id}/do", {"note": "Không đúng nhóm hàng"})
    states = {row.reference: row.state for row in db.session.scalars(select(Exhibitor))}
    assert states == {good.reference: S.REFUSED, bare.reference: S.SUBMITTED}
    assert db.session.get_one(Exhibitor, good.id).decision_note == "Không đúng nhóm hàng"


def test_the_checklist_is_the_organisers(app: Flask, client: Client) -> None:
    office = new_office()
    login(client, office.staff())
    page = f"/fairs/{office.fair.slug}/exhibitors/checklist"
    usual = checklist_of(office.fair.id)
    client.submit(page, {"do": "down", "key": "d1"})
    own = checklist_of(office.fair.id)
    assert [p.text_vi for p in own[:2]] == [usual[1].text_vi, usual[0].text_vi]
    key = own[0].key
    typed = {f"p{key}-text_vi": "", f"p{key}-text_en": "Kept words", f"p{key}-weight": "500"}
    wrong = client.submit(page, {"do": "save", "key": key, **typed})
    text = wrong.get_data(as_text=True)
    assert (wrong.status_code, "Kept words" in text, f'id="p{key}-weight-error"' in text) == (422, True, True)
    client.submit(page, {"do": "save", "text_vi": "Mới", "text_en": "New", "weight": "7"})
    client.submit(page, {"do": "archive", "key": key})
    assert [p.text_vi for p in checklist_of(office.fair.id)] == [*(p.text_vi for p in own[1:]), "Mới"]
    assert client.submit(page, {"do": "up", "key": "999999"}).status_code == 404
    assert client.submit(page, {"do": "dance"}).status_code == 422
    for point in own[1:]:
        move_item(office.fair.id, point.key, up=True, by=SYSTEM)
        archive_item(office.fair.id, point.key, by=SYSTEM)
    assert client.submit(page, {"do": "archive", "key": checklist_of(office.fair.id)[0].key}).status_code == 422


def test_pages_take_as_many_queries_for_three_as_for_one(app: Flask, client: Client) -> None:
    office = new_office()
    row = office.appraised()
    login(client, office.staff())
    base = f"/fairs/{office.fair.slug}/exhibitors"
    counts = []
    for _round in range(2):
        for path in (base, f"{base}/{row.reference}", f"{base}/{row.reference}/appraise"):
            client.get(path)
            with counted_queries() as found:
                assert client.get(path).status_code == 200
            counts.append(len(found))
        for _n in range(2):
            office.appraised()
            office.appraised(row)
    assert counts[:3] == counts[3:]


# --- wishes -------------------------------------------------------------------------------------------------------


def test_wishes_name_zones_and_booths_as_people_write_them(app: Flask) -> None:
    ground = new_ground()
    row = ground.exhibitor(state=S.DRAFT)
    zone, booth = zones_of(ground.fair.id)[0], ground.booth()
    written = booth.code.replace("-0", " ").lower()
    place = PlaceDraft(2, booth.type_id, 2, [written, f"  {zone.name_vi.upper()} ", written])
    save_products(row, ProductsDraft((), "Gốm", place=place), by=SYSTEM)
    assert [(w.position, w.booth_id, w.zone_id) for w in row.booth_wishes] == [(1, booth.id, None), (2, None, zone.id)]
    cost = cost_of(row)
    assert cost is not None
    assert (cost.count, cost.full.amount_minor % 2, cost.supported.amount_minor) == (2, 0, 0)
    save_products(row, ProductsDraft((), "Gốm"), by=SYSTEM)
    assert len(row.booth_wishes) == 2  # what is not given stays
    for wrong, field in (
        (PlaceDraft(0), "booth_count"), (PlaceDraft(1, 999_999), "type_id"), (PlaceDraft(1, None, 5), "open_sides"),
        (PlaceDraft(places=["", "Z-999"]), "wish_2"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            save_products(row, ProductsDraft((), "Gốm", place=wrong), by=SYSTEM)
        assert caught.value.field == field


def test_a_wish_that_cannot_be_is_said_where_it_stands(app: Flask, client: Client) -> None:
    office = new_office()
    user = new_user()
    row = office.draft(user)
    login(client, user)
    page = f"/my/{office.fair.slug}/apply/products"
    data = {"group_codes": ["CER"], "products": "Gốm", "track": "paying", "booth_count": "2", "wish_1": "Khu 9"}
    answer = client.submit(page, data)
    assert answer.status_code == 422
    assert 'id="wish_1-error"' in answer.get_data(as_text=True)
    assert "Khu 9" in answer.get_data(as_text=True)
    assert client.submit(page, {**data, "wish_1": "", "booth_count": "99"}).status_code == 422
    assert client.submit(page, {**data, "wish_1": "", "product_ids": ["12345"]}).status_code == 422
    assert client.submit(page, {**data, "wish_1": ""}).status_code == 303
    assert db.session.get_one(Exhibitor, row.id).booth_count == 2
    assert actor_of(user).user_id == user.id


def test_settings_switch_the_appraisal_on(app: Flask) -> None:
    office = new_office()
    assert change_settings(office.fair, {"requires_appraisal": True}, by=SYSTEM).requires_appraisal
