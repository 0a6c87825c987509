"""The list of exhibitors and their answers to the exit survey: who answered, who did not, as a page and a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.money import Money
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor
from fairs.surveys.forms import AGAIN_CHOICES
from fairs.surveys.models import ExitSurvey
from fairs.surveys.permissions import VIEW_SURVEYS
from fairs.surveys.queries import asked

AGAIN = dict(AGAIN_CHOICES)


def matching(fair: Fair, args: Args) -> Select[Any]:
    """The exhibitors who are asked and fit the address."""
    query = asked(fair.id)
    answers = select(ExitSurvey.exhibitor_id).where(ExitSurvey.fair_id == fair.id)
    if args.get("answered") in {"yes", "no"}:
        inside = Exhibitor.id.in_(answers)
        query = query.where(inside if args["answered"] == "yes" else ~inside)
    if args.get("again") in AGAIN:
        query = query.where(Exhibitor.id.in_(answers.where(ExitSurvey.comes_again == args["again"])))
    if args.get("estimate") in {"some", "unrated"}:
        unrated = ExitSurvey.usd_signed.is_(None) | ExitSurvey.usd_expected.is_(None)
        some = (ExitSurvey.signed_minor > 0) | (ExitSurvey.expected_minor > 0)
        query = query.where(Exhibitor.id.in_(answers.where(some if args["estimate"] == "some" else unrated)))
    text = fold(clean(args.get("q", ""))[:100])
    if text:
        query = query.where(Company.folded.contains(text, autoescape=True))
    return query


def _order(args: Args) -> list[tuple[Any, bool]]:
    sort = args.get("sort", "name")
    first = Exhibitor.reference if sort.removeprefix("-") == "reference" else Company.folded
    keys = [(first, sort.startswith("-"))]
    return keys if first is Exhibitor.reference else [*keys, (Exhibitor.reference, sort.startswith("-"))]


def _sheets(fair: Fair, query: Any) -> list[Sheet]:
    heads = [
        _("Reference"), _("Company"), _("Contact"), _("Telephone"), _("Answered at"), _("The fair as a whole"),
        _("Quality of the visitors"), _("Organisation of the fair"), _("Orders signed at the fair"), _("Value of the signed orders"), _("Currency"),
        _("Value of orders expected"), _("Currency"), _("Signed, USD"), _("Expected, USD"), _("Visitors whose address you took"),
        _("Will come again"), _("Remark"), _("How it reached us"),
    ]  # fmt: skip
    return [Sheet(_("Exit survey"), heads, _rows(fair, query))]


def _rows(fair: Fair, query: Any) -> Iterator[list[Any]]:
    rows = db.session.scalars(select(ExitSurvey).where(ExitSurvey.fair_id == fair.id))
    answers = {row.exhibitor_id: row for row in rows}
    for one in each(query):
        head = [one.reference, one.company.name, one.contact_name, one.contact_phone]
        row = answers.get(one.id)
        if row is None:
            yield [*head, *[None] * 15]
            continue
        usd = [None if cents is None else Money(cents, "USD") for cents in (row.usd_signed, row.usd_expected)]
        yield [
            *head, row.answered_at, row.overall, row.visitors_quality, row.organisation, row.signed_count, row.signed,
            row.signed_currency, row.expected, row.expected_currency, *usd, row.leads, str(AGAIN.get(row.comes_again, "")),
            row.remark, row.source,
        ]  # fmt: skip


SURVEYS = register_list(
    ListSpec(
        "surveys", _l("Exit survey"), "surveys.answers", VIEW_SURVEYS, ("answered", "again", "estimate", "q", "sort"),
        query=matching, keys=_order, reference=Exhibitor.reference, name_of=lambda row: row.company.name, sheets=_sheets,
        record=("surveys.answer", "reference"),
    )
)  # fmt: skip
