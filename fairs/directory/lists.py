"""The register as two lists, companies and people: their addresses and spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from fairs.core.i18n import country_name
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean
from fairs.directory.models import Company, Person
from fairs.directory.permissions import VIEW_DIRECTORY
from fairs.directory.queries import companies_matching, people_matching


def _companies(_fair: Any, args: Args) -> Select[Company]:
    domestic = {"domestic": True, "foreign": False}.get(args.get("where", ""))
    query = companies_matching(clean(args.get("q", ""))[:100], domestic=domestic)
    return query.options(joinedload(Company.village))


def _people(_fair: Any, args: Args) -> Select[Person]:
    return people_matching(clean(args.get("q", ""))[:100]).options(joinedload(Person.company))


def _company_sheets(_fair: Any, query: Select[Company]) -> Sequence[Sheet]:
    heads = [
        _("Name"), _("Name in English"), _("Tax code"), _("Country"), _("Craft village"), _("Address"), _("Telephone"),
        _("E-mail"),
    ]  # fmt: skip
    rows = (
        [
            row.name, row.name_en, row.tax_code, country_name(row.country), row.village.name if row.village else "",
            ", ".join(part for part in (row.address, row.commune) if part), row.phone, row.email,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Companies"), heads, rows)]


def _person_sheets(_fair: Any, query: Select[Person]) -> Sequence[Sheet]:
    heads = [
        _("Name"),
        _("Name in the passport"),
        _("Position"),
        _("Company"),
        _("Country"),
        _("Telephone"),
        _("E-mail"),
    ]
    rows = (
        [
            row.native_name, row.passport_name, row.job_title, row.company.name if row.company else "",
            country_name(row.country), row.phone, row.email,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("People"), heads, rows)]


COMPANIES = register_list(
    ListSpec(
        "companies", _l("Companies"), "directory.companies", VIEW_DIRECTORY, ("q", "where"), query=_companies,
        keys=lambda _args: ((Company.folded, False), (Company.id, False)), reference=Company.id,
        name_of=lambda row: row.name, sheets=_company_sheets, record=("profiles.company", "company_id"), for_fair=False,
    )
)  # fmt: skip
PEOPLE = register_list(
    ListSpec(
        "people", _l("People"), "directory.companies", VIEW_DIRECTORY, ("q",), query=_people, fixed={"kind": "people"},
        keys=lambda _args: ((Person.folded, False), (Person.id, False)), reference=Person.id,
        name_of=lambda row: row.display_name, sheets=_person_sheets, record=("profiles.person", "person_id"), for_fair=False,
    )
)  # fmt: skip
