"""What the parties do with a contract, as its history shows it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

#: By the act's name: title, icon, tone.
PARTY_ACTS: dict[str, tuple[Any, str, str | None]] = {
    "contracts.ask": (_l("Asked for confirmation"), "send", None),
    "contracts.confirm": (_l("Confirmed by a party"), "circle-check", "success"),
    "contracts.dispute": (_l("Disputed by a party"), "alert-triangle", "danger"),
    "contracts.sign": (_l("Signed on the screen"), "signature", "success"),
    "contracts.paper": (_l("Paper with both signatures made"), "file-certificate", "info"),
}
