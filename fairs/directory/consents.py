"""Kinds of consent and the version of their texts (Law 91/2025/QH15, Decree 356/2025).

Each consent is asked for by itself, none is ticked beforehand, and what was agreed to is kept with the version.
A changed text is a new version: never edit a published one without raising VERSION.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

VERSION = "2026-1"
VERSION_DATE = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One consent: ``kind`` is what record_consent() keeps."""

    kind: str
    title: Any
    text: Any
    is_needed: bool = False


REGISTRATION = ConsentText(
    "registration",
    _l("Handling of this registration"),
    _l("I agree that the organising department keeps and uses these details to handle this registration for the fair."),
    is_needed=True,
)
SHARING = ConsentText(
    "sharing",
    _l("Contact details for buyers"),
    _l("I agree that the contact person, telephone and e-mail are shown to registered buyers of this fair."),
)
PHOTOS = ConsentText(
    "photos",
    _l("Photographs"),
    _l("I agree that photographs taken at the fair which show me may be published by the organiser."),
)
MAILINGS = ConsentText(
    "mailings",
    _l("News of later fairs"),
    _l("I agree to be told of later fairs and training courses by e-mail or telephone."),
)
ALL = (REGISTRATION, SHARING, PHOTOS, MAILINGS)
