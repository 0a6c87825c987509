"""Who answers requests about personal data."""

from fairs.core.permissions import Role, permission

HANDLE_REQUESTS = permission("privacy.handle", "answer requests about personal data", Role.ORGANISER)
