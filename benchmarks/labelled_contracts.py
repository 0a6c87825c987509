"""Contracts of which it is known which are the same deal told twice: for measuring how duplicates are found.

Made from its own randomness and its own knowledge of how people write: nothing here is taken from the program's rule, and the
rule is not tuned against it. ``generate(seed, count)`` gives companies, exchange rates and contracts; contracts with the same
``deal`` are one deal. A fifth of the records repeat another one, about three in ten only look as if they did.

Repeated (``kind`` of the record): typo, legal_form, currency, rounded, split (two to four call-offs of the whole),
other_side, other_fair, number. Hard negatives: again_months_later, same_day_other_goods, similar_name,
same_value_other_importer, same_value_other_exporter, next_number, declared_call_off, subsidiary.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

SHARE_REPEATED, SHARE_HARD = 0.20, 0.30
#: Days of the fairs' openings before today: two of this season, two of a year ago.
FAIRS = (75, 48, 440, 413)
_MIDDLE = {"USD": 25_400.0, "EUR": 27_600.0, "JPY": 168.0, "GBP": 32_100.0, "AUD": 16_700.0, "KRW": 18.4}
_WHOLE = {"JPY", "KRW", "VND"}


@dataclass(frozen=True, slots=True)
class Firm:
    """A company of the register. ``group`` is set for subsidiaries of one group."""

    key: int
    name: str
    name_en: str
    country: str
    tax_code: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A contract as somebody logged it. ``deal`` says which deal it is, ``kind`` how the record came about."""

    key: int
    deal: int
    kind: str
    fair: int
    exporter: int
    importer: int
    day: date
    currency: str
    value: Decimal
    number: str
    hs_code: str
    goods: str
    incoterm: str
    reported_by: str = "clerk"
    form: str = "single"
    parent: int | None = None


@dataclass(slots=True)
class Labelled:
    """All that was made. ``rates`` are VND for one unit, by currency and day."""

    firms: list[Firm] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    rates: dict[tuple[str, date], Decimal] = field(default_factory=dict)


_CRAFTS = (
    ("Gốm sứ", "Ceramics", "6913.90", "Bình gốm"), ("Sơn mài", "Lacquerware", "4420.90", "Hộp sơn mài"),
    ("Mây tre đan", "Rattan and Bamboo", "4602.12", "Giỏ mây"), ("Lụa", "Silk", "6214.10", "Khăn lụa"),
    ("Thêu ren", "Embroidery", "6302.31", "Ga gối thêu"), ("Đồ gỗ mỹ nghệ", "Wooden Handicrafts", "4420.19", "Tượng gỗ"),
    ("Đúc đồng", "Bronze Casting", "8306.29", "Chuông đồng"), ("Khảm trai", "Mother-of-pearl Inlay", "9403.60", "Tủ khảm"),
    ("Giấy dó", "Handmade Paper", "4802.10", "Giấy dó"), ("Nón lá", "Conical Hats", "6504.00", "Nón lá"),
)  # fmt: skip
_GIVEN = (
    "An Phát", "Minh Long", "Thanh Hà", "Đại Việt", "Hoàng Gia", "Phú Quý", "Tân Tiến", "Bảo Ngọc", "Việt Hương", "Hồng Đức",
    "Quang Vinh", "Kim Ngân", "Trường Sơn", "Thiên Phú", "Đông Á", "Bình Minh", "Nam Hải", "Gia Hưng", "Tuệ Tâm", "Hương Quê",
    "Làng Việt", "Phương Đông", "Thăng Long", "Hồ Gươm", "Sông Hồng", "Đức Thịnh", "Ngọc Lan", "Mai Hoa", "Hải Đăng", "Vạn Xuân",
    "Chu Đậu", "Xuân Trường", "Tây Hồ", "Cổ Loa", "Sao Khuê", "Lạc Việt", "Hoa Sen", "Trúc Lâm", "Thuận Thành", "Yên Bình",
)  # fmt: skip
_PLACES = ("", "", "Hà Nội", "Bát Tràng", "Hạ Thái", "Phú Vinh", "Vạn Phúc", "Sơn Đồng", "Việt Nam", "Chương Mỹ")
_VN_FORMS = (("Công ty TNHH", "Co., Ltd"), ("Công ty Cổ phần", "JSC"), ("Hợp tác xã", "Cooperative"), ("Hộ kinh doanh", "Household"),
             ("Công ty TNHH Thương mại", "Trading Co., Ltd"), ("Doanh nghiệp tư nhân", "Private Enterprise"))  # fmt: skip
