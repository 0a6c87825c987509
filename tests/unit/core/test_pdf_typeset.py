"""Text in boxes: never wider, never higher, as large as it goes."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fairs.core.typeset import Block, fit, line, wrap

WORDS = st.text(
    st.sampled_from("aăâđêôơưẾỄỘWil. -/,()АЖяمحدبنสุ่ปก้ำ田中國对サーン、（）민준한 \u200c\u0301😀"), max_size=160
)


@settings(deadline=None, max_examples=300)
@given(WORDS, st.floats(20, 300), st.floats(12, 100), st.integers(1, 4), st.booleans())
def test_never_leaves_the_box(text: str, width: float, height: float, lines: int, bold: bool) -> None:
    block = fit(text, width, height, bold=bold, largest=40, smallest=6, lines=lines)
    assert block.height <= height + 0.01
    assert len(block.lines) <= lines
    assert block.size <= 40
    # One letter at the smallest size is the least that is shown.
    if width > 40 or not block.truncated:
        assert block.width <= width + 0.01


def test_short_text_takes_the_largest_size() -> None:
    assert fit("Lê An", 300, 100, largest=40, smallest=6).size == 40


def test_two_lines_are_used_when_that_is_larger() -> None:
    one = fit("Nguyễn Thị Ánh Tuyết", 230, 90, largest=46, smallest=8, lines=1)
    two = fit("Nguyễn Thị Ánh Tuyết", 230, 90, largest=46, smallest=8, lines=2)
    assert len(two.lines) == 2
    assert two.size > one.size * 1.3


def shown(block: Block) -> list[str]:
    return [ln.spoken or "".join(str(text) for _, _, text in ln.pieces) for ln in block.lines]


def test_lines_are_even() -> None:
    assert shown(fit("Công ty TNHH Gốm sứ Mẫu Bát Tràng", 130, 60, largest=15, smallest=7, lines=2)) == [
        "Công ty TNHH Gốm", "sứ Mẫu Bát Tràng",
    ]  # fmt: skip


def test_words_stay_whole_while_they_can() -> None:
    block = fit("Delegate to the international seminar", 80, 20, largest=12, smallest=6, lines=3)
    assert " ".join(shown(block)) == "Delegate to the international seminar"


def test_dates_are_not_torn() -> None:
    assert "9:00–18:00" in " | ".join(
        shown(fit("ngày 14-10-2026, 9:00–18:00", 60, 60, largest=12, smallest=5, lines=3))
    )


def test_japanese_breaks_between_characters_but_not_before_closing_marks() -> None:
    for text in shown(fit("株式会社サンプルー、貿易（東京）", 60, 100, language="ja", largest=20, smallest=5, lines=4)):
        assert text[0] not in "ー、）"
        assert text[-1] != "（"


def test_the_last_resort_is_an_ellipsis() -> None:
    block = fit("W" * 300, 100, 20, largest=20, smallest=8, lines=1)
    assert block.truncated
    assert shown(block)[0].endswith("W…")
    assert block.width <= 100


def test_empty() -> None:
    block = fit(" ", 100, 20, largest=10, smallest=5)
    assert (block.height, block.width, block.lines) == (0.0, 0.0, ())


def test_shaping_joins_arabic_letters() -> None:
    """Joined forms are other glyphs than the letters alone, and they are drawn from the left."""
    joined = line("محمد")
    alone = [glyph for letter in "محم" for _, _, glyphs in line(letter).pieces for glyph in glyphs]
    assert alone
    assert not set(joined.pieces[0][2]) & set(alone)
    assert line("محمد ABC").pieces[0][2] == "ABC"
    assert joined.spoken == "محمد"


def test_thai_marks_take_no_room() -> None:
    assert line("ที่").width == pytest.approx(line("ท").width, abs=0.02)


@settings(deadline=None, max_examples=200)
@given(WORDS, st.floats(40, 400))
@example("W中민\u0301", 40.0)  # the mark takes the syllable apart, so that the line is wider than its tokens
def test_wrapped_text_keeps_to_the_column(text: str, width: float) -> None:
    block = wrap(text, width, 10)
    assert block.width <= width + 1.5


def test_wrapping_keeps_line_ends_and_loses_nothing() -> None:
    text = "Kính gửi: Ông Mẫu\n\nSở Công Thương Hà Nội trân trọng kính mời. " + "x" * 100
    block = wrap(text, 120, 10)
    assert "".join(shown(block)).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert shown(block)[1] == ""
