"""Errors that a person can act upon. Services raise them; one handler turns them into page, fragment or problem+json."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l


class DomainError(Exception):
    """A rule was broken. ``code`` is stable for programs, ``message`` is for people, ``status`` for HTTP.

    ``field`` names the input that is at fault, where there is one: forms show the message there.
    ``details`` is extra JSON for programs (no personal data).
    """

    code = "error"
    status = 400
    message: Any = _l("Something in this request does not fit.")

    def __init__(self, message: Any = None, *, field: str | None = None, **details: Any) -> None:
        self.field = field
        self.details = details
        if message is not None:
            self.message = message
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class InvalidInput(DomainError):
    """A value is not acceptable; ``field`` names it."""

    code = "invalid_input"
    status = 422
    message = _l("Please check this value.")


class NotFound(DomainError):
    """No such thing, or none that this person may know of."""

    code = "not_found"
    status = 404
    message = _l("We could not find this.")


class Forbidden(DomainError):
    """The person is known but may not do this."""

    code = "forbidden"
    status = 403
    message = _l("Your role does not allow this.")


class Conflict(DomainError):
    """Somebody or something was faster, or the state does not allow it."""

    code = "conflict"
    status = 409
    message = _l("This has changed in the meantime. Please look again.")


class InvalidTransition(Conflict):
    """A thing cannot go from its state to the one asked for."""

    code = "invalid_transition"
    message = _l("This step is not possible in the present state.")


class SamePerson(Conflict):
    """Four eyes: the person who did the first act may not second it, nor may anyone acting for them."""

    code = "same_person"
    status = 403
    message = _l("A second person has to do this: you took part in the first step.")
