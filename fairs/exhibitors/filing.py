"""Applications that staff file for somebody, in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import transaction
from fairs.core.storage import Upload
from fairs.directory.filings import FiledSlip, file_on_behalf
from fairs.directory.models import Company
from fairs.directory.service import CompanyDraft, find_or_create_company, save_company
from fairs.exhibitors.errors import AlreadyApplied
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.queries import exhibitor_of
from fairs.exhibitors.questions import save_answers
from fairs.exhibitors.service import (
    EDITABLE,
    Consents,
    ContactDraft,
    ProductsDraft,
    save_contact,
    save_products,
    start_application,
    submit_application,
)


def file_application(
    fair: Fair, company: CompanyDraft, products: ProductsDraft, contact: ContactDraft, given: Consents, *,
    by: Actor, source: str, note: str = "", scan: Upload | None = None, locale: str = "vi",
    answers: Mapping[int, Any] | None = None,
) -> tuple[Exhibitor, FiledSlip]:  # fmt: skip
    """Staff apply for somebody, in one go; gives the application and the slip to print.

    The company is found by tax code or name, and what the register lacks is filled in from the form; what it has stays.
    Raises AlreadyApplied, ApplicationsClosed and InvalidInput.
    """
    with transaction():
        found = fill_blanks(find_or_create_company(company, by=by), company, by=by)
        known = exhibitor_of(fair.id, found.id)
        if known is not None and known.state not in EDITABLE:
            raise AlreadyApplied(field="name", reference=known.reference)
        exhibitor = start_application(fair, found, by=by, source=source, locale=locale)
        exhibitor.source = source
        save_products(exhibitor, products, by=by)
        save_contact(exhibitor, contact, by=by)
        problems = save_answers(exhibitor, answers or {}, by=by)
        if problems:
            raise problems[0]
        submit_application(exhibitor, given, by=by, locale=locale)
        slip = file_on_behalf(exhibitor, fair_id=fair.id, source=source, by=by, note=note, scan=scan)
    return exhibitor, slip


def fill_blanks(company: Company, draft: CompanyDraft, *, by: Actor) -> Company:
    """Add to a company of the register what a form says and the register lacks; what it has stays."""
    texts = (
        "name_en",
        "tax_code",
        "address",
        "commune",
        "phone",
        "email",
        "website",
        "description_vi",
        "description_en",
    )
    merged = replace(
        draft,
        **{key: getattr(company, key) or getattr(draft, key) for key in texts},
        name=company.name, country=company.country, village_id=company.village_id or draft.village_id,
        group_codes=tuple(company.groups) or draft.group_codes, is_craft=company.is_craft or draft.is_craft,
    )  # fmt: skip
    return save_company(merged, by=by, company=company)
