"""Permissions of floor plans."""

from fairs.core.permissions import Role, permission

EDIT_PLAN = permission("floorplans.edit", "change the floor plan", Role.ORGANISER, Role.BOOTH_SALES)
