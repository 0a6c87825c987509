"""Permissions of hosted buyers."""

from fairs.core.permissions import Role, permission

VIEW_HOSTING = permission(
    "hosting.view",
    "see who is supported",
    Role.ORGANISER,
    Role.HOSPITALITY,
    Role.FINANCE,
    Role.AUDITOR,
    Role.LEADERSHIP,
)
PROPOSE_HOSTING = permission("hosting.propose", "propose support of importers", Role.ORGANISER, Role.HOSPITALITY)
APPROVE_HOSTING = permission("hosting.approve", "approve support of importers", Role.ORGANISER, Role.FINANCE)
SET_HOSTING = permission(
    "hosting.settings", "set amounts, ceilings and weights of the support of importers", Role.ORGANISER
)
