"""Text as it is stored and found again."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairs.core.text import clean, fold, is_latin, name_language, one_line, slugify


@given(st.text(alphabet=st.characters()))
def test_cleaned_text_is_stable_and_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert cleaned == unicodedata.normalize("NFC", cleaned)
    cleaned.encode()
    assert "\x00" not in cleaned


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Gốm Bát Tràng ", "Gốm Bát Tràng"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Hương"), "Nguyễn Thị Hương"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2067abc\u2069", "abc"),
        ("a\x00b\x07c\x9f", "abc"),
        ("half \ud83d", "half"),
        ("soft\u00adhyphen\u200b\ufeff\u2060", "softhyphen"),
        ("family \U0001f469\u200d\U0001f467", "family \U0001f469\u200d\U0001f467"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_marks_that_disguise_are_taken_out_and_those_that_scripts_need_stay(given: str, kept: str) -> None:
    assert clean(given) == kept


@pytest.mark.parametrize("given", ["a\nb", "a\r\nb", "a\tb", "a\u2028b", " a\n\nb "])
def test_a_name_is_one_line(given: str) -> None:
    assert one_line(given) == "a b"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Gốm  Bát Tràng", "gom bat trang"), ("ĐỒNG đen", "dong den"), ("Łódź", "lodz"), ("Weiß", "weiss"),
        ("ÅKESSON Öberg", "akesson oberg"), ("ﬁnanz", "finanz"), ("ＡＢＣ", "abc"), ("佐藤", "佐藤"), ("", ""),
    ],
)  # fmt: skip
def test_search_knows_no_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once_and_case_does_not_matter(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "slug"), [("Hội chợ Quà tặng 2027!", "hoi-cho-qua-tang-2027"), ("  --  ", ""), ("Đ/Đ", "d-d")]
)
def test_addresses_are_plain(text: str, slug: str) -> None:
    assert slugify(text) == slug


@pytest.mark.parametrize(
    ("name", "country", "language"),
    [
        ("さとう", "", "ja"), ("佐藤", "JP", "ja"), ("王伟", "CN", "zh-Hans"), ("陳志明", "TW", "zh-Hant"), ("김민수", "KR", "ko"),
        ("محمد", "AE", "ar"), ("สมชาย", "TH", "th"), ("Nguyễn", "VN", ""), ("Müller", "DE", ""), ("Иванов", "RU", ""),
    ],
)  # fmt: skip
def test_a_name_says_in_which_glyphs_it_is_shown(name: str, country: str, language: str) -> None:
    assert name_language(name, country) == language


def test_latin_names_may_have_accents() -> None:
    assert is_latin("NGUYEN THI HUONG") and is_latin("Łukasz Ørsted-Müller")
    assert not any(is_latin(name) for name in ("Иван", "王", "Jane 王", "", "123", "-"))
