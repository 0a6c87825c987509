"""Permissions of the directory."""

from fairs.core.permissions import Role, permission

VIEW_DIRECTORY = permission(
    "directory.view", "see companies and people",
    Role.ORGANISER, Role.BOOTH_SALES, Role.FINANCE, Role.FRONT_DESK, Role.HOSPITALITY, Role.DEALS, Role.AUDITOR,
)  # fmt: skip
FILE_ON_BEHALF = permission(
    "directory.file_on_behalf",
    "file a form for somebody",
    Role.ORGANISER,
    Role.BOOTH_SALES,
    Role.FRONT_DESK,
    Role.HOSPITALITY,
)
EDIT_DIRECTORY = permission(
    "directory.edit", "change companies and people",
    Role.ORGANISER, Role.BOOTH_SALES, Role.FRONT_DESK, Role.HOSPITALITY, Role.DEALS,
)  # fmt: skip
OWN_COMPANY = permission("directory.own_company", "act for their own company", signed_in=True)
