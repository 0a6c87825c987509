"""Permissions of lists. What a list shows, and what can be done to its rows, the list's own permissions say."""

from fairs.core.permissions import EVERY_STAFF_ROLE, permission

USE_LISTS = permission("lists.use", "keep views of lists and act on many rows", *EVERY_STAFF_ROLE)
