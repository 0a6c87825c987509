"""Who reported a contract, and how its goods are paid."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

REPORTERS = {"clerk": _l("Clerk at the fair"), "exporter": _l("Exporter"), "importer": _l("Importer")}

#: How the goods are paid; the split or the bank stands in the payment terms.
PAYMENT_METHODS = {
    "TT": _l("Telegraphic transfer (T/T)"),
    "LC": _l("Letter of credit (L/C)"),
    "DP": _l("Documents against payment (D/P)"),
    "DA": _l("Documents against acceptance (D/A)"),
    "OA": _l("Open account"),
}
