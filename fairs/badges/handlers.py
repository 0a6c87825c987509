"""The badge as an attachment of mail."""

from __future__ import annotations

from typing import Any

from fairs.badges.queries import badges_by_id
from fairs.core.errors import NotFound
from fairs.messages.render import Attachment, register_renderer


def badge_attachment(badge_id: Any) -> Attachment:
    """The badge's PDF by its key, drawn when the mail is sent; raises NotFound."""
    from fairs.badges.faces import badges_pdf

    badges = badges_by_id([int(badge_id)])
    if not badges:
        raise NotFound
    return Attachment(f"{badges[0].reference}.pdf", badges_pdf(badges), "application/pdf")


register_renderer("badge", badge_attachment)
