"""Permissions of the workplace."""

from fairs.core.permissions import permission

MANAGE_INSTALLATION = permission("workplace.installation", "change the installation's settings")
