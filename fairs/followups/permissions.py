"""Permissions of the follow-up. Single answers are for those who see single contracts (``contracts.view``)."""

from fairs.core.permissions import Role, permission

VIEW_REALISED = permission(
    "followups.realised", "see what became of the contracts, as sums", Role.ORGANISER, Role.DEALS, Role.AUDITOR,
    Role.LEADERSHIP, Role.FINANCE,
)  # fmt: skip
