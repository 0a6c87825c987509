"""Permissions of closing a fair."""

from fairs.core.permissions import Role, permission

VIEW_CLOSING = permission(
    "closing.view",
    "see how far a fair is closed",
    Role.ORGANISER,
    Role.FINANCE,
    Role.DEALS,
    Role.LEADERSHIP,
    Role.AUDITOR,
)
CLOSE_FAIR = permission("closing.work", "keep the figures of a fair and sign off its closing", Role.ORGANISER)
SIGN_POINT = permission(
    "closing.sign", "sign off points of the closing", Role.ORGANISER, Role.FINANCE, Role.DEALS, Role.HOSPITALITY
)
FETCH_ARCHIVE = permission("closing.archive", "download the archive of a fair", Role.ORGANISER, Role.AUDITOR)
VIEW_KEPT = permission(
    "closing.records", "compare records with those that were kept", Role.ORGANISER, Role.DEALS, Role.AUDITOR
)
DRAW_SAMPLE = permission("closing.sample", "draw a sample for an audit", Role.ORGANISER, Role.AUDITOR)
