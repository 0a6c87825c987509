"""The text of an agreement: plain lines with placeholders in braces, and the text to begin with.

Placeholders are names out of two fixed lists, replaced by text: nothing in a template is ever run. A line that begins with
``#`` is a heading; a block placeholder stands alone on its line; lines without a blank one between them are one paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flask_babel import lazy_gettext as _l

from fairs.core.errors import InvalidInput

#: Replaced within a line.
WORDS = {
    "number": _l("number of the agreement"), "date": _l("day it is issued"), "terms_version": _l("version of this text"),
    "fair": _l("name of the fair"), "days": _l("days of the fair"), "venue": _l("place of the fair"),
    "company": _l("name of the exhibitor"), "booth_codes": _l("booths, by their codes"), "area": _l("their area in m²"),
    "total": _l("amount with VAT"), "total_words": _l("amount in words"),
}  # fmt: skip
#: Each alone on its line.
BLOCKS = {
    "organiser": _l("who organises: name, address"), "exhibitor": _l("who takes part: name, tax code, address, contact"),
    "booths": _l("table of the booths with m²"), "prices": _l("table of the price lines"),
    "payments": _l("table of what is due by when"), "terms": _l("terms of the fair, from its settings"),
}  # fmt: skip
REQUIRED_BLOCKS = ("exhibitor", "booths", "payments")
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]{1,30})\}")
_ALONE = re.compile(r"\{([a-z_]{1,30})\}")
LONGEST = 40_000  # characters of one text


def check(text: str, *, field: str, required: bool = False) -> None:
    """Raise InvalidInput for unknown placeholders, for a block within a line, and for a missing block."""
    unknown = sorted({name for name in _PLACEHOLDER.findall(text) if name not in WORDS and name not in BLOCKS})
    if unknown:
        names = ", ".join(f"{{{name}}}" for name in unknown)
        raise InvalidInput(_l("There is no placeholder %(names)s.", names=names), field=field)
    for line in text.splitlines():
        inside = [name for name in _PLACEHOLDER.findall(line) if name in BLOCKS]
        if inside and not _ALONE.fullmatch(line.strip()):
            message = _l("%(name)s must stand alone on its line.", name=f"{{{inside[0]}}}")
            raise InvalidInput(message, field=field)
    missing = [name for name in REQUIRED_BLOCKS if f"{{{name}}}" not in text]
    if required and missing:
        names = ", ".join(f"{{{name}}}" for name in missing)
        raise InvalidInput(_l("The text needs %(names)s.", names=names), field=field)


def pieces(text: str, words: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The text as (kind, content): ``heading``, ``text``, or ``block`` with its name; words are replaced."""
    paragraph: list[str] = []
    for line in [*text.splitlines(), ""]:
        plain = line.strip()
        alone = _ALONE.fullmatch(plain)
        if plain and not plain.startswith("#") and not (alone and alone[1] in BLOCKS):
            paragraph.append(fill(plain, words))
            continue
        if paragraph:
            yield "text", "\n".join(paragraph)
            paragraph = []
        if plain.startswith("#"):
            yield "heading", fill(plain.lstrip("# "), words)
        elif alone:
            yield "block", alone[1]


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with its words; what is in a value is never looked at again."""
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


BODY_VI = """Căn cứ Bộ luật Dân sự số 91/2015/QH13 ngày 24/11/2015;
Căn cứ Luật Thương mại số 36/2005/QH11 ngày 14/6/2005;
Căn cứ Nghị định số 81/2018/NĐ-CP ngày 22/5/2018 của Chính phủ quy định chi tiết Luật Thương mại về hoạt động xúc tiến thương mại;
Căn cứ nhu cầu và khả năng của hai bên.

Hôm nay, ngày {date}, chúng tôi gồm:

# BÊN A – ĐƠN VỊ TỔ CHỨC
{organiser}

# BÊN B – ĐƠN VỊ THAM GIA
{exhibitor}

