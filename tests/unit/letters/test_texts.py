"""The text of a letter: only known placeholders, nothing is ever run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fairs.core.errors import InvalidInput
from fairs.letters.states import LetterKind
from fairs.letters.texts import STANDARD, WORDS, LetterTexts, LetterWording, checked, fill, paragraphs
from fairs.letters.wording import changes_between

VISA = STANDARD[LetterKind.VISA]


def changed(**values: str) -> LetterWording:
    """The standard text with something else in its Vietnamese half."""
    return replace(VISA, vi=replace(VISA.vi, **values))


@pytest.mark.parametrize("kind", LetterKind)
def test_the_standard_texts_are_acceptable(kind: LetterKind) -> None:
    assert checked(STANDARD[kind]) == STANDARD[kind]


@pytest.mark.parametrize(
    "trick",
    [
        "{{ 7*7 }}", "{% for x in ().__class__.__bases__ %}", "{{name}}", "{name.__class__}", "{name!r}", "{name:>10}", "{0}",
        "{__import__('os')}", "{# hidden #}", "{unknown}", "}{", "{name", "${name}}", "{NAME}",
    ],
)  # fmt: skip
def test_what_is_no_plain_placeholder_is_refused(trick: str) -> None:
    for part in ("body", "closing", "pays_self", "title"):
        with pytest.raises(InvalidInput) as caught:
            checked(changed(**{part: f"{getattr(VISA.vi, part)}\n{trick}"}))
        assert caught.value.field == f"vi_{part}"


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("body", "Không có bảng {pays}"), ("body", "{guest}"), ("body", "Khách {guest} {pays}"), ("body", "{guest}\n{guest}\n{pays}"),
        ("closing", "{guest}"), ("pays_both", "{pays}"), ("title", ""), ("pays_hotel", " "),
    ],
)  # fmt: skip
def test_what_a_letter_needs_stands_where_it_can(part: str, text: str) -> None:
    with pytest.raises(InvalidInput):
        checked(changed(**{part: text}))


def test_a_value_is_never_looked_at_again() -> None:
    assert fill("{name} {fair}", {"name": "{fair} {{ 7*7 }}", "fair": "Mẫu"}) == "{fair} {{ 7*7 }} Mẫu"


def test_who_pays_depends_on_the_tier() -> None:
    words = dict.fromkeys(WORDS, "x")
    said = {tier: "\n".join(paragraphs(VISA.en, words, tier)[1]) for tier in ("both", "travel", "hotel", "")}
    assert len(set(said.values())) == 4
    assert "air ticket" in said["travel"] and "hotel nights" not in said["travel"]
    assert "bears all expenses" in said[""]


def test_a_comparison_names_what_came_and_went() -> None:
    found = [(one.kind, one.text) for one in changes_between("Kính gửi Ông Mẫu\nHai", "Kính gửi Bà Mẫu\nHai")]
    assert found == [("same", "Kính gửi "), ("removed", "Ông "), ("added", "Bà "), ("same", "Mẫu\nHai")]


def test_symbols_are_capitals() -> None:
    assert checked(replace(VISA, symbol="sct-qltm")).symbol == "SCT-QLTM"
    with pytest.raises(InvalidInput):
        checked(replace(VISA, symbol="1/SCT"))
    assert LetterTexts.of({}).title == ""
