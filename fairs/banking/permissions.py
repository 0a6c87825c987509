"""Permissions of bank statements."""

from fairs.core.permissions import Role, permission

VIEW_STATEMENTS = permission("banking.view", "see bank statements", Role.FINANCE, Role.AUDITOR)
MATCH_LINES = permission("banking.match", "read bank statements and match their lines", Role.FINANCE)
EDIT_RULES = permission("banking.rules", "set how bank lines are matched", Role.FINANCE)
