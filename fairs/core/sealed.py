"""Large encrypted files, written and read piece by piece: nothing of them is ever whole in memory or open on the disk.

A file is a row of pieces: four bytes of length, then the piece as ``core.crypto`` encrypts it. An empty piece ends it, so that a
file that was cut off is noticed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any

from cryptography.fernet import InvalidToken

from fairs.core.crypto import decrypt, encrypt

PIECE = 256 * 1024


class SealedWriter(io.RawIOBase):
    """A file to write to; what is written goes to ``target`` encrypted. ``finish`` ends it; without that it cannot be read."""

    def __init__(self, target: IO[bytes]) -> None:
        super().__init__()
        self._target, self._waiting = target, bytearray()

    def writable(self) -> bool:
        """It is written to only."""
        return True

    def write(self, data: Any) -> int:
        """Take some bytes."""
        self._waiting += data
        while len(self._waiting) >= PIECE:
            self._put(bytes(self._waiting[:PIECE]))
            del self._waiting[:PIECE]
        return len(data)

    def finish(self) -> None:
        """Write what waits, and the end."""
        if self._waiting:
            self._put(bytes(self._waiting))
            self._waiting.clear()
        self._put(b"")

    def _put(self, piece: bytes) -> None:
        sealed = encrypt(piece)
        self._target.write(len(sealed).to_bytes(4, "big") + sealed)


def opened_pieces(source: IO[bytes]) -> Iterator[bytes]:
    """What was written, piece by piece; raises cryptography.fernet.InvalidToken for a file that is cut off or another's."""
    while head := source.read(4):
        piece = decrypt(source.read(int.from_bytes(head, "big")))
        if not piece:
            return
        yield piece
    raise InvalidToken
