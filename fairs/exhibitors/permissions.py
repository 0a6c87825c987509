"""Permissions of exhibitors."""

from fairs.core.permissions import Role, permission

APPLY = permission("exhibitors.apply", "apply to exhibit", Role.ORGANISER, Role.BOOTH_SALES, signed_in=True)
SEE_APPLICATION = permission(
    "exhibitors.see_application", "see this application", Role.ORGANISER, Role.BOOTH_SALES, Role.FINANCE, Role.PARTNER,
    Role.AUDITOR, Role.VIEWER, own_company=True,
)  # fmt: skip
VIEW_EXHIBITORS = permission(
    "exhibitors.view", "see exhibitors", Role.ORGANISER, Role.BOOTH_SALES, Role.FINANCE, Role.DEALS, Role.AUDITOR,
    Role.VIEWER, Role.LEADERSHIP,
)  # fmt: skip
DECIDE_APPLICATION = permission("exhibitors.decide", "accept or refuse applications", Role.ORGANISER)
APPRAISE = permission("exhibitors.appraise", "appraise applications", Role.ORGANISER, Role.BOOTH_SALES)
DESIGN_FORM = permission("exhibitors.design", "design the application form and the checklist", Role.ORGANISER)
FILE_HOUSEHOLDS = permission(
    "exhibitors.file_households", "file applications of many households by a sheet", Role.ORGANISER, Role.PARTNER
)
