"""Mails of Flask-Security: rendered by our own templates, in the reader's language, delivered by the outbox."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_security import MailUtil

from fairs.accounts.models import User
from fairs.accounts.queries import holders
from fairs.core.db import transaction
from fairs.core.i18n import current_locale
from fairs.core.permissions import Role
from fairs.messages.service import Notice, send

# Where the links of the mails lead. Built from our own address, never from the Host header of a request: a stranger who
# asks for somebody's password link must not choose where it points.
LINKS = {"reset_token": "/account/reset/", "confirmation_token": "/account/confirm/"}


class OutboxMailUtil(MailUtil):
    """Flask-Security hands over its mails here, and asks here what an address looks like in normal form."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: Any,
        sender: Any,
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Queue the mail ``templates/messages/accounts/<template>.txt``; what Flask-Security has rendered is not used."""
        template = template.rpartition("/")[2]
        user: User = kwargs["user"]
        links = {name.replace("token", "link"): link(path, kwargs.get(name)) for name, path in LINKS.items()}
        readers = holders(Role.ADMIN, None) if template == "two_factor_rescue" else [user]
        with transaction():
            for reader in readers:
                context = {"user_name": user.name or user.email, "user_email": user.email, **links}
                send(Notice(f"accounts/{template}", reader.name, reader.email, locale_of(reader), context))

    def normalize(self, email: str) -> str:
        """Addresses are kept and compared in small letters."""
        return str(super().normalize(email)).lower()

    def validate(self, email: str) -> str:
        """As normalize, for a new address."""
        return str(super().validate(email)).lower()


def locale_of(user: User) -> str:
    """The language that the user reads: their own choice, else the one in which they are using the program."""
    return user.locale or current_locale()


def link(path: str, token: str | None) -> str:
    """An absolute address of this installation for a mail; empty without a token."""
    return f"{current_app.config['BASE_URL']}{path}{token}" if token else ""
