"""Permissions of check-in."""

from fairs.core.permissions import Role, permission

SCAN = permission("checkin.scan", "scan badges", Role.ORGANISER, Role.GATE_SUPERVISOR, Role.FRONT_DESK)
VIEW_GATES = permission(
    "checkin.view", "see gates and visits", Role.ORGANISER, Role.GATE_SUPERVISOR, Role.FRONT_DESK, Role.AUDITOR, Role.VIEWER,
    Role.LEADERSHIP,
)  # fmt: skip
MANAGE_GATES = permission("checkin.manage", "set up gates", Role.ORGANISER, Role.GATE_SUPERVISOR)
