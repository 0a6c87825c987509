"""Permissions of fairs."""

from fairs.core.permissions import EVERY_STAFF_ROLE, Role, permission

VIEW_FAIR = permission("calendar.view", "see the fair's pages", *EVERY_STAFF_ROLE)
EDIT_FAIR = permission("calendar.edit", "change the fair", Role.ORGANISER)
CREATE_FAIR = permission("calendar.create", "create a fair")
