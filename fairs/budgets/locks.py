"""Locking what vouchers take of: commitments before lines, each in the order of their keys. Inside transaction()."""

from __future__ import annotations

from collections.abc import Sequence

from fairs.budgets.models import Commitment, FairLine, Voucher
from fairs.core.db import MINE, db


def locked_commitments(ids: Sequence[int]) -> dict[int, Commitment]:
    """Commitments by their keys, locked in that order."""
    return {
        one: db.session.get_one(Commitment, one, with_for_update=MINE, populate_existing=True) for one in sorted(ids)
    }


def locked_lines(ids: Sequence[int]) -> dict[int, FairLine]:
    """Lines by their keys, locked in that order, after the commitments."""
    return {one: db.session.get_one(FairLine, one, with_for_update=MINE, populate_existing=True) for one in sorted(ids)}


def held_by(voucher: Voucher) -> tuple[dict[int, Commitment], dict[int, FairLine]]:
    """The commitments and lines of a voucher, locked."""
    promised = locked_commitments(
        list({part.commitment_id for part in voucher.lines if part.commitment_id is not None})
    )
    return promised, locked_lines(list({part.line_id for part in voucher.lines}))
