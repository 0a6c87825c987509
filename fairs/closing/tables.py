"""The tables of an archive: plain rows of a fair, with machine-readable heads, without data of people.

Left out are names, addresses, telephones, passports and accounts of people (Law 91/2025/QH15): companies are named, visitors
are counted. What is summed here adds up to the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.claims.models import Claim
from fairs.closing.models import FairSnapshot
from fairs.contracts.models import Contract, ContractRevision
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.money import Money
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth
from fairs.importers.models import Importer
from fairs.payments.models import Invoice
from fairs.statements.figures import figures_of, records_behind

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its file name, its titles, its heads, and how its rows are read."""

    name: str
    title_vi: str
    title_en: str
    heads: tuple[str, ...]
    rows: Callable[[], Iterable[Row]]


def tables_of(fair: Fair, snapshot: FairSnapshot | None) -> list[Table]:
    """All tables of the fair's archive. The figures are those of the snapshot where there is one."""
    return [
        Table("figures", "Số liệu", "Figures", ("key", "label_vi", "label_en", "value", "unit", "source", "records", "digest"),
              lambda: _figures(fair, snapshot)),
        Table("exhibitors", "Đơn vị tham gia", "Exhibitors",
              ("reference", "company", "company_en", "country", "tax_code", "commune", "track", "state"), lambda: _exhibitors(fair)),
        Table("booths", "Gian hàng đã xác nhận", "Confirmed booths",
              ("booking", "booth", "type", "area_m2", "exhibitor", "company", "price", "support", "currency", "decision"),
              lambda: _booths(fair)),
        Table("importers_by_country", "Nhà nhập khẩu theo nước", "Importers by country",
              ("country", "state", "companies", "people"), lambda: _importers(fair)),
        Table("visits", "Lượt khách theo ngày", "Visits by day", ("day", "category", "country", "visits"), lambda: _visits(fair)),
        Table("contracts", "Hợp đồng xuất khẩu và biên bản ghi nhớ", "Export contracts and MOUs",
              ("reference", "number", "kind", "state", "verification", "exporter", "importer", "country", "signed_on", "incoterm",
               "currency", "value", "usd", "rate_vnd", "rate_usd_vnd", "rate_on", "rate_source", "counts", "framework", "merged_into",
               "revision", "cancelled_on", "evidence_sha256"), lambda: _contracts(fair)),
        Table("contract_lines", "Dòng hàng của hợp đồng", "Lines of contracts",
              ("contract", "position", "hs_code", "hs_edition", "description", "quantity", "unit", "amount", "currency", "cites"),
              lambda: _lines(fair)),
        Table("contract_revisions", "Bản trước khi sửa", "Revisions of contracts",
              ("contract", "number", "verified_on", "usd", "reason", "content_sha256", "evidence_sha256"), lambda: _revisions(fair)),
        Table("sales", "Doanh thu kê khai", "Sales as declared", ("booth", "company", "day", "amount_vnd", "source"), lambda: _sales(fair)),
        Table("claims", "Tổng hồ sơ thanh toán", "Sums of claims",
              ("state", "currency", "claims", "travel", "lodging", "hotel"), lambda: _claims(fair)),
        Table("invoices", "Tổng hóa đơn", "Sums of invoices",
              ("state", "currency", "invoices", "total", "credited", "received"), lambda: _invoices(fair)),
    ]  # fmt: skip


def decimal_of(minor: int | None, currency: str) -> str:
    """An amount as a plain decimal number: 123456 US cents → "1234.56"."""
    return "" if minor is None else format(Money(minor, currency).decimal, "f")


def _figures(fair: Fair, snapshot: FairSnapshot | None) -> Iterator[Row]:
    if snapshot is not None:
        for one in snapshot.figures:
            label = one["label"]
            yield (
                one["key"],
                label["vi"],
                label["en"],
                one["value"],
                one["unit"],
                one["source"],
                one["count"],
                one["digest"],
            )
        return
    for figure in figures_of(fair):
        yield (
            figure.key,
            str(figure.label),
            str(figure.label),
            format(figure.value, "f"),
            figure.unit,
            figure.source.value,
            figure.count,
            "",
        )


def _exhibitors(fair: Fair) -> Iterator[Row]:
    query = (
        select(Exhibitor)
        .options(joinedload(Exhibitor.company))
        .where(Exhibitor.fair_id == fair.id, Exhibitor.state != ExhibitorState.DRAFT)
        .order_by(Exhibitor.reference)
    )
    for one in db.session.scalars(query):
        company = one.company
        yield (one.reference, company.name, company.name_en, company.country, company.tax_code or "", company.commune, one.track,
               one.state.value)  # fmt: skip


def _booths(fair: Fair) -> Iterator[Row]:
    query = (
        select(BoothBooking)
        .join(BoothBooking.booth)
        .options(
            joinedload(BoothBooking.booth).joinedload(Booth.type),
            joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company),
        )
        .where(BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED)
        .order_by(Booth.code)
    )
    for one in db.session.scalars(query):
        booth = one.booth
        yield (one.reference, booth.code, booth.type.code, format(booth.w_cm * booth.h_cm / 10_000, ".4f"), one.exhibitor.reference,
               one.exhibitor.company.name, decimal_of(one.price_minor, one.currency), decimal_of(one.support_minor, one.currency),
               one.currency, one.decision_number)  # fmt: skip


