"""What importers agree to, word for word, by the version of the texts: what somebody agreed to is shown as it was.

A changed meaning is a new version: never edit one that people have agreed to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.importers.states import ConsentKind

VERSION = "2026-1"

TEXTS: Mapping[str, Mapping[ConsentKind, Any]] = {
    "2026-1": {
        ConsentKind.REGISTRATION: _l(
            "The organiser may keep these details to handle my registration and make my badge."
        ),
        ConsentKind.SHARING: _l(
            "Exhibitors may see my company, my name and what I look for, so that they can prepare."
        ),
        ConsentKind.PHOTOS: _l("Photos and videos of the fair that show me may be published."),
        ConsentKind.MAILINGS: _l("Write to me about later fairs in Hanoi."),
    },
}


def text_of(kind: ConsentKind, version: str = VERSION) -> Any:
    """The words of a consent in a version; of one that we do not know, those of today."""
    return TEXTS.get(version, TEXTS[VERSION])[kind]
