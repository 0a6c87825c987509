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
ISSUE_CREDIT_NOTE = permission("payments.credit_note", "issue credit notes", Role.FINANCE)
EXPORT_EINVOICES = permission("payments.einvoices", "export for the provider of e-invoices", Role.FINANCE)
MANAGE_VAT = permission("payments.vat", "enter rates of VAT", Role.FINANCE)
APPROVE_REFUND = permission("payments.approve_refund", "approve a refund", Role.FINANCE, Role.ORGANISER)
SEE_OWN_CREDIT = permission("payments.own_credit", "see what is owed back to them", own_company=True)
RECORD_RECEIPT = permission("payments.record_receipt", "record money received", Role.FINANCE)
MANAGE_ACCOUNTS = permission("payments.accounts", "set the bank accounts of the fair", Role.FINANCE)
MANAGE_BANKS = permission("payments.banks", "set the banks and the accounts for all fairs")
