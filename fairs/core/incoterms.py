"""Incoterms 2020."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

# ICC rule: what the place named behind it is.
INCOTERMS = {
    "EXW": _l("Ex works"),
    "FCA": _l("Free carrier"),
    "CPT": _l("Carriage paid to"),
    "CIP": _l("Carriage and insurance paid to"),
    "DAP": _l("Delivered at place"),
    "DPU": _l("Delivered at place unloaded"),
    "DDP": _l("Delivered duty paid"),
    "FAS": _l("Free alongside ship"),
    "FOB": _l("Free on board"),
    "CFR": _l("Cost and freight"),
    "CIF": _l("Cost, insurance and freight"),
}
