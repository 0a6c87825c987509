"""The list of users: its address."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.accounts.models import User
from fairs.accounts.permissions import MANAGE_USERS
from fairs.accounts.queries import users_matching
from fairs.core.lists import ListSpec, register_list

USERS = register_list(
    ListSpec(
        "users", _l("Users"), "accounts.users", MANAGE_USERS, ("q",),
        query=lambda _fair, args: users_matching(args.get("q", "")[:100]),
        keys=lambda _args: ((User.id, False),), reference=User.id, name_of=lambda row: row.name or row.email, for_fair=False,
    )
)  # fmt: skip
