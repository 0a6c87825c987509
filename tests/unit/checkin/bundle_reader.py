"""A gate bundle read by its description alone, as a program of somebody else would."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


@dataclass
class Record:
    """One badge of a bundle."""

    lookup: bytes
    typed: bytes
    category: str
    revoked_at: int | None
    is_replaced: bool
    box: bytes
    words: list[str]

    def open(self, fingerprint: str) -> list[str]:
        """Language, country, name, company, passport name; raises InvalidTag with another badge's fingerprint."""
        key = hashlib.sha256(b"fairs record\0" + fingerprint.encode()).digest()[:16]
        mode = modes.GCM(self.box[:4] + bytes(8), self.box[-12:], min_tag_length=12)
        reader = Cipher(algorithms.AES(key), mode).decryptor()
        text = (reader.update(self.box[4:-12]) + reader.finalize()).decode()
        for index, word in enumerate(self.words, 1):
            text = text.replace(chr(index), word)
        return text.split("\x1f")


@dataclass
class Read:
    """A bundle in parts; records by their look-up."""

    header: dict[str, Any]
    records: dict[bytes, Record]

    def of(self, fingerprint: str) -> Record | None:
        """The record of a badge."""
        return self.records.get(hashlib.sha256(b"fairs gate\0" + fingerprint.encode()).digest()[:8])


def read_bundle(raw: bytes) -> Read:
    """The parts of a bundle; asserts that it is whole."""
    assert raw[:4] == b"FGB1"
    (length,) = struct.unpack(">I", raw[4:8])
    header = json.loads(raw[8 : 8 + length])
    at, records = 8 + length, {}
    for _ in range(header["count"]):
        lookup, typed, flags = raw[at : at + 8], raw[at + 8 : at + 16], raw[at + 16]
        at += 17
        revoked_at = None
        if flags & 32:
            (revoked_at,) = struct.unpack(">I", raw[at : at + 4])
            at += 4
        size = raw[at]
        box = raw[at + 1 : at + 1 + size]
        at += 1 + size
        category = header["categories"][flags & 31]
        records[lookup] = Record(lookup, typed, category, revoked_at, bool(flags & 64), box, header["words"])
    assert at == len(raw)
    return Read(header, records)
