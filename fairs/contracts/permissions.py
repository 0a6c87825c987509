"""Permissions of contracts."""

from fairs.core.permissions import Role, permission

VIEW_CONTRACTS = permission(
    "contracts.view", "see contracts and their values", Role.ORGANISER, Role.DEALS, Role.AUDITOR
)
LOG_CONTRACT = permission("contracts.log", "log export contracts", Role.ORGANISER, Role.DEALS)
VERIFY_CONTRACT = permission("contracts.verify", "verify export contracts", Role.ORGANISER, Role.DEALS)
EDIT_RATES = permission("contracts.rates", "enter exchange rates", Role.ORGANISER, Role.DEALS, Role.FINANCE)
MERGE_CONTRACTS = permission("contracts.merge", "decide whether two contracts are one deal", Role.ORGANISER, Role.DEALS)
