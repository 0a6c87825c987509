"""Two languages, complete: English is the source, Vietnamese one .po file per feature, merged when compiled.

Pages that foreign guests see speak Japanese as well: PUBLIC_PAGES are their addresses, PUBLIC_SOURCES the files whose texts
are translated for them. A text that is missing there is shown in English.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path, PurePath
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
PUBLIC_LOCALES = (*LOCALES, "ja")
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English", "ja": "日本語"}

#: Pages of foreign guests: their own page and what lies below it, answers to invitations, nominations, registration (of groups
#: and at the kiosk as well), ceremonies, verification.
PUBLIC_PAGES = re.compile(
    r"^/(?:c|i|u|v|vg|ceremony|kiosk|my-data|rsvp|nominate|verify|letters/verify)(?:/|$)|^/f/[^/]+/(?:importers|visit)(?:/|$)"
)

#: The files whose texts such pages use. A slice's templates for guests are named ``own_*.html`` or lie in a folder ``own/``.
PUBLIC_SOURCES = (
    "templates/*/own_*.html", "templates/*/own/*.html", "templates/messages/contracts/confirm.txt", "templates/importers/_card.html", "templates/importers/_facts.html",
    "templates/importers/_form.html", "templates/importers/_journey_card.html", "templates/importers/register.html",
    "templates/importers/check_mail.html", "templates/importers/closed.html", "templates/layouts/base.html",
    "templates/layouts/phone.html", "templates/layouts/public.html", "templates/layouts/_language.html", "templates/errors/*.html",
    "templates/components/forms.html", "templates/messages/importers/*.txt", "templates/messages/privacy/*.txt",
    "fairs/core/forms.py", "fairs/core/error_pages.py", "fairs/core/errors.py", "fairs/core/links.py", "fairs/core/storage.py",
    "fairs/importers/cards.py", "fairs/importers/consents.py", "fairs/importers/calendar_file.py", "fairs/importers/states.py",
    "fairs/importers/errors.py", "fairs/importers/forms.py", "fairs/importers/service.py", "fairs/privacy/states.py", "fairs/privacy/errors.py",
    "fairs/badges/states.py", "templates/claims/own.html", "templates/hospitality/_card_transfer.html",
    "templates/hospitality/_flight_fields.html", "templates/hosting/_card.html", "templates/letters/_own_card.html",
    "templates/letters/passport.html", "templates/letters/verify*.html", "templates/invitations/rsvp*.html",
    "templates/invitations/nominate*.html", "templates/invitations/_nominations.html", "templates/invitations/_rsvp_top.html",
    "fairs/*/own_pages.py", "fairs/contracts/own_cards.py", "fairs/contracts/own_deals.py", "fairs/contracts/my_pages.py", "fairs/contracts/my_report.py",
    "fairs/contracts/confirm_pages.py", "fairs/contracts/confirming.py", "fairs/contracts/signing.py", "fairs/*/calendar_entries.py", "fairs/invitations/rsvp_pages.py", "fairs/letters/own.py",
    "fairs/letters/verify.py", "fairs/letters/states.py", "fairs/hosting/journey.py", "fairs/hosting/states.py",
    "fairs/claims/checklist.py", "fairs/claims/states.py", "fairs/hospitality/states.py", "fairs/lodging/states.py",
    "fairs/lodging/own_forms.py", "templates/lodging/_costs.html", "templates/messages/lodging/[pc_]*.txt",
    "fairs/hospitality/rules.py", "fairs/hospitality/itinerary.py", "templates/messages/hospitality/*.txt",
    "fairs/claims/presentation.py", "fairs/claims/service.py", "fairs/lodging/wishes.py", "fairs/invitations/replies.py",
    "fairs/directory/service.py", "templates/messages/claims/*.txt", "templates/messages/letters/*.txt",
    "templates/messages/hosting/*.txt", "templates/messages/invitations/*.txt", "templates/claims/_entry.html",
    "templates/claims/_parts.html", "templates/components/ui.html", "fairs/letters/service.py",
    "templates/visitors/visit.html", "templates/visitors/press.html", "templates/visitors/done.html", "templates/visitors/group_[rod]*.html",
    "templates/visitors/_group_list.html", "templates/visitors/kiosk.html", "templates/visitors/kiosk_*.html",
    "templates/visitors/_own_consents.html", "templates/visitors/_consent_boxes.html", "templates/questions/_fields.html",
    "templates/messages/visitors/*.txt", "fairs/visitors/errors.py", "fairs/visitors/consents.py", "fairs/visitors/forms.py",
    "fairs/visitors/group_pages.py", "fairs/visitors/groups.py", "fairs/visitors/service.py", "fairs/visitors/states.py",
    "fairs/core/tables.py", "templates/ceremonies/reply.html",
    "templates/messages/ceremonies/accepted.txt", "templates/messages/ceremonies/invited.txt", "fairs/ceremonies/errors.py",
    "fairs/ceremonies/service.py", "fairs/ceremonies/reply_pages.py",
    "templates/messages/followups/*.txt", "fairs/followups/states.py", "fairs/followups/errors.py", "fairs/followups/forms.py",
    "fairs/followups/answers.py",
)  # fmt: skip
FOLDER = ROOT / "fairs" / "translations"
cli = AppGroup("i18n", help="Translations.")
babel_extension = Babel()


def select_locale() -> str:
    """The reader's language: of the address (``?lang=``), else chosen in this session, of the account, of the browser."""
    if not has_request_context():
        return "vi"
    known = locales_here()
    asked = request.args.get("lang")
    chosen = (asked if asked in known else None) or g.get("locale") or session.get("locale") or g.get("user_locale")
    if chosen in PUBLIC_LOCALES:
        return str(chosen) if chosen in known else "en"
    default: str = g.get("default_locale", "vi")
    return request.accept_languages.best_match(known, default) or default


