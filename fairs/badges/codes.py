"""The code on a badge: an opaque signed token, the same thing in short for typing, and how both are read back.

The QR code carries 12 random bytes and their Ed25519 signature in base45: 114 characters of the QR alphanumeric
set, no data about the person. Under it stands a short code of sixteen characters for a gate without a scanner.

There are three ways to recognise a code, from strict to robust:

- :func:`verify` takes the exact 114 characters. This is what a camera gives.
- :func:`read` also takes what a hand scanner makes of them while a Vietnamese Telex keyboard is on, without any
  list of badges. Of codes made with ``new_serial(for_key=…)`` it recovers all; of arbitrary ones about nine in
  ten, because a key that Telex took back leaves several possible originals.
- :func:`fingerprint` stays the same whatever Telex (or VNI) did, so that who has a list of badges can look a
  mangled code up, always, in one step. Only the holder of the real code can produce it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import islice
from urllib.parse import unquote

from base45 import b45decode, b45encode
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fairs.badges.telex import ALPHABET, originals, readings

SERIAL_BYTES = 12
SIGNATURE_BYTES = 64
CODE_LENGTH = 114

type_Keys = Mapping[int, Ed25519PublicKey] | Sequence[Ed25519PublicKey]
