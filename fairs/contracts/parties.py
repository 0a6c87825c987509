"""Which company is meant by what a program or a sheet says of a party."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.contracts.queries import find_parties
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.directory.queries import companies_matching
from fairs.directory.service import normal_tax_code

_TAX_CODE = re.compile(r"\d{10}(?:\s*-\s*\d{3})?|\d{12,13}")


def find_party(fair: Fair, named: dict[str, Any], side: str, *, domestic: bool) -> int | None:
    """The company that ``named`` means (one of ``id``, ``tax_code``, ``code``, ``name`` with ``country``); None when there is none.

    Raises InvalidInput at ``side`` for a wrong tax code, and when a name fits several.
    """
    if "id" in named:
        return int(named["id"])
    if "tax_code" in named:
        return _by_tax_code(named["tax_code"], side, domestic=domestic)
    if "code" in named:
        found = find_parties(fair.id, named["code"], domestic=domestic)
        return found[0].id if len(found) == 1 else None
    query = companies_matching(named["name"], country=named.get("country", "").upper() or None, domestic=domestic)
    companies = db.session.scalars(query.order_by(Company.id).limit(20)).all()
    exact = [c for c in companies if fold(named["name"]) in (fold(c.name), fold(c.name_en))] or companies
    if len(exact) > 1:
        raise InvalidInput(_l("Several companies have this name: give the tax code or the id."), field=side)
    return exact[0].id if exact else None


def _by_tax_code(text: str, side: str, *, domestic: bool) -> int | None:
    try:
        code = normal_tax_code(text) if domestic else text.strip()
    except InvalidInput as error:
        raise InvalidInput(error.message, field=side) from error
    return db.session.scalar(select(Company.id).where(Company.tax_code == code))


def party_of_cell(fair: Fair, text: str, side: str, *, country: str = "", tax_code: str = "") -> int:
    """The company that the cells of a sheet mean: a tax code; a name as the register has it; a badge, reference or booth.

    Raises InvalidInput at ``side`` when nobody or several are meant: a company is never made by an import.
    """
    domestic, text, tax_code = side == "exporter", clean(text), clean(tax_code)
    if not text and not tax_code:
        raise InvalidInput(_l("Please fill this in."), field=side)
    found = None
    if tax_code or (domestic and _TAX_CODE.fullmatch(text)):
        found = _by_tax_code(tax_code or text, side, domestic=domestic)
    if found is None and text:
        found = _by_name(text, country, side, domestic=domestic)
    if found is None and text and " " not in text:
        by_code = find_parties(fair.id, text, domestic=domestic, limit=2)
        found = by_code[0].id if len(by_code) == 1 else None
    if found is None:
        message = _l(
            "“%(name)s” is not in the register: enter the company first, or give its tax code or reference.", name=text or tax_code
        )  # fmt: skip
        raise InvalidInput(message, field=side)
    return found


def _by_name(text: str, country: str, side: str, *, domestic: bool) -> int | None:
    wanted = fold(text)
    query = companies_matching(text, country=country or None, domestic=domestic).order_by(Company.id).limit(40)
    exact = [one.id for one in db.session.scalars(query) if wanted in (fold(one.name), fold(one.name_en))]
    if len(exact) > 1:
        raise InvalidInput(_l("Several companies have this name: give the tax code or the reference."), field=side)
    return exact[0] if exact else None
