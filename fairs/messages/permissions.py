"""Permissions of messages."""

from fairs.core.permissions import Role, permission

READ_OUTBOX = permission("messages.read_outbox", "read the outbox", Role.ORGANISER)
