"""Permissions of ceremonies."""

from fairs.core.permissions import Role, permission

VIEW_CEREMONIES = permission(
    "ceremonies.view", "see ceremonies and delegations", Role.ORGANISER, Role.HOSPITALITY, Role.FRONT_DESK, Role.LEADERSHIP,
)  # fmt: skip
RUN_CEREMONIES = permission("ceremonies.run", "invite delegations, give seats", Role.ORGANISER, Role.HOSPITALITY)
GREET = permission(
    "ceremonies.greet", "greet delegations at the gate", Role.ORGANISER, Role.HOSPITALITY, Role.FRONT_DESK, Role.GATE_SUPERVISOR,
)  # fmt: skip
