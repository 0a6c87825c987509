"""Permissions of statements."""

from fairs.core.permissions import Role, permission

VIEW_FIGURES = permission(
    "statements.view", "see the fair's figures and the records behind them", Role.ORGANISER, Role.DEALS, Role.FINANCE,
    Role.LEADERSHIP, Role.AUDITOR, Role.VIEWER,
)  # fmt: skip
