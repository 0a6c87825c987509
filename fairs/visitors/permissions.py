"""Permissions of visitors."""

from fairs.core.permissions import Role, permission

VIEW_VISITORS = permission(
    "visitors.view", "see visitors", Role.ORGANISER, Role.FRONT_DESK, Role.GATE_SUPERVISOR, Role.AUDITOR, Role.VIEWER,
    Role.LEADERSHIP,
)  # fmt: skip
REGISTER_VISITOR = permission("visitors.register", "register visitors at the desk", Role.ORGANISER, Role.FRONT_DESK)
DECIDE_VISITORS = permission(
    "visitors.decide", "approve press, set up kiosks and questions, say who counts as a visitor", Role.ORGANISER
)
