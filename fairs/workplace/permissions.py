"""Permissions of the workplace."""

from fairs.core.permissions import Role, permission

MANAGE_INSTALLATION = permission("workplace.installation", "change the installation's settings")
RECORD_MILESTONES = permission(
    "workplace.milestones", "record what was done on paper", Role.ORGANISER, Role.DEALS, Role.HOSPITALITY
)
