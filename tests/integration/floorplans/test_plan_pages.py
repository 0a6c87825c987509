"""The plan page's answers, publishing by page, pictures under the plan, booths by spreadsheet."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from fairs.core.actor import SYSTEM
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.floorplans.plans import draft_of, drafted_plan
from fairs.floorplans.service import HallDraft, create_hall
from fairs.floorplans.sheets import HEADS, hand_in, read, take_over
from tests.factories.booths import Ground, new_ground
from tests.support.client import Client, csrf, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


@pytest.fixture
def ground(app: Flask) -> Ground:
    return new_ground()


@pytest.fixture
def organiser(ground: Ground, new_client: Callable[[], Client]) -> Client:
    client = new_client()
    login(client, ground.user(Role.ORGANISER))
    client.get("/language/en")
    return client


def base(ground: Ground) -> str:
    return f"/fairs/{ground.fair.slug}/floorplan"


def sends(client: Client, path: str, body: Any) -> Any:
    """What the page's script sends, with the token that it has from the page."""
    return client.post(path, json=body, headers={"X-CSRFToken": csrf(client)})


def codes(ground: Ground) -> list[str]:
    return sorted(booth.code for booth in drafted_plan(ground.hall, draft_of(ground.hall)).booths.values())


def test_the_script_loads_changes_and_takes_back(ground: Ground, organiser: Client) -> None:
    address = f"{base(ground)}/halls/A"
    draft = organiser.get(f"{address}/draft").get_json()
    assert (draft["revision"], len(draft["booths"]), draft["problems"], draft["different"]) == (0, 24, [], 0)
    key, booth = next((key, booth) for key, booth in draft["booths"].items() if booth["code"] == "A-001")
    assert draft["sides"][key] == "tl"
    step = {"revision": 0, "label": "move", "changes": [{"key": key, "after": {**booth, "x": 450}}]}
    done = sends(organiser, f"{address}/draft", step).get_json()
    assert done["revision"] == 1 and done["different"] == 1 and done["can_undo"]
    assert [one["keys"][0] for one in done["problems"] if one["kind"] == "overlap"] == [key]
    late = sends(organiser, f"{address}/draft", step)
    assert (late.status_code, late.get_json()["code"]) == (409, "draft_changed")
    undone = sends(organiser, f"{address}/undo", {"revision": 1}).get_json()
    assert undone["problems"] == [] and undone["changes"] == [{"key": key, "after": booth}] and undone["can_redo"]
    assert sends(organiser, f"{address}/undo", {"revision": 2}).get_json()["code"] == "nothing_to_undo"
    for odd in ([], {"revision": "2", "changes": []}, {"revision": 2}, {"revision": 2, "changes": [1]}):
        assert sends(organiser, f"{address}/draft", odd).status_code == 422
    assert organiser.post(f"{address}/draft", json=step).status_code == 400  # without the token


def test_the_pages_ask_the_same_however_many_booths_there_are(ground: Ground, organiser: Client) -> None:
    def count(path: str) -> int:
        with counted_queries() as queries:
            assert organiser.get(path).status_code == 200
        return len(queries)

    pages = [f"{base(ground)}/halls/A", f"{base(ground)}/halls/A/draft", f"{base(ground)}/halls/A/publish"]
    before = [count(page) for page in pages]
    extra = {"code": "A-100", "x": 900, "y": 950, "w": 300, "h": 100, "type": "SHELL9", "zone": "CER"}
    changes = [{"key": f"n{n}", "after": {**extra, "code": f"A-10{n}"}} for n in range(3)]
    assert sends(organiser, f"{base(ground)}/halls/A/draft", {"revision": 0, "changes": changes}).status_code == 200
    after = [count(page) for page in pages]
    assert all(now - then <= 2 for then, now in zip(before, after, strict=True))  # the draft's row, its steps


def test_the_public_sees_a_published_plan_at_once_and_no_draft(
    ground: Ground, organiser: Client, new_client: Callable[[], Client]
) -> None:
    reader, address = new_client(), f"{base(ground)}/halls/A"
    booths = organiser.get(f"{address}/draft").get_json()["booths"]
    key, booth = next((key, booth) for key, booth in booths.items() if booth["code"] == "A-024")
    assert "A-024" in reader.get(f"/f/{ground.fair.slug}/plan").get_data(as_text=True)
    step = {"revision": 0, "label": "edit", "changes": [{"key": key, "after": {**booth, "code": "A-924"}}]}
    assert sends(organiser, f"{address}/draft", step).status_code == 200
    assert "A-924" not in reader.get(f"/f/{ground.fair.slug}/plan").get_data(as_text=True)
    assert organiser.submit(f"{address}/publish", {"revision": "1"}).status_code == 303
    page = reader.get(f"/f/{ground.fair.slug}/plan").get_data(as_text=True)
    assert "A-924" in page and "A-024" not in page
    assert organiser.submit(f"{address}/versions/1/restore").status_code == 303
    assert "A-024" in codes(ground)
    assert organiser.get(f"{address}/versions/9").status_code == 404


