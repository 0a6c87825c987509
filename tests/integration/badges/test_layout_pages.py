"""Layouts of badges: designing by script and by form, publishing, versions, copies, files, who may."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.badges.layout_forms import ELEMENT_FIELDS
from fairs.badges.layout_service import create_layout, layout_for, publish
from fairs.badges.layouts import KINDS
from fairs.badges.models import BadgeLayout
from fairs.badges.states import BadgeCategory
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from tests.factories.checkin import Entrance, entrance
from tests.support.client import Client, csrf, login
from tests.support.queries import counted_queries

SEES = {Role.ORGANISER, Role.FRONT_DESK, Role.GATE_SUPERVISOR, Role.HOSPITALITY, Role.ADMIN}
EDITS = {Role.ORGANISER, Role.ADMIN}


@pytest.fixture
def place(app: Flask) -> Entrance:
    return entrance()


@pytest.fixture
def organiser(place: Entrance, client: Client) -> Client:
    login(client, place.user(Role.ORGANISER))
    client.get("/language/en")
    return client


def address(place: Entrance, rest: str = "") -> str:
    return f"/fairs/{place.fair.slug}/badges/layouts{rest}"


def made(place: Entrance, name: str = "Trade", **values: Any) -> BadgeLayout:
    return create_layout(place.fair, name, by=SYSTEM, **values)


def fresh(layout: BadgeLayout) -> BadgeLayout:
    return db.session.scalars(
        select(BadgeLayout).where(BadgeLayout.id == layout.id).execution_options(populate_existing=True)
    ).one()


def draft(client: Client, place: Entrance, layout: BadgeLayout) -> dict[str, Any]:
    found: dict[str, Any] = client.get(address(place, f"/{layout.id}/draft")).get_json()
    return found


def save(client: Client, place: Entrance, layout: BadgeLayout, content: Any, mark: str) -> Any:
    """As the designer's script saves."""
    return post_json(client, address(place, f"/{layout.id}/draft"), json.dumps({"mark": mark, "content": content}))


def post_json(client: Client, path: str, body: str) -> Any:
    return client.post(path, data=body, content_type="application/json", headers={"X-CSRFToken": csrf(client)})


def element(data: dict[str, Any], mark: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in data["content"]["front"] if one["id"] == mark)
    return found


def test_every_kind_of_element_has_its_properties() -> None:
    assert set(ELEMENT_FIELDS) == set(KINDS)


def test_who_sees_and_who_designs(place: Entrance, client: Client) -> None:
    layout = made(place)
    for role in (*Role, None):
        login(client, place.user(*([role] if role else [])))
        for page in (
            "",
            f"/{layout.id}/versions",
            f"/{layout.id}/versions/1",
            f"/{layout.id}/preview.png?badge=sample-1",
        ):
            assert client.get(address(place, page)).status_code == (200 if role in SEES else 403), (role, page)
        for page in ("/new", f"/{layout.id}", f"/{layout.id}/draft", f"/{layout.id}/export", f"/{layout.id}/publish"):
            assert client.get(address(place, page)).status_code == (200 if role in EDITS else 403), (role, page)


def test_layouts_of_another_fair_are_not_found(place: Entrance, organiser: Client) -> None:
    other = entrance()
    layout = made(other)
    content = draft_of(layout)
    for page in ("", "/draft", "/preview.png", "/publish", "/versions", "/versions/1", "/export"):
        assert organiser.get(address(place, f"/{layout.id}{page}")).status_code == 404, page
    for act in (
        "/publish",
        "/archive",
        "/discard",
        "/copy",
        "/name",
        "/elements/code",
        "/elements",
        "/page",
        "/versions/1/restore",
        "/pictures",
    ):
        assert organiser.submit(address(place, f"/{layout.id}{act}"), {"name": "x"}).status_code == 404, act
    assert save(organiser, place, layout, content, "1.1").status_code == 404
    answer = organiser.submit(address(place, "/choice"), {"default": str(layout.id)})
    assert answer.status_code == 422
    assert not fresh(layout).is_default
    # Neither can it be copied by who sees nothing of that fair.
    assert organiser.submit(address(place, "/new"), {"name": "x", "source": f"copy:{layout.id}"}).status_code == 422


def draft_of(layout: BadgeLayout) -> dict[str, Any]:
    return dict(layout.newest.content)


