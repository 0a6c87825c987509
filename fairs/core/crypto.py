"""Encryption of single fields with a key of this installation (Fernet: AES-128-CBC and HMAC).

The key can be changed: the setting then has the new key and, after a comma, the old ones. The first encrypts, all decrypt, until
`flask operations rotate-keys` has encrypted everything anew and the old ones can be left out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet

_keys: dict[str, MultiFernet] = {}
_digest_keys: dict[str, bytes] = {}


def configure(secret: str) -> None:
    """Set the installation's keys, the newest first, separated by commas; any text, stretched to the cipher's length."""
    secrets = [part.strip() for part in secret.split(",") if part.strip()]
    _keys["now"] = MultiFernet([_fernet(part) for part in secrets])
    _digest_keys["now"] = hashlib.sha256(b"fairs digest key" + secrets[0].encode()).digest()


def _fernet(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"fairs field key" + secret.encode()).digest()))


def encrypt(plain: bytes) -> bytes:
    """Encrypted and authenticated bytes."""
    return _keys["now"].encrypt(plain)


def decrypt(sealed: bytes) -> bytes:
    """The plain bytes; raises cryptography.fernet.InvalidToken when the key is another or they were changed."""
    return _keys["now"].decrypt(sealed)


def rotate(sealed: bytes) -> bytes:
    """The same content encrypted by the newest key; raises cryptography.fernet.InvalidToken when none of the keys fits."""
    return _keys["now"].rotate(sealed)


def keyed_digest(text: str) -> str:
    """64 hexadecimal digits that tell two texts apart; without the key even a short text cannot be tried out.

    A new key gives other digits: what was noted before it does not match any more.
    """
    return hmac.digest(_digest_keys["now"], text.encode(), "sha256").hex()