def _picture(size: tuple[int, int] = (800, 600)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "white").save(target, "PNG")
    return target.getvalue()


def _pdf() -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(800, 400))
    canvas.rect(50, 50, 700, 300)
    canvas.save()
    return target.getvalue()


@pytest.mark.parametrize(("name", "content", "ratio"), [("hall.png", _picture(), 4 / 3), ("hall.pdf", _pdf(), 2)])
def test_a_picture_lies_under_the_plan(
    ground: Ground, organiser: Client, name: str, content: bytes, ratio: float
) -> None:
    address = f"{base(ground)}/halls/A"
    assert organiser.submit(f"{address}/backdrop", {"file": (io.BytesIO(content), name)}).status_code == 303
    back = organiser.get(f"{address}/draft").get_json()["backdrop"]
    assert back["w"] / back["h"] == pytest.approx(ratio, rel=0.01)
    assert back["w"] * back["mm"] / 10 == pytest.approx(2_400, rel=0.01)
    assert organiser.get(back["url"]).mimetype == "image/webp"
    placed = sends(organiser, f"{address}/backdrop/place", {"mm": 12.5, "x": -30, "opacity": 70}).get_json()
    assert (placed["mm"], placed["x"], placed["y"], placed["opacity"]) == (12.5, -30, 0, 70)
    for odd in ({"mm": 0}, {"mm": "1"}, {"opacity": 101}, {"x": True}):
        assert sends(organiser, f"{address}/backdrop/place", odd).status_code == 422
    assert organiser.submit(f"{address}/backdrop", {"do": "remove"}).status_code == 303
    assert organiser.get(f"{address}/backdrop").status_code == 404


@pytest.mark.parametrize("content", [b"", b"MZ no picture", b"%PDF-1.4 broken"])
def test_what_is_no_picture_is_refused(ground: Ground, organiser: Client, content: bytes) -> None:
    answer = organiser.submit(f"{base(ground)}/halls/A/backdrop", {"file": (io.BytesIO(content), "x.png")})
    assert answer.status_code == 422
    assert draft_of(ground.hall) is None


# --- sheets ---------------------------------------------------------------------------------------------------------


def book(rows: list[list[Any]], fill: Callable[[Any], None] | None = None) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if fill is not None:
            fill(sheet)
    return target.getvalue()


HEAD = ["Hall", "Booth number", "Kind of booth", "Zone", "From the left (m)", "From the top (m)", "Width (m)", "Depth (m)", "Not for sale", "Reason"]  # fmt: skip


def looked_at(ground: Ground, organiser: Client, content: bytes, **form: str) -> str:
    """The dry run's page."""
    answer = organiser.submit(f"{base(ground)}/import", {"file": (io.BytesIO(content), "booths.xlsx"), **form})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location)


