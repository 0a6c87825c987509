"""Made-up badges as a fair would print them, and badges as of another category: for looking at layouts."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import force_locale

from fairs.badges.face import BadgeFace
from fairs.badges.faces import fair_dates
from fairs.badges.samples import SAMPLES
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair

PREFIX = "sample-"


def samples_of(fair: Fair) -> dict[str, BadgeFace]:
    """Made-up people with long names in every script, by a key that is no badge's number. No gate takes their codes."""
    return {
        f"{PREFIX}{n}": replace(
            face,
            fair_name=(fair.name_vi if face.country_code == "VN" else fair.name_en) or fair.name_vi or fair.name_en,
            fair_dates=fair_dates(fair),
            reference=f"{fair.code}-P-00000",
        )
        for n, face in enumerate(SAMPLES, 1)
    }


def in_category(face: BadgeFace, category: BadgeCategory) -> BadgeFace:
    """The face as it would be in another category."""
    labels = {}
    for locale in ("vi", "en"):
        with force_locale(locale):
            labels[locale] = str(category.label)
    return replace(
        face,
        category=str(category),
        category_colour=category.tone,
        category_label_vi=labels["vi"],
        category_label_en=labels["en"],
    )
