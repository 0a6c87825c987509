"""Goods by HS code: the headings that craft exports need, their subheadings of HS 2017 and HS 2022, and the watch for CITES.

Headings are those of the product groups (``domain/product-groups.csv``). ``domain/hs-2017-2022.csv`` lists the subheadings of a
heading completely, with the edition in which each exists and where its goods stand since 2022: 4420.10 of HS 2017 is 4420.11
and 4420.19 of HS 2022. Names are short ones for people; the customs tariff has the legal ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.core.domain import rows
from fairs.core.errors import InvalidInput
from fairs.core.i18n import current_locale
from fairs.core.text import fold
from fairs.core.units import UNITS as UNITS  # noqa: PLC0414  part of this module's interface
from fairs.core.units import unit_name as unit_name  # noqa: PLC0414

EDITIONS = (2017, 2022)
_SINCE_2022 = date(2022, 1, 1)

# Heading: English, Vietnamese. Short names for people; the customs tariff has the legal ones.
NAMES = {
    "3307": ("Incense, perfumes, toilet preparations", "Hương, nước hoa, chế phẩm vệ sinh"),
    "3406": ("Candles", "Nến"),
    "4202": ("Bags, cases and boxes", "Túi, hòm, hộp, vali"),
    "4205": ("Other articles of leather", "Sản phẩm khác bằng da"),
    "4414": ("Wooden frames", "Khung tranh, khung ảnh bằng gỗ"),
    "4419": ("Tableware and kitchenware of wood or bamboo", "Bộ đồ ăn, đồ bếp bằng gỗ, tre"),
    "4420": ("Wood marquetry and inlay, ornaments of wood", "Gỗ khảm, dát; đồ trang trí bằng gỗ"),
    "4421": ("Other articles of wood", "Sản phẩm khác bằng gỗ"),
    "4601": ("Plaits and mats of plaiting materials", "Dây tết bện, chiếu, thảm đan"),
    "4602": ("Basketware and wickerwork", "Hàng mây tre đan"),
    "4802": ("Handmade and uncoated paper", "Giấy làm thủ công, giấy không tráng"),
    "4823": ("Other articles of paper", "Sản phẩm khác bằng giấy"),
    "5007": ("Woven fabrics of silk", "Vải dệt thoi từ tơ tằm"),
    "5804": ("Tulle and lace", "Vải tuyn, hàng ren"),
    "5810": ("Embroidery in the piece", "Hàng thêu dạng chiếc, dải"),
    "6117": ("Knitted clothing accessories", "Phụ kiện may mặc dệt kim"),
    "6204": ("Women's suits, dresses, skirts", "Bộ quần áo, váy nữ"),
    "6205": ("Men's shirts", "Áo sơ mi nam"),
    "6214": ("Shawls, scarves and veils", "Khăn choàng, khăn quàng, mạng che"),
    "6217": ("Other clothing accessories", "Phụ kiện may mặc khác"),
    "6302": ("Bed, table and kitchen linen", "Khăn trải giường, bàn, khăn bếp"),
    "6304": ("Other furnishing articles of textile", "Hàng dệt trang trí nội thất khác"),
    "6307": ("Other made-up textile articles", "Hàng dệt hoàn thiện khác"),
    "6403": ("Footwear of leather", "Giày dép da"),
    "6504": ("Plaited hats", "Mũ, nón tết bện"),
    "6505": ("Hats knitted or of textile", "Mũ dệt kim hoặc bằng vải"),
    "6702": ("Artificial flowers and fruit", "Hoa, lá, quả nhân tạo"),
    "6802": ("Worked stone", "Đá đã gia công"),
    "6810": ("Articles of cement or artificial stone", "Sản phẩm bằng xi măng, đá nhân tạo"),
    "6815": ("Other articles of stone or mineral", "Sản phẩm khác bằng đá, khoáng"),
    "6911": ("Tableware of porcelain", "Bộ đồ ăn bằng sứ"),
    "6912": ("Tableware of other ceramics", "Bộ đồ ăn bằng gốm, trừ sứ"),
    "6913": ("Statuettes and ornaments of ceramic", "Tượng, đồ trang trí bằng gốm sứ"),
    "6914": ("Other ceramic articles", "Sản phẩm khác bằng gốm sứ"),
    "7013": ("Glassware", "Đồ dùng bằng thủy tinh"),
    "7018": ("Glass beads and ornaments", "Hạt, đồ trang trí bằng thủy tinh"),
    "7113": ("Jewellery of precious metal", "Đồ trang sức bằng kim loại quý"),
    "7114": ("Goldsmiths' and silversmiths' wares", "Đồ kỹ nghệ vàng bạc"),
    "7116": ("Articles of pearls or precious stones", "Sản phẩm bằng ngọc trai, đá quý"),
    "7117": ("Imitation jewellery", "Đồ trang sức làm bằng chất liệu khác"),
    "7326": ("Other articles of iron or steel", "Sản phẩm khác bằng sắt, thép"),
    "7419": ("Other articles of copper", "Sản phẩm khác bằng đồng"),
    "8211": ("Knives", "Dao"),
    "8306": ("Bells, statuettes, frames of base metal", "Chuông, tượng, khung bằng kim loại thường"),
    "9202": ("String musical instruments", "Nhạc cụ có dây"),
    "9206": ("Percussion instruments", "Nhạc cụ gõ"),
    "9401": ("Seats", "Ghế ngồi"),
    "9403": ("Other furniture", "Đồ nội thất khác"),
    "9404": ("Cushions, quilts, bedding", "Đệm, chăn, gối"),
    "9405": ("Lamps and lanterns", "Đèn, đèn lồng"),
    "9503": ("Toys", "Đồ chơi"),
    "9505": ("Festive articles", "Đồ dùng lễ hội"),
    "9601": ("Worked ivory, bone, horn, shell", "Xương, sừng, vỏ trai đã gia công"),
    "9602": ("Worked vegetable or mineral carving material", "Vật liệu chạm khắc gốc thực vật, khoáng"),
    "9615": ("Combs and hair-slides", "Lược, trâm cài tóc"),
    "9701": ("Paintings and drawings", "Tranh vẽ"),
    "9702": ("Original engravings and prints", "Bản khắc, bản in gốc"),
    "9703": ("Original sculptures", "Nguyên bản điêu khắc, tượng"),
}

#: Why goods may need a permit of the convention on trade in endangered species, by the key in the catalogue.
CITES = {
    "wood": _l("Rosewood and other precious tropical woods need a CITES permit: write the species on the contract."),
    "reptile": _l("Leather of crocodile, snake or lizard needs a CITES permit; that of cattle, goats or pigs does not."),
    "horn": _l(
        "Tortoise-shell, coral, some shells and horn of wild animals need a CITES permit; horn and bone of farmed cattle do not."
    ),
    "ivory": _l("Trade in ivory is forbidden with few exceptions: ask the CITES authority before anything is signed."),
    "shell": _l("Coral, tortoise-shell and some shells need a CITES permit: write the species on the contract."),
    "feather": _l("Feathers of wild birds may need a CITES permit: write the species on the contract."),
    "wool": _l("Shawls of wild antelope wool (shahtoosh) are forbidden, those of vicuña need a CITES permit."),
    "instrument": _l("Instruments with rosewood, snake or python skin need a CITES permit: write the materials on the contract."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """A known heading of four digits. ``is_complete``: all its subheadings are listed, so that another one cannot exist."""

    code: str
    name_en: str
    name_vi: str
    is_complete: bool = False

    @property
    def name(self) -> str:
        """The short name in the reader's language."""
        return self.name_vi if current_locale() == "vi" else self.name_en


