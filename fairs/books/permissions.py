"""Permissions of the books."""

from fairs.core.permissions import Role, permission

VIEW_BOOKS = permission("books.view", "see the books", Role.FINANCE, Role.ORGANISER, Role.AUDITOR, Role.LEADERSHIP)
CHECK_BOOKS = permission("books.check", "check the books", Role.FINANCE)