def test_create_design_publish_and_print(place: Entrance, organiser: Client) -> None:
    badge = place.badge(company=place.company())
    answer = organiser.submit(address(place, "/new"), {"name": "Trade visitors", "source": "standard:a6"})
    assert answer.status_code == 303
    layout = db.session.scalars(select(BadgeLayout).where(BadgeLayout.fair_id == place.fair.id)).one()
    assert "Trade visitors" in organiser.get(address(place)).text
    begun = draft(organiser, place, layout)
    assert (begun["content"]["size"], begun["problems"]) == ("a6", [])
    before = organiser.get(address(place, f"/{layout.id}/preview.png?badge={badge.reference}"))
    assert Image.open(io.BytesIO(before.data)).format == "PNG"

    # Moved out of the page: kept as a draft, named at its element, and not to be published.
    element(begun, "company")["x"] = 90.0
    judged = save(organiser, place, layout, begun["content"], begun["mark"]).get_json()
    assert [(one["side"], one["id"], one["field"]) for one in judged["problems"]][:1] == [("front", "company", "x")]
    assert judged["different"] > 0
    after = organiser.get(address(place, f"/{layout.id}/preview.png?badge={badge.reference}"))
    assert after.data != before.data
    refused = organiser.submit(address(place, f"/{layout.id}/publish"), {"mark": judged["mark"]})
    assert refused.status_code == 409
    assert "This layout has problems" in refused.text
    assert fresh(layout).published is None

    # Mended it is published, prints for whom it is chosen, and both are in the audit.
    element(begun, "company")["x"] = 5.0
    judged = save(organiser, place, layout, begun["content"], judged["mark"]).get_json()
    assert judged["problems"] == []
    organiser.submit(address(place, "/choice"), {"trade": str(layout.id), "default": ""})
    assert layout_for(place.fair.id, BadgeCategory.TRADE).size == "96x134"  # not published yet
    assert organiser.submit(address(place, f"/{layout.id}/publish"), {"mark": judged["mark"]}).status_code == 303
    assert layout_for(place.fair.id, BadgeCategory.TRADE).size == "a6"
    assert layout_for(place.fair.id, BadgeCategory.PRESS).size == "96x134"
    acts = set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("badges."))))
    assert {"badges.create_layout", "badges.save_layout", "badges.change_layout", "badges.publish_layout"} <= acts


def test_nobody_overwrites_a_colleague(place: Entrance, organiser: Client) -> None:
    layout = made(place)
    mine, theirs = draft(organiser, place, layout), draft(organiser, place, layout)
    element(theirs, "company")["largest"] = 11.0
    assert save(organiser, place, layout, theirs["content"], theirs["mark"]).status_code == 200
    answer = save(organiser, place, layout, mine["content"], mine["mark"])
    assert (answer.status_code, answer.get_json()["code"]) == (409, "layout_stale")
    late = organiser.submit(
        address(place, f"/{layout.id}/elements/company"), {"mark": mine["mark"]} | form_of(mine, "company")
    )
    assert late.status_code == 422
    assert "Somebody saved this layout meanwhile" in late.text
    assert element(draft(organiser, place, layout), "company")["largest"] == 11.0


def form_of(data: dict[str, Any], mark: str, **changes: Any) -> dict[str, Any]:
    """An element as its form sends it."""
    one = element(data, mark) | changes
    names = (
        "field",
        "text_vi",
        "text_en",
        "file",
        "x",
        "y",
        "w",
        "h",
        "largest",
        "smallest",
        "lines",
        "align",
        "valign",
        "colour",
        "categories",
    )
    return {name: one[name] for name in names} | {"fill": one["fill"] or ""} | ({"bold": "y"} if one["bold"] else {})


