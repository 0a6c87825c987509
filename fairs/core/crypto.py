"""Encryption of single fields with a key of this installation (Fernet: AES-128-CBC and HMAC)."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet

_keys: dict[str, Fernet] = {}
_digest_keys: dict[str, bytes] = {}


def configure(secret: str) -> None:
    """Set the installation's key; any text, stretched to the cipher's length."""
    _keys["now"] = Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"fairs field key" + secret.encode()).digest()))
    _digest_keys["now"] = hashlib.sha256(b"fairs digest key" + secret.encode()).digest()


def encrypt(plain: bytes) -> bytes:
    """Encrypted and authenticated bytes."""
    return _keys["now"].encrypt(plain)


def decrypt(sealed: bytes) -> bytes:
    """The plain bytes; raises cryptography.fernet.InvalidToken when the key is another or they were changed."""
    return _keys["now"].decrypt(sealed)


def keyed_digest(text: str) -> str:
    """64 hexadecimal digits that tell two texts apart; without the key even a short text cannot be tried out."""
    return hmac.new(_digest_keys["now"], text.encode(), hashlib.sha256).hexdigest()
