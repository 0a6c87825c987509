"""What badges show, as data for the PDF and for the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import force_locale
from sqlalchemy import select

from fairs.badges.codes import sign
from fairs.badges.models import Badge, BadgeKey
from fairs.badges.service import code_of, private_key
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.i18n import country_name


@dataclass(frozen=True, slots=True)
class BadgeFace:
    """What one badge shows. ``native_language`` is a BCP 47 tag or None; colours are ``#rrggbb``; dates are text.

    ``photo`` is a JPEG or PNG portrait; most badges have none.
    """

    fair_name: str
    fair_dates: str
    native_name: str
    native_language: str | None
    passport_name: str
    company: str
    country_name: str
    country_code: str
    category_label_vi: str
    category_label_en: str
    category_colour: str
    code: str
    short_code: str
    photo: bytes | None = None


def faces(badges: Sequence[Badge]) -> list[BadgeFace]:
    """The faces of badges, in their order. A face speaks Vietnamese to people from Viet Nam and English to others.

    Two statements however many badges there are, when person, company and key are loaded.
    """
    fairs = {
        fair.id: fair
        for fair in db.session.scalars(select(Fair).where(Fair.id.in_({badge.fair_id for badge in badges})))
    }
    labels = {locale: _labels(locale) for locale in ("vi", "en")}
    return [_face(badge, fairs[badge.fair_id], labels) for badge in badges]


def _labels(locale: str) -> dict[BadgeCategory, str]:
    with force_locale(locale):
        return {category: str(category.label) for category in BadgeCategory}


def _face(badge: Badge, fair: Fair, labels: dict[str, dict[BadgeCategory, str]]) -> BadgeFace:
    person, company = badge.person, badge.company
    country = (company or person).country
    locale = "vi" if country == "VN" else "en"
    return BadgeFace(
        fair_name=(fair.name_vi if locale == "vi" else fair.name_en) or fair.name_vi or fair.name_en,
        fair_dates=fair_dates(fair),
        native_name=person.display_name,
        native_language=person.name_language or None,
        passport_name=person.passport_name,
        company=company.name if company else "",
        country_name=country_name(country, locale),
        country_code=country,
        category_label_vi=labels["vi"][badge.category],
        category_label_en=labels["en"][badge.category],
        category_colour=badge.category.tone,
        code=code_of(badge),
        short_code=badge.short_code,
    )


def blank_faces(
    fair: Fair, category: BadgeCategory, key: BadgeKey, blanks: Iterable[tuple[str, bytes, str]]
) -> list[BadgeFace]:
    """Faces of badges without a wearer, from number, serial and short code: the number stands where the name will be."""
    vi, en, private = _labels("vi")[category], _labels("en")[category], private_key(key)
    return [
        BadgeFace(
            fair_name=fair.name_vi or fair.name_en, fair_dates=fair_dates(fair), native_name=number, native_language=None,
            passport_name="", company="", country_name="", country_code="", category_label_vi=vi, category_label_en=en,
            category_colour=category.tone, code=sign(serial, private), short_code=short,
        )
        for number, serial, short in blanks
    ]  # fmt: skip


def fair_dates(fair: Fair) -> str:
    """The fair's days as both languages read them: ``12–15/11/2026``."""
    first, last = fair.starts_on, fair.ends_on
    if first == last:
        return f"{last:%d/%m/%Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%d}–{last:%d/%m/%Y}"
    if first.year == last.year:
        return f"{first:%d/%m}–{last:%d/%m/%Y}"
    return f"{first:%d/%m/%Y}–{last:%d/%m/%Y}"


def badges_pdf(badges: Iterable[Badge]) -> bytes:
    """All badges as one PDF, a page each. Raises ValueError when there is none."""
    from fairs.badges.pdf import render_badges  # heavy: loaded by who prints

    return render_badges(faces(list(badges)))
