"""Permissions of the fair's budget, vouchers, sponsors and closings."""

from fairs.core.permissions import Role, permission

VIEW_FAIR_BUDGET = permission(
    "budgets.view", "see the fair's budget and spending", Role.ORGANISER, Role.FINANCE, Role.LEADERSHIP, Role.AUDITOR
)
EDIT_FAIR_BUDGET = permission("budgets.edit", "draw up the fair's budget", Role.ORGANISER, Role.FINANCE)
APPROVE_FAIR_BUDGET = permission(
    "budgets.approve", "approve the fair's budget and overruns", Role.ORGANISER, Role.LEADERSHIP
)
WRITE_VOUCHERS = permission("budgets.vouchers", "write vouchers and commitments", Role.ORGANISER, Role.FINANCE)
APPROVE_VOUCHERS = permission(
    "budgets.approve_vouchers", "approve vouchers", Role.ORGANISER, Role.FINANCE, Role.LEADERSHIP
)
PAY_VOUCHERS = permission("budgets.pay", "pay vouchers and close days", Role.FINANCE)
VIEW_SPONSORS = permission(
    "budgets.view_sponsors",
    "see sponsors",
    Role.ORGANISER,
    Role.FINANCE,
    Role.LEADERSHIP,
    Role.AUDITOR,
    Role.BOOTH_SALES,
)
MANAGE_SPONSORS = permission("budgets.sponsors", "manage sponsors", Role.ORGANISER, Role.FINANCE)
EXPORT_ACCOUNTS = permission("budgets.accounts", "export for accounting", Role.FINANCE, Role.AUDITOR)
EDIT_ACCOUNTS = permission("budgets.edit_accounts", "set the codes of accounts", Role.FINANCE)
