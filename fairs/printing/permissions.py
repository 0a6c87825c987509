"""Permissions of printing. Seeing and working the queue is ``badges.print``, replacing a badge ``badges.revoke``."""

from fairs.core.permissions import Role, permission

MANAGE_STATIONS = permission("printing.stations", "set up print stations", Role.ORGANISER, Role.FRONT_DESK)
MANAGE_BLANKS = permission("printing.blanks", "make and void blank badges", Role.ORGANISER)
BIND_BLANK = permission(
    "printing.bind", "bind a blank badge to a person", Role.ORGANISER, Role.FRONT_DESK, Role.GATE_SUPERVISOR
)
