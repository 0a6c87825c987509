"""Permissions of hotels and stays."""

from fairs.core.permissions import Role, permission

VIEW_LODGING = permission(
    "lodging.view",
    "see hotels and stays",
    Role.ORGANISER,
    Role.HOSPITALITY,
    Role.FINANCE,
    Role.AUDITOR,
    Role.LEADERSHIP,
)
ARRANGE_ROOMS = permission("lodging.arrange", "arrange rooms of guests", Role.ORGANISER, Role.HOSPITALITY)
