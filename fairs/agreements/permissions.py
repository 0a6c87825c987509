"""Permissions of agreements."""

from fairs.core.permissions import Role, permission

SEE_OWN_AGREEMENT = permission(
    "agreements.see_own",
    "see and accept this agreement",
    Role.ORGANISER,
    Role.BOOTH_SALES,
    Role.FINANCE,
    own_company=True,
)
VIEW_AGREEMENTS = permission(
    "agreements.view", "see agreements with exhibitors", Role.ORGANISER, Role.BOOTH_SALES, Role.FINANCE, Role.AUDITOR,
    Role.LEADERSHIP,
)  # fmt: skip
MANAGE_AGREEMENTS = permission(
    "agreements.manage", "issue agreements and enter signed ones", Role.ORGANISER, Role.BOOTH_SALES
)
EDIT_TEMPLATE = permission("agreements.edit_template", "change the text of agreements", Role.ORGANISER)
