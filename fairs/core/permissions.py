"""Roles and permissions: what a view asks for. ``accounts`` decides who has it."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class Role(State):
    """What a person is for a fair, or (admin, leadership) for the whole system."""

    ADMIN = "admin", _l("Administrator"), "red", "shield-lock"
    LEADERSHIP = "leadership", _l("Leadership"), "purple", "building-bank"
    ORGANISER = "organiser", _l("Organiser"), "red", "flag"
    BOOTH_SALES = "booth_sales", _l("Booth sales"), "blue", "layout-grid"
    FINANCE = "finance", _l("Finance"), "green", "cash"
    FRONT_DESK = "front_desk", _l("Front desk"), "cyan", "id-badge-2"
    GATE_SUPERVISOR = "gate_supervisor", _l("Gate supervisor"), "orange", "scan"
    HOSPITALITY = "hospitality", _l("Hospitality"), "pink", "bed"
    DEALS = "deals", _l("Deals officer"), "indigo", "file-certificate"
    JURY = "jury", _l("Jury"), "yellow", "award"
    PARTNER = "partner", _l("Partner"), "lime", "users-group"
    VIEWER = "viewer", _l("Viewer"), "secondary", "eye"
    AUDITOR = "auditor", _l("Auditor"), "secondary", "zoom-check"

    @property
    def is_system_wide(self) -> bool:
        """Admin and leadership are held for the whole system, all others for one fair."""
        return self in {Role.ADMIN, Role.LEADERSHIP}


@dataclass(frozen=True, slots=True)
class Permission:
    """Something that can be done. ``roles`` may do it (the administrator always may).

    ``own_company``: a signed-in member of a company may also reach the view; the service then checks that the
    object is of their company. ``signed_in``: anybody with an account.
    """

    name: str
    label: str
    roles: frozenset[Role] = frozenset()
    own_company: bool = False
    signed_in: bool = False


def permission(name: str, label: str, *roles: Role, own_company: bool = False, signed_in: bool = False) -> Permission:
    """Declare a permission; ``label`` completes "… may" for the pages that say who can."""
    return Permission(name, label, frozenset({Role.ADMIN, *roles}), own_company, signed_in)


EVERY_STAFF_ROLE = tuple(Role)
