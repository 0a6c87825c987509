"""Which column of a list is what: guessed from heads in five languages and from what stands below, corrected by a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.contacts.countries import country_of
from fairs.contacts.files import Sheet
from fairs.contacts.states import ImportKind
from fairs.core.errors import InvalidInput
from fairs.core.text import fold

HEAD_ROWS = 40  # titles, letterheads and notes may stand above the heads
_SAMPLE = 60  # rows below the heads that show what a column holds

#: What a column can be, with its name for people.
CONTACT_ROLES: Mapping[str, Any] = {
    "name": _l("Name"), "family": _l("Family name"), "given": _l("Given name"), "passport_name": _l("Name in Latin letters"),
    "company": _l("Company"), "country": _l("Country"), "email": _l("E-mail"), "phone": _l("Telephone"), "website": _l("Website"),
    "job": _l("Position"), "address": _l("Address"), "groups": _l("Product groups"), "language": _l("Language of letters"),
    "date": _l("Last contact on"), "note": _l("Note"),
}  # fmt: skip
SUPPORT_ROLES: Mapping[str, Any] = {
    "name": _l("Name of the person"), "company": _l("Company"), "country": _l("Country"), "tax_code": _l("Tax code"),
    "passport": _l("Passport number"), "ticket": _l("Ticket number"), "purpose": _l("What was supported"), "from": _l("From"),
    "to": _l("To"), "amount": _l("Amount"), "currency": _l("Currency"), "decision": _l("Decision number"), "office": _l("Office"),
}  # fmt: skip
MANY = frozenset({"email", "phone", "note", "address", "groups", "purpose"})  # several columns may be this

# A head is the first of these of which it holds a word: "E-mail of the company" is an e-mail, "Company name" a company.
# "" is what is not needed. Words of a language with spaces count as whole words.
_CONTACT_WORDS: Sequence[tuple[str, str]] = (
    ("", "stt|no|tt|#|nr|番号|numéro|lfd nr|danh xưng|xưng hô|salutation|anrede|civilité|敬称|mr/ms|title mr|giới tính|gender|fax|ファックス|ngày sinh|date of birth|birthday|geburtsdatum|date de naissance|生年月日"),
    ("language", "ngôn ngữ|language|sprache|langue|言語"),
    ("email", "e-mail|email|e mail|mail|thư điện tử|hộp thư|courriel|メール|メールアドレス|電子メール|邮箱"),
    ("website", "website|web|trang web|homepage|url|site internet|site web|internet|webseite|ホームページ|ウェブサイト|网站"),
    ("phone", "điện thoại|đt|sđt|di động|phone|telephone|tel|mobile|cell|handy|telefon|téléphone|portable|mobil|電話|携帯|whatsapp|zalo|hotline"),
    ("country", "quốc gia|nước|quốc tịch|thị trường|country|nationality|land|pays|nation|国|国名|国籍|国家|staat|market|country/region"),
    ("date", "ngày|date|datum|日付|last contact|liên hệ gần nhất|gặp|day"),
    ("groups", ("nhóm sản phẩm|nhóm hàng|ngành hàng|mặt hàng|sản phẩm|quan tâm|products|product|product group|product groups|interest|interests|"
               "category|categories|produkt|produkte|produktgruppe|produits|produit|商品|製品|取扱商品|nhu cầu")),
    ("job", "chức vụ|chức danh|vị trí|position|job|job title|title|function|role|funktion|fonction|poste|役職|肩書|designation"),
    ("passport_name", "tên latin|tên không dấu|name in english|english name|romaji|ローマ字|latin|name as in passport|tên trên hộ chiếu|tên tiếng anh"),
    ("address", "địa chỉ|address|adresse|anschrift|住所|street|straße|city|thành phố|ville|stadt|ort|plz|zip|postal code|地址"),
    ("company", ("công ty|doanh nghiệp|đơn vị|tổ chức|cơ quan|company|company name|organisation|organization|firm|firma|unternehmen|business|"
                "société|entreprise|会社|会社名|企業|企業名|社名|公司|gesellschaft|buyer company|importer|nhà nhập khẩu")),
    ("family", "họ|họ và tên đệm|họ đệm|family name|last name|surname|nachname|nom de famille|姓|苗字"),
    ("given", "given name|first name|vorname|prénom|名前 名|tên gọi|forename"),
    ("name", ("họ và tên|họ tên|tên|người liên hệ|đại diện|người đại diện|name|full name|contact|contact person|contact name|person|ansprechpartner|"
             "kontakt|nom|nom complet|interlocuteur|氏名|お名前|名前|担当者|担当者名|姓名|联系人|attendee|guest|khách")),
    ("note", "ghi chú|note|notes|remark|remarks|comment|comments|bemerkung|anmerkung|remarque|remarques|備考|备注|mô tả|nội dung"),
)  # fmt: skip
_SUPPORT_WORDS: Sequence[tuple[str, str]] = (
    ("", "stt|no|tt|#|nr|ghi chú|note|remark"),
    ("tax_code", "mã số thuế|mst|mã số doanh nghiệp|mã số dn|tax code|tax id|tax number|steuernummer|numéro fiscal|税番号|vat no"),
    ("passport", "hộ chiếu|số hộ chiếu|passport|passport no|passport number|reisepass|passeport|旅券|旅券番号|パスポート|cccd|cmnd"),
    ("ticket", "số vé|vé máy bay|ticket|ticket no|ticket number|e-ticket|flugticket|billet|航空券"),
    ("decision", "quyết định|số quyết định|số qđ|qđ|decision|decision no|decision number|beschluss|décision|決定番号"),
    ("currency", "loại tiền|đồng tiền|currency|währung|devise|通貨"),
    ("amount", "số tiền|kinh phí|mức hỗ trợ|giá trị|thành tiền|amount|value|sum|betrag|montant|金額"),
    ("to", "đến ngày|đến|ngày kết thúc|ngày về|to|until|end|end date|ends on|bis|au|fin|終了日"),
    ("from", "từ ngày|từ|ngày bắt đầu|ngày đi|from|start|starts on|start date|begin|beginn|von|du|début|開始日|ngày"),
    ("purpose", "nội dung|nội dung hỗ trợ|hạng mục|hỗ trợ|mục|chương trình|hội chợ|purpose|item|support|supported|what|programme|program|event|zweck|objet|内容"),
    ("office", "đơn vị hỗ trợ|cơ quan hỗ trợ|cơ quan|phòng|quận|huyện|sở|office|department|agency|authority|behörde|organisme|機関"),
    ("country", "quốc gia|nước|quốc tịch|country|nationality|land|pays|国|国名|国籍"),
    ("company", ("công ty|doanh nghiệp|đơn vị|cơ sở|hộ|tổ chức|company|company name|enterprise|business|organisation|organization|firma|unternehmen|"
                "société|entreprise|会社|会社名")),
    ("name", "họ và tên|họ tên|tên|người|đại diện|người được hỗ trợ|name|full name|person|beneficiary|guest|nom|氏名|名前"),
)  # fmt: skip
# Whole phrases that one of their words would lead astray: without accents "họ" (family name) is also "hộ" (household).
_PHRASES: Mapping[ImportKind, Mapping[str, str]] = {
    ImportKind.CONTACTS: {"họ và tên đệm": "family", "họ và tên": "name", "họ tên": "name"},
    ImportKind.SUPPORT: {
        "họ và tên": "name", "họ tên": "name", "đơn vị hỗ trợ": "office", "cơ quan hỗ trợ": "office", "đơn vị được hỗ trợ": "company",
        "người được hỗ trợ": "name", "ngày quyết định": "", "ngày qđ": "", "ngày đến": "from", "ngày về": "to", "ngày sinh": "",
        "date of birth": "",
    },
}  # fmt: skip


def roles_of(kind: ImportKind) -> Mapping[str, Any]:
    """What a column of such a list can be."""
    return CONTACT_ROLES if kind is ImportKind.CONTACTS else SUPPORT_ROLES


def plain_head(text: str) -> str:
    """A head as it is compared: folded, signs as spaces."""
    return " ".join(re.sub(r"[^\w#/]", " ", fold(text)).replace("_", " ").split())


@lru_cache(maxsize=4)
def _patterns(kind: ImportKind) -> list[tuple[str, re.Pattern[str]]]:
    words = _CONTACT_WORDS if kind is ImportKind.CONTACTS else _SUPPORT_WORDS
    first = [(role, re.compile(_pattern(word))) for word, role in _PHRASES[kind].items()]
    rest = []
    for role, text in words:
        pattern = "|".join(_pattern(word) for word in text.split("|"))
        # What is not needed must be the whole head: "No" is a counter, "Passport No" is not.
        rest.append((role, re.compile(pattern if role else f"^(?:{pattern})$")))
    return first + rest


def _pattern(word: str) -> str:
    plain = re.escape(plain_head(word))
    # Japanese and Chinese put no spaces between words; "国" alone would stand in too many.
    if re.search(r"[\u3040-\u9fff]", plain):
        return plain if len(plain) > 1 else rf"^{plain}$"
    return rf"(?<!\w){plain}(?!\w)"


def role_of(head: str, kind: ImportKind = ImportKind.CONTACTS) -> str | None:
    """What a column under this head is: "" for one that is not needed, None where the head says nothing."""
    plain = plain_head(head)[:200]
    if not plain:
        return None
    for role, pattern in _patterns(kind):
        if pattern.search(plain):
            return role
    return None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the heads stand and what each column is: ``sheet`` from 0, ``row`` the last row of heads from 1 (0: none), ``head_rows``
    1 or 2, ``columns`` a role or "" for each column."""

    sheet: int
    row: int
    head_rows: int
    columns: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As kept with the import."""
        return {"sheet": self.sheet, "row": self.row, "head_rows": self.head_rows, "columns": list(self.columns)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Layout:
        """As it was kept."""
        return cls(value["sheet"], value["row"], value["head_rows"], tuple(value["columns"]))

    def places(self, role: str) -> list[int]:
        """The columns with this role."""
        return [at for at, one in enumerate(self.columns) if one == role]


def heads_of(sheet: Sheet, row: int, head_rows: int) -> list[str]:
    """The heads of each column, group and sub head joined by " / ". ``row`` is the last row of heads, from 1."""
    if row < 1 or row > len(sheet.rows):
        return [""] * sheet.width
    lower = sheet.rows[row - 1]
    if head_rows < 2 or row < 2:
        return list(lower)
    upper = _spread(sheet, row - 2)
    return [" / ".join(dict.fromkeys(part for part in pair if part)) for pair in zip(upper, lower, strict=True)]


def _spread(sheet: Sheet, at: int) -> list[str]:
    """A row of group heads, each written over all columns of its group."""
    cells = list(sheet.rows[at])
    spans = [(left, right) for top, left, bottom, right in sheet.merged if top <= at <= bottom]
    if spans:
        for left, right in spans:
            top = next((t for t, l, b, r in sheet.merged if (l, r) == (left, right) and t <= at <= b), at)  # noqa: E741
            for column in range(left, min(right + 1, len(cells))):
                cells[column] = sheet.rows[top][left]
        return cells
    below = sheet.rows[at + 1] if at + 1 < len(sheet.rows) else []
    for column in range(
        1, len(cells)
    ):  # a CSV knows no merged cells: an empty one over a sub head belongs to the group
        if not cells[column] and column < len(below) and below[column]:
            cells[column] = cells[column - 1]
    return cells


def _roles(heads: Sequence[str], kind: ImportKind) -> list[str]:
    given: set[str] = set()
    found = []
    for head in heads:
        group, _, sub = head.rpartition(" / ")
        role = role_of(sub, kind)
        of_group = role_of(group, kind) if group else None
        if group and (role is None or (role in {"name", "family", "given"} and of_group in {"company", "country"})):
            role = of_group  # "Company / Name" is a company, "Contact / Name" a name
        role = role or ""
        if role in given and role not in MANY:
            role = ""
        given.add(role)
        found.append(role)
    return _sorted_out(found, heads, kind)


def _sorted_out(roles: list[str], heads: Sequence[str], kind: ImportKind) -> list[str]:
    """A "name" beside a family name is the given one ("Họ", "Tên"), beside a given name the family's ("Nom", "Prénom")."""
    if kind is ImportKind.CONTACTS and "given" in roles and "family" not in roles and "name" in roles:
        roles[roles.index("name")] = "family"
    if kind is ImportKind.CONTACTS and "family" in roles and "given" not in roles and "name" in roles:
        at = roles.index("name")
        if plain_head(heads[at].rpartition(" / ")[2]) in {"ten", "名", "name", "nom"}:
            roles[at] = "given"
    return roles


