"""What whoever verifies a contract is told of others that look like it."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.contracts.findings import Finding
from fairs.contracts.models import Contract
from fairs.contracts.pair_models import ContractPair
from fairs.contracts.states import PairState
from fairs.core.db import db


def duplicate_findings(contract: Contract, _fair: Fair) -> Iterator[Finding]:
    """One sentence for each undecided pair of the contract; nothing is kept from being verified by it."""
    query = (
        select(ContractPair)
        .options(joinedload(ContractPair.first), joinedload(ContractPair.second))
        .where(
            or_(ContractPair.first_id == contract.id, ContractPair.second_id == contract.id),
            ContractPair.state == PairState.OPEN,
        )
        .order_by(ContractPair.score.desc(), ContractPair.id)
        .limit(5)
    )
    for pair in db.session.scalars(query):
        yield Finding(
            _l("It looks like %(reference)s: compare the two first.", reference=pair.other(contract.id).reference),
            "bad",
            ("contracts.compare", {"pair_id": pair.id}),
        )
