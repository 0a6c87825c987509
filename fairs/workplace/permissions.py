"""Permissions of the workplace."""

from fairs.core.permissions import EVERY_STAFF_ROLE, permission

MANAGE_INSTALLATION = permission("workplace.installation", "change the installation's settings")
SEARCH = permission("workplace.search", "search what their roles let them see", *EVERY_STAFF_ROLE)
