"""Permissions of site work."""

from fairs.core.permissions import Role, permission

OWN_SITEWORK = permission(
    "sitework.own", "prepare this booth", Role.ORGANISER, Role.BOOTH_SALES, own_company=True
)  # fmt: skip
VIEW_SITEWORK = permission(
    "sitework.view", "see site work", Role.ORGANISER, Role.BOOTH_SALES, Role.FINANCE, Role.GATE_SUPERVISOR, Role.FRONT_DESK,
    Role.AUDITOR, Role.VIEWER, Role.LEADERSHIP,
)  # fmt: skip
MANAGE_SITEWORK = permission(
    "sitework.manage", "set up services and the exhibitor manual", Role.ORGANISER, Role.BOOTH_SALES
)
DECIDE_STAFF = permission("sitework.decide_staff", "decide on badges beyond the quota", Role.ORGANISER)
DELIVER = permission(
    "sitework.deliver", "deliver services and hand over booths", Role.ORGANISER, Role.BOOTH_SALES, Role.GATE_SUPERVISOR
)
CHECK_PERMITS = permission(
    "sitework.check",
    "check permits at the gate",
    Role.ORGANISER,
    Role.BOOTH_SALES,
    Role.GATE_SUPERVISOR,
    Role.FRONT_DESK,
    Role.FINANCE,
)
OVERRIDE_GATE_OUT = permission(
    "sitework.override", "let goods out while money is owed", Role.ORGANISER, Role.FINANCE
)  # fmt: skip
