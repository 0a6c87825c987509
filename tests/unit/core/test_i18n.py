"""Two languages, complete; figures, days and money as their readers write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale

from fairs.core import i18n
from fairs.core.money import Money

MOMENT = datetime(2026, 11, 12, 17, 5, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def _context() -> Iterator[None]:
    app = Flask("texts")
    i18n.init_app(app)
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("shown", "vi", "en"),
    [
        (lambda locale: i18n.format_money(Money(12_000_000, "VND"), locale), "12.000.000 ₫", "₫12,000,000"),
        (lambda locale: i18n.format_money(Money(123_450, "USD"), locale), "1.234,50 US$", "US$1,234.50"),
        (lambda locale: i18n.format_money(None, locale), "—", "—"),
        (lambda locale: i18n.format_date(date(2026, 2, 3), locale), "03/02/2026", "3 Feb 2026"),
        (
            lambda locale: i18n.format_date(date(2026, 2, 3), locale, weekday=True),
            "Thứ Ba, 03/02/2026",
            "Tuesday, 3 Feb 2026",
        ),
        (lambda locale: i18n.format_date(MOMENT, locale), "13/11/2026", "13 Nov 2026"),
        (lambda locale: i18n.format_datetime(MOMENT, locale), "00:05 13/11/2026", "00:05 13 Nov 2026"),
        (lambda locale: i18n.format_time(MOMENT, locale), "00:05", "00:05"),
        (lambda locale: i18n.format_date(None, locale), "—", "—"),
        (lambda locale: i18n.format_number(1234567.5, locale), "1.234.567,5", "1,234,567.5"),
        (lambda locale: i18n.format_number(Decimal(-1000), locale), "-1.000", "-1,000"),
        (lambda locale: i18n.format_percent(0.255, locale), "26%", "26%"),
        (lambda locale: i18n.country_name("de", locale), "Đức", "Germany"),
        (lambda locale: i18n.country_name("", locale), "", ""),
        (lambda locale: i18n.country_name("QQ", locale), "QQ", "QQ"),
    ],
)
def test_each_reader_gets_their_own_manner(shown, vi: str, en: str) -> None:  # type: ignore[no-untyped-def]
    assert [shown(locale).replace("\u00a0", " ").replace("\u202f", " ") for locale in ("vi", "en")] == [vi, en]


def test_countries_stand_in_the_order_of_the_alphabet_without_accents() -> None:
    for locale in i18n.LOCALES:
        pairs = i18n.country_choices(locale)
        names = [i18n.fold(name) for _code, name in pairs]
        assert names == sorted(names)
        codes = {code for code, _name in pairs}
        assert {"VN", "JP", "DE", "AX"} <= codes and not codes & {"EU", "UN", "ZZ"} and 240 < len(codes) < 260


def test_a_thing_without_a_name_in_one_language_is_called_by_the_other() -> None:
    fair = SimpleNamespace(name_vi="Hội chợ", name_en="", venue_vi="", venue_en="")
    with force_locale("en"):
        assert i18n.localized(fair) == "Hội chợ"
        assert i18n.localized(fair, "venue") == ""
    fair.name_en = "Fair"
    with force_locale("en"):
        assert i18n.localized(fair) == "Fair"


def _entries() -> list[tuple[str, str, str]]:
    found = []
    for path in sorted((i18n.FOLDER / "vi").glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale="vi"):
                if message.id:
                    ids = message.id if isinstance(message.id, tuple) else (message.id,)
                    strings = message.string if isinstance(message.string, tuple) else (message.string,)
                    found += [(path.name, ids[-1], string) for string in strings]
    return found


def test_the_catalogues_agree_with_each_other() -> None:
    assert len(i18n.merged_catalog("vi")) > 500  # raises when two files translate a text differently


def test_a_translation_uses_the_names_of_its_text() -> None:
    names = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")

    def used(text: str) -> set[tuple[str, str]]:
        return set(names.findall(text))

    assert [entry for entry in _entries() if entry[2] and used(entry[1]) != used(entry[2])] == []


def test_vietnamese_is_written_with_whole_letters() -> None:
    import unicodedata

    assert [entry for entry in _entries() if entry[2] != unicodedata.normalize("NFC", entry[2])] == []
    assert [entry[:2] for entry in _entries() if not entry[2].strip()] == []
