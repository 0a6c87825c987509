"""Permissions of the allocation."""

from fairs.core.permissions import Role, permission

VIEW_ALLOCATION = permission(
    "allocation.view", "see how booths were allocated and why", Role.ORGANISER, Role.BOOTH_SALES, Role.AUDITOR,
    Role.LEADERSHIP,
)  # fmt: skip
ALLOCATE = permission("allocation.run", "allocate booths, move people and send the offers", Role.ORGANISER)
