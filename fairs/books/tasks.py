"""The nightly check of the books."""

from __future__ import annotations

from fairs.books.service import check_books
from fairs.jobs.queue import periodic


@periodic(hour="19", minute="20")  # 02:20 in Hanoi
def check_at_night() -> None:
    """Compare documents, ledger and open balances of all fairs."""
    check_books()
