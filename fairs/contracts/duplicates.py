"""Which contracts may be one deal: found by the rule across fairs and years, kept as pairs until a person decides.

Every statement here is one of a constant number, however many contracts there are.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from fairs.calendar.models import Fair
from fairs.contracts.deal_matching import find_all
from fairs.contracts.likeness import Deal, Found, is_telling, number_key
from fairs.contracts.models import Contract, ContractLine, ExchangeRate
from fairs.contracts.pair_models import ContractPair
from fairs.contracts.party_names import Names, Party, likeness, word_parts
from fairs.contracts.states import ContractState, PairState
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.money import EXPONENTS
from fairs.core.storage import StoredFile
from fairs.directory.models import Company

_Exporter, _Importer = aliased(Company), aliased(Company)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two contracts, by reference, that may be one deal; ``score`` to 100; ``reasons`` for ``likeness_words.why_text``."""

    a: str
    b: str
    score: int
    reasons: tuple[tuple[str, str], ...]
    found: Found


def candidates(fair: Fair, *, all_years: bool = True) -> list[Candidate]:
    """Pairs with a contract of the fair that nobody has decided yet, the likeliest first; with ``all_years`` across all fairs."""
    where = () if all_years else (Contract.fair_id == fair.id,)
    known = _read(_standing(fair.is_rehearsal, fair.id).where(*where))
    focus = {key for key, one in known.items() if one.deal.fair_id == fair.id}
    decided = _decided(focus)
    return [_named(hit, known) for hit in _found(known, focus) if decided.get((hit.a, hit.b)) != _said(hit, known)]


def candidates_of(contract: Contract) -> list[Candidate]:
    """The same for one contract."""
    known = _around(contract)
    decided = _decided({contract.id})
    hits = _found(known, {contract.id})
    return [_named(hit, known) for hit in hits if decided.get((hit.a, hit.b)) != _said(hit, known)]


def _named(hit: Found, known: Mapping[int, _Known]) -> Candidate:
    return Candidate(known[hit.a].reference, known[hit.b].reference, hit.score, hit.reasons, hit)


def _found(known: Mapping[int, _Known], focus: Collection[int] | None) -> list[Found]:
    return find_all([one.deal for one in known.values()], focus)


# --- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    reference: str
    deal: Deal

    @property
    def said(self) -> str:
        """What the rule compares of it; the rates of the day are no change."""
        deal = self.deal
        parts = (
            deal.number, deal.currency, deal.value_minor, deal.signed_on, deal.exporter.id, deal.importer.id,
            sorted(deal.goods),
        )  # fmt: skip
        return repr(parts)


def _said(hit: Found, known: Mapping[int, _Known]) -> str:
    return hashlib.sha256(f"{known[hit.a].said}\n{known[hit.b].said}".encode()).hexdigest()


def _standing(is_rehearsal: bool, fair_id: int) -> Select[Any]:
    """Contracts that a copy could count beside: not cancelled, merged or worthless. A rehearsal knows only its own."""
    columns: list[Any] = [
        Contract.id, Contract.reference, Contract.fair_id, Contract.number, Contract.currency, Contract.value_minor,
        Contract.signed_on, Contract.usd_minor, Contract.kind, Contract.parent_id, Contract.reported_by,
        StoredFile.sha256, _Exporter.id, _Exporter.name, _Exporter.name_en, _Exporter.country, _Exporter.tax_code,
        _Importer.id, _Importer.name, _Importer.name_en, _Importer.country, _Importer.tax_code,
    ]  # fmt: skip
    query: Select[Any] = (
        select(*columns)
        .join(_Exporter, _Exporter.id == Contract.exporter_id)
        .join(_Importer, _Importer.id == Contract.importer_id)
        .join(Fair, Fair.id == Contract.fair_id)
        .outerjoin(StoredFile, StoredFile.id == Contract.evidence_id)
        .where(Contract.merged_into_id.is_(None), Contract.state != ContractState.CANCELLED, Contract.value_minor > 0)
        .order_by(Contract.id)
    )
    return query.where(Contract.fair_id == fair_id if is_rehearsal else Fair.is_rehearsal.is_(False))


