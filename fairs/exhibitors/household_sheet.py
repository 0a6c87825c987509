"""The sheet by which a partner files households: its columns, its template, and what each row says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.service import normal_email
from fairs.core.errors import InvalidInput
from fairs.core.sheets import Sheet
from fairs.core.tables import Column
from fairs.core.text import fold
from fairs.directory.models import CraftVillage, ProductGroup
from fairs.directory.service import CompanyDraft, normal_phone, normal_tax_code
from fairs.exhibitors.wishes import MOST_BOOTHS

MOST_ROWS = 1000
# The first head is the one of the template; the others are how such lists are headed, too.
COLUMNS = (
    Column("name", ("Tên hộ, cơ sở", "Tên hộ", "Tên cơ sở", "Hộ sản xuất", "Name"), required=True),
    Column("contact", ("Người đại diện", "Chủ hộ", "Người liên hệ", "Contact person")),
    Column("phone", ("Điện thoại", "Số điện thoại", "SĐT", "Telephone")),
    Column("email", ("Thư điện tử", "Email", "E-mail")),
    Column("tax_code", ("Mã số thuế", "MST", "Tax code")),
    Column("groups", ("Nhóm sản phẩm", "Ngành hàng", "Product groups"), required=True),
    Column("products", ("Sản phẩm", "Sản phẩm trưng bày", "Products")),
    Column("village", ("Làng nghề", "Craft village")),
    Column("address", ("Thôn, xóm, số nhà", "Địa chỉ", "Address")),
    Column("commune", ("Phường, xã", "Xã", "Commune")),
    Column("booths", ("Số gian hàng", "Số gian", "Booths")),
    Column("support", ("Đề nghị hỗ trợ", "Hỗ trợ", "Support")),
)
_LENGTHS = {
    "name": 250, "contact": 200, "phone": 40, "email": 255, "tax_code": 20, "groups": 200, "products": 2000,
    "village": 120, "address": 400, "commune": 120, "booths": 10, "support": 20,
}  # fmt: skip
_YES, _NO = frozenset({"co", "x", "yes", "y", "1", "ho tro", "duoc ho tro"}), frozenset({"", "khong", "no", "n", "0"})
# What stands before the name of a household or firm, folded: two lists write it in two ways.
_BUSINESS = re.compile(
    r"^(?:(?:ho kinh doanh|ho san xuat|ho ca the|ho gia dinh|ho nghe nhan|hkd|hsx|ho|co so san xuat|co so|cssx|cs|"
    r"cong ty tnhh|cong ty co phan|cong ty cp|cong ty|cty tnhh|cty cp|cty|hop tac xa|htx|doanh nghiep tu nhan|dntn|"
    r"ong|ba|anh|chi)\s+)+"
)


def name_key(name: str) -> str:
    """What is left of a name for comparing: folded, without signs and without what kind of business it is."""
    plain = " ".join(re.findall(r"[a-z0-9]+", fold(name)))
    return _BUSINESS.sub("", plain) or plain


def place_key(commune: str) -> str:
    """A commune for comparing: "Xã Bát Tràng, Hà Nội" and "bat trang" are one."""
    plain = fold(commune.split(",", maxsplit=1)[0])
    return re.sub(r"^(xa|phuong|thi tran|p|x)\.?\s+", "", plain).strip()


def communes_of(village: CraftVillage) -> list[str]:
    """The communes in which a craft village lies since 2025."""
    return village.commune_2025.split("|")


@dataclass(frozen=True, slots=True)
class Names:
    """Product groups and craft villages by all that people may call them, folded."""

    groups: Mapping[str, str]
    villages: Mapping[str, CraftVillage]

    @classmethod
    def of(cls, groups: Sequence[ProductGroup], villages: Sequence[CraftVillage]) -> Names:
        """From the reference data."""
        known = {}
        for group in groups:
            for name in (group.code, group.name_vi, group.name_en):
                known[fold(name)] = group.code
        return cls(known, {fold(village.name): village for village in villages})


@dataclass(slots=True)
class Household:
    """A row as it can be filed, and what is wrong with it."""

    company: CompanyDraft
    group_codes: tuple[str, ...] = ()
    products: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    booths: int = 1
    track: str = "paying"
    problems: list[Any] = field(default_factory=list)


def read_household(texts: Mapping[str, str], names: Names) -> Household:
    """What a row says; each thing that does not fit is a problem in words."""
    problems: list[Any] = [texts["!"]] if texts.get("!") else []
    for key, length in _LENGTHS.items():
        if len(texts.get(key, "")) > length:
            problems.append(_("%(head)s: at most %(max)d characters.", head=_head(key), max=length))
    name = texts.get("name", "")
    if not name:
        problems.append(_("The name is missing."))
    codes = _groups(texts.get("groups", ""), names, problems)
    village = names.villages.get(fold(texts.get("village", "").removeprefix("Làng nghề ")))
    if texts.get("village") and village is None:
        problems.append(_("The craft village “%(name)s” is not known.", name=texts["village"]))
    phone = _judged(problems, lambda: normal_phone(texts.get("phone", ""), "VN"))
    email = _judged(problems, lambda: normal_email(texts["email"]) if texts.get("email") else "")
    tax_code = _judged(problems, lambda: normal_tax_code(texts.get("tax_code", "")) or "")
    support = fold(texts.get("support", ""))
    if support not in _YES | _NO:
        problems.append(_("Support: write “có” or “không”."))
    company = CompanyDraft(
        name=name, country="VN", tax_code=tax_code or None, address=texts.get("address", ""),
        commune=texts.get("commune", "") or (communes_of(village)[0] if village else ""), phone=phone, email=email,
        group_codes=codes, village_id=village.id if village else None, is_craft=True,
    )  # fmt: skip
    return Household(
        company, codes, texts.get("products", "") or texts.get("groups", ""), texts.get("contact", "") or name, phone,
        email, _booths(texts.get("booths", ""), problems), "supported" if support in _YES else "paying", problems,
    )  # fmt: skip


def _head(key: str) -> str:
    return next(column.heads[0] for column in COLUMNS if column.key == key)


def _judged(problems: list[Any], read: Any) -> str:
    try:
        return str(read())
    except InvalidInput as error:
        problems.append(str(error))
        return ""


def _groups(text: str, names: Names, problems: list[Any]) -> tuple[str, ...]:
    if not text:
        problems.append(_("The product group is missing."))
        return ()
    # A group's name may hold a comma itself.
    parts = [text] if fold(text) in names.groups else [part for part in re.split(r"[;|/]", text) if part.strip()]
    if len(parts) == 1 and fold(parts[0]) not in names.groups:
        parts = [part for part in text.split(",") if part.strip()]
    codes = []
    for part in parts:
        code = names.groups.get(fold(part))
        if code is None:
            problems.append(_("The product group “%(name)s” is not known.", name=part.strip()))
        else:
            codes.append(code)
    return tuple(dict.fromkeys(codes))


def _booths(text: str, problems: list[Any]) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_BOOTHS):
        problems.append(_("Number of booths: between 1 and %(most)s.", most=MOST_BOOTHS))
        return 1
    return int(text)


def template_sheets(groups: Sequence[ProductGroup], villages: Sequence[CraftVillage]) -> list[Sheet]:
    """The template to fill in: the heads with an example, and the names that are known."""
    example = (
        "Hộ gốm Nguyễn Văn Mẫu", "Nguyễn Văn Mẫu", "0912345678", "", "", groups[0].name_vi if groups else "CER",
        "Bình hoa, ấm chén", villages[0].name if villages else "", "Thôn 1",
        communes_of(villages[0])[0] if villages else "", "1", "có",
    )  # fmt: skip
    return [
        Sheet(_("Households"), [column.heads[0] for column in COLUMNS], [example]),
        Sheet(_("Product groups"), [_("Code"), _("Name")], [(group.code, group.name_vi) for group in groups]),
        Sheet(_("Craft villages"), [_("Name"), _("Commune")], [(v.name, ", ".join(communes_of(v))) for v in villages]),
    ]


CHOICE_WORDS = {"new": _l("A new household"), "skip": _l("Leave out")}
