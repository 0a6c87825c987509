"""What a bank line is: for which invoices the money is, by the reference in its text and never by the amount alone.

Deciding knows no database: it works on ``Books``, a picture of what is owed, and takes off it what each line will pay, so that
lines of one file are judged one after the other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.banking.models import MatchRules
from fairs.banking.reading import Line
from fairs.banking.references import Hit, References
from fairs.banking.states import LineKind, LineState
from fairs.core.text import fold
from fairs.payments.states import InvoiceState, RefundState

K, S = LineKind, LineState

# What stands in company names and says nothing about which company it is.
_FORMS = frozenset(
    "cong ty tnhh cp ctcp cty co phan trach nhiem huu han mot hai thanh vien mtv tm dv sx xnk va tmdv dntn htx hop tac xa to"
    " hop ho kinh doanh ca the co so doanh nghiep tu nhan xi xuat nhap khau thuong mai dich vu san jsc ltd limited company joint"
    " stock inc corp corporation kk co llc gmbh pte plc the and of trading import export".split()
)


@dataclass(slots=True)
class Owed:
    """An invoice as matching sees it. ``steps`` are the sums at which its instalments are covered, in their order."""

    id: int
    reference: str
    fair_id: int
    company_id: int
    names: tuple[str, ...]
    currency: str
    state: InvoiceState
    owed_minor: int
    received_minor: int
    steps: tuple[int, ...] = ()

    @property
    def open_minor(self) -> int:
        """What is still owed."""
        return max(0, self.owed_minor - self.received_minor)

    def exact_amounts(self) -> set[int]:
        """The amounts that pay it, or some of its instalments, to the dong."""
        return {step - self.received_minor for step in (*self.steps, self.owed_minor) if step > self.received_minor}


@dataclass(frozen=True, slots=True)
class OwedBack:
    """A refund as matching sees it."""

    id: int
    number: str
    fair_id: int
    currency: str
    amount_minor: int
    state: RefundState
    method: str
    bank_number: str | None = None


@dataclass(slots=True)
class Books:
    """All that matching knows: invoices by reference, refunds by number, rules by fair, payers that somebody agreed to."""

    invoices: Mapping[str, Owed]
    refunds: Mapping[str, OwedBack]
    rules: Mapping[int, MatchRules]
    payers: frozenset[tuple[str, int]] = frozenset()
    references: References = field(init=False)
    open_of: Mapping[tuple[int, int, str], list[Owed]] = field(init=False)

    def __post_init__(self) -> None:
        self.references = References(self.invoices)
        by_company: dict[tuple[int, int, str], list[Owed]] = defaultdict(list)
        for one in self.invoices.values():
            by_company[one.fair_id, one.company_id, one.currency].append(one)
        self.open_of = by_company

    def rules_of(self, fair_id: int, currency: str) -> MatchRules:
        """The rules of a fair for the statement's currency."""
        return self.rules.get(fair_id) or MatchRules.usual(fair_id, currency)


@dataclass(slots=True)
class Verdict:
    """What a line is, at which fair's desk, and what becomes of it. ``parts`` are the invoices it pays, in order."""

    kind: LineKind
    state: LineState
    fair_id: int
    hits: Sequence[Hit] = ()
    parts: Sequence[int] = ()
    refund_id: int | None = None
    reason: Any = ""

    def found(self, books: Books) -> dict[str, Any]:
        """What is kept of the search: invoices with how each was found, and a refund."""
        kept: dict[str, Any] = {}
        if self.hits:
            kept["invoices"] = [[books.invoices[hit.reference].id, hit.how] for hit in self.hits]
        if self.refund_id is not None:
            kept["refund"] = self.refund_id
        return kept


def judge_all(lines: Sequence[Line], books: Books, fair_id: int, currency: str) -> list[Verdict]:
    """A verdict for each line, in their order; ``books`` is less by what each of them will pay."""
    hits = [books.references.find(line.text) if line.amount_minor > 0 else [] for line in lines]
    together = _paid_in_parts(lines, hits, books, currency)
    return [
        _Judge(books, fair_id, currency, together).decide(line, found) for line, found in zip(lines, hits, strict=True)
    ]


