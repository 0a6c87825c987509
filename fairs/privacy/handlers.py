"""How a copy is drawn for reading."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import force_locale

from fairs.core.clock import now
from fairs.privacy.exports import Section, register_view


def draw_copy(sections: Sequence[Section], files: Sequence[str], locale: str) -> str:
    """The page ``data.html`` of a copy, complete in itself: it opens without a network."""
    with force_locale(locale):
        # Not render_template(): what it adds for pages is that of a request, and the worker has none.
        template = current_app.jinja_env.get_template("privacy/copy.html")
        return template.render(sections=sections, files=files, locale=locale, made_at=now())


register_view(draw_copy)
