"""VietQR: the text of a QR code that Vietnamese banking apps turn into a filled-in transfer.

EMVCo merchant-presented mode with the tags of NAPAS. Every field is its two-digit tag, the two-digit length of its
value, and the value; the last field is a checksum over everything before it, its own tag and length included.
"""

from __future__ import annotations

import re

_AID = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"
_DONG = "704"  # ISO 4217 number of VND
LARGEST = 10**13 - 1  # tag 54 holds at most 13 digits


class BadVietQR(ValueError):
    """A part of the code does not fit the format."""


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 1021, start FFFF, nothing reflected or inverted."""
    register = 0xFFFF
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x1021) & 0xFFFF if register & 0x8000 else register << 1
    return register


def payload(bank_bin: str, account: str, amount: int | None = None, memo: str | None = None) -> str:
    """The code's text for a transfer of ``amount`` whole dong to ``account`` at the bank ``bank_bin`` (6 digits).

    ``memo`` is ASCII of at most 25 characters, because banks strip accents and cut longer texts. Without an amount the
    payer types it. Raises BadVietQR when a part does not fit.
    """
    if not re.fullmatch(r"[0-9]{6}", bank_bin):
        raise BadVietQR("A bank's BIN has six digits.")
    if not re.fullmatch(r"[0-9A-Za-z]{1,19}", account):
        raise BadVietQR("An account number has up to 19 letters and digits.")
    if amount is not None and not 0 < amount <= LARGEST:
        raise BadVietQR("The amount is not above zero, or has more than 13 digits.")
    if memo is not None and not re.fullmatch(r"[0-9A-Za-z .\-]{1,25}", memo):
        raise BadVietQR("The purpose has up to 25 plain letters, digits, spaces, full stops and hyphens.")
    beneficiary = _field("00", bank_bin) + _field("01", account)
    text = _field("00", "01") + _field("01", "11" if amount is None else "12")
    text += _field("38", _field("00", _AID) + _field("01", beneficiary) + _field("02", _TO_ACCOUNT))
    text += _field("53", _DONG)
    if amount is not None:
        text += _field("54", str(amount))
    text += _field("58", "VN")
    if memo is not None:
        text += _field("62", _field("08", memo))
    text += "6304"
    return f"{text}{crc16(text.encode('ascii')):04X}"


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"
