"""The kinds of booths, from the table of booth types."""

from __future__ import annotations

from sqlalchemy import select

from fairs.core.db import db, transaction
from fairs.core.domain import rows
from fairs.floorplans.models import BoothType

# The table says in English only what a booth includes.
_SHELL = "vách ngăn; biển tên; 1 bàn hoặc quầy; 2 ghế; 2 đèn tuýp; 1 ổ cắm 220 V; trải thảm nếu trong nhà"
_INCLUDES_VI = {
    "SHELL9": _SHELL,
    "SHELL9C": f"{_SHELL}; thêm một biển tên",
    "SHELL18": f"{_SHELL} (gấp đôi)",
    "RAW": "chỉ có mặt sàn: không vách, không đồ đạc, không điện",
    "RAWOUT": "chỉ có mặt bằng",
    "RETAIL9": "mái che; bàn; 2 ghế; đèn; ổ cắm",
    "COMMON": "đơn vị trưng bày chính cùng các đơn vị trưng bày chung",
    "DEMO": "khu trưng bày đặc biệt",
    "DESIGN": "khu trưng bày đặc biệt",
    "OCOP": _SHELL,
}
_SHELL_EN = "partitions; fascia name; 1 table or counter; 2 chairs; 2 fluorescent lights; 1 socket 220 V; carpet at indoor fairs"
_INCLUDES_EN = {
    "SHELL9": _SHELL_EN,
    "SHELL9C": f"{_SHELL_EN}; a second fascia",
    "SHELL18": f"{_SHELL_EN} (twice)",
    "OCOP": _SHELL_EN,
}


def load_reference() -> int:
    """Add or update the booth types of the table; returns how many it has. Doing it again changes nothing.

    Special display areas (counted in net space but nobody's stand, UFI) are not for sale.
    """
    table = rows("booth-types")
    with transaction():
        known = {kind.code: kind for kind in db.session.scalars(select(BoothType))}
        for row in table:
            kind = known.get(row["code"]) or BoothType(code=row["code"])
            kind.name_vi, kind.name_en = row["name_vi"], row["name_en"]
            kind.includes_vi = _INCLUDES_VI.get(row["code"], "")
            kind.includes_en = _INCLUDES_EN.get(row["code"], row["includes"])
            kind.is_sold = row["counts_as_exhibitor_stand"] != "no"
            kind.counts_in_net_space = row["counts_in_net_space"].startswith("yes")
            db.session.add(kind)
    return len(table)
