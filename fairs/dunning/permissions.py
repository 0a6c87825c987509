"""Permissions of reminders."""

from fairs.core.permissions import Role, permission

VIEW_REMINDERS = permission(
    "dunning.view", "see reminders of payments",
    Role.FINANCE, Role.ORGANISER, Role.BOOTH_SALES, Role.AUDITOR, Role.LEADERSHIP,
)  # fmt: skip
ACT_ON_OVERDUE = permission(
    "dunning.act", "call about overdue payments and release booths", Role.FINANCE, Role.BOOTH_SALES, Role.ORGANISER
)
EDIT_SCHEDULE = permission("dunning.schedule", "set the schedule of reminders", Role.FINANCE, Role.ORGANISER)
