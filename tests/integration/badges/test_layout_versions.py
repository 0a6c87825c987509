"""Layouts of a fair: drafts, versions, who gets which, copies; what is printed with them; portraits; the preflight of a fair."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.badges import layout_service as layouts
from fairs.badges.errors import LayoutIncomplete, Stale
from fairs.badges.faces import badges_pdf, each_face, faces, longest_faces
from fairs.badges.layout_service import layout_for
from fairs.badges.layouts import Layout
from fairs.badges.models import Badge, BadgeLayout
from fairs.badges.preflight import preflight_fair
from fairs.badges.samples import SAMPLES
from fairs.badges.service import replace_badge, revoke_badge
from fairs.badges.standard import standard_layout
from fairs.badges.states import BadgeCategory, LayoutState
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.permissions import Role
from fairs.core.storage import StoredFile, Upload
from fairs.messages.render import render_attachment
from tests.factories.checkin import Entrance, entrance
from tests.support.client import Client, login
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Flask) -> Entrance:
    return entrance()


def picture(color: str = "red", size: tuple[int, int] = (300, 400), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def published(place: Entrance, size: str = "86x54", **values: Any) -> BadgeLayout:
    layout = layouts.create_layout(place.fair, values.pop("name", size), size=size, by=SYSTEM, **values)
    layouts.publish(layout, based_on=layout.newest.mark, by=SYSTEM)
    return layout


def pages(pdf: bytes) -> list[tuple[int, int]]:
    with pdfium.PdfDocument(pdf) as document:
        return [tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in document]


def test_a_draft_is_printed_only_once_it_is_published(place: Entrance) -> None:
    layout = layouts.create_layout(place.fair, " Thẻ  ", size="a6", is_default=True, by=SYSTEM)
    assert (layout.name, layout.newest.state, layout.published) == ("Thẻ", LayoutState.DRAFT, None)
    assert layout_for(place.fair.id, BadgeCategory.VIP) == standard_layout()
    first = layouts.publish(layout, based_on="1.1", by=SYSTEM)
    assert layout_for(place.fair.id, BadgeCategory.VIP) == standard_layout("a6")
    data = first.content | {"hole": "clips"}
    second = layouts.save_draft(layout, data, based_on=first.mark, by=SYSTEM)
    assert (second.number, second.state, layout_for(place.fair.id, "vip").hole) == (2, LayoutState.DRAFT, "slot")
    assert layouts.save_draft(layout, data, based_on="2.1", by=SYSTEM).mark == "2.1"  # nothing is different
    assert layouts.save_draft(layout, data | {"hole": "hole"}, based_on="2.1", by=SYSTEM).mark == "2.2"
    layouts.publish(layout, based_on="2.2", by=SYSTEM)
    assert (layout_for(place.fair.id, "vip").hole, first.content["hole"]) == ("hole", "slot")
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "BadgeLayout")).all()
    assert sorted(set(actions)) == ["badges.create_layout", "badges.publish_layout", "badges.save_layout"]


def test_who_saves_over_somebody_elses_work_is_told(place: Entrance) -> None:
    layout = layouts.create_layout(place.fair, "A", by=SYSTEM)
    data = layout.newest.content
    layouts.save_draft(layout, data | {"hole": "none"}, based_on="1.1", by=SYSTEM)
    for late in (
        lambda: layouts.save_draft(layout, data, based_on="1.1", by=SYSTEM),
        lambda: layouts.publish(layout, based_on="1.1", by=SYSTEM),
        lambda: layouts.discard_draft(layout, based_on="1.1", by=SYSTEM),
    ):
        with pytest.raises(Stale) as caught:
            late()
        assert caught.value.details == {"mark": "1.2"}
    with pytest.raises(Conflict):
        layouts.discard_draft(layout, based_on="1.2", by=SYSTEM)
    layouts.publish(layout, based_on="1.2", by=SYSTEM)
    layouts.save_draft(layout, data, based_on="1.2", by=SYSTEM)
    assert layouts.discard_draft(layout, based_on="2.1", by=SYSTEM).mark == "1.2"


def test_a_draft_may_have_problems_a_published_layout_not(place: Entrance) -> None:
    layout = layouts.create_layout(place.fair, "A", by=SYSTEM)
    data = layout.newest.content
    without = data | {"front": [one for one in data["front"] if one["kind"] != "qr"]}
    layouts.save_draft(layout, without, based_on="1.1", by=SYSTEM)
    with pytest.raises(LayoutIncomplete) as caught:
        layouts.publish(layout, based_on="1.2", by=SYSTEM)
    assert [one["path"] for one in caught.value.details["problems"]] == ["front"]
    for broken in (
        {},
        data | {"size": "x"},
        data | {"front": [{"id": "l", "kind": "logo", "x": 1, "y": 1, "w": 9, "h": 9, "file": "0" * 64}]},
    ):
        with pytest.raises(InvalidInput):
            layouts.save_draft(layout, broken, based_on="1.2", by=SYSTEM)
    for name, values in (
        ("", {}),
        ("B", {"categories": ["nobody"]}),
        ("B", {"size": "86x54", "content": {"format": 1}}),
    ):
        with pytest.raises(InvalidInput):
            layouts.create_layout(place.fair, name, by=SYSTEM, **values)


def test_categories_have_their_own_layout_the_rest_the_default(place: Entrance) -> None:
    published(place, "86x54", is_default=True)
    vip = published(place, "a6", categories=["vip", "press"])
    sizes = {category: layout.size for category, layout in layouts.layouts_for(place.fair.id).items()}
    assert (sizes["vip"], sizes["press"], sizes["trade"]) == ("a6", "a6", "86x54")
    with pytest.raises(InvalidInput) as caught:
        layouts.create_layout(place.fair, "C", categories=["press"], by=SYSTEM)
    assert caught.value.field == "categories"
    with pytest.raises(InvalidInput) as caught:
        layouts.change_layout(vip, "C", categories=[], is_default=True, by=SYSTEM)
    assert caught.value.field == "is_default"
    layouts.archive_layout(vip, by=SYSTEM)
    assert layout_for(place.fair.id, "vip").size == "86x54"
    with pytest.raises(Conflict):
        layouts.publish(vip, based_on=vip.newest.mark, by=SYSTEM)
    with pytest.raises(NotFound):
        layouts.layout_of(entrance().fair.id, vip.id)
    fair_id = place.fair.id
    with counted_queries() as few:
        layouts.layouts_for(fair_id)
    published(place, "label62", categories=["service"])
    fair_id = place.fair.id
    with counted_queries() as more:
        layouts.layouts_for(fair_id)
    assert len(few) == len(more)


def test_a_copy_at_another_fair_brings_its_pictures_and_goes_its_own_way(place: Entrance) -> None:
    layout = layouts.create_layout(place.fair, "A", is_default=True, by=SYSTEM)
    digest = layouts.add_picture(layout, Upload("x.exe", picture()), by=SYSTEM)
    assert layouts.add_picture(layout, Upload("again.png", picture()), by=SYSTEM) == digest
    for bad in (b"%PDF-1.4 x", b"<svg onload=alert(1)>", b""):
        with pytest.raises(InvalidInput):
            layouts.add_picture(layout, Upload("logo.png", bad), by=SYSTEM)
    data = layout.newest.content
    data = data | {
        "front": [*data["front"], {"id": "logo", "kind": "logo", "x": 6, "y": 104, "w": 9, "h": 9, "file": digest}]
    }
    layouts.save_draft(layout, data, based_on="1.1", by=SYSTEM)
    other = entrance().fair
    copy = layouts.clone_layout(layout, other, by=SYSTEM)
    assert (copy.fair_id, copy.is_default, copy.newest.content) == (other.id, False, layout.newest.content)
    assert list(layouts.drawable(copy.newest).pictures) == [digest]
    layouts.save_draft(copy, data | {"hole": "none"}, based_on="1.1", by=SYSTEM)
    assert layout.newest.content["hole"] == "slot"
    # A layout that comes as a file brings its pictures along; made anew they get other names.
    renamed = data | {"front": [one | ({"file": "b" * 64} if "file" in one else {}) for one in data["front"]]}
    came = layouts.create_layout(other, "B", content=renamed, pictures={"b" * 64: picture("blue")}, by=SYSTEM)
    drawn = layouts.drawable(came.newest)
    assert [one.file for one in drawn.front if one.kind == "logo"] == list(drawn.pictures) != ["b" * 64]


def test_everything_prints_with_the_fairs_own_layout(place: Entrance, app: Flask, tmp_path: Path) -> None:
    published(place, "86x54", is_default=True)
    published(place, "a6", categories=["press"])
    badges = [place.badge(), place.badge(BadgeCategory.PRESS)]
    abroad = entrance().badge()
    assert pages(badges_pdf([*badges, abroad])) == [(86, 54), (105, 148), (96, 134)]
    mail = render_attachment("badge", badges[0].id)
    assert pages(mail.content) == [(86, 54)]
    out = tmp_path / "all.pdf"
    done = app.test_cli_runner().invoke(args=["badges", "print", place.fair.slug, "--out", str(out)])
    assert (done.exit_code, pages(out.read_bytes())) == (0, [(86, 54), (105, 148)])


def test_faces_cost_the_same_however_many(place: Entrance) -> None:
    badges = [
        place.badge(company=place.company("Gốm Mẫu", country="JP")), place.badge(), place.badge(BadgeCategory.VIP)
    ]  # fmt: skip
    for badge in badges:
        db.session.refresh(badge)
    with counted_queries() as one:
        assert faces(badges[:1])[0].country_code == "JP"
    with counted_queries() as many:
        found = faces(list(reversed(badges)))
    assert len(one) == len(many)
    assert [face.reference for face in found] == [badge.reference for badge in reversed(badges)]
    assert [face.reference for face in each_face([badge.id for badge in badges])] == [
        badge.reference for badge in badges
    ]


def test_a_portrait_is_made_anew_printed_where_the_layout_shows_it_and_kept_by_the_successor(place: Entrance) -> None:
    badge = place.badge()
    for bad in (b"%PDF-1.4", b"GIF89a", b""):
        with pytest.raises(InvalidInput) as caught:
            layouts.set_photo(badge, Upload("me.jpg", bad), by=SYSTEM)
        assert caught.value.field == "photo"
    content = standard_layout(photo=True).as_json()
    layout = layouts.create_layout(place.fair, "P", content=content, is_default=True, by=SYSTEM)
    layouts.publish(layout, based_on="1.1", by=SYSTEM)
    [without] = preflight_fair(place.fair.id, layout_for(place.fair.id, "trade"))
    assert (without.reference, without.kind) == (badge.reference, "missing_photo")
    layouts.set_photo(badge, Upload("me.png", picture("#00ff00", (600, 400))), by=SYSTEM)
    new = replace_badge(badge, "Lost", by=SYSTEM)
    assert preflight_fair(place.fair.id, layout_for(place.fair.id, "trade")) == []
    [face] = faces([new])
    assert face.photo is not None
    with Image.open(io.BytesIO(face.photo)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (354, 472))
    stored = new.photo_id
    layouts.set_photo(badge, None, by=SYSTEM)
    assert db.session.get(StoredFile, stored) is not None
    layouts.set_photo(new, None, by=SYSTEM)
    assert db.session.get(StoredFile, stored) is None


def test_the_hardest_badges_are_shown_first(place: Entrance) -> None:
    layout = standard_layout()
    assert longest_faces(place.fair.id, layout) == list(SAMPLES)
    for n in range(20):
        place.badge(person=place.person(f"Lê An {n}"))
    long = place.badge(person=place.person("Công Tằng Tôn Nữ Nguyễn Thị Huỳnh Phương Thuỳ Dương"))
    company = place.badge(company=place.company("Công ty Trách nhiệm Hữu hạn Một thành viên Mẫu"))
    scripts = [
        place.badge(person=place.person(name)) for name in ("佐藤 美咲", "محمد الفارسي", "สมศักดิ์ ศรีสุวรรณ", "Анна")
    ]
    revoked = place.badge(person=place.person("Nguyễn " * 20))
    revoke_badge(revoked, "Lost", by=SYSTEM)
    found = {face.reference for face in longest_faces(place.fair.id, layout)}
    assert {badge.reference for badge in (long, company, *scripts)} <= found
    assert revoked.reference not in found
    assert len(found) <= 12


def test_the_preflight_of_a_fair_asks_the_same_number_of_questions_however_many_badges(place: Entrance) -> None:
    place.badge(person=place.person("ⴰⵎⴰⵣⵉⵖ"))
    layout: Layout = standard_layout()
    fair_id = place.fair.id
    with counted_queries() as one:
        notes = preflight_fair(fair_id, layout)
    assert [(note.kind, note.text) for note in notes] == [("missing_glyphs", "ⴰⵎⵣⵉⵖ")]
    printed = place.badge(BadgeCategory.VIP, person=place.person("ⴰⵣ"))
    place.badge(person=place.person("Lê " * 60))
    fair_id = place.fair.id
    with counted_queries() as many:
        assert {note.kind for note in preflight_fair(fair_id, layout)} == {"missing_glyphs", "cut"}
    assert len(one) == len(many)
    assert [note.reference for note in preflight_fair(place.fair.id, layout, categories=["vip"])] == [printed.reference]
    assert db.session.scalar(select(Badge.id).where(Badge.printed_at.is_not(None))) is None


def test_a_portrait_is_handed_in_on_the_badges_page_where_its_layout_shows_it(place: Entrance, client: Client) -> None:
    badge = place.badge()
    path = f"/fairs/{place.fair.slug}/badges/{badge.reference}"
    login(client, place.user(Role.FRONT_DESK))
    assert 'id="portrait"' not in client.get(path).get_data(as_text=True)
    assert client.get(f"{path}/photo").status_code == 404
    layout = layouts.create_layout(
        place.fair, "P", content=standard_layout(photo=True).as_json(), is_default=True, by=SYSTEM
    )
    layouts.publish(layout, based_on="1.1", by=SYSTEM)
    assert 'id="portrait"' in client.get(path).get_data(as_text=True)
    for values in ({}, {"photo": (io.BytesIO(b"MZ"), "me.jpg")}):
        assert client.submit(f"{path}/photo", values).status_code == 422
    assert client.submit(f"{path}/photo", {"photo": (io.BytesIO(picture()), "me.png")}).status_code == 303
    assert client.get(f"{path}/photo").mimetype == "image/jpeg"
    assert client.submit(f"{path}/photo", {"remove": "1"}).status_code == 303
    assert client.get(f"{path}/photo").status_code == 404
