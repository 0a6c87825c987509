"""Permissions of submissions and decisions."""

from fairs.core.permissions import Role, permission

VIEW_DOCUMENTS = permission(
    "documents.view", "see submissions and decisions", Role.ORGANISER, Role.LEADERSHIP, Role.FINANCE, Role.AUDITOR
)
MANAGE_DOCUMENTS = permission("documents.manage", "prepare submissions and enter signed decisions", Role.ORGANISER)
