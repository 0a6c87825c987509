"""Permissions of invitations."""

from fairs.core.permissions import Role, permission

VIEW_INVITATIONS = permission(
    "invitations.view", "see who is invited", Role.ORGANISER, Role.HOSPITALITY, Role.AUDITOR, Role.LEADERSHIP
)
INVITE = permission("invitations.invite", "invite importers", Role.ORGANISER, Role.HOSPITALITY)