@dataclass(frozen=True, slots=True)
class Code:
    """A heading, subheading or national line; ``code`` as written on the contract: 4420, 4420.11, 4420.11.90.

    ``editions``: those in which it exists; ``moved_to``: where goods of a 2017 subheading stand in HS 2022; ``is_known`` is False
    for a subheading under a heading whose list is not complete: somebody should look it up.
    """

    code: str
    name_en: str
    name_vi: str
    editions: tuple[int, ...] = EDITIONS
    moved_to: tuple[str, ...] = ()
    watch: str = ""
    is_known: bool = True

    @property
    def name(self) -> str:
        """The short name in the reader's language."""
        return self.name_vi if current_locale() == "vi" else self.name_en

    @property
    def finding(self) -> Any:
        """What a person should look at; None when there is nothing."""
        return (
            None if self.is_known else _l("%(code)s is not in the catalogue: look it up in the tariff.", code=self.code)
        )

    @property
    def cites(self) -> Any:
        """Why the goods may need a CITES permit, in a sentence; None when nothing speaks for it."""
        return CITES.get(self.watch)


@cache
def headings() -> dict[str, Heading]:
    """All known headings: those named here, and whatever else the product groups list."""
    listed = {code for row in rows("product-groups") for code in row["hs_headings_2022"].split("|") if code}
    complete = {code[:4] for code in subheadings()}
    return {
        code: Heading(code, *NAMES.get(code, (code, code)), is_complete=code in complete)
        for code in sorted(listed | set(NAMES))
    }


@cache
def subheadings() -> dict[str, Code]:
    """The listed subheadings of both editions, by code, in their order."""
    return {
        row["code"]: Code(
            row["code"], row["name_en"], row["name_vi"], tuple(int(year) for year in row["editions"].split("|")),
            tuple(code for code in row["moved_to"].split("|") if code), row["cites_watch"],
        )
        for row in rows("hs-2017-2022")
    }  # fmt: skip


@cache
def came_from(code: str) -> tuple[str, ...]:
    """The subheadings of HS 2017 whose goods stand under this one of HS 2022."""
    return tuple(old.code for old in subheadings().values() if code in old.moved_to)


def edition_of(day: date) -> int:
    """The edition of the Harmonised System that was in force on a day: HS 2022 since 1 January 2022, HS 2017 before."""
    return 2022 if day >= _SINCE_2022 else 2017