def _read(query: Select[Any]) -> dict[int, _Known]:
    rows = db.session.execute(query).all()
    goods: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    ids = query.with_only_columns(Contract.id).order_by(None).scalar_subquery()
    lines = select(ContractLine.contract_id, ContractLine.hs_code, ContractLine.quantity)
    for key, code, quantity in db.session.execute(lines.where(ContractLine.contract_id.in_(ids))):
        goods[key].append((code.replace(".", "")[:4], quantity))
    estimate = _Estimate.read() if any(row.usd_minor is None for row in rows) else None
    names: dict[int, Names] = {}
    return {row.id: _Known(row.reference, _deal(row, goods[row.id], estimate, names)) for row in rows}


def _deal(
    row: Row[Any], goods: Iterable[tuple[str, Decimal]], estimate: _Estimate | None, names: dict[int, Names]
) -> Deal:
    exporter, importer = row[12:17], row[17:22]
    usd, guessed = row.usd_minor, False
    if usd is None and estimate is not None:
        usd, guessed = estimate.usd_minor(row.value_minor, row.currency, row.signed_on), True
    return Deal(
        id=row.id, fair_id=row.fair_id, exporter=_company(exporter, names), importer=_company(importer, names),
        number=row.number, currency=row.currency, value_minor=row.value_minor, signed_on=row.signed_on, usd_minor=usd,
        is_estimate=guessed, kind=str(row.kind), parent_id=row.parent_id, reported_by=row.reported_by, goods=tuple(goods),
        evidence=row.sha256 or "",
    )  # fmt: skip


def _company(row: Sequence[Any], names: dict[int, Names]) -> Names:
    key, name, name_en, country, tax_code = row
    if key not in names:
        names[key] = Names(key, tuple(dict.fromkeys(n for n in (name, name_en) if n)), country, tax_code or "")
    return names[key]


@dataclass(frozen=True, slots=True)
class _Estimate:
    """Values in USD by the rate of the nearest day: good enough to ask a person, never to count."""

    rates: Mapping[str, Sequence[tuple[date, Decimal]]]

    @classmethod
    def read(cls) -> _Estimate:
        rates: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for currency, day, vnd in db.session.execute(select(ExchangeRate.currency, ExchangeRate.day, ExchangeRate.vnd)):
            rates[currency].append((day, vnd))
        return cls(rates)

    def usd_minor(self, value_minor: int, currency: str, day: date) -> int | None:
        own, dollar = self._rate(currency, day), self._rate("USD", day)
        if currency == "USD":
            return value_minor
        if own is None or dollar is None:
            return None
        return int(Decimal(value_minor).scaleb(-EXPONENTS[currency]) * own / dollar * 100)

    def _rate(self, currency: str, day: date) -> Decimal | None:
        if currency == "VND":
            return Decimal(1)
        known = self.rates.get(currency)
        return min(known, key=lambda rate: abs((rate[0] - day).days))[1] if known else None


def _around(contract: Contract) -> dict[int, _Known]:
    """The contract with all that could be the same deal, or a part of it."""
    fair = db.session.get_one(Fair, contract.fair_id)
    sides = [
        (column, _near_ids(side, column))
        for column, side in ((Contract.exporter_id, contract.exporter), (Contract.importer_id, contract.importer))
    ]
    exporters, importers = (column.in_(ids) for column, ids in sides)
    ways: list[ColumnElement[bool]] = [and_(exporters, importers)]
    if is_telling(number_key(contract.number)):
        ways.append(and_(Contract.number == contract.number, or_(exporters, importers)))
    return _read(_standing(fair.is_rehearsal, fair.id).where(or_(*ways)))


def _near_ids(company: Company, column: Any) -> list[int]:
    """Keys of the parties to contracts that may be this company under nearly its name."""
    mine = _company((company.id, company.name, company.name_en, company.country, company.tax_code), {})
    ways: list[ColumnElement[bool]] = [
        Company.folded.contains(part, autoescape=True) for part in sorted(word_parts(mine))
    ]
    if mine.tax_code:
        ways.append(Company.tax_code.startswith(mine.tax_code[:10], autoescape=True))
    if not ways:
        return [company.id]
    query = select(Company.id, Company.name, Company.name_en, Company.country, Company.tax_code)
    rows = db.session.execute(query.where(or_(*ways), Company.id.in_(select(column).scalar_subquery()))).all()
    near = {row[0] for row in rows if likeness(mine, _company(row, {})) >= Party.NEAR}
    return sorted(near | {company.id})


# --- keeping ---------------------------------------------------------------------------------------------------------


