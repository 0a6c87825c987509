"""Permissions of accounts."""

from fairs.core.permissions import Role, permission

MANAGE_USERS = permission("accounts.manage_users", "manage users and roles")
MANAGE_FAIR_TEAM = permission("accounts.manage_fair_team", "manage the fair's team", Role.ORGANISER)
OWN_ACCOUNT = permission("accounts.own", "use their own account", signed_in=True)
