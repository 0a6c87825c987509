"""What one badge shows. Apart from the models, so that processes that only draw need not load them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BadgeFace:
    """What one badge shows. ``native_language`` is a BCP 47 tag or None; colours are ``#rrggbb``; dates are text.

    ``photo`` is a JPEG or PNG portrait; most badges have none. ``seat`` is that of a ceremony, where there is one.
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
    reference: str = ""
    category: str = ""
    job_title: str = ""
    seat: str = ""
