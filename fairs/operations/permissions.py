"""Permissions of operations."""

from fairs.core.permissions import permission

VIEW_STATUS = permission("operations.status", "see how the system runs")