def _paid_in_parts(lines: Sequence[Line], hits: Sequence[Sequence[Hit]], books: Books, currency: str) -> frozenset[str]:
    """References of which several lines of the file together pay the invoice or its instalments exactly."""
    sums: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for line, found in zip(lines, hits, strict=True):
        if len(found) == 1 and found[0].is_sure:
            sums[found[0].reference] += line.amount_minor
            counts[found[0].reference] += 1
    return frozenset(
        reference
        for reference, many in counts.items()
        if many > 1
        and books.invoices[reference].currency == currency
        and sums[reference] in books.invoices[reference].exact_amounts()
    )


def refund_numbers(text: str) -> list[str]:
    """Numbers of refunds in a text, as they are plainly written: letters and digits without signs."""
    return re.findall(r"(?=([A-Z0-9]{2,8}RF\d{7}))", re.sub(r"[^A-Z0-9]", "", fold(text).upper()))


def plain_number(number: str) -> str:
    """A document's number without its signs."""
    return number.replace("-", "")


def is_same_name(payer: str, names: Sequence[str]) -> bool:
    """Whether who paid may be the company: half of the telling words of the shorter name stand in the other."""
    words = _telling(payer)
    if not words:
        return True
    for name in names:
        others = _telling(name)
        if others and len(words & others) * 2 >= min(len(words), len(others)):
            return True
    return False


def _telling(name: str) -> set[str]:
    return {word for word in re.findall(r"[a-z0-9]+", fold(name)) if word not in _FORMS and len(word) > 1}


