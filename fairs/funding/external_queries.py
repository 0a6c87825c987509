"""Reading what other offices support."""

from __future__ import annotations

from sqlalchemy import Select, or_, select

from fairs.core.text import clean, fold
from fairs.funding.external_models import ExternalSupport


def supports_of(fair_id: int, text: str = "") -> Select[ExternalSupport]:
    """The lines that were handed in at a fair; ``text`` matches person, company, tax code and decision."""
    query = select(ExternalSupport).where(ExternalSupport.fair_id == fair_id)
    folded = fold(clean(text)[:100])
    if folded:
        query = query.where(
            or_(
                ExternalSupport.person_key.contains(folded, autoescape=True),
                ExternalSupport.company_key.contains(folded, autoescape=True),
                ExternalSupport.tax_code == clean(text)[:20],
                ExternalSupport.decision_number == clean(text)[:60],
            )
        )
    return query
