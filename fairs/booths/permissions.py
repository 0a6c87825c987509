"""Permissions of booths."""

from fairs.core.permissions import EVERY_STAFF_ROLE, Role, permission

VIEW_PLAN = permission("booths.view_plan", "see the live plan with names", *EVERY_STAFF_ROLE)
BOOK_BOOTH = permission("booths.book", "book a booth", Role.ORGANISER, Role.BOOTH_SALES, own_company=True)
MANAGE_BOOKINGS = permission(
    "booths.manage", "book, move and release booths for others", Role.ORGANISER, Role.BOOTH_SALES
)
VIEW_BOOKINGS = permission(
    "booths.view_bookings", "see bookings of booths", Role.ORGANISER, Role.BOOTH_SALES, Role.FINANCE, Role.DEALS,
    Role.PARTNER, Role.AUDITOR, Role.VIEWER, Role.LEADERSHIP,
)  # fmt: skip
