"""Working days, names in Latin letters, the language in whose glyphs a name is shown, the table of states."""

from __future__ import annotations

from datetime import date

import pytest

from fairs.core.text import is_latin, name_language
from fairs.importers.service import working_days_after
from fairs.importers.states import TRANSITIONS, ImporterState


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), 1, date(2026, 11, 24)),
        (date(2026, 11, 23), 5, date(2026, 11, 30)),  # Monday and five working days: the next Monday
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # Friday
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # Saturday
        (date(2026, 11, 29), 2, date(2026, 12, 1)),  # Sunday
    ],
)
def test_weekends_are_no_working_days(day: date, count: int, expected: date) -> None:
    assert working_days_after(day, count) == expected


@pytest.mark.parametrize("name", ["Tanaka Hanako", "Nguyễn Thị Đào", "O'Brien-Müller, J.", "ŞAHİN", "Łukasz"])
def test_latin_names(name: str) -> None:
    assert is_latin(name)


@pytest.mark.parametrize("name", ["田中花子", "Анна", "محمد", "สมชาย", "김민수", "Tanaka 花子", "", "123", "Аnna"])
def test_names_that_no_passport_has_in_latin(name: str) -> None:
    assert not is_latin(name)  # the last one begins with a Cyrillic letter


@pytest.mark.parametrize(
    ("name", "country", "language"),
    [
        ("見本 花子", "JP", "ja"), ("みほん", "US", "ja"), ("王小明", "CN", "zh-Hans"), ("王小明", "TW", "zh-Hant"),
        ("王小明", "", "zh-Hans"), ("김민수", "", "ko"), ("محمد", "AE", "ar"), ("สมชาย", "TH", "th"), ("Anna", "JP", ""),
    ],
)  # fmt: skip
def test_glyphs_follow_script_and_country(name: str, country: str, language: str) -> None:
    assert name_language(name, country) == language


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(ImporterState)
    assert TRANSITIONS[ImporterState.REFUSED] == TRANSITIONS[ImporterState.WITHDRAWN] == frozenset()