def locales_here() -> tuple[str, ...]:
    """The languages of the present page: pages of foreign guests speak one more than those of staff."""
    return PUBLIC_LOCALES if has_request_context() and PUBLIC_PAGES.match(request.path) else LOCALES


def spoken(locale: str, source: str) -> str:
    """``locale``, or English where the file ``source`` is not translated into it as a whole."""
    known = locale in LOCALES or any(PurePath(source).match(pattern) for pattern in PUBLIC_SOURCES)
    return locale if known else "en"


def language_choices() -> list[tuple[str, str]]:
    """(code, the language's own name) of the present page's languages, for its switch."""
    return [(code, LANGUAGE_NAMES[code]) for code in locales_here()]


def current_locale() -> str:
    """``vi`` or ``en``; ``ja`` on pages of foreign guests only."""
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
    """``thing.name_vi`` or ``thing.name_en`` by the reader's language, the other one when it is empty.

    A reader of Japanese gets ``name_ja`` where there is such a column, else the English name, by the catalogue where it has it
    (product groups), and English before Vietnamese.
    """
    locale = current_locale()
    order = {"vi": ("vi", "en"), "ja": ("ja", "en", "vi")}.get(locale, ("en", "vi"))
    for code in order:
        text = str(getattr(thing, f"{attribute}_{code}", "") or "")
        if text:
            return str(_catalog().ugettext(text)) if (locale, code) == ("ja", "en") else text
    return ""


def _zone() -> ZoneInfo:
    fair = g.get("fair") if has_request_context() else None
    return ZoneInfo(fair.time_zone if fair is not None else "Asia/Ho_Chi_Minh")


def format_money(value: Money | None, locale: str | None = None) -> str:
    """Money in the reader's manner: ``12.000.000 ₫`` in Vietnamese, ``₫12,000,000`` in English and Japanese."""
    if value is None:
        return "—"
    return babel.numbers.format_currency(value.decimal, value.currency, locale=_babel_locale(locale))


# British English: day before month, as everywhere outside the United States.
_VIETNAMESE, _ENGLISH, _JAPANESE = babel.Locale("vi", "VN"), babel.Locale("en", "GB"), babel.Locale("ja", "JP")
_BABEL = {"vi": _VIETNAMESE, "ja": _JAPANESE}


def _babel_locale(locale: str | None) -> babel.Locale:
    return _BABEL.get(locale or current_locale(), _ENGLISH)


def format_date(value: date | None, locale: str | None = None, *, weekday: bool = False) -> str:
    """A day: ``12/11/2026`` in Vietnamese, ``12 Nov 2026`` in English, ``2026年11月12日`` in Japanese."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(_zone()).date()
    where = _babel_locale(locale)
    if where is _JAPANESE:  # the weekday stands behind
        return babel.dates.format_date(value, "y年M月d日" + ("(E)" if weekday else ""), locale=where)
    pattern = "dd/MM/yyyy" if where is _VIETNAMESE else "d MMM yyyy"
    return babel.dates.format_date(value, ("EEEE, " if weekday else "") + pattern, locale=where)


def format_month(value: date, locale: str | None = None) -> str:
    """A month: ``Tháng 11 năm 2026`` in Vietnamese, ``November 2026`` in English."""
    text = babel.dates.format_skeleton("yMMMM", value, locale=_babel_locale(locale))
    return text[:1].upper() + text[1:]


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
        money=format_money, date=format_date, month=format_month, datetime=format_datetime, time=format_time, number=format_number,
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


def extracted_messages(root: Path = ROOT, only: Sequence[str] = ()) -> dict[Any, str]:
    """Each text marked for translation in code and templates, with the place where it stands.

    ``only`` narrows it to files that fit one of these patterns.
    """
    methods = [("fairs/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
    keywords = {**extract.DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2), "_n": (1, 2)}
    found: dict[Any, str] = {}
    for folder in ("fairs", "templates"):
        for file, line, message, _comments, _context in extract.extract_from_dir(
            root / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)],
            keywords=keywords,
        ):
            if not only or any(PurePath(folder, file).match(pattern) for pattern in only):
                found.setdefault(message, f"{folder}/{file}:{line}")
    return found


def missing_translations(locale: str = "vi") -> dict[Any, str]:
    """Texts without a translation, with their place; for Japanese, those of pages of foreign guests."""
    known = {message.id for message in merged_catalog(locale)}
    wanted = extracted_messages(only=() if locale in LOCALES else PUBLIC_SOURCES)
    return {message: place for message, place in wanted.items() if message not in known}


@cli.command("compile")
def compile_command() -> None:
    """Merge the .po files of each language into its messages.mo."""
    for locale in PUBLIC_LOCALES:
        target = FOLDER / locale / "LC_MESSAGES" / "messages.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        mofile.write_mo(buffer, merged_catalog(locale))
        target.write_bytes(buffer.getvalue())


@cli.command("check")
def check_command() -> None:
    """Fail when a text has no Vietnamese translation, or one that foreign guests see no Japanese one."""
    missing = {"Vietnamese": missing_translations("vi"), "Japanese": missing_translations("ja")}
    for language, texts in missing.items():
        for message, place in sorted(texts.items(), key=lambda pair: pair[1]):
            click.echo(f"{language}: {place}: {message!r}")
    if any(missing.values()):
        counts = ", ".join(
            f"{len(texts)} texts without a {language} translation" for language, texts in missing.items()
        )
        raise click.ClickException(counts)
    click.echo("Every text is translated.")
