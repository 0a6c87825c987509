"""Permissions of the annual plan."""

from fairs.core.permissions import Role, permission

VIEW_PROGRAMME = permission("programme.view", "see the plan of the year", Role.LEADERSHIP, Role.ORGANISER)
ENTER_FIGURES = permission("programme.enter", "enter figures of the plan by hand", Role.ORGANISER)
VIEW_BUDGET = permission(
    "programme.view_budget", "see budget lines", Role.LEADERSHIP, Role.ORGANISER, Role.FINANCE, Role.AUDITOR
)
MANAGE_BUDGET = permission("programme.manage_budget", "set the ceilings of budget lines", Role.ORGANISER, Role.FINANCE)
