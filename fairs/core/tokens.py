"""Secrets that open one thing: long random tokens and short PINs, kept hashed."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_token() -> str:
    """A random address part that nobody guesses (192 bits)."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_pin() -> str:
    """Six digits, told to a person; only ever used with a token, a lock after few tries and a rate limit."""
    return f"{secrets.randbelow(10**6):06d}"


def pin_digest(pin: str, token_hash: str) -> str:
    """What is kept of a PIN: stretched and salted with its token's hash, for six digits alone are soon tried."""
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), token_hash.encode(), 200_000).hex()


def pin_matches(pin: str, token_hash: str, kept: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(pin_digest(pin, token_hash), kept)