def normal_code(text: str) -> str | None:
    """``4420``, ``4420.11`` or ``4420.11.90`` from what was typed; None when it is no code of a known heading."""
    digits = re.sub(r"[\s.\-]", "", text)
    if not re.fullmatch(r"[0-9]{4}|[0-9]{6}|[0-9]{8}", digits) or digits[:4] not in headings():
        return None
    return ".".join([digits[:4], *(digits[i : i + 2] for i in range(4, len(digits), 2))])


def check_code(text: str, edition: int, *, field: str = "hs_code") -> Code:
    """The code that was typed, as it stands in an edition (2017 or 2022).

    Raises InvalidInput at ``field``: no code of a known heading; no such subheading; one that the edition has elsewhere, with
    the codes to use. Under a heading whose list is not complete, any subheading passes with a ``finding``.
    """
    code = normal_code(text)
    if code is None:
        raise InvalidInput(
            _l("Unknown HS code. Write 4, 6 or 8 digits of a known heading, for example 4420.11."), field=field
        )
    heading = headings()[code[:4]]
    if len(code) == 4:
        return _of_heading(heading)
    listed = subheadings().get(code[:7])
    if listed is None and heading.is_complete:
        raise InvalidInput(
            _l(
                "There is no HS code %(code)s. Heading %(heading)s has: %(codes)s.", code=code[:7], heading=heading.code,
                codes=", ".join(one.code for one in _under(heading.code, edition)),
            ),
            field=field,
        )  # fmt: skip
    if listed is None:
        return Code(code, heading.name_en, heading.name_vi, is_known=False)
    if edition not in listed.editions:
        raise InvalidInput(_moved(listed, edition), field=field)
    return Code(code, listed.name_en, listed.name_vi, listed.editions, listed.moved_to, listed.watch)


def _moved(found: Code, edition: int) -> Any:
    others = found.moved_to if edition == 2022 else came_from(found.code)
    if edition != 2022:
        return _l(
            "%(code)s is new in HS 2022; this contract was signed before: use %(codes)s.", code=found.code, codes=_either(others)
        )  # fmt: skip
    if len(others) > 1:
        return _l("%(code)s was split in 2022: use %(codes)s.", code=found.code, codes=_either(others))
    return _l("%(code)s was moved in 2022: use %(codes)s.", code=found.code, codes=_either(others))


def _either(codes: Sequence[str]) -> Any:
    if len(codes) == 1:
        return codes[0]
    return _l("%(codes)s or %(last)s", codes=", ".join(codes[:-1]), last=codes[-1])


def _of_heading(heading: Heading) -> Code:
    watches = {one.watch for one in _under(heading.code, None) if one.watch}
    return Code(heading.code, heading.name_en, heading.name_vi, watch=min(watches) if watches else "")


@cache
def _under(heading: str, edition: int | None) -> tuple[Code, ...]:
    return tuple(
        one
        for one in subheadings().values()
        if one.code[:4] == heading and (edition is None or edition in one.editions)
    )


def browse(edition: int) -> list[tuple[Code, tuple[Code, ...]]]:
    """The catalogue of an edition: each heading with its subheadings."""
    return [(_of_heading(heading), _under(heading.code, edition)) for heading in headings().values()]


def search_codes(text: str, edition: int, limit: int = 20) -> list[Code]:
    """Headings and subheadings of an edition by the first digits, or by words in Vietnamese or English; accents do not
    matter. Those whose own name has all words come before those that share them with their heading."""
    digits = re.sub(r"[\s.\-]", "", text)
    if digits.isascii() and digits.isdigit():
        found = [code for code, plain, _own, _all in _searched(edition) if plain.startswith(digits[:6])]
        return found[:limit]
    words = re.findall(r"\w+", fold(text))
    if not words:
        return []
    own = [code for code, _plain, names, _all in _searched(edition) if all(f" {word}" in names for word in words)]
    shared = [code for code, _plain, _own, names in _searched(edition) if all(f" {word}" in names for word in words)]
    return [*own, *(code for code in shared if code not in own)][:limit]


@lru_cache(maxsize=2)
def _searched(edition: int) -> list[tuple[Code, str, str, str]]:
    """Each code with its digits, its own names, and those with its heading's; words begin after a space."""
    found = []
    for heading, subs in browse(edition):
        of_heading = _words(heading)
        found.append((heading, heading.code, of_heading, of_heading))
        found += [(sub, sub.code.replace(".", ""), _words(sub), _words(sub) + of_heading) for sub in subs]
    return found


def _words(code: Code) -> str:
    return " " + " ".join(re.findall(r"\w+", fold(f"{code.name_en} {code.name_vi}")))


def cites_watch(code: str) -> Any:
    """Why goods under a code may need a CITES permit, in a sentence; None when nothing speaks for it."""
    listed = subheadings().get(code[:7])
    if listed is None and code[:4] in headings():
        listed = _of_heading(headings()[code[:4]])
    return listed.cites if listed is not None else None


def name_of(code: str) -> str:
    """Name of the code's subheading, or else of its heading, in the reader's language; the code itself when it is unknown."""
    found = subheadings().get(code[:7]) or headings().get(code[:4])
    return found.name if found else code
