"""Permissions of the exit survey. What one company expects is its own; leadership and finance see sums only."""

from fairs.core.permissions import Role, permission

_STAFF = (Role.ORGANISER, Role.DEALS, Role.FRONT_DESK, Role.BOOTH_SALES)
VIEW_SURVEYS = permission("surveys.view", "see each answer to the exit survey", *_STAFF, Role.AUDITOR)
VIEW_RESULTS = permission(
    "surveys.results", "see the results of the exit survey", *_STAFF, Role.AUDITOR, Role.LEADERSHIP, Role.FINANCE
)
TYPE_SURVEYS = permission("surveys.type", "type in answers to the exit survey", *_STAFF)
SET_SURVEY = permission("surveys.set", "say when the exit survey opens and closes", Role.ORGANISER)
