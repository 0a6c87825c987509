"""What a reader's roles let them read: per permission, all fairs or some."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, true

from fairs.accounts.models import RoleGrant
from fairs.accounts.queries import matching_grant
from fairs.core.permissions import Permission


@dataclass(frozen=True, slots=True)
class Scope:
    """The reader's roles."""

    grants: tuple[RoleGrant, ...]

    @classmethod
    def of(cls, grants: Iterable[RoleGrant]) -> Scope:
        """The scope of these roles."""
        return cls(tuple(grants))

    def has(self, permission: Permission) -> bool:
        """Whether the permission is held for the system or any fair."""
        return matching_grant(self.grants, permission, None) is not None

    def at(self, permission: Permission, fair_id: int | None) -> bool:
        """Whether the permission is held for this fair."""
        return matching_grant(self.grants, permission, fair_id) is not None

    def within(self, permission: Permission, column: Any) -> ColumnElement[bool] | None:
        """The condition that a row's fair is one the reader may read; None when they may read no fair at all."""
        fitting = [grant.fair_id for grant in self.grants if grant.role in permission.roles]
        if not fitting:
            return None
        if None in fitting:
            return true()
        return column.in_(sorted({fair_id for fair_id in fitting if fair_id is not None}))  # type: ignore[no-any-return]
