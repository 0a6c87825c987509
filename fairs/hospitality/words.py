"""Words of drivers' lists."""

from __future__ import annotations

from flask_babel import gettext as _

from fairs.hospitality.manifests import CHANGED, GONE, NEW


def mark_word(mark: str) -> str:
    """What a mark of a row says."""
    return str({NEW: _("New"), CHANGED: _("Changed"), GONE: _("Cancelled")}.get(mark, ""))
