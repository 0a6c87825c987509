"""The face of a badge that nobody wears: for looking at layouts while a fair has no badges yet."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask_babel import force_locale

from fairs.badges.codes import new_serial, short_code, sign
from fairs.badges.faces import BadgeFace, fair_dates
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair


def specimen(fair: Fair, category: BadgeCategory = BadgeCategory.TRADE) -> BadgeFace:
    """A made-up person with a long name and company. The code is signed by a key thrown away at once: no gate takes it."""
    key = Ed25519PrivateKey.generate()
    serial = new_serial(key)
    face = BadgeFace(
        fair_name=fair.name_vi or fair.name_en,
        fair_dates=fair_dates(fair),
        native_name="Nguyễn Trần Phương Thảo",
        native_language="vi",
        passport_name="NGUYEN TRAN PHUONG THAO",
        company="Công ty TNHH Thủ công mỹ nghệ xuất khẩu Phú Vinh",
        country_name="Việt Nam",
        country_code="VN",
        category_label_vi="",
        category_label_en="",
        category_colour="",
        code=sign(serial, key),
        short_code=short_code(serial),
        reference=f"{fair.code}-P-00000",
        job_title="Giám đốc kinh doanh",
        seat="A-12",
    )
    return in_category(face, category)


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