def _importers(fair: Fair) -> Iterator[Row]:
    query = (
        select(Company.country, Importer.state, func.count(func.distinct(Company.id)), func.count(Importer.id))
        .join(Company, Company.id == Importer.company_id)
        .where(Importer.fair_id == fair.id)
        .group_by(Company.country, Importer.state)
        .order_by(Company.country, Importer.state)
    )
    for country, state, companies, people in db.session.execute(query):
        yield country, state.value, companies, people


def _visits(fair: Fair) -> Iterator[Row]:
    counted: Counter[tuple[str, str, str]] = Counter()
    for one in _records(fair, "visits"):
        said = one.content
        counted[said.get("day", ""), said.get("detail", ""), said.get("country", "")] += int(one.value)
    for (day, category, country), number in sorted(counted.items()):
        yield day, category, country, number


def _records(fair: Fair, key: str) -> Iterator[Any]:
    try:
        yield from records_behind(fair, key)
    except NotFound:  # this fair has no such figure
        return


def _of_fair(fair: Fair) -> Any:
    return (
        select(Contract)
        .options(
            joinedload(Contract.exporter), joinedload(Contract.importer), joinedload(Contract.parent), joinedload(Contract.evidence),
            selectinload(Contract.lines),
        )
        .where(Contract.fair_id == fair.id)
        .order_by(Contract.reference)
    )  # fmt: skip


def _contracts(fair: Fair) -> Iterator[Row]:
    found = db.session.scalars(_of_fair(fair)).all()
    merged = [one.merged_into_id for one in found if one.merged_into_id]
    rows = db.session.execute(select(Contract.id, Contract.reference).where(Contract.id.in_(merged))).tuples().all()
    names = dict(rows)
    for one in found:
        yield (
            one.reference, one.number, one.kind.value, one.state.value, one.verification.value, one.exporter.name, one.importer.name,
            one.importer.country, one.signed_on.isoformat(), one.incoterm, one.currency, decimal_of(one.value_minor, one.currency),
            decimal_of(one.usd_minor, "USD"), _plain(one.rate_vnd), _plain(one.rate_usd_vnd),
            one.rate_on.isoformat() if one.rate_on else "", one.rate_source, "yes" if one.counts else "no",
            one.parent.reference if one.parent else "", names.get(one.merged_into_id or 0, ""), one.revision,
            one.cancelled_at.date().isoformat() if one.cancelled_at else "", one.evidence.sha256 if one.evidence else "",
        )  # fmt: skip


def _plain(number: Any) -> str:
    return "" if number is None else format(number.normalize(), "f")


def _lines(fair: Fair) -> Iterator[Row]:
    for one in db.session.scalars(_of_fair(fair)):
        for line in one.lines:
            yield (one.reference, line.position, line.hs_code, line.hs_edition, line.description, _plain(line.quantity), line.unit,
                   decimal_of(line.amount_minor, line.currency), line.currency, "yes" if line.cites else "no")  # fmt: skip


def _revisions(fair: Fair) -> Iterator[Row]:
    query = (
        select(ContractRevision, Contract.reference)
        .join(Contract, Contract.id == ContractRevision.contract_id)
        .options(joinedload(ContractRevision.evidence))
        .where(Contract.fair_id == fair.id)
        .order_by(Contract.reference, ContractRevision.number)
    )
    for one, reference in db.session.execute(query):
        yield (reference, one.number, one.verified_at.date().isoformat() if one.verified_at else "", decimal_of(one.usd_minor, "USD"),
               one.reason, one.sha256, one.evidence.sha256 if one.evidence else "")  # fmt: skip


def _sales(fair: Fair) -> Iterator[Row]:
    for one in _records(fair, "sales"):
        said = one.content
        yield one.reference, said.get("name", ""), said.get("day", ""), format(one.value, "f"), said.get("detail", "")


def _sums(model: Any, fair: Fair, *columns: Any) -> Any:
    return db.session.execute(
        select(model.state, model.currency, func.count(), *(func.coalesce(func.sum(column), 0) for column in columns))
        .where(model.fair_id == fair.id)
        .group_by(model.state, model.currency)
        .order_by(model.state, model.currency)
    )


def _claims(fair: Fair) -> Iterator[Row]:
    for state, currency, number, *sums in _sums(
        Claim, fair, Claim.travel_minor, Claim.lodging_minor, Claim.hotel_minor
    ):
        yield state.value, currency, number, *(decimal_of(int(one), currency) for one in sums)


def _invoices(fair: Fair) -> Iterator[Row]:
    for state, currency, number, *sums in _sums(
        Invoice, fair, Invoice.total_minor, Invoice.credited_minor, Invoice.received_minor
    ):
        yield state.value, currency, number, *(decimal_of(int(one), currency) for one in sums)
