"""Permissions of imported lists. Contacts follow the invitations: ``invitations.view`` and ``invitations.invite``."""

from fairs.core.permissions import Role, permission

IMPORT_SUPPORT = permission("contacts.support", "import support lists of other offices", Role.ORGANISER, Role.FINANCE)