Hai bên thống nhất ký hợp đồng tham gia {fair}, tổ chức {days} tại {venue}, với các điều khoản sau:

# Điều 1. Gian hàng
Bên A giao cho Bên B sử dụng {area} m² tại các gian hàng {booth_codes} trong thời gian hội chợ:

{booths}

# Điều 2. Chi phí và thanh toán
{prices}

Tổng giá trị hợp đồng đã gồm thuế GTGT: {total} (bằng chữ: {total_words}). Bên B thanh toán theo các kỳ hạn sau, ghi đúng mã thanh toán trên hóa đơn:

{payments}

# Điều 3. Thể lệ hội chợ
{terms}

# Điều 4. Trách nhiệm của hai bên
Bên A bàn giao gian hàng đúng tiêu chuẩn, bảo đảm điện, an ninh, vệ sinh chung và quảng bá hội chợ.
Bên B trưng bày đúng nhóm hàng đã đăng ký, cử người trực gian hàng trong giờ mở cửa, chấp hành quy định về phòng cháy chữa cháy, hoàn trả gian hàng nguyên trạng khi kết thúc.

# Điều 5. Bất khả kháng
Trường hợp hội chợ phải dời ngày hoặc không tổ chức được vì thiên tai, dịch bệnh hoặc quyết định của cơ quan có thẩm quyền, hai bên thực hiện theo thông báo của Bên A và quy định của pháp luật; khoản đã nộp được ghi nhận và hoàn trả theo quy định.

# Điều 6. Hiệu lực
Hợp đồng được lập bằng tiếng Việt và tiếng Anh; trường hợp có khác biệt, bản tiếng Việt được áp dụng.
Hợp đồng có hiệu lực từ khi Bên B chấp thuận trực tuyến trên hệ thống hoặc ký trên giấy. Mọi thay đổi về gian hàng, chi phí hoặc thể lệ được lập thành hợp đồng mới thay thế hợp đồng này và cần Bên B chấp thuận lại."""

BODY_EN = """Pursuant to Civil Code No. 91/2015/QH13, Commercial Law No. 36/2005/QH11 and Decree No. 81/2018/NĐ-CP on trade promotion;
Pursuant to the needs and abilities of both parties.

Today, {date}, we are:

# PARTY A – THE ORGANISER
{organiser}

# PARTY B – THE EXHIBITOR
{exhibitor}

Both parties agree on the participation in {fair}, held {days} at {venue}, on these terms:

# Article 1. Booths
Party A lets Party B use {area} m² at booths {booth_codes} for the time of the fair:

{booths}

# Article 2. Price and payment
{prices}

The value of the agreement with VAT is {total} (in words: {total_words}). Party B pays by these days, with the payment reference of the invoice:

{payments}

# Article 3. Terms of the fair
{terms}

# Article 4. Duties
Party A hands over the booths as described and provides power, security, cleaning of common areas and promotion of the fair.
Party B shows the goods it applied with, staffs the booths during opening hours, observes the rules on fire safety and returns the booths as they were.

# Article 5. Force majeure
Should the fair be moved or not take place because of disaster, epidemic or a decision of the authorities, both parties follow the notice of Party A and the law; what was paid is recorded and returned as the law provides.

# Article 6. Validity
The agreement is made in Vietnamese and English; where they differ, the Vietnamese text prevails.
It is valid once Party B has accepted it online or signed it on paper. Any change of booths, price or terms is a new agreement that replaces this one and needs a new acceptance."""

ANNEX_VI = """Gian hàng tiêu chuẩn 9 m² (3 m × 3 m × 2,5 m) gồm: vách ngăn, biển tên, 1 bàn, 2 ghế, 2 đèn, 1 ổ cắm 220 V, thảm.
Đất trống không gồm vách ngăn, điện và trang thiết bị."""
ANNEX_EN = """A standard booth of 9 m² (3 m × 3 m × 2.5 m) has: partitions, fascia name, 1 table, 2 chairs, 2 lights, 1 socket 220 V, carpet.
Raw space comes without partitions, power and furniture."""