def test_without_a_script(place: Entrance, organiser: Client) -> None:
    layout = made(place)
    data = draft(organiser, place, layout)
    page = organiser.get(address(place, f"/{layout.id}?element=company")).text
    assert 'value="48.54"' in page
    place_of = address(place, f"/{layout.id}/elements/company")
    values = form_of(data, "company", x="10,5", largest="13", colour="other", categories=["press"])
    answer = organiser.submit(place_of, values | {"mark": data["mark"], "colour_other": "#123456"})
    assert answer.status_code == 303
    one = element(draft(organiser, place, layout), "company")
    assert (one["x"], one["largest"], one["colour"], one["categories"]) == (10.5, 13.0, "#123456", ["press"])

    # What cannot be is refused at the field, with what was typed.
    mark = fresh(layout).newest.mark
    for field, typed in (
        ("x", "abc"),
        ("w", "-3"),
        ("largest", "900"),
        ("lines", "9"),
        ("text_vi", "x" * 300),
        ("colour", "pink"),
        ("categories", ["kings"]),
    ):
        refused = organiser.submit(place_of, form_of(data, "company") | {"mark": mark, field: typed})
        assert refused.status_code == 422, field
        assert f'id="{field}-error"' in refused.text, field
        if field in {"x", "w", "largest"}:
            assert f'value="{typed}"' in refused.text
    assert fresh(layout).newest.mark == mark

    organiser.submit(address(place, f"/{layout.id}/elements"), {"side": "back", "kind": "field:seat"})
    organiser.submit(address(place, f"/{layout.id}/elements/company"), {"act": "backward"})
    organiser.submit(address(place, f"/{layout.id}/elements/weave"), {"act": "delete"})
    found = draft(organiser, place, layout)["content"]
    assert [one["field"] for one in found["back"]] == ["seat"]
    assert "weave" not in [one["id"] for one in found["front"]]
    mark = fresh(layout).newest.mark
    assert (
        organiser.submit(
            address(place, f"/{layout.id}/page"),
            {"mark": mark, "size": "label62", "length": "90", "qr_level": "H", "hole": "none"},
        ).status_code
        == 303
    )
    found = draft(organiser, place, layout)["content"]
    assert (found["size"], found["length"], found["qr_level"], found["hole"]) == ("label62", 90.0, "H", "none")
    assert organiser.submit(address(place, f"/{layout.id}/page"), {"size": "a0"}).status_code == 422
    assert organiser.submit(address(place, f"/{layout.id}/elements/nothing"), {}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"content": 3, "mark": "1.1"}',
        '{"content": {"format": 1}, "mark": "1.1"}',
        '{"content": {"format": 1, "size": "96x134", "front": [{"id": "a"}]}, "mark": 7}',
    ],
)
def test_a_script_that_sends_nonsense(place: Entrance, organiser: Client, body: str) -> None:
    layout = made(place)
    answer = post_json(organiser, address(place, f"/{layout.id}/draft"), body)
    assert answer.status_code in {409, 422}
    assert answer.get_json()["message"]
    assert fresh(layout).newest.mark == "1.1"


def test_versions_come_back(place: Entrance, organiser: Client) -> None:
    layout = made(place)
    publish(layout, based_on="1.1", by=SYSTEM)
    data = draft(organiser, place, layout)
    element(data, "company")["y"] = 80.0
    save(organiser, place, layout, data["content"], data["mark"])
    assert "moved" in organiser.get(address(place, f"/{layout.id}/publish")).text
    organiser.submit(address(place, f"/{layout.id}/publish"), {"mark": fresh(layout).newest.mark})
    assert "Version 2" in organiser.get(address(place, f"/{layout.id}/versions")).text
    assert organiser.get(address(place, f"/{layout.id}/versions/9")).status_code == 404
    assert organiser.get(address(place, f"/{layout.id}/preview.png?version=9")).status_code == 404
    assert organiser.submit(address(place, f"/{layout.id}/versions/1/restore")).status_code == 303
    assert element(draft(organiser, place, layout), "company")["y"] == 79.0
    assert fresh(layout).published is not None
    assert fresh(layout).published.number == 2  # type: ignore[union-attr]
    organiser.submit(address(place, f"/{layout.id}/discard"))
    assert element(draft(organiser, place, layout), "company")["y"] == 80.0


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(out, "PNG")
    return out.getvalue()


