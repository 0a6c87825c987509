"""Who may read identity documents."""

from fairs.core.permissions import Role, permission

READ_IDENTITY = permission("identity.read", "read passports", Role.ORGANISER, Role.HOSPITALITY)
