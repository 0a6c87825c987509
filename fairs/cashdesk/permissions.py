"""Permissions of the cash desk."""

from fairs.core.permissions import Role, permission

RUN_CASH_DESK = permission("cashdesk.run", "take and pay out cash at the desk", Role.FINANCE, Role.FRONT_DESK)
VIEW_CASH = permission(
    "cashdesk.view", "see shifts and vouchers of the cash desk",
    Role.FINANCE, Role.FRONT_DESK, Role.ORGANISER, Role.AUDITOR, Role.LEADERSHIP,
)  # fmt: skip
SUPERVISE_CASH = permission("cashdesk.supervise", "agree to differences of cash", Role.FINANCE, Role.ORGANISER)
