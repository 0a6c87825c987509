"""Numbers of money documents, without gaps by series and year, and the reference that a payer writes."""

from __future__ import annotations

import string
from datetime import date

from fairs.core.sequences import next_number, next_numbers

_ALPHABET = string.digits + string.ascii_uppercase

INVOICE, PAYMENT_REQUEST, CREDIT_NOTE = "INV", "PR", "CN"
RECEIPT, OFFSET, CREDIT, REFUND, TRANSFER_LIST = "R", "O", "CR", "RF", "TL"


def document_number(fair_code: str, series: str, on: date) -> str:
    """The next number of a fair's series in the year of ``on``: ``GS26-INV26-00001``. Inside transaction().

    The series stays locked until the commit, so a rollback leaves no gap: lock what else is needed before. The fair's count
    of documents is locked first, because two transactions that take several series in different orders would deadlock.
    """
    return document_numbers(fair_code, series, on, 1)[0]


def document_numbers(fair_code: str, series: str, on: date, many: int) -> list[str]:
    """As document_number, the next ``many`` at once."""
    next_numbers(f"money:{fair_code}", many)
    numbers = next_numbers(f"{series}:{fair_code}:{on.year}", many)
    return [f"{fair_code}-{series}{on.year % 100:02d}-{number:05d}" for number in numbers]


def fair_code_of(number: str) -> str:
    """The fair's code, with which each number of its documents begins."""
    return number.split("-", 1)[0]


def next_payment_reference(fair_code: str) -> str:
    """A new payment reference of the fair. Inside transaction()."""
    return payment_reference(fair_code, next_number(f"payref:{fair_code}"))


def payment_reference(fair_code: str, number: int) -> str:
    """What the payer writes into the transfer: upper-case ASCII, at most 25, with a check character (mod 36).

    Banks strip accents, signs and spaces, so it holds none; the last character catches typing errors.
    """
    body = f"{fair_code}{number:06d}"
    return body + _check_character(body)


def _check_character(body: str) -> str:
    # ISO/IEC 7064 Mod 37,36: catches every single error and nearly all transpositions.
    product = 36
    for character in body:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def is_payment_reference(text: str) -> bool:
    """Whether ``text`` is a payment reference with a right check character."""
    return len(text) > 1 and all(c in _ALPHABET for c in text) and _check_character(text[:-1]) == text[-1]


def normal_reference(text: str | None) -> str | None:
    """A bank's reference without blanks and in capitals, so that the same line is known however it was typed."""
    return "".join((text or "").split()).upper()[:100] or None
