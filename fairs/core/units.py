"""Units of quantity by UN/ECE Recommendations 20 and 21, as customs declarations use them."""

from __future__ import annotations

from fairs.core.i18n import current_locale

# Code: English, Vietnamese. PCE is what customs of Viet Nam write for a piece; Recommendation 20 has H87, and C62 for "one".
UNITS = {
    "PCE": ("pieces", "chiếc"),
    "SET": ("sets", "bộ"),
    "PR": ("pairs", "đôi"),
    "DZN": ("dozens", "tá"),
    "KGM": ("kg", "kg"),
    "TNE": ("tonnes", "tấn"),
    "MTR": ("metres", "mét"),
    "MTK": ("m²", "m²"),
    "MTQ": ("m³", "m³"),
    "LTR": ("litres", "lít"),
    "H87": ("pieces (Rec. 20)", "chiếc (Rec. 20)"),
    "C62": ("units", "đơn vị"),
    "EA": ("each", "cái"),
    "GRO": ("gross (144)", "gốt (144)"),
    "CEN": ("hundreds", "trăm"),
    "MIL": ("thousands", "nghìn"),
    "DPR": ("dozen pairs", "tá đôi"),
    "GRM": ("g", "g"),
    "CTM": ("carats", "ca-ra"),
    "LBR": ("pounds", "pao"),
    "CMT": ("cm", "cm"),
    "INH": ("inches", "inch"),
    "FOT": ("feet", "foot"),
    "YRD": ("yards", "yard"),
    "CMK": ("cm²", "cm²"),
    "MLT": ("ml", "ml"),
    "ST": ("sheets", "tờ"),
    "RO": ("rolls", "cuộn"),
    "BX": ("boxes", "hộp"),
    "CT": ("cartons", "thùng các-tông"),
    "PA": ("packets", "gói"),
    "BG": ("bags", "túi"),
    "BE": ("bundles", "bó"),
    "PX": ("pallets", "pa-lét"),
}


def unit_name(code: str) -> str:
    """The unit in the reader's language; the code itself when it is unknown."""
    names = UNITS.get(code)
    return code if names is None else names[current_locale() == "vi"]
