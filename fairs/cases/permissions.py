"""Permissions of on-site cases."""

from fairs.core.permissions import Role, permission

VIEW_CASES = permission(
    "cases.view",
    "see on-site cases",
    Role.ORGANISER,
    Role.GATE_SUPERVISOR,
    Role.FRONT_DESK,
    Role.AUDITOR,
    Role.LEADERSHIP,
)
WORK_CASES = permission(
    "cases.work", "report on-site cases and see to them", Role.ORGANISER, Role.GATE_SUPERVISOR, Role.FRONT_DESK
)
MANAGE_CASES = permission("cases.manage", "assign and close on-site cases", Role.ORGANISER, Role.GATE_SUPERVISOR)
DECIDE_VIOLATIONS = permission("cases.decide", "confirm or drop violations", Role.ORGANISER)
OWN_CASES = permission("cases.own", "answer what this company is accused of", Role.ORGANISER, own_company=True)
