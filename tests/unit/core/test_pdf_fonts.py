"""Which font draws what: by script, by language, right to left, and what none can draw."""

from __future__ import annotations

import pytest

from fairs.core import fonts
from fairs.core.fonts import Run, find, language_of_country, missing_glyphs, runs, tidy


def families(text: str, language: str | None = None) -> list[tuple[str, str]]:
    return [(run.text, run.font.removesuffix("-Regular")) for run in runs(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "family"),
    [
        ("Nguyễn Thị Ánh Tuyết – 12.000.000 ₫", "vi", "BeVietnamPro"),
        ("Łukasz Wiśniewski, Hélène Lefèbvre, Großmann", None, "BeVietnamPro"),
        ("Jānis Bērziņš-Ķiploks", "lv", "NotoSans"),
        ("Анастасия (2026)", "ru", "NotoSans"),
        ("Αθήνα", "el", "NotoSans"),
        ("骨直海", "ja", "NotoSansJP"),
        ("骨直海", "zh-Hans", "NotoSansSC"),
        ("骨直海", "zh", "NotoSansSC"),
        ("骨直海", "zh-CN", "NotoSansSC"),
        ("骨直海", "zh-TW", "NotoSansTC"),
        ("骨直海", "zh_Hant_HK", "NotoSansTC"),
        ("骨直海", "zh-Hans-HK", "NotoSansSC"),
        ("骨直海", "yue", "NotoSansTC"),
        ("骨直海", "ko", "NotoSansKR"),
        ("对马", None, "NotoSansSC"),
        ("對馬", None, "NotoSansSC"),
        ("田中さくら", "zh", "NotoSansJP"),
        ("金민준", "zh", "NotoSansKR"),
        ("ㄅㄆㄇ", None, "NotoSansTC"),
        ("𠮷野家", "ja", "NotoSansJP"),
        ("สมศักดิ์ ศรีสุวรรณ", "th", "NotoSansThai"),
        ("محمد بن عبد الرحمن", "ar", "NotoSansArabic"),
        ("राम", "hi", "NotoSans"),
    ],
)
def test_one_font_for_one_script(text: str, language: str | None, family: str) -> None:
    assert {used for _, used in families(text, language)} == {family}
    assert missing_glyphs(text, language) == ""


def test_scripts_are_split_and_neutral_characters_follow() -> None:
    assert families("田中 Ichiro (東京)", "ja") == [
        ("田中 ", "NotoSansJP"),
        ("Ichiro (", "BeVietnamPro"),
        ("東京)", "NotoSansJP"),
    ]
    assert families("ООО Sample", "ru") == [("ООО ", "NotoSans"), ("Sample", "BeVietnamPro")]


def test_bold_is_another_file() -> None:
    assert runs("A", bold=True) == (Run("A", "BeVietnamPro-Bold", False, False),)
    assert find("NotoSansJP", bold=True) != find("NotoSansJP")


def test_right_to_left_runs_stand_in_visual_order() -> None:
    assert [(run.text, run.rtl) for run in runs("ABC شركة Ltd")] == [
        ("ABC ", False),
        ("شركة", True),
        (" ", False),
        ("Ltd", False),
    ]
    seen = runs("محمد بن راشد (Al-Noor 2020) 12")
    assert [run.text for run in seen] == ["12", ") ", "Al-Noor 2020", "محمد بن راشد ("]
    assert [run.rtl for run in seen] == [False, True, False, True]


def test_only_complex_scripts_are_shaped() -> None:
    assert [run.shape for run in runs("Việt Nam")] == [False]
    assert [run.shape for run in runs("สม")] == [True]
    assert [run.shape for run in runs("x\u0323\u0308")] == [True]


def test_missing_glyphs_are_named_once_and_replaced() -> None:
    assert missing_glyphs("A😀B😀ⵣ") == "😀ⵣ"
    assert "".join(run.text for run in runs("A😀")) == "A\ufffd"
    assert missing_glyphs("") == ""


def test_hidden_characters_go_and_blanks_become_one() -> None:
    assert tidy("\u202eA\u202c\u0000 \u00a0\n B\u200b\ufeff ") == "A B"
    assert tidy("e\u0302\u0301") == "ế"
    # The joiners that Persian and Hindi spell with stay.
    assert tidy("می\u200cخواهم") == "می\u200cخواهم"
    assert missing_glyphs("می\u200cخواهم") == ""


@pytest.mark.parametrize(
    ("country", "language"),
    [("JP", "ja"), ("KR", "ko"), ("CN", "zh-Hans"), ("TW", "zh-Hant"), ("HK", "zh-Hant"), ("VN", None), (None, None)],
)
def test_country_hints_at_the_tradition(country: str | None, language: str | None) -> None:
    assert language_of_country(country) == language


def test_missing_file_says_what_to_do() -> None:
    with pytest.raises(FileNotFoundError, match="npm"):
        find("NoSuchFont")


def test_empty_text() -> None:
    assert runs(" \u200b ") == ()
    assert fonts.missing_glyphs("\u200b") == ""
