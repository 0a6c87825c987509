"""Permissions of notes: who sees the register sees its notes; the auditor only reads."""

from fairs.core.permissions import Role, permission
from fairs.directory.permissions import VIEW_DIRECTORY

VIEW_NOTES = VIEW_DIRECTORY
WRITE_NOTE = permission(
    "notes.write", "write notes and calls about companies and people",
    Role.ORGANISER, Role.BOOTH_SALES, Role.FINANCE, Role.FRONT_DESK, Role.HOSPITALITY, Role.DEALS,
)  # fmt: skip
DELETE_NOTE = permission("notes.delete", "delete the notes of others", Role.ORGANISER)