def detect(sheets: Sequence[Sheet], kind: ImportKind) -> Layout:
    """The likeliest layout of a file; one without any known head gets its columns by what stands in them."""
    best: tuple[float, Layout] | None = None
    for number, sheet in enumerate(sheets):
        for at in range(1, min(HEAD_ROWS, len(sheet.rows)) + 1):
            if not any(sheet.rows[at - 1]):
                continue
            for head_rows in (1, 2):
                if head_rows == 2 and (at < 2 or len(set(sheet.rows[at - 2]) - {""}) < 2):
                    continue  # a single cell above the heads is the list's title
                roles = _roles(heads_of(sheet, at, head_rows), kind)
                # What looks like data is no head; a second row of heads must add something.
                score = (
                    len({role for role in roles if role}) - 2 * _data_like(sheet.rows[at - 1]) - 0.6 * (head_rows - 1)
                )
                if best is None or score > best[0]:
                    best = (score, Layout(number, at, head_rows, tuple(roles)))
    if best is not None and best[0] >= 2:
        return _by_content(sheets[best[1].sheet], best[1], kind)
    number = max(range(len(sheets)), key=lambda one: len(sheets[one].rows))
    sheet = sheets[number]
    row = 0
    for at in range(1, min(HEAD_ROWS, len(sheet.rows)) + 1):
        cells = sheet.rows[at - 1]
        if _data_like(cells):
            break
        if sum(1 for cell in cells if cell) >= max(2, sheet.width // 2):
            row = at
            break
    columns = _roles(heads_of(sheet, row, 1), kind) if row else [""] * sheet.width
    return _by_content(sheet, Layout(number, row, 1, tuple(columns)), kind)


def _data_like(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if "@" in cell or re.fullmatch(r"[+()\d\s./-]{5,}", cell))


def _by_content(sheet: Sheet, layout: Layout, kind: ImportKind) -> Layout:
    """Columns without a known head that can hold one thing only: addresses with @, countries."""
    if kind is not ImportKind.CONTACTS:
        return layout
    columns = list(layout.columns)
    rows = [row for row in sheet.rows[layout.row : layout.row + _SAMPLE] if any(row)]
    heads = heads_of(sheet, layout.row, layout.head_rows)
    for at in range(len(columns)):
        cells = [row[at] for row in rows if row[at]]
        if columns[at] or len(cells) < 1 or role_of(heads[at], kind) == "":
            continue
        if sum("@" in cell for cell in cells) * 2 > len(cells):
            columns[at] = "email"
        elif "country" not in columns and sum(bool(country_of(cell)) for cell in cells) * 3 > len(cells) * 2:
            columns[at] = "country"
        elif "website" not in columns and sum(cell.lower().startswith(("www.", "http")) for cell in cells) * 2 > len(
            cells
        ):
            columns[at] = "website"
    return Layout(layout.sheet, layout.row, layout.head_rows, tuple(columns))


def chosen(
    sheets: Sequence[Sheet], kind: ImportKind, sheet: int, row: int, head_rows: int, columns: Mapping[int, str]
) -> Layout:
    """The layout that a person chose; raises InvalidInput with ``sheet``, ``row`` or ``columns``."""
    if not 0 <= sheet < len(sheets):
        raise InvalidInput(_l("Please choose a sheet."), field="sheet")
    if not 0 <= row <= len(sheets[sheet].rows):
        raise InvalidInput(_l("There is no such row in the sheet."), field="row")
    if head_rows not in (1, 2) or (head_rows == 2 and row < 2):
        raise InvalidInput(_l("Heads stand in one row or in two."), field="head_rows")
    known = roles_of(kind)
    roles = [columns.get(at, "") for at in range(sheets[sheet].width)]
    roles = [role if role in known else "" for role in roles]
    twice = [role for role in dict.fromkeys(roles) if role and role not in MANY and roles.count(role) > 1]
    if twice:
        raise InvalidInput(_l("Two columns cannot both be “%(what)s”.", what=known[twice[0]]), field="columns")
    return Layout(sheet, row, head_rows, tuple(roles))


def missing(layout: Layout, kind: ImportKind) -> Any:
    """What a layout lacks before rows can be read, in words; None when it is enough."""
    have = set(layout.columns)
    if kind is ImportKind.CONTACTS:
        if not have & {"name", "family", "given", "company", "passport_name"}:
            return _l("Say at least which column is the name or the company.")
        if not have & {"email", "phone", "country", "website"}:
            return _l("Say which column is the e-mail, the telephone or the country.")
        return None
    if not have & {"name", "company", "tax_code", "passport", "ticket"}:
        return _l("Say at least one column that tells who was supported.")
    return None


def moved(sheets: Sequence[Sheet], kind: ImportKind, old: Layout, wanted: Layout) -> Layout:
    """The layout for another sheet or another row of heads: what its columns are is guessed anew. The same one stays as chosen."""
    if wanted.sheet != old.sheet:
        found = detect([sheets[wanted.sheet]], kind)
        return Layout(wanted.sheet, found.row, found.head_rows, found.columns)
    if (wanted.row, wanted.head_rows) != (old.row, old.head_rows):
        sheet = sheets[wanted.sheet]
        roles = tuple(_roles(heads_of(sheet, wanted.row, wanted.head_rows), kind))
        return _by_content(sheet, Layout(wanted.sheet, wanted.row, wanted.head_rows, roles), kind)
    return wanted
