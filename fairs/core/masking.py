"""Personal data as an auditor reads it: enough to tell people apart, not enough to know or reach them (Law 91/2025/QH15).

The columns that hold it have the type :class:`Personal`. While :func:`masked` holds, whatever is read from them comes masked, on
whichever page, list, sheet or answer it is shown. Nothing is written meanwhile: only readings are masked, so that no masked
value finds its way back into a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Dialect, String, TypeDecorator

_masked: ContextVar[bool] = ContextVar("fairs_masked", default=False)
_STARS = "***"
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
# Nine digits and more with the usual marks between them: telephones, accounts. Days, amounts with units and references are shorter.
_NUMBER = re.compile(r"(?<![\w.,:/-])\+?\d(?:[ \-]?\d){8,14}(?![\w:/-])")


def is_masked() -> bool:
    """Whether what is read now comes masked."""
    return _masked.get()


def set_masked(on: bool) -> None:
    """Say for this request (this thread) whether readings are masked; set anew for each."""
    _masked.set(on)


@contextmanager
def masked(on: bool = True) -> Iterator[None]:
    """Readings inside come masked, for work that somebody else does for an auditor."""
    token = _masked.set(on)
    try:
        yield
    finally:
        _masked.reset(token)


def mask_name(name: str) -> str:
    """ "Nguyễn Văn An" → "N*** V*** A***"."""
    return " ".join(word[0] + _STARS for word in name.split())


def mask_email(address: str) -> str:
    """ "an.nguyen@example.vn" → "a***@example.vn"."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}{_STARS}@{domain}" if at else mask_number(address)


def mask_number(number: str) -> str:
    """Of a telephone, an account or a passport only the last two signs: "0912345678" → "***78"."""
    number = number.strip()
    return _STARS + (number[-2:] if len(number) > 4 else "") if number else ""


def mask_text(text: str) -> str:
    """Running text with its e-mail addresses and long numbers masked; what people are called in it stays."""
    text = _EMAIL.sub(lambda found: mask_email(found[0]), text)
    return _NUMBER.sub(lambda found: mask_number(found[0]), text)


_BY_KIND = {"name": mask_name, "email": mask_email, "number": mask_number, "text": mask_text}
# Keys of kept values (history, revisions) that hold personal data whatever their text looks like.
_KEYS = {
    "email": mask_email, "contact_email": mask_email, "recipient": mask_email, "leader_email": mask_email,
    "phone": mask_number, "contact_phone": mask_number, "leader_phone": mask_number, "passport": mask_number,
    "account": mask_number, "account_number": mask_number, "iban": mask_number,
    "native_name": mask_name, "passport_name": mask_name, "badge_name": mask_name, "contact_name": mask_name,
    "leader_name": mask_name, "signer": mask_name, "person": mask_name, "person_name": mask_name, "payer": mask_name,
}  # fmt: skip

_PLAIN = frozenset(
    {"tax_code", "hs_code", "sha256", "reference", "number", "framework", "invoice"}
)  # of companies and papers, not of people


def mask_values(values: Any, key: str = "") -> Any:
    """Plain JSON with what is personal in it masked, by the names of its keys and by the look of its texts."""
    if isinstance(values, dict):
        return {name: mask_values(value, str(name)) for name, value in values.items()}
    if isinstance(values, list):
        return [mask_values(value, key) for value in values]
    if not isinstance(values, str) or key in _PLAIN:
        return values
    return _KEYS.get(key, mask_text)(values)


class Personal(TypeDecorator[str]):
    """A text about a person. ``kind``: name, email, number (telephone, account) or text."""

    impl = String
    cache_ok = True

    def __init__(self, kind: str, length: int) -> None:
        self.kind, self.length = kind, length
        super().__init__(length)

    @property
    def python_type(self) -> type[str]:
        """What a cursor of a list is turned back into."""
        return str

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """What is read: as it is kept, or masked."""
        return _BY_KIND[self.kind](value) if value and _masked.get() else value


def readable_keys(keys: Sequence[tuple[Any, bool]]) -> list[tuple[Any, bool]]:
    """The keys of a list's order; while readings are masked without those that are personal: where a page ends must be a value
    that was read, and an order by what nobody may read would give it away."""
    if not is_masked():
        return list(keys)
    return [key for key in keys if not isinstance(getattr(key[0], "type", None), Personal)]
