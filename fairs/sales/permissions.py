"""Permissions of daily sales."""

from fairs.core.permissions import Role, permission

VIEW_SALES = permission(
    "sales.view", "see the daily sales", Role.ORGANISER, Role.DEALS, Role.FRONT_DESK, Role.BOOTH_SALES, Role.AUDITOR,
    Role.LEADERSHIP,
)  # fmt: skip
TYPE_SALES = permission(
    "sales.type", "type in daily sales", Role.ORGANISER, Role.DEALS, Role.FRONT_DESK, Role.BOOTH_SALES
)
