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
