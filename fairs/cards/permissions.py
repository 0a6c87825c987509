"""Permissions of cards."""

from fairs.core.permissions import Role, permission

PAY_BY_CARD = permission("cards.pay", "pay this invoice by card", own_company=True)
VIEW_CARDS = permission("cards.view", "see payments by card", Role.FINANCE, Role.AUDITOR)
MANAGE_CARDS = permission("cards.manage", "deal with messages of the card company", Role.FINANCE)
