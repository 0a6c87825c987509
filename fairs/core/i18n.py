"""Two languages, complete: English is the source, Vietnamese one .po file per feature, merged when compiled."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import babel
import babel.dates
import babel.numbers
import click
from babel.messages import extract, mofile, pofile
from babel.messages.catalog import Catalog
from flask import Flask, g, has_app_context, has_request_context, request, session
from flask.cli import AppGroup
from flask_babel import Babel, get_locale, get_translations

from fairs.config import ROOT
from fairs.core.money import Money
from fairs.core.text import fold

LOCALES = ("vi", "en")
FOLDER = ROOT / "fairs" / "translations"
cli = AppGroup("i18n", help="Translations.")
babel_extension = Babel()


def select_locale() -> str:
    """The reader's language: chosen in this session, else of their account, else of their browser, else the default."""
    if not has_request_context():
        return "vi"
    chosen = g.get("locale") or session.get("locale") or g.get("user_locale")
    if chosen in LOCALES:
        return str(chosen)
    default: str = g.get("default_locale", "vi")
    return request.accept_languages.best_match(LOCALES, default) or default


def current_locale() -> str:
    """``vi`` or ``en``."""
    # flask_babel goes through several proxies each time, and a page asks hundreds of times.
    known = getattr(g.get("_flask_babel"), "babel_locale", None) if has_app_context() else None
    locale = known or get_locale()
    return locale.language if locale else "vi"


_catalogs: dict[str, Any] = {}


def _catalog() -> Any:
    """The translations of the reader's language, for the templates."""
    language = current_locale()
    if language not in _catalogs:
        _catalogs[language] = get_translations()
    return _catalogs[language]


def localized(thing: Any, attribute: str = "name") -> str:
    """``thing.name_vi`` or ``thing.name_en`` by the reader's language, the other one when it is empty."""
    first = current_locale()
    other = "en" if first == "vi" else "vi"
    return str(getattr(thing, f"{attribute}_{first}") or getattr(thing, f"{attribute}_{other}") or "")


def _zone() -> ZoneInfo:
    fair = g.get("fair") if has_request_context() else None
    return ZoneInfo(fair.time_zone if fair is not None else "Asia/Ho_Chi_Minh")


def format_money(value: Money | None, locale: str | None = None) -> str:
    """Money in the reader's manner: ``12.000.000 ₫`` in Vietnamese, ``₫12,000,000`` in English."""
    if value is None:
        return "—"
    return babel.numbers.format_currency(value.decimal, value.currency, locale=_babel_locale(locale))


# British English: day before month, as everywhere outside the United States.
_VIETNAMESE, _ENGLISH = babel.Locale("vi", "VN"), babel.Locale("en", "GB")


def _babel_locale(locale: str | None) -> babel.Locale:
    return _VIETNAMESE if (locale or current_locale()) == "vi" else _ENGLISH


def format_date(value: date | None, locale: str | None = None, *, weekday: bool = False) -> str:
    """A day: ``12/11/2026`` in Vietnamese, ``12 Nov 2026`` in English."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(_zone()).date()
    where = _babel_locale(locale)
    pattern = "dd/MM/yyyy" if where is _VIETNAMESE else "d MMM yyyy"
    return babel.dates.format_date(value, ("EEEE, " if weekday else "") + pattern, locale=where)


def format_datetime(value: datetime | None, locale: str | None = None) -> str:
    """A moment in the fair's time zone."""
    if value is None:
        return "—"
    return f"{format_time(value, locale)} {format_date(value, locale)}"


def format_time(value: datetime | None, locale: str | None = None) -> str:
    """A time of day in the fair's time zone, 24 hours."""
    if value is None:
        return "—"
    return babel.dates.format_time(value.astimezone(_zone()), "HH:mm", locale=_babel_locale(locale))


def format_number(value: float | Decimal | None, locale: str | None = None) -> str:
    """A number with the reader's separators."""
    return "—" if value is None else babel.numbers.format_decimal(value, locale=_babel_locale(locale))


def format_percent(value: float | Decimal | None, locale: str | None = None) -> str:
    """A share (0.5) as a percentage, without decimals."""
    return "—" if value is None else babel.numbers.format_percent(value, locale=_babel_locale(locale))


def country_name(code: str | None, locale: str | None = None) -> str:
    """The country's name by its ISO 3166 code, in the reader's language."""
    if not code:
        return ""
    return str(_babel_locale(locale).territories.get(code.upper(), code))


def country_choices(locale: str | None = None) -> list[tuple[str, str]]:
    """(code, name) of all countries, sorted in the reader's language."""
    names = _babel_locale(locale).territories
    countries = [
        (code, name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
    ]
    # By letters without accents, so that Đức stands beside D and Åland beside A.
    return sorted(countries, key=lambda pair: (fold(pair[1]), pair[1]))


_NOT_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}


def init_app(app: Flask) -> None:
    """Bind Babel and the filters of the templates."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    babel_extension.init_app(app, locale_selector=select_locale, default_domain="messages")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalog().ugettext(text),
        ngettext=lambda one, many, number: _catalog().ungettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.filters.update(
        money=format_money, date=format_date, datetime=format_datetime, time=format_time, number=format_number,
        percent=format_percent, country=country_name, localized=localized,
    )  # fmt: skip
    app.cli.add_command(cli)


def merged_catalog(locale: str) -> Catalog:
    """All .po files of a language as one catalogue; raises ValueError when two files translate a text differently."""
    whole = Catalog(locale=locale)
    origin: dict[Any, tuple[str, Any]] = {}
    for path in sorted((FOLDER / locale).glob("*.po")):
        with path.open("rb") as source:
            for message in pofile.read_po(source, locale=locale):
                if not message.id or not message.string or not any(message.string):
                    continue
                before = origin.setdefault(message.id, (path.name, message.string))
                if before[1] != message.string:
                    raise ValueError(f"{before[0]} and {path.name} translate {message.id!r} differently")
                whole.add(message.id, message.string)
    return whole


def extracted_messages(root: Path = ROOT) -> dict[Any, str]:
    """Each text marked for translation in code and templates, with the place where it stands."""
    methods = [("fairs/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
    keywords = {**extract.DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2), "_n": (1, 2)}
    found: dict[Any, str] = {}
    for folder in ("fairs", "templates"):
        for file, line, message, _comments, _context in extract.extract_from_dir(
            root / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)],
            keywords=keywords,
        ):
            found.setdefault(message, f"{folder}/{file}:{line}")
    return found


def missing_translations(locale: str = "vi") -> dict[Any, str]:
    """Texts without a translation, with their place."""
    known = {message.id for message in merged_catalog(locale)}
    return {message: place for message, place in extracted_messages().items() if message not in known}


@cli.command("compile")
def compile_command() -> None:
    """Merge the .po files of each language into its messages.mo."""
    for locale in LOCALES:
        target = FOLDER / locale / "LC_MESSAGES" / "messages.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        mofile.write_mo(buffer, merged_catalog(locale))
        target.write_bytes(buffer.getvalue())


@cli.command("check")
def check_command() -> None:
    """Fail when a text has no Vietnamese translation."""
    missing = missing_translations()
    for message, place in sorted(missing.items(), key=lambda pair: pair[1]):
        click.echo(f"{place}: {message!r}")
    if missing:
        raise click.ClickException(f"{len(missing)} texts without a Vietnamese translation")
    click.echo("Every text is translated.")
