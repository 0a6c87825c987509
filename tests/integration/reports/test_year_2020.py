"""The demonstration's closed year, in bulk on both databases: what the plan's page says of it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from fairs.calendar.models import Fair
from fairs.contracts.models import Contract
from fairs.core.db import db, transaction
from fairs.core.sequences import next_reference
from fairs.exhibitors.models import Exhibitor
from fairs.reports.queries import kpi


@pytest.mark.usefixtures("demo")
def test_the_year_2020_of_the_demonstration() -> None:
    result = kpi(2020, date(2020, 12, 31))
    figures = {(f.target.item.number, f.target.metric): f.actual for f in result.figures if f.from_records}
    assert figures == {
        ("4a", "booths"): 480,
        ("4a", "visits"): 11_600,
        ("4a", "foreign_importers"): 680,
        ("4a", "export_value"): 6_182_000,
        ("4b", "booths"): 180,
        ("4b", "visits"): 27_000,
        ("4b", "sales"): 14_640_000_000,
        ("4c", "supported_importers"): 187,
    }
    importers = result.find("4a", "foreign_importers")
    assert importers is not None
    assert [int(b.value or 0) for b in importers.beside] == [742, 45]
    fair = db.session.scalars(select(Fair).where(Fair.slug == "giftshow-2020")).one()
    assert db.session.scalar(select(func.count()).where(Exhibitor.fair_id == fair.id)) == 230
    assert db.session.scalar(select(func.count()).where(Contract.fair_id == fair.id)) == 152
    with transaction():
        assert next_reference(fair.code, "C") == "GS20-C-000153"