_VN_SAME = {
    "Công ty TNHH": ("Cty TNHH", "C.ty TNHH", "Công ty trách nhiệm hữu hạn", "CTY TNHH MTV", ""),
    "Công ty Cổ phần": ("CTCP", "Cty CP", "Công ty CP", ""), "Hợp tác xã": ("HTX", "Hợp tác xã nông nghiệp", ""),
    "Hộ kinh doanh": ("HKD", "Hộ KD", "Cơ sở", ""), "Doanh nghiệp tư nhân": ("DNTN", ""),
    "Công ty TNHH Thương mại": ("Cty TNHH TM", "Công ty TNHH TM", "Công ty TNHH"),
}  # fmt: skip
_ROOTS = (
    "Bergmann", "Lindqvist", "Okada", "Hanazono", "Delacroix", "Fontaine", "Whitmore", "Ashford", "Castelli", "Moretti", "Van Dijk",
    "Haverkamp", "Sørensen", "Kowalski", "Novák", "Petrenko", "Almeida", "Navarro", "Sunrise", "Blue Harbour", "Golden Lotus",
    "Pacific Rim", "Maple Leaf", "Nordic Home", "Casa Bella", "Maison Verte", "Heritage", "Artisan", "Silk Road", "Terra Cotta",
    "Kimura", "Yamato", "Seoul Living", "Hanok", "Melbourne Craft", "Outback", "Manhattan", "Brooklyn", "Prairie", "Highland",
)  # fmt: skip
_LINES = (
    "Trading",
    "Import",
    "Home",
    "Design",
    "Interiors",
    "Gifts",
    "Handels",
    "Living",
    "Décor",
    "Collection",
    "Wholesale",
    "Crafts",
)
_ABROAD = {
    "DE": ("GmbH", "G.m.b.H.", "GmbH & Co. KG"), "FR": ("SARL", "S.A.R.L.", "SAS"), "JP": ("K.K.", "Co., Ltd.", "Kabushiki Kaisha"),
    "US": ("Inc.", "Incorporated", "LLC"), "GB": ("Ltd", "Limited", "Ltd."), "AU": ("Pty Ltd", "Pty. Limited", "P/L"),
    "NL": ("B.V.", "BV", "Besloten Vennootschap"), "IT": ("S.r.l.", "SRL", "S.p.A."), "KR": ("Co., Ltd.", "Co Ltd", "Corp."),
    "SE": ("AB", "Aktiebolag", "A.B."), "PL": ("Sp. z o.o.", "Sp z oo", "S.A."), "CA": ("Inc.", "Ltd.", "Corp."),
    "AT": ("GmbH", "Ges.m.b.H.", "AG"), "DK": ("A/S", "ApS", "AS"), "ES": ("S.L.", "SL", "S.A."), "CZ": ("s.r.o.", "sro", "a.s."),
}  # fmt: skip
_MONEY = {
    "DE": "EUR",
    "FR": "EUR",
    "NL": "EUR",
    "IT": "EUR",
    "AT": "EUR",
    "ES": "EUR",
    "JP": "JPY",
    "GB": "GBP",
    "AU": "AUD",
    "KR": "KRW",
}


def generate(seed: int, count: int, today: date) -> Labelled:
    """``count`` labelled contracts, the same for the same seed and day."""
    return _Maker(Random(seed), today).make(count)


