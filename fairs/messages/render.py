"""Text of a notice from its template, in the reader's language; attachments by registered renderers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale
from jinja2 import Environment

from fairs.core.i18n import spoken


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to send along."""

    name: str
    content: bytes
    content_type: str


_renderers: dict[str, Callable[[Any], Attachment]] = {}


def register_renderer(kind: str, renderer: Callable[[Any], Attachment]) -> None:
    """Let a feature above make attachments, e.g. the badge's PDF: ``renderer(reference) -> Attachment``."""
    _renderers[kind] = renderer


def render_attachment(kind: str, reference: Any) -> Attachment:
    """The file named by a row's (kind, reference)."""
    return _renderers[kind](reference)


def render_notice(template: str, locale: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject (the template's first line) and body of ``templates/messages/<template>.txt`` in ``locale``."""
    config = current_app.extensions["fairs_config"]
    locale = spoken(locale, f"templates/messages/{template}.txt")
    known = {
        "base_url": current_app.config["BASE_URL"],
        "department": config.department if locale == "vi" else config.department_en,
        "locale": locale,
    }
    with force_locale(locale):
        text = _environment().get_template(f"messages/{template}.txt").render({**known, **context})
    subject, _, body = text.strip().partition("\n")
    return " ".join(subject.split()), re.sub(r"\s*\n\s*\n\s*", "\n\n", body.strip())


def _environment() -> Environment:
    """The pages' environment, but line breaks after a tag stay: a letter's paragraphs are its blank lines."""
    made: Environment | None = current_app.extensions.get("fairs_letters")
    if made is None:
        made = current_app.jinja_env.overlay(trim_blocks=False, lstrip_blocks=False)
        current_app.extensions["fairs_letters"] = made
    return made
