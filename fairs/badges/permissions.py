"""Permissions of badges."""

from fairs.core.permissions import Role, permission

PRINT_BADGES = permission(
    "badges.print", "print badges", Role.ORGANISER, Role.FRONT_DESK, Role.GATE_SUPERVISOR, Role.HOSPITALITY
)
REVOKE_BADGE = permission("badges.revoke", "revoke a badge", Role.ORGANISER, Role.FRONT_DESK, Role.GATE_SUPERVISOR)
MANAGE_KEYS = permission("badges.keys", "change the keys that sign badges", Role.ORGANISER)
EDIT_LAYOUTS = permission("badges.layouts", "design badges", Role.ORGANISER)
