"""Permissions of payments."""

from fairs.core.permissions import Role, permission

VIEW_INVOICES = permission(
    "payments.view", "see invoices", Role.FINANCE, Role.ORGANISER, Role.BOOTH_SALES, Role.AUDITOR, Role.LEADERSHIP
)
SEE_OWN_INVOICE = permission(
    "payments.view_own",
    "see this invoice",
    Role.FINANCE,
    Role.ORGANISER,
    Role.BOOTH_SALES,
    Role.AUDITOR,
    own_company=True,
)
APPROVE_REFUND = permission("payments.approve_refund", "approve a refund", Role.FINANCE, Role.ORGANISER)
SEE_OWN_CREDIT = permission("payments.own_credit", "see what is owed back to them", own_company=True)
RECORD_RECEIPT = permission("payments.record_receipt", "record money received", Role.FINANCE)
