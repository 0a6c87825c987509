"""Permissions of the annual plan."""

from fairs.core.permissions import Role, permission

VIEW_PROGRAMME = permission("programme.view", "see the plan of the year", Role.LEADERSHIP, Role.ORGANISER)
ENTER_FIGURES = permission("programme.enter", "enter figures of the plan by hand", Role.ORGANISER)
