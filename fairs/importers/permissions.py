"""Permissions of importers."""

from fairs.core.permissions import Role, permission

VIEW_IMPORTERS = permission(
    "importers.view", "see importers", Role.ORGANISER, Role.FRONT_DESK, Role.HOSPITALITY, Role.DEALS, Role.AUDITOR,
    Role.VIEWER, Role.LEADERSHIP,
)  # fmt: skip
DECIDE_IMPORTER = permission("importers.decide", "approve or refuse importers", Role.ORGANISER)
REGISTER_IMPORTER = permission(
    "importers.register", "register an importer", Role.ORGANISER, Role.FRONT_DESK, Role.HOSPITALITY
)
EDIT_GUEST_PROGRAMME = permission(
    "importers.programme", "edit the guests' programme and contacts", Role.ORGANISER, Role.HOSPITALITY
)
