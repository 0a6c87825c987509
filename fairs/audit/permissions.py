"""Permissions of the audit log."""

from fairs.core.permissions import Role, permission

READ_AUDIT = permission("audit.read", "read the history", Role.AUDITOR, Role.ORGANISER, Role.LEADERSHIP)
