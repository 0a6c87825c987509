"""The code on a badge: an opaque signed token, the same thing in short for typing, and how both are read back.

The QR code carries 12 random bytes and their Ed25519 signature in base45: 114 characters of the QR alphanumeric
set, no data about the person. Under it stands a short code of sixteen characters for a gate without a scanner.

A code is recognised in three ways, from strict to robust:

- :func:`verify` takes the exact 114 characters. This is what a camera gives.
- :func:`read` also takes what a hand scanner makes of them while a Vietnamese Telex keyboard is on, and needs no
  list of badges for it. It recovers every code whose serial was chosen with ``new_serial(for_key=…)``, and of
  others about nine in ten: a key that Telex took back leaves too many possible originals (see ``telex.py``).
- :func:`fingerprint` is the same before and after Telex (or VNI), whatever it did. Who has a list of badges looks
  a mangled code up by it, always and in one step; only who has seen the real code can produce it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from urllib.parse import unquote

from base45 import b45decode, b45encode
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fairs.badges.telex import ALPHABET, ambiguity, originals

SERIAL_BYTES = 12
SIGNATURE_BYTES = 64
CODE_LENGTH = 114

PublicKeys = Mapping[int, Ed25519PublicKey] | Sequence[Ed25519PublicKey]

# 0.1 ms a check: what a scanner may wait for, and what a stranger may cost us.
_MOST_CHECKS = 150
# A code that could come from more originals than this after Telex is not chosen.
_MOST_AMBIGUITY = 32
_CODE = re.compile(r"[0-9A-Z $%*+\-./:]{114}")
# Sent by scanners or pasted along: control and format characters, and the symbology mark of QR codes.
_NOISE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|^\s*\][Qq]\d")
_LINK = re.compile(r"\s*[A-Za-z]+://[^/]*/")
# Untouched by Telex and VNI: the consonants that are no mark key, and signs that survive trimming.
_STEADY = re.compile(r"[BCGHKLMNPQTV$%\-/:]")
_UNSTEADY = {ord(sign): None for sign in ALPHABET if not _STEADY.fullmatch(sign)}

# Digits, and the consonants that neither Telex nor VNI acts on, without those that look like another (Q, L).
_SHORT = "0123456789BCGHKMNPTV"
#: What a short code as it is kept consists of.
SHORT_SIGNS = frozenset(f"{_SHORT}-")
_SHORT_DATA, _SHORT_CHECK = 14, 2
_TYPED_ROUNDS = 1000
_SHORT_MODULUS = 397  # prime, below 20²: every single wrong or any two swapped characters are noticed
_LOOKALIKES = str.maketrans("OQDILZSU", "0001125V")


class BadCode(ValueError):
    """What was scanned or typed is no code of ours."""


class Malformed(BadCode):
    """It does not have the form of a code: something else was scanned, or part of it is missing."""


class Forged(BadCode):
    """It has the form of a code, but none of our keys signed it."""


def new_serial(for_key: Ed25519PrivateKey | None = None) -> bytes:
    """Twelve random bytes.

    With ``for_key``, the key that will sign, serials are drawn until the code would survive a Telex keyboard and
    blank trimming (about five draws, 0.5 ms, and two of the 96 bits). Use it for everything that gets printed.
    """
    while True:
        serial = secrets.token_bytes(SERIAL_BYTES)
        if for_key is None:
            return serial
        code = sign(serial, for_key)
        if code[0] != " " and "  " not in code and ambiguity(code) <= _MOST_AMBIGUITY:
            return serial


def sign(serial: bytes, private_key: Ed25519PrivateKey) -> str:
    """The code of a serial: exactly 114 characters, the same every time for the same key."""
    if len(serial) != SERIAL_BYTES:
        raise ValueError(f"A serial has {SERIAL_BYTES} bytes.")
    return str(b45encode(serial + private_key.sign(serial)).decode("ascii"))


def verify(code: str, public_keys: PublicKeys) -> bytes:
    """The serial in an exact code. Raises Malformed, or Forged if none of the keys made its signature."""
    serial, signature = _split(code)
    for key in _each(public_keys):
        try:
            key.verify(signature, serial)
        except InvalidSignature:
            continue
        return serial
    raise Forged("No key of ours signed this code.")


def read(text: str, public_keys: PublicKeys) -> bytes:
    """The serial in what a scanner or a person sent, repaired where needed (see the module's description).

    At most 150 signatures are checked. Raises Malformed or Forged, as ``verify``.
    """
    code = normalise(text)
    try:
        return verify(code, public_keys)
    except BadCode as found:
        if len(code) > CODE_LENGTH:
            raise
        error = found
    checks = _MOST_CHECKS // max(1, len(list(_each(public_keys))))
    for candidate in islice(filter(_possible, originals(code, CODE_LENGTH)), checks):
        try:
            return verify(candidate, public_keys)
        except BadCode as found:
            error = found
    raise error


def normalise(text: str) -> str:
    """The code as it was printed, for what can be told without guessing.

    Drops line ends, invisible characters, a scanner's symbology mark, blanks around, and the address if the code
    came as the last part of a link; makes capitals of small letters; gives back blanks that were trimmed in front.
    Marks set by a Telex keyboard stay: :func:`read` undoes them.
    """
    code = unicodedata.normalize("NFC", _NOISE.sub("", text.replace("\u00a0", " ")))
    link = _LINK.match(code)
    if link:
        tail = code[link.end() :]
        plain = unquote(tail.rsplit("/", 1)[-1])
        # Percent-encoded it stands after the last slash; as it is, it may contain slashes itself.
        code = plain if len(plain) == CODE_LENGTH else tail[-CODE_LENGTH:]
    code = code.upper()
    if len(code) != CODE_LENGTH:
        code = code.strip()
    if CODE_LENGTH - 2 <= len(code) < CODE_LENGTH and code.isascii():
        code = code.rjust(CODE_LENGTH)
    return code


def fingerprint(text: str) -> str:
    """32 hexadecimal digits that a code keeps through Telex, VNI, trimming and change of case.

    Made from the characters that no Vietnamese keyboard touches (43 of 114 on average, 176 bits), so it is as hard
    to guess as the signature is to forge. For looking a code up in a list of badges, never for printing.
    Raises Malformed for a text that cannot be a code.
    """
    if _CODE.fullmatch(text) and "://" not in text and text[0] != " " != text[-1]:
        steady = text.translate(_UNSTEADY)  # as it was printed: nothing to undo
    else:
        bare = unicodedata.normalize("NFD", normalise(text))
        if not CODE_LENGTH // 2 <= len(bare) <= 2 * CODE_LENGTH:
            raise Malformed("This is not the length of a code.")
        steady = "".join(_STEADY.findall(bare))
    return hashlib.sha256(b"fairs badge " + steady.encode("ascii")).hexdigest()[:32]


def short_code(serial: bytes) -> str:
    """The serial for typing: ``1234-56BC-GHKM-NPTV``, 60 bits of it and two check characters.

    Only characters that a Telex or VNI keyboard leaves alone (UniKey's quick consonants, off by default, excepted).
    It is not signed: whoever accepts it looks it up and limits the rate of attempts.
    """
    value = int.from_bytes(serial[:8], "big") % len(_SHORT) ** _SHORT_DATA
    value *= len(_SHORT) ** _SHORT_CHECK
    value += -value % _SHORT_MODULUS
    digits = ""
    for _ in range(_SHORT_DATA + _SHORT_CHECK):
        value, digit = divmod(value, len(_SHORT))
        digits = _SHORT[digit] + digits
    return _grouped(digits)


def typed_digest(short: str) -> bytes:
    """Eight bytes by which a device without a network finds a short code that was typed.

    A thousand rounds of PBKDF2: who steals a device's list must not get short codes out of it by trying. The browser's
    own Web Crypto computes the same.
    """
    return hashlib.pbkdf2_hmac("sha256", short.encode("ascii"), b"fairs typed", _TYPED_ROUNDS, 8)


def typed(text: str) -> str:
    """A short code as a person typed it, in the form of ``short_code``: any case, groups or none, O for 0, I for 1.

    Raises Malformed when a character is wrong, missing or swapped with another.
    """
    digits = re.sub(r"[\s\-‐‑–—.]", "", _NOISE.sub("", text)).upper().translate(_LOOKALIKES)
    value = 0
    for digit in digits:
        if digit not in _SHORT:
            raise Malformed("This character is in no short code.")
        value = value * len(_SHORT) + _SHORT.index(digit)
    if len(digits) != _SHORT_DATA + _SHORT_CHECK or value % _SHORT_MODULUS:
        raise Malformed("This is not a short code, or one of its characters is wrong.")
    return _grouped(digits)


def _grouped(digits: str) -> str:
    return "-".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def _each(keys: PublicKeys) -> Iterator[Ed25519PublicKey]:
    return iter(keys.values() if isinstance(keys, Mapping) else keys)


def _split(code: str) -> tuple[bytes, bytes]:
    if not _CODE.fullmatch(code):
        raise Malformed(f"A code is {CODE_LENGTH} characters of {ALPHABET!r}.")
    try:
        payload: bytes = b45decode(code)
    except ValueError as error:
        raise Malformed("Not base45.") from error
    return payload[:SERIAL_BYTES], payload[SERIAL_BYTES:]


def _possible(code: str) -> bool:
    """Cheap sieve before a signature is checked: base45 fits, and the signature's number is below the group order."""
    try:
        return _split(code)[1][-1] <= 0x10
    except Malformed:
        return False