@dataclass(slots=True)
class _Judge:
    books: Books
    fair_id: int
    currency: str
    together: frozenset[str]

    def decide(self, line: Line, hits: Sequence[Hit]) -> Verdict:
        refund = self._refund_in(line.text)
        if line.amount_minor < 0:
            return self._outgoing(line, refund)
        if not hits:
            if refund is not None:
                reason = _l("It names a refund, and came in: the transfer may have come back.")
                return self._wait(K.REFUND, reason, refund=refund)
            return self._wait(K.UNKNOWN, _l("There is no payment reference in the text."))
        invoices = [self.books.invoices[hit.reference] for hit in hits]
        if not all(hit.is_sure for hit in hits):
            return self._wait(K.UNSURE, _WHY[hits[0].how], hits)
        if any(one.currency != self.currency for one in invoices):
            return self._wait(K.UNSURE, _l("The invoice is in another currency."), hits)
        fairs = {one.fair_id for one in invoices}
        if fairs != {self.fair_id}:
            if len(fairs) > 1:
                return self._wait(K.MANY, _l("The invoices are of several fairs."), hits)
            reason = _l("It was read at another fair; the reference is of this one.")
            return Verdict(K.OTHER_FAIR, S.WAITING, fairs.pop(), hits, reason=reason)
        if any(one.state in {InvoiceState.CANCELLED, InvoiceState.WAIVED} for one in invoices):
            return self._wait(K.CLOSED, _l("Nothing is owed on this invoice: it was cancelled or waived."), hits)
        if not any(one.open_minor for one in invoices):
            return self._wait(K.DUPLICATE, _l("The invoice is paid in full already."), hits)
        if self._is_stranger(line.payer, invoices):
            return self._wait(K.PAYER, _l("The name of who paid is not the company’s."), hits)
        return self._several(line, hits, invoices) if len(invoices) > 1 else self._one(line, hits, invoices[0])

    def _wait(
        self, kind: LineKind, reason: Any, hits: Sequence[Hit] = (), *, refund: OwedBack | None = None
    ) -> Verdict:
        return Verdict(kind, S.WAITING, self.fair_id, hits, refund_id=refund.id if refund else None, reason=reason)

    def _pay(self, kind: LineKind, line: Line, hits: Sequence[Hit], invoices: Sequence[Owed]) -> Verdict:
        left = line.amount_minor
        for one in invoices:
            taken = min(left, one.open_minor)
            one.received_minor += taken
            left -= taken
        return Verdict(kind, S.MATCHED, self.fair_id, hits, [one.id for one in invoices])

    def _is_stranger(self, payer: str, invoices: Sequence[Owed]) -> bool:
        rules = self.books.rules_of(self.fair_id, self.currency)
        if not payer or not rules.payer_waits:
            return False
        return not any(
            is_same_name(payer, one.names) or (fold(payer), one.company_id) in self.books.payers for one in invoices
        )

    def _one(self, line: Line, hits: Sequence[Hit], invoice: Owed) -> Verdict:
        rules = self.books.rules_of(self.fair_id, self.currency)
        amount, left = line.amount_minor, invoice.open_minor
        if invoice.reference in self.together and amount <= left:
            return self._pay(K.SPLIT, line, hits, [invoice])
        if amount in invoice.exact_amounts():
            return self._pay(K.EXACT, line, hits, [invoice])
        if amount > left:
            if rules.auto_over and not self._owes_more(invoice):
                return self._pay(K.OVER, line, hits, [invoice])
            return self._wait(K.OVER, _l("More came in than is open on the invoice."), hits)
        if left - amount <= rules.charges_minor:
            return self._wait(K.CHARGES, _l("What is missing may be bank charges."), hits)
        if rules.auto_short:
            return self._pay(K.SHORT, line, hits, [invoice])
        return self._wait(K.SHORT, _l("Less came in than is asked for."), hits)

    def _owes_more(self, invoice: Owed) -> bool:
        # What is too much may be for another invoice of the company: somebody looks.
        others = self.books.open_of.get((invoice.fair_id, invoice.company_id, invoice.currency), ())
        return any(one.open_minor and one.state not in _CLOSED for one in others if one.id != invoice.id)

    def _several(self, line: Line, hits: Sequence[Hit], invoices: Sequence[Owed]) -> Verdict:
        if len({one.company_id for one in invoices}) > 1:
            return self._wait(K.MANY, _l("The invoices are of several companies."), hits)
        everything = sum(one.open_minor for one in invoices)
        if line.amount_minor == everything:
            return self._pay(K.MANY, line, hits, invoices)
        return self._wait(K.MANY, _l("The amount is not the sum of what is open on the invoices."), hits)

    def _refund_in(self, text: str) -> OwedBack | None:
        if not self.books.refunds or "RF" not in text.upper():
            return None
        return next((found for number in refund_numbers(text) if (found := self.books.refunds.get(number))), None)

    def _outgoing(self, line: Line, refund: OwedBack | None) -> Verdict:
        if refund is None:
            same = [
                one
                for one in self.books.refunds.values()
                if one.state in _SENT and one.method == "transfer" and one.fair_id == self.fair_id
                and (one.amount_minor, one.currency) == (-line.amount_minor, self.currency)
            ]  # fmt: skip
            if len(same) == 1:
                reason = _l("The amount is that of a refund on its way, whose number is not in the text.")
                return self._wait(K.REFUND, reason, refund=same[0])
            return Verdict(K.OUTGOING, S.IGNORED, self.fair_id, reason=_l("Money that went out, and no refund."))
        if refund.fair_id != self.fair_id:
            reason = _l("It was read at another fair; the refund is of this one.")
            return Verdict(K.OTHER_FAIR, S.WAITING, refund.fair_id, refund_id=refund.id, reason=reason)
        if refund.state is RefundState.DONE and line.number and refund.bank_number == line.number:
            return Verdict(K.REFUND, S.MATCHED, self.fair_id, refund_id=refund.id)  # recorded by hand before
        if refund.state not in _SENT or refund.method != "transfer":
            return self._wait(
                K.REFUND, _l("The refund is not on its way: it was finished, or never approved."), refund=refund
            )
        if (refund.amount_minor, refund.currency) != (-line.amount_minor, self.currency):
            return self._wait(K.REFUND, _l("The amount is not that of the refund."), refund=refund)
        return Verdict(K.REFUND, S.MATCHED, self.fair_id, refund_id=refund.id)


_CLOSED = frozenset({InvoiceState.CANCELLED, InvoiceState.WAIVED})
_SENT = frozenset({RefundState.APPROVED, RefundState.IN_TRANSIT})
_WHY = {
    "glued": _l("The reference runs into what follows: it may be cut off."),
    "typo": _l("A character of the reference is wrong."),
    "cut": _l("The end of the reference is missing."),
}
