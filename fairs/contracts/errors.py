"""What can go wrong with contracts and rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, DomainError, InvalidInput


class InvalidContract(InvalidInput):
    """One or more values of a contract are not acceptable; ``problems`` has each with its field."""

    code = "invalid_contract"
    message = _l("Please check the marked values.")

    def __init__(self, problems: Sequence[DomainError]) -> None:
        self.problems = list(problems)
        errors = [{"field": problem.field, "title": str(problem)} for problem in problems]
        first = self.problems[0]
        super().__init__(str(first) if len(errors) == 1 else None, field=first.field, errors=errors)


class EvidenceKnown(Conflict):
    """The same file is the evidence of another contract."""

    code = "evidence_known"

    def __init__(self, reference: str, **details: Any) -> None:
        message = _l("This very file is the evidence of %(reference)s already.", reference=reference)
        super().__init__(message, field="evidence", reference=reference, **details)


class AlreadyVerified(Conflict):
    """A verified contract is not changed any more."""

    code = "already_verified"
    message = _l("This contract is verified: its content is fixed.")


class NotVerified(Conflict):
    """Only what was verified is corrected with a revision; anything else is simply changed."""

    code = "not_verified"
    message = _l("This contract is not verified: change it instead of correcting it.")


class ChangedMeanwhile(Conflict):
    """The contract is not what this person was shown."""

    code = "changed_meanwhile"
    message = _l("Somebody changed this contract in the meantime. Please look at it again.")


class NotVerifiable(Conflict):
    """Something that verification needs is missing."""

    code = "not_verifiable"
    message = _l("This contract cannot be verified yet.")


class RateKnown(Conflict):
    """There is a rate for this currency and day."""

    code = "rate_known"
    message = _l("There is a rate for this currency and day already. Correct that one.")


class NoSalesReturns(Conflict):
    """Nothing can be declared: the fair is no public fair, the booth is not confirmed, or the fair is reported."""

    code = "no_sales_returns"
    message = _l("Daily sales are declared for confirmed booths of public fairs.")