def test_out_and_in_again(place: Entrance, organiser: Client) -> None:
    layout = made(place)
    answer = organiser.submit(
        address(place, f"/{layout.id}/pictures"),
        {"picture": (io.BytesIO(picture("red")), "logo.png")},
        content_type="multipart/form-data",
    )
    digest = answer.get_json()["file"]
    data = draft(organiser, place, layout)
    data["content"]["front"].append({"id": "logo", "kind": "logo", "x": 70, "y": 50, "w": 20, "h": 10, "file": digest})
    assert save(organiser, place, layout, data["content"], data["mark"]).status_code == 200
    refused = organiser.submit(
        address(place, f"/{layout.id}/pictures"),
        {"picture": (io.BytesIO(b"MZ"), "logo.png")},
        content_type="multipart/form-data",
    )
    assert refused.status_code == 422
    file = organiser.get(address(place, f"/{layout.id}/export")).data

    # At another fair of theirs, with its picture.
    other = entrance()
    login(organiser, other.user(Role.ORGANISER))
    organiser.get("/language/en")
    answer = organiser.submit(
        address(other, "/import"), {"file": (io.BytesIO(file), "Trade.json")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303
    copy = db.session.scalars(select(BadgeLayout).where(BadgeLayout.fair_id == other.fair.id)).one()
    assert (copy.name, len(copy.pictures)) == ("Trade", 1)
    assert organiser.get(address(other, f"/{copy.id}/preview.png?badge=sample-1")).status_code == 200

    for content, words in (
        (b"\xff\x00", "This is no file with a badge layout."),
        (b"[1]", "This is no file with a badge layout."),
        (b'{"fairs_badge_layout": 1, "pictures": {"a": 3}}', "This is no file with a badge layout."),
        (b'{"format": 1, "size": "a0", "front": []}', "size: Choose one of the list."),
        (b'{"format": 1, "size": "a6", "front": [{"id": "e1", "kind": "field", "x": "left", "y": 0, "w": 5, "h": 5}]}', "front[0].x: Give millimetres."),
    ):  # fmt: skip
        answer = organiser.submit(
            address(other, "/import"), {"file": (io.BytesIO(content), "x.json")}, content_type="multipart/form-data"
        )
        assert answer.status_code == 422
        assert words in answer.text
    assert organiser.submit(address(other, "/import"), {}, content_type="multipart/form-data").status_code == 422


def test_copy_rename_put_away(place: Entrance, organiser: Client) -> None:
    layout = made(place, categories=["press"])
    other = entrance()
    assert organiser.submit(address(place, f"/{layout.id}/copy"), {"fair": other.fair.slug}).status_code == 422
    assert (
        organiser.submit(
            address(place, f"/{layout.id}/copy"), {"fair": place.fair.slug, "copy_name": "Bản hai"}
        ).status_code
        == 303
    )
    assert organiser.submit(address(place, f"/{layout.id}/name"), {"name": " "}).status_code == 422
    organiser.submit(address(place, f"/{layout.id}/name"), {"name": "Báo chí"})
    assert fresh(layout).name == "Báo chí"
    organiser.submit(address(place, f"/{layout.id}/archive"))
    assert fresh(layout).archived_at is not None
    assert organiser.get(address(place, f"/{layout.id}")).status_code == 303  # to its last version
    assert organiser.submit(address(place, f"/{layout.id}/archive")).status_code == 409
    data = draft(organiser, place, layout)
    assert save(organiser, place, layout, data["content"], data["mark"]).status_code == 409


def test_a_category_moves_from_one_layout_to_another(place: Entrance, organiser: Client) -> None:
    first, second = made(place, "A", categories=["trade", "press"], is_default=True), made(place, "B")
    values = {"trade": str(second.id), "press": str(first.id), "default": str(second.id)}
    assert organiser.submit(address(place, "/choice"), values).status_code == 303
    assert (fresh(first).categories, fresh(first).is_default) == (["press"], False)
    assert (fresh(second).categories, fresh(second).is_default) == (["trade"], True)
    for wrong in ("x", "-1", "9" * 30):
        assert organiser.submit(address(place, "/choice"), {"trade": wrong}).status_code == 422
    assert fresh(second).categories == ["trade"]


def test_the_preview_takes_any_badge_and_category(place: Entrance, organiser: Client) -> None:
    layout = made(place)
    preview = address(place, f"/{layout.id}/preview.png")
    badge = place.badge(person=place.person("Đỗ Thị Hương"))
    pictures = {
        organiser.get(f"{preview}?{query}").data
        for query in (
            "badge=sample-1&category=press",
            "badge=sample-1&category=vip",
            f"badge={badge.reference}",
            "side=back",
        )
    }
    assert len(pictures) == 4
    assert organiser.get(f"{preview}?category=kings&side=top&v=x").status_code == 200
    unknown = organiser.get(f"{preview}?badge=XX-P-1")
    assert (unknown.status_code, unknown.get_json()["field"]) == (422, "badge")
    theirs = entrance().badge()
    assert organiser.get(f"{preview}?badge={theirs.reference}").status_code == 422


def test_as_many_statements_for_three_layouts_as_for_one(place: Entrance, organiser: Client) -> None:
    made(place, "A")

    def count() -> int:
        organiser.get(address(place))
        with counted_queries() as statements:
            assert organiser.get(address(place)).status_code == 200
        return len(statements)

    one = count()
    for name in ("B", "C"):
        made(place, name)
    assert count() == one
