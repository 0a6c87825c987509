"""Permissions of letters."""

from fairs.core.permissions import Role, permission

VIEW_LETTERS = permission(
    "letters.view", "see letters of invitation", Role.ORGANISER, Role.HOSPITALITY, Role.AUDITOR, Role.LEADERSHIP
)
ISSUE_LETTER = permission("letters.issue", "issue letters of invitation and edit their texts", Role.ORGANISER)
