"""Confirmed violations, as they show in the appraisal of a company."""

from __future__ import annotations

from collections.abc import Sequence

from fairs.cases.queries import violations_against
from fairs.exhibitors.earlier import EarlierFinding


def earlier_violations(company_id: int) -> Sequence[EarlierFinding]:
    """The company's confirmed violations at all fairs."""
    return [
        EarlierFinding(
            at=one.decided_at or one.created_at, fair_name=one.case.fair.name, reference=one.case.reference,
            what=one.breach.label, text=one.case.text, reason=one.decision, statement=one.statement,
        )
        for one in violations_against(company_id)
    ]  # fmt: skip