def test_a_sheet_goes_out_is_changed_and_comes_back(ground: Ground, organiser: Client) -> None:
    out = organiser.get(f"{base(ground)}/booths.xlsx")
    [sheet] = read_sheets(out.data)
    assert [cell[1] for cell in sheet[0]] == HEAD and len(sheet) == 25
    rows = [[float(value) if kind == "number" else value for kind, value in row] for row in sheet]
    rows = [[*row, *[""] * (len(HEAD) - len(row))] for row in rows]
    rows[1][4] = "2,75"
    rows[2][8], rows[2][9] = "x", "@SUM(1)"
    rows[3][1] = "a 003"  # small letters and a blank are mended
    rows.append(["A", "B-100", "Standard shell-scheme booth", "silk", 3, 20.5, 3, 3])
    place = looked_at(ground, organiser, book(rows))
    page = organiser.get(place).get_data(as_text=True)
    assert "read as A-003" in page and "B-100" in page
    assert "A-100" not in codes(ground)
    assert organiser.submit(place).status_code == 303
    plan = {booth.code: booth for booth in drafted_plan(ground.hall, draft_of(ground.hall)).booths.values()}
    assert plan["A-001"].x == 275 and plan["A-002"].blocked and plan["A-002"].reason == "@SUM(1)"
    assert (plan["B-100"].zone, plan["B-100"].y, len(plan)) == ("SLK", 2_050, 25)
    text = organiser.get(f"{base(ground)}/booths.csv").get_data(as_text=True)
    assert "'@SUM(1)" in text and text.startswith("\ufeffHall,")
    assert organiser.get(place).status_code == 404  # taken over once


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["A", "Đ-01", "SHELL9", "", 3, 21, 1, 1], "Do you mean D-01?"),
        (["A", "A-0123456789012", "SHELL9", "", 3, 21, 1, 1], "12 at most"),
        (["A", "", "SHELL9", "", 3, 21, 1, 1], "12 at most"),
        (["Z", "A-100", "SHELL9", "", 3, 21, 1, 1], "no hall Z"),
        (["A", "A-100", "CASTLE", "", 3, 21, 1, 1], "CASTLE is not known"),
        (["A", "A-100", "SHELL9", "MOON", 3, 21, 1, 1], "MOON is not known"),
        (["A", "A-100", "SHELL9", "", "left", 21, 1, 1], "no number of metres"),
        (["A", "A-100", "SHELL9", "", 3, 21, 0, 1], "0.5"),
        (["A", "A-100", "SHELL9", "", 3, 21, 1, ""], "needs this"),
        (["A", "A-100", "SHELL9", "", 3, 21, 1, 1, "perhaps"], "Write x for yes"),
        (["A", "A-001", "SHELL9", "", 30, 21, 1, 1], "outside the hall"),
        (["A", "A-100", "SHELL9", "", 3, 3, 1, 1], "overlap"),
        (["B", "A-001", "SHELL9", "", 0, 0, 3, 3], "stands in hall A already"),
    ],
)
def test_each_row_that_is_wrong_is_named_and_nothing_is_taken_over(
    ground: Ground, organiser: Client, row: list[Any], words: str
) -> None:
    create_hall(ground.fair, HallDraft("B", "Nhà B", "Hall B", 2_000, 2_000), by=SYSTEM)
    place = looked_at(ground, organiser, book([HEAD, ["A", "A-200", "SHELL9", "", 3, 20, 0.5, 0.5], row]))
    page = organiser.get(place).get_data(as_text=True)
    assert words in page and ">3</td>" in page
    organiser.submit(place)
    assert draft_of(ground.hall) is None


def test_duplicates_merged_cells_and_formulas_are_named(ground: Ground, organiser: Client) -> None:
    def fill(sheet: Any) -> None:
        sheet.merge_range(3, 1, 4, 1, "A-300")
        sheet.write_formula(5, 4, "=1+1")

    rows = [
        HEAD,
        ["A", "A-200", "SHELL9", "", 3, 20, 1, 1],
        ["A", "a 200", "SHELL9", "", 3, 21, 1, 1],
        ["A"],
        ["A"],
        ["A", "A-301", "SHELL9"],
    ]
    page = organiser.get(looked_at(ground, organiser, book(rows, fill))).get_data(as_text=True)
    assert "A-200 stands in row 2 already" in page and "merged" in page and "Rows to mend" in page


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"\xff\x00", "Tên;Khu\nA;B".encode()])
def test_a_sheet_that_cannot_be_read_is_refused(ground: Ground, organiser: Client, content: bytes) -> None:
    answer = organiser.submit(f"{base(ground)}/import", {"file": (io.BytesIO(content), "x.xlsx")})
    assert answer.status_code == 422
    assert organiser.submit(f"{base(ground)}/import", {}).status_code == 422


def test_a_sheet_may_replace_all_booths_of_its_halls(ground: Ground, organiser: Client) -> None:
    rows = [HEAD, ["A", "A-001", "", "", "", "", "", ""], ["A", "A-200", "SHELL9", "CER", 9, 9, 3, 3]]
    page_at = looked_at(ground, organiser, book(rows), replaces="y")
    assert organiser.submit(page_at).status_code == 303
    assert codes(ground) == ["A-001", "A-200"]


def test_ten_thousand_booths_by_sheet(ground: Ground) -> None:
    hall = create_hall(ground.fair, HallDraft("C", "Nhà C", "Hall C", 40_000, 50_000), by=SYSTEM)
    heads = ",".join(names[1] for names in HEADS.values())
    lines = [
        f"C,C-{n + 1:05},SHELL9,CER,{3 + 3 * (n % 100)},{3 + n // 200 * 9 + n // 100 % 2 * 3},3,3,,"
        for n in range(10_000)
    ]
    started = time.process_time()
    kept = hand_in(ground.fair, Upload("c.csv", "\n".join([heads, *lines]).encode()), replaces=False, by=SYSTEM)
    assert read(ground.fair, kept).problems == []
    take_over(ground.fair, kept, by=SYSTEM)
    assert time.process_time() - started < 30
    assert len(drafted_plan(hall, draft_of(hall)).booths) == 10_000
