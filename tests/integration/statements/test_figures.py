"""Every figure of a fair is the sum of its records, on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.statements.figures import KINDS, figure_of, figures_of, records_behind
from tests.factories.programme import small_year
from tests.support.queries import counted_queries

pytestmark = pytest.mark.usefixtures("app")


def _by_key(fair: Fair) -> dict[str, Decimal]:
    return {figure.key: figure.value for figure in figures_of(fair)}


def test_each_figure_is_the_sum_of_its_records() -> None:
    small_year()
    for fair in db.session.scalars(select(Fair)):
        for kind in KINDS:
            try:
                figure = figure_of(fair, kind.key)
            except NotFound:
                assert (fair.kind, kind.key) == ("public", "visitors")
                continue
            records = list(records_behind(fair, kind.key))
            assert sum((one.value for one in records), Decimal(0)) == figure.value, (fair.slug, kind.key)
            assert len(records) == figure.count
            assert len({(one.kind, one.id) for one in records}) == len(records)


def test_the_number_of_statements_does_not_grow_with_the_records() -> None:
    year = small_year()
    with counted_queries() as few:
        figures_of(year.trade)
    assert len(few) <= len(KINDS) + 2