def _decided(ids: Collection[int]) -> dict[tuple[int, int], str]:
    """What was said when a person decided that two records are two deals, or call-off and framework."""
    query = select(ContractPair.first_id, ContractPair.second_id, ContractPair.said_sha256).where(
        ContractPair.state.in_((PairState.NOT_DUPLICATE, PairState.CALL_OFF))
    )
    return {(a, b): said for a, b, said in db.session.execute(query) if a in ids or b in ids}


_waiting: ContextVar[set[int] | None] = ContextVar("contracts_to_compare", default=None)


@contextmanager
def compare_together() -> Iterator[None]:
    """For many contracts in one act: they are compared once, at the end, instead of one by one."""
    token = _waiting.set(set())
    try:
        yield
        fairs = sorted(_waiting.get() or ())
    finally:
        _waiting.reset(token)
    for fair_id in fairs:
        refresh_fair(db.session.get_one(Fair, fair_id))


def refresh(contract: Contract) -> None:
    """A contract was logged or says something else: keep the pairs that it makes, forget those that it made. Inside
    transaction(); decisions stand until one of the two says something else."""
    waiting = _waiting.get()
    if waiting is not None:
        waiting.add(contract.fair_id)
        return
    db.session.flush()
    known = _around(contract)
    _keep(_found(known, None), known, forget=or_(_with(contract.id), _with_any(known)))


def refresh_fair(fair: Fair) -> int:
    """Find the pairs of a fair anew; gives how many wait for a decision."""
    with transaction():
        known = _read(_standing(fair.is_rehearsal, fair.id))
        focus = {key for key, one in known.items() if one.deal.fair_id == fair.id}
        own = select(Contract.id).where(Contract.fair_id == fair.id).scalar_subquery()
        hits = _found(known, focus)
        _keep(hits, known, forget=or_(ContractPair.first_id.in_(own), ContractPair.second_id.in_(own)))
        return len(hits)


def refresh_all() -> int:
    """The same for all fairs at once; gives how many pairs there are."""
    with transaction():
        known = _read(_standing(False, 0))
        hits = _found(known, None)
        rehearsals = select(Fair.id).where(Fair.is_rehearsal).scalar_subquery()
        _keep(hits, known, forget=ContractPair.fair_id.not_in(rehearsals))
        return len(hits)


def _with(contract_id: int) -> ColumnElement[bool]:
    return or_(ContractPair.first_id == contract_id, ContractPair.second_id == contract_id)


def _with_any(known: Mapping[int, _Known]) -> ColumnElement[bool]:
    """Both are among those compared now."""
    return and_(ContractPair.first_id.in_(list(known)), ContractPair.second_id.in_(list(known)))


def _keep(hits: Sequence[Found], known: Mapping[int, _Known], *, forget: ColumnElement[bool]) -> None:
    """Make pairs of what was found; among those that ``forget`` names, undecided ones that are no pair any more go."""
    found = {(hit.a, hit.b): hit for hit in hits}
    rows = db.session.scalars(select(ContractPair).where(forget).order_by(ContractPair.id).with_for_update()).all()
    kept = {(row.first_id, row.second_id): row for row in rows}
    for key, row in kept.items():
        hit = found.get(key)
        if hit is None:
            if row.state is PairState.OPEN:
                db.session.delete(row)
            continue
        said = _said(hit, known)
        if row.state is PairState.NOT_DUPLICATE and row.said_sha256 != said:
            row.move_to(PairState.OPEN)
            row.decided_by_id, row.decided_at, row.reason = None, None, ""
        if row.state is PairState.OPEN:
            row.score, row.is_split, row.said_sha256 = hit.score, hit.is_split, said
            row.reasons = [list(reason) for reason in hit.reasons]
    new = [
        {
            "fair_id": known[hit.b].deal.fair_id, "first_id": hit.a, "second_id": hit.b, "state": PairState.OPEN,
            "score": hit.score, "is_split": hit.is_split, "reasons": [list(reason) for reason in hit.reasons],
            "said_sha256": _said(hit, known), "taken": [], "reason": "", "created_at": now(),
        }
        for key, hit in found.items()
        if key not in kept
    ]  # fmt: skip
    if new:
        # Two clerks may find the same pair at once: whoever comes second finds it there.
        insert = pg_insert if db.session.get_bind().dialect.name == "postgresql" else sqlite_insert
        for start in range(0, len(new), 500):
            statement = insert(ContractPair).values(new[start : start + 500])
            db.session.execute(statement.on_conflict_do_nothing(index_elements=["first_id", "second_id"]))
    db.session.flush()
