"""Permissions of daily sales. A single booth's figures are its exhibitor's own; leadership and finance see sums only."""

from fairs.core.permissions import Role, permission

_BOOTHS = (Role.ORGANISER, Role.DEALS, Role.FRONT_DESK, Role.BOOTH_SALES)
VIEW_SALES = permission("sales.view", "see the daily sales of each booth", *_BOOTHS, Role.AUDITOR)
VIEW_SUMS = permission(
    "sales.sums", "see the sums of the daily sales", *_BOOTHS, Role.AUDITOR, Role.LEADERSHIP, Role.FINANCE
)
TYPE_SALES = permission("sales.type", "type in daily sales", *_BOOTHS)
