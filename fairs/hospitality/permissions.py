"""Permissions of travel and guests."""

from fairs.core.permissions import Role, permission

VIEW_GUESTS = permission(
    "hospitality.view", "see guests and their travel", Role.ORGANISER, Role.HOSPITALITY, Role.FINANCE, Role.AUDITOR,
    Role.LEADERSHIP,
)  # fmt: skip
ARRANGE_TRAVEL = permission("hospitality.arrange", "arrange travel of guests", Role.ORGANISER, Role.HOSPITALITY)
