"""Permissions of public money."""

from fairs.core.permissions import Role, permission

VIEW_FUNDING = permission(
    "funding.view", "see support rules and grants", Role.ORGANISER, Role.LEADERSHIP, Role.FINANCE, Role.AUDITOR
)
MANAGE_RULES = permission("funding.rules", "enter and change support rules", Role.ORGANISER)
SETTLE_GRANTS = permission("funding.settle", "settle, release and recover grants", Role.ORGANISER, Role.FINANCE)
CLEAR_CLASHES = permission("funding.clear", "decide on suspected duplicates of support", Role.ORGANISER, Role.FINANCE)