class _Maker:
    def __init__(self, chance: Random, today: date) -> None:
        self.chance, self.today, self.made = chance, today, Labelled()
        self.deals = 0
        self.serial = 0
        self.openings = [today - timedelta(days=back) for back in FAIRS]
        self.exporters: list[Firm] = []
        self.importers: list[Firm] = []
        self.craft: dict[int, int] = {}
        self.form: dict[int, str] = {}

    def make(self, count: int) -> Labelled:
        self._rates()
        self._firms(max(20, count // 8), max(24, count // 7))
        repeated, hard = round(count * SHARE_REPEATED), round(count * SHARE_HARD)
        plain = [self._plain() for _ in range(count - repeated - hard)]
        used: set[int] = set()
        kinds: tuple[Callable[[Record], int], ...] = (
            self.typo, self.legal_form, self.currency, self.rounded, self.split, self.other_side, self.other_fair, self.number,
        )  # fmt: skip
        left, turn = repeated, 0
        while left > 0:
            original = self._fresh(plain, used)
            kind = kinds[turn % len(kinds)]
            left -= kind(original) if left >= 4 else self.number(original)
            turn += 1
        others: tuple[Callable[[Record], int], ...] = (
            self.again_months_later, self.same_day_other_goods, self.similar_name, self.same_value_other_importer,
            self.same_value_other_exporter, self.next_number, self.declared_call_off, self.subsidiary,
        )  # fmt: skip
        left, turn = hard, 0
        while left > 0:
            left -= others[turn % len(others)](self._fresh(plain, used))
            turn += 1
        return self.made

    # -- the world -------------------------------------------------------------------------------------------------------

    def _rates(self) -> None:
        first = min(self.openings) - timedelta(days=60)
        for currency, middle in _MIDDLE.items():
            rate = middle
            for offset in range((self.today - first).days + 1):
                rate *= 1 + self.chance.gauss(0, 0.0015)
                self.made.rates[currency, first + timedelta(days=offset)] = Decimal(f"{rate:.4f}")

    def _firm(self, name: str, name_en: str, country: str, tax_code: str = "") -> Firm:
        firm = Firm(len(self.made.firms), name[:250], name_en[:250], country, tax_code)
        self.made.firms.append(firm)
        return firm

    def _firms(self, exporters: int, importers: int) -> None:
        names: set[str] = set()
        while len(self.exporters) < exporters:
            at = self.chance.randrange(len(_CRAFTS))
            given, place = self.chance.choice(_GIVEN), self.chance.choice(_PLACES)
            if f"{_CRAFTS[at][0]} {given}" in names:
                continue
            names.add(f"{_CRAFTS[at][0]} {given}")
            form, form_en = self.chance.choice(_VN_FORMS)
            name = " ".join(part for part in (form, _CRAFTS[at][0], given, place) if part)
            name_en = " ".join(part for part in (_plain(given), _CRAFTS[at][1], _plain(place), form_en) if part)
            firm = self._firm(name, name_en if self.chance.random() < 0.7 else "", "VN")
            self.exporters.append(firm)
            self.craft[firm.key], self.form[firm.key] = at, form
        while len(self.importers) < importers:
            country = self.chance.choice(sorted(_ABROAD))
            root, line = self.chance.choice(_ROOTS), self.chance.choice(_LINES)
            if f"{root} {line}" in names:
                continue
            names.add(f"{root} {line}")
            form = _ABROAD[country][0]
            firm = self._firm(f"{root} {line} {form}", "", country)
            self.importers.append(firm)
            self.form[firm.key] = form

    def _day(self, fair: int) -> date:
        return min(self.openings[fair] + timedelta(days=self.chance.randint(-4, 9)), self.today)

    def _amount(self, currency: str) -> Decimal:
        dollars = math.exp(self.chance.uniform(math.log(3_000), math.log(400_000)))
        value = self._into(Decimal(f"{dollars:.2f}"), "USD", currency, self.openings[0])
        if self.chance.random() < 0.4:  # people like round values
            step = Decimal(10) ** (len(str(int(value))) - self.chance.choice((2, 3)))
            value = max(step, (value / step).quantize(Decimal(1)) * step)
        return _cents(value, currency)

    def _into(self, value: Decimal, old: str, new: str, day: date) -> Decimal:
        rates = self.made.rates
        dong = value * (Decimal(1) if old == "VND" else rates[old, day])
        return _cents(dong / (Decimal(1) if new == "VND" else rates[new, day]), new)

    def _number(self) -> str:
        self.serial += self.chance.randint(1, 7)
        year, at = self.today.year, self.serial
        return self.chance.choice(
            (
                f"HĐ {at:03d}/{year}/XK",
                f"{at:03d}/HĐXK-{year}",
                f"EXP-{year}-{at:04d}",
                f"{at}/{year}/HDNT",
                f"PO{year % 100}{at:05d}",
            )
        )

    def _plain(self) -> Record:
        exporter, importer = self.chance.choice(self.exporters), self.chance.choice(self.importers)
        fair = self.chance.randrange(len(FAIRS))
        currency = self.chance.choice(("USD", "USD", "USD", _MONEY.get(importer.country, "USD")))
        craft = _CRAFTS[self.craft[exporter.key]]
        record = Record(
            0, 0, "plain", fair, exporter.key, importer.key, self._day(fair), currency, self._amount(currency),
            self._number() if self.chance.random() < 0.85 else "", craft[2], craft[3],
            self.chance.choice(("FOB", "FOB", "CIF", "EXW", "FCA", "DAP")), self.chance.choice(("clerk", "clerk", "exporter", "importer")),
        )  # fmt: skip
        if any(
            (one.exporter, one.importer) == (record.exporter, record.importer) and abs((one.day - record.day).days) < 60
            for one in self.made.records
        ):
            return self._plain()  # what is plain has nothing beside it
        return self._keep(record)

    def _keep(self, record: Record, *, deal: int | None = None) -> Record:
        if deal is None:
            self.deals += 1
            deal = self.deals
        kept = replace(record, key=len(self.made.records), deal=deal)
        self.made.records.append(kept)
        return kept

    def _fresh(self, plain: list[Record], used: set[int]) -> Record:
        free = [record for record in plain if record.key not in used]
        found = self.chance.choice(free or plain)
        used.add(found.key)
        return found

    def _shift(self, day: date, most: int) -> date:
        return min(day + timedelta(days=self.chance.randint(-most, most)), self.today)

    def _again(self, original: Record, kind: str, **values: object) -> int:
        self._keep(replace(original, kind=kind, **values), deal=original.deal)  # type: ignore[arg-type]
        return 1

    # -- the same deal again ---------------------------------------------------------------------------------------------

    def typo(self, original: Record) -> int:
        """A name was typed wrongly, and so the register has the company twice."""
        side = self.chance.choice(("exporter", "importer", "importer", "both"))
        values: dict[str, object] = {}
        for part in ("exporter", "importer"):
            if side in {part, "both"}:
                firm = self.made.firms[getattr(original, part)]
                values[part] = self._firm(self._mistyped(firm.name), "", firm.country).key
        return self._again(
            original, "typo", day=self._shift(original.day, 2), number=self._maybe(original.number), **values
        )

    def legal_form(self, original: Record) -> int:
        """The company was entered with its legal form written otherwise, or left out, or by its English name."""
        part = self.chance.choice(("exporter", "importer"))
        firm = self.made.firms[getattr(original, part)]
        form = self.form.get(firm.key, "")
        if part == "exporter":
            name = firm.name.replace(form, self.chance.choice(_VN_SAME[form]), 1).strip()
            if firm.name_en and self.chance.random() < 0.25:
                name = firm.name_en
        else:
            name = firm.name.replace(
                form, self.chance.choice((*_ABROAD[firm.country][1:2], "", form.replace(".", "")))
            ).strip()
        if name == firm.name:
            name = name.upper()
        other = self._firm(name, "", firm.country)
        return self._again(
            original,
            "legal_form",
            day=self._shift(original.day, 3),
            number=self._maybe(original.number),
            **{part: other.key},
        )

    def currency(self, original: Record) -> int:
        """The other side kept its books in its own money; banks differ by up to a per cent."""
        wanted = [code for code in ("USD", "EUR", "VND", "JPY", "GBP") if code != original.currency]
        new = self.chance.choice(wanted)
        spread = Decimal(f"{self.chance.uniform(0.99, 1.01):.5f}")
        value = _cents(self._into(original.value, original.currency, new, original.day) * spread, new)
        return self._again(
            original,
            "currency",
            currency=new,
            value=value,
            day=self._shift(original.day, 2),
            number=self._maybe(original.number),
        )

    def rounded(self, original: Record) -> int:
        """Somebody wrote the value in round thousands, or without the cents."""
        value = original.value
        for digits in self.chance.choice(((2, 3), (3, 2))):
            step = Decimal(10) ** max(0, len(str(int(value))) - digits)
            near = (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step
            if near != value and abs(near - value) <= value * Decimal("0.018"):
                value = near
                break
        else:
            value = _cents(value * Decimal(f"{self.chance.uniform(0.991, 1.009):.5f}"), original.currency)
        return self._again(
            original,
            "rounded",
            value=_cents(value, original.currency),
            day=self._shift(original.day, 4),
            number=self._maybe(original.number),
        )

    def split(self, original: Record) -> int:
        """The whole was logged, and each delivery of it as a contract of its own."""
        parts = self.chance.randint(2, 4)
        shares = [self.chance.uniform(0.6, 1.6) for _ in range(parts)]
        values = [
            _cents(original.value * Decimal(f"{share / sum(shares):.6f}"), original.currency) for share in shares[:-1]
        ]
        values.append(original.value - sum(values))
        style = self.chance.choice(("-{}", "/{}", " lần {}", ""))
        for at, value in enumerate(values, 1):
            number = original.number + style.format(at) if original.number and style else ""
            day = min(original.day + timedelta(days=self.chance.randint(0, 7) * at), self.today)
            self._again(original, "split", value=value, day=day, number=number)
        return parts

    def other_side(self, original: Record) -> int:
        """The importer told the deal that the exporter had told, with a number of its own or none."""
        values: dict[str, object] = {"reported_by": "importer" if original.reported_by != "importer" else "exporter"}
        firm = self.made.firms[original.exporter]
        if firm.name_en and self.chance.random() < 0.2:
            values["exporter"] = self._firm(firm.name_en, "", "VN").key
        number = self.chance.choice(("", f"PO-{self.chance.randint(1000, 99999)}", original.number))
        return self._again(original, "other_side", day=self._shift(original.day, 10), number=number, **values)

    def other_fair(self, original: Record) -> int:
        """The deal was counted at the next fair, or at the same fair of another year, too."""
        fair = self.chance.choice([number for number in range(len(FAIRS)) if number != original.fair])
        return self._again(
            original, "other_fair", fair=fair, day=self._shift(original.day, 14), number=self._maybe(original.number)
        )

    def number(self, original: Record) -> int:
        """The same paper with its number written otherwise."""
        text = original.number or self._number()
        digits = _plain(text).replace("HD ", "HD")
        other = self.chance.choice(
            (
                digits.lower(),
                digits.replace("/", "-"),
                digits.replace("-", " "),
                digits.replace("/", "").replace(" ", ""),
            )
        )
        return self._again(original, "number", number=other, day=self._shift(original.day, 1))

    # -- what only looks the same ----------------------------------------------------------------------------------------

    def _other(self, original: Record, kind: str, **values: object) -> Record:
        return self._keep(replace(original, kind=kind, **values))  # type: ignore[arg-type]

    def _apart(self, original: Record) -> Decimal:
        """A value that is clearly another one."""
        factor = self.chance.choice((self.chance.uniform(0.3, 0.88), self.chance.uniform(1.14, 2.6)))
        return _cents(original.value * Decimal(f"{factor:.4f}"), original.currency)

    def again_months_later(self, original: Record) -> int:
        """A good customer orders the same again, months later."""
        value = (
            original.value
            if self.chance.random() < 0.5
            else _cents(original.value * Decimal(f"{self.chance.uniform(0.97, 1.03):.4f}"), original.currency)
        )
        later = original.day + timedelta(days=self.chance.randint(50, 330))
        if later > self.today:
            later = original.day - timedelta(days=self.chance.randint(50, 330))
        fair = min(range(len(FAIRS)), key=lambda at: abs((self.openings[at] - later).days))
        later = max(later, min(day for _currency, day in self.made.rates))
        self._other(original, "again_months_later", day=later, value=value, number=self._number(), fair=fair)
        return 1

    def same_day_other_goods(self, original: Record) -> int:
        """The same two sign two contracts on a day, for different goods."""
        craft = self.chance.choice([craft for craft in _CRAFTS if craft[2] != original.hs_code])
        self._other(
            original,
            "same_day_other_goods",
            value=self._apart(original),
            hs_code=craft[2],
            goods=craft[3],
            number=self._number(),
        )
        return 1

    def similar_name(self, original: Record) -> int:
        """Another company with nearly the same name, and a deal of its own."""
        firm = self.made.firms[original.exporter]
        craft = _CRAFTS[self.craft[original.exporter]]
        given = next((one for one in _GIVEN if one in firm.name), "An Phát")
        first, last = given.split()[0], given.split()[-1]
        name = self.chance.choice((
            firm.name.replace(given, f"{first} {self.chance.choice(('Hưng', 'Khang', 'Thành', 'Lợi', 'Vượng'))}"),
            firm.name.replace(given, f"{self.chance.choice(('Tân', 'Nhật', 'Kiến', 'Hiệp'))} {last}"), firm.name.replace(given, f"{given} II"),
            firm.name.replace(craft[0], self.chance.choice([one[0] for one in _CRAFTS if one is not craft])),
        ))  # fmt: skip
        twin = self._firm(name, "", "VN")
        if self.chance.random() < 0.5:
            self._other(
                original,
                "similar_name",
                exporter=twin.key,
                value=self._apart(original),
                day=self._shift(original.day, 5),
                number=self._number(),
            )
        else:
            importer = self.chance.choice([one for one in self.importers if one.key != original.importer])
            self._other(
                original,
                "similar_name",
                exporter=twin.key,
                importer=importer.key,
                day=self._shift(original.day, 5),
                number=self._number(),
            )
        return 1

    def same_value_other_importer(self, original: Record) -> int:
        """The exporter's usual container, sold to two importers."""
        importer = self.chance.choice([one for one in self.importers if one.key != original.importer])
        self._other(
            original,
            "same_value_other_importer",
            importer=importer.key,
            day=self._shift(original.day, 2),
            number=self._number(),
        )
        return 1

    def same_value_other_exporter(self, original: Record) -> int:
        """An importer spends the same at two workshops."""
        exporter = self.chance.choice([one for one in self.exporters if one.key != original.exporter])
        craft = _CRAFTS[self.craft[exporter.key]]
        self._other(
            original, "same_value_other_exporter", exporter=exporter.key, day=self._shift(original.day, 2), number=self._number(),
            hs_code=craft[2], goods=craft[3],
        )  # fmt: skip
        return 1

    def next_number(self, original: Record) -> int:
        """Two papers in a row of the same two: 023 and 024, for different sums."""
        at = self.chance.randint(10, 980)
        other = self.chance.choice([one for one in self.importers if one.key != original.importer])
        year = self.today.year
        one = self._other(original, "next_number", number=f"HĐ {at:03d}/{year}/NT", importer=other.key)
        craft = self.chance.choice(_CRAFTS)
        self._other(
            one, "next_number", number=f"HĐ {at + 1:03d}/{year}/NT", value=self._apart(one), day=self._shift(one.day, 2), hs_code=craft[2],
            goods=craft[3],
        )  # fmt: skip
        return 2

    def declared_call_off(self, original: Record) -> int:
        """A framework contract with its call-offs, declared as such."""
        importer = self.chance.choice([one for one in self.importers if one.key != original.importer])
        whole = self._other(
            original, "declared_call_off", form="framework", importer=importer.key, number=self._number()
        )
        half = _cents(whole.value / 2, whole.currency)
        for at, value in enumerate((half, whole.value - half), 1):
            self._other(
                whole, "declared_call_off", form="call_off", parent=whole.key, value=value, number=f"{whole.number}-{at}",
                day=min(whole.day + timedelta(days=9 * at), self.today),
            )  # fmt: skip
        return 3

    def subsidiary(self, original: Record) -> int:
        """Two companies of one group in two countries buy the same range."""
        firm = self.made.firms[original.importer]
        root = firm.name.replace(self.form.get(firm.key, ""), "").strip()
        country = self.chance.choice([code for code in sorted(_ABROAD) if code != firm.country])
        region = {
            "DE": "Deutschland",
            "FR": "France",
            "JP": "Japan",
            "US": "USA",
            "GB": "UK",
            "AU": "Australia",
            "NL": "Nederland",
        }
        sister = self._firm(f"{root} {region.get(country, 'International')} {_ABROAD[country][0]}", "", country)
        value = original.value if self.chance.random() < 0.3 else self._apart(original)
        self._other(
            original,
            "subsidiary",
            importer=sister.key,
            value=value,
            day=self._shift(original.day, 3),
            number=self._number(),
        )
        return 1

    # -- how people write ------------------------------------------------------------------------------------------------

    def _maybe(self, number: str) -> str:
        return number if self.chance.random() < 0.5 else ""

    def _mistyped(self, name: str) -> str:
        """One or two slips of the fingers, or the accents left out."""
        way = self.chance.randrange(6)
        if way == 0:
            plain = _plain(name)
            if plain != name:
                return plain
        if way == 1 and len(name.split()) > 3:
            words = name.split()
            at = self.chance.randrange(1, len(words) - 1)
            return " ".join([*words[:at], words[at] + words[at + 1], *words[at + 2 :]])
        text = name
        for _ in range(self.chance.choice((1, 1, 2))):
            places = [at for at in range(2, len(text) - 1) if text[at].isalpha() and text[at - 1].isalpha()]
            at = self.chance.choice(places)
            slip = self.chance.randrange(4)
            if slip == 0:
                text = text[:at] + text[at + 1 :]
            elif slip == 1:
                text = text[:at] + text[at] + text[at:]
            elif slip == 2:
                text = text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
            else:
                text = text[:at] + self.chance.choice("aeiounth") + text[at + 1 :]
        return text if text != name else name.upper()


def _plain(text: str) -> str:
    stripped = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return stripped.replace("đ", "d").replace("Đ", "D")


def _cents(value: Decimal, currency: str) -> Decimal:
    return value.quantize(Decimal(1) if currency in _WHOLE else Decimal("0.01"), ROUND_HALF_UP)
