"""Permissions of the workplace."""

from fairs.core.permissions import EVERY_STAFF_ROLE, Role, permission

MANAGE_INSTALLATION = permission("workplace.installation", "change the installation's settings")
RECORD_MILESTONES = permission(
    "workplace.milestones", "record what was done on paper", Role.ORGANISER, Role.DEALS, Role.HOSPITALITY
)
SEARCH = permission("workplace.search", "search what their roles let them see", *EVERY_STAFF_ROLE)
