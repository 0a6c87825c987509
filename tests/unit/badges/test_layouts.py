"""Layouts as data: what may be published, what is no layout at all, and how sheets, backs and large runs are printed."""

from __future__ import annotations

import copy
import io
from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.units import mm

from fairs.badges.codes import sign
from fairs.badges.layouts import SIZES, Element, Layout, check_layout
from fairs.badges.pdf import preview_png, render_badges, write_badges
from fairs.badges.preflight import preflight
from fairs.badges.standard import standard_layout
from tests.unit.badges.faces import KEY, LONGEST, ORDINARY, face

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("level", ["M", "H"])
@pytest.mark.parametrize("photo", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_standard_layouts_have_no_problem_and_survive_as_data(size: str, photo: bool, level: str) -> None:
    layout = standard_layout(size, photo=photo, level=level)
    assert check_layout(layout.as_json()) == []
    assert Layout.from_json(layout.as_json()) == layout
    assert layout.shows_photo is photo


def changed(**values: Any) -> dict[str, Any]:
    """The standard layout with other values: ``front_3_w`` is the width of the fourth element."""
    data = copy.deepcopy(standard_layout().as_json())
    for path, value in values.items():
        where: Any = data
        *steps, last = path.split("__")
        for step in steps:
            where = where[int(step) if step.isdigit() else step]
        if value is ...:
            del where[last]
        else:
            where[last] = value
    return data


NAMES = [one.id for one in standard_layout().front]
CODE, NAME = NAMES.index("code"), NAMES.index("native_name")


@pytest.mark.parametrize(
    ("data", "path", "is_broken"),
    [
        ([], "", True), (changed(format=2), "format", True), (changed(size="a7"), "size", True), (changed(size=[]), "size", True),
        (changed(hole={}), "hole", True), (changed(qr_level="L"), "qr_level", True), (changed(more=1), "more", True),
        (changed(front="x"), "front", True), (changed(front=...), "front", True), (changed(back=[[]]), "back[0]", True),
        (changed(front__0__w="10"), "front[0].w", True), (changed(front__0__w=float("nan")), "front[0].w", True),
        (changed(front__0__w=True), "front[0].w", True), (changed(front__0__kind="script"), "front[0].kind", True),
        (changed(front__0__fill="red; x"), "front[0].fill", True), (changed(front__0__id="a b"), "front[0].id", True),
        (changed(front__0__id=NAMES[1]), "front[1].id", True), (changed(front__0__onclick="x"), "front[0].onclick", True),
        (changed(front__0__categories=["x"]), "front[0].categories", True), (changed(front__0__file="../x"), "front[0].file", True),
        (changed(**{f"front__{NAME}__field": "email"}), f"front[{NAME}].field", True),
        (changed(**{f"front__{NAME}__lines": 5}), f"front[{NAME}].lines", True),
        (changed(**{f"front__{NAME}__smallest": 99}), f"front[{NAME}].smallest", True),
        (changed(length=80), "length", False), (changed(**{f"front__{CODE}__w": 20, f"front__{CODE}__h": 20}), f"front[{CODE}].w", False),
        (changed(**{f"front__{CODE}__h": 33}), f"front[{CODE}].w", False), (changed(qr_level="H", **{f"front__{CODE}__w": 30, f"front__{CODE}__h": 30}), f"front[{CODE}].w", False),
        (changed(**{f"front__{CODE}__x": 62}), f"front[{CODE}]", False), (changed(**{f"front__{NAME}__x": 40}), f"front[{NAME}].x", False),
        (changed(**{f"front__{NAME}__y": 5}), f"front[{NAME}]", False), (changed(**{f"front__{NAME}__h": 70}), f"front[{CODE}]", False),
        (changed(**{f"front__{NAME}__field": "company"}), None, None), (changed(**{f"front__{CODE}__kind": "logo"}), f"front[{CODE}].file", False),
        (changed(**{f"front__{CODE}__kind": "logo"}), "front", False), (changed(**{f"front__{CODE}__categories": ["vip"]}), "front", False),
        (changed(back=[{"id": "t", "kind": "text", "x": 1, "y": 50, "w": 10, "h": 5}]), "back[0].text_vi", False),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_place(data: Any, path: str | None, is_broken: bool | None) -> None:
    found = check_layout(data)
    if path is None:  # the passport's name is still there
        assert found == []
        return
    assert (path, is_broken) in {(one.path, one.is_broken) for one in found}


@settings(deadline=None, max_examples=60)
@given(JSON, st.sampled_from(["format", "size", "hole", "front", "back", "length", "qr_level"]), JSON, JSON)
def test_whatever_is_handed_in_gets_an_answer(whole: Any, key: str, value: Any, element: Any) -> None:
    for data in (whole, changed(**{key: value}), changed(front=[element])):
        problems = check_layout(data)
        if not any(one.is_broken for one in problems):
            Layout.from_json(data)


def texts(document: pdfium.PdfDocument) -> list[str]:
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


BACK = (
    Element("t", "text", 5, 40, 60, 8, text_vi="Xin chào", text_en="Welcome", bold=True),
    Element("vip", "text", 5, 60, 60, 8, text_en="Lounge", categories=("vip",)),
    Element("job", "field", 5, 20, 60, 8, field="job_title"),
    Element("seat", "field", 5, 30, 60, 8, field="seat"),
    Element("ref", "field", 5, 10, 60, 8, field="reference"),
)


def test_a_back_follows_each_front_in_the_wearers_language_and_category() -> None:
    layout = replace(standard_layout(), back=BACK)
    guest = replace(ORDINARY["french"], category="vip", job_title="Acheteuse", seat="A12", reference="GS26-P-00007")
    with pdfium.PdfDocument(render_badges([ORDINARY["short"], guest], layout)) as document:
        front, back, _guest, other = texts(document)
    assert "Lê An" in front
    assert (back, other) == ("Xin chào", "Welcome Lounge Acheteuse A12 GS26-P-00007")


def test_sheets_hold_fronts_then_mirrored_backs() -> None:
    layout = replace(standard_layout("a4-86x54"), back=(Element("n", "field", 4, 20, 60, 10, field="native_name"),))
    names = [f"Person {n}" for n in range(13)]
    faces = [replace(ORDINARY["short"], native_name=name, passport_name="") for name in names]
    with pdfium.PdfDocument(render_badges(faces, layout)) as document:
        assert [page.get_size() for page in document] == [pytest.approx((210 * mm, 297 * mm), abs=0.1)] * 4
        places = []
        for page in document:
            text = page.get_textpage()
            found = {}
            for name in names:
                match = text.search(name, match_whole_word=True).get_next()
                if match:
                    found[name] = text.get_charbox(match[0])
            places.append(found)
        picture = document[0].render(scale=1).to_pil().convert("L")
    assert [list(found) for found in places] == [names[:10], names[:10], names[10:], names[10:]]
    for front, back in ((places[0], places[1]), (places[2], places[3])):
        for name in front:
            # Turned over its long edge, the card's back lies behind its front.
            assert (front[name][0] < 105 * mm) is (back[name][0] > 105 * mm)
            assert front[name][1] == pytest.approx(back[name][1], abs=12 * mm)
    # Crop marks: ink in the margin where the cards are cut, and nowhere else.
    x = round((210 - 2 * 86) / 2 * mm)
    margin = picture.crop((0, 0, picture.width, round(12 * mm)))
    dark = {n for n in range(margin.width) if min(margin.crop((n, 0, n + 1, margin.height)).tobytes()) < 250}
    assert dark
    assert all(min(abs(n - cut) for cut in (x, x + 86 * mm, x + 172 * mm)) <= 2 for n in dark)


def test_badges_of_several_layouts_in_one_run_keep_their_order_and_whole_sheets() -> None:
    sheet, single = standard_layout("a4-a6"), standard_layout("label62")
    faces = [replace(ORDINARY["short"], native_name=f"Person {n}") for n in range(9)]
    jobs = [(shown, single if n == 0 else sheet) for n, shown in enumerate(faces)]
    out = io.BytesIO()
    assert write_badges(jobs, out, batch=3) == 9
    with pdfium.PdfDocument(out.getvalue()) as document:
        assert [[n for n in range(9) if f"Person {n}" in text] for text in texts(document)] == [
            [0],
            [1, 2, 3, 4],
            [5, 6, 7, 8],
        ]


def test_helpers_draw_the_same_pages() -> None:
    base = [*ORDINARY.values(), *LONGEST.values()]
    faces = [replace(base[n % len(base)], code=sign(bytes([n]) * 12, KEY)) for n in range(45)]
    files = []
    for count in (1, 2):
        out = io.BytesIO()
        layout = standard_layout()
        assert write_badges(((shown, layout) for shown in faces), out, processes=count, batch=8, worthwhile=20) == 45
        files.append(out.getvalue())
    alone, together = (pdfium.PdfDocument(data) for data in files)
    assert texts(alone) == texts(together)
    for n in (0, 7, 8, 30, 44):
        one, other = (document[n].render(scale=1).to_pil() for document in (alone, together))
        assert one.tobytes() == other.tobytes()


def test_a_logo_keeps_its_shape_and_what_is_transparent() -> None:
    logo = Image.new("RGBA", (200, 100), (0, 0, 255, 255))
    logo.paste((0, 0, 0, 0), (0, 0, 100, 100))
    data = io.BytesIO()
    logo.save(data, "PNG")
    digest = "a" * 64
    front = (
        *standard_layout().front,
        Element("logo", "logo", 10, 100, 20, 20, file=digest, align="center", valign="middle"),
    )
    layout = replace(standard_layout(), front=front, pictures={digest: data.getvalue()})
    badge = replace(ORDINARY["short"], country_code="", country_name="")
    picture = Image.open(io.BytesIO(preview_png(badge, layout, dpi=254))).convert("RGB")
    assert [picture.getpixel((x * 10, 110 * 10)) for x in (12, 18, 22, 28)] == [(255, 255, 255)] * 2 + [(0, 0, 255)] * 2
    assert picture.getpixel((250, 1030)) == picture.getpixel((250, 1170)) == (255, 255, 255)


def test_the_preview_shows_either_side() -> None:
    front = Image.open(io.BytesIO(preview_png(ORDINARY["japanese"], standard_layout("a4-a6"), dpi=100)))
    assert front.size == (pytest.approx(413, abs=1), pytest.approx(583, abs=1))
    assert zxingcpp.read_barcodes(front)[0].text == ORDINARY["japanese"].code
    back = Image.open(io.BytesIO(preview_png(ORDINARY["japanese"], standard_layout(), "back", dpi=50)))
    assert back.convert("L").getextrema() == (255, 255)


def test_preflight_names_what_prints_badly_and_nothing_else() -> None:
    assert preflight(ORDINARY.values(), standard_layout()) == []
    strange = replace(face("ⴰⵎⴰⵣⵉⵖ", None, "AMAZIGH", "Sample 😀", "Morocco", "MA"), reference="P-1")
    long = replace(LONGEST["endless"], reference="P-2")
    found = {(note.reference, note.kind, note.field) for note in preflight([strange, long], standard_layout())}
    assert {("P-1", "missing_glyphs", "native_name"), ("P-1", "missing_glyphs", "company")} <= found
    assert {("P-2", "cut", field) for field in ("native_name", "passport_name", "company", "country")} <= found
    [small] = [
        note
        for note in preflight([replace(LONGEST["labels"], fair_name="A")] * 2, standard_layout())
        if note.kind == "too_small"
    ]
    assert small.field == "fair_dates"


def test_preflight_misses_portraits_only_where_the_layout_shows_them() -> None:
    badge = replace(ORDINARY["short"], category="press")
    layout = standard_layout(photo=True)
    assert [note.kind for note in preflight([badge], layout)] == ["missing_photo"]
    others = tuple(replace(one, categories=("vip",)) if one.kind == "photo" else one for one in layout.front)
    assert preflight([badge], replace(layout, front=others)) == []
