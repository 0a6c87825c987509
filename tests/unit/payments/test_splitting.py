"""An invoice is split over its instalments and credit notes to the last unit, whatever its lines are."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from fairs.core.money import Money
from fairs.payments.documents import adjustments_of, lines_of, rate_sums, spread, total_of
from fairs.payments.models import CreditNote, CreditNoteLine, Instalment, Invoice, InvoiceLine


@given(st.lists(st.integers(-(10**9), 10**12), min_size=1, max_size=20), st.data())
def test_what_is_spread_adds_up_and_stays_within_one_unit_of_the_share(cells: list[int], data: st.DataObject) -> None:
    cells = [*cells, max(0, 1 - sum(cells))]
    amount = data.draw(st.integers(0, sum(cells)))
    parts = spread(cells, amount)
    assert sum(parts) == amount
    for cell, part in zip(cells, parts, strict=True):
        assert abs(part * sum(cells) - cell * amount) < sum(cells)
    if amount == sum(cells):
        assert parts == cells


LINES = st.lists(
    st.tuples(st.integers(-(10**7), 10**9), st.sampled_from([0, 5, 8, 10])), min_size=1, max_size=8
).filter(lambda lines: sum(net + Money(net, "VND").share(vat).amount_minor for net, vat in lines) > 2)


def made(lines: list[tuple[int, int]], deposit_percent: int, taken: list[int]) -> Invoice:
    """An invoice with a deposit and a balance, and credit notes of these totals."""
    rows = [
        InvoiceLine(
            position=n, kind="booth", text_vi=f"{n}", text_en=f"{n}", net_minor=net, vat_percent=vat,
            vat_minor=Money(net, "VND").share(vat).amount_minor, currency="VND",
        )
        for n, (net, vat) in enumerate(lines, 1)
    ]  # fmt: skip
    total = sum(row.net_minor + row.vat_minor for row in rows)
    deposit = total * deposit_percent // 100
    parts = [
        Instalment(id=n, kind=kind, amount_minor=amount, credited_minor=0, currency="VND", due_on=date(2026, 1, n))
        for n, (kind, amount) in enumerate((("deposit", deposit), ("balance", total - deposit)), 1)
        if amount
    ]
    notes = [
        CreditNote(
            id=n, number=f"CN{n}", currency="VND", total_minor=amount,
            lines=[CreditNoteLine(position=1, kind="booth", text_vi="", text_en="", net_minor=amount - amount // 11,
                                  vat_percent=10, vat_minor=amount // 11, currency="VND")],
        )
        for n, amount in enumerate(taken, 1)
    ]  # fmt: skip
    return Invoice(currency="VND", total_minor=total, lines=rows, instalments=parts, credit_notes=notes)


@given(LINES, st.integers(0, 100))
def test_deposit_and_balance_add_up_to_the_invoice_line_by_line(lines: list[tuple[int, int]], percent: int) -> None:
    invoice = made(lines, percent, [])
    parts = [lines_of(invoice, one) for one in invoice.instalments]
    for one, part in zip(invoice.instalments, parts, strict=True):
        assert total_of(part, "VND") == one.amount
    for n, line in enumerate(invoice.lines):
        assert sum(part[n].net.amount_minor for part in parts) == line.net_minor
        assert sum(part[n].vat.amount_minor for part in parts) == line.vat_minor
    whole = {rate.percent: (rate.net, rate.vat) for rate in rate_sums(invoice.lines)}
    for percent_, (net, vat) in whole.items():
        found = [rate for part in parts for rate in rate_sums(part) if rate.percent == percent_]
        assert sum(rate.net.amount_minor for rate in found) == net.amount_minor
        assert sum(rate.vat.amount_minor for rate in found) == vat.amount_minor


@given(LINES, st.integers(1, 99), st.lists(st.integers(1, 100), min_size=1, max_size=4))
def test_credit_notes_lower_the_last_instalment_first_and_add_up(
    lines: list[tuple[int, int]], percent: int, shares: list[int]
) -> None:
    total = made(lines, percent, []).total_minor
    taken = [amount for share in shares if (amount := total * share // (100 * len(shares)))]
    invoice = made(lines, percent, taken)
    off = dict.fromkeys((one.id for one in invoice.instalments), 0)
    for one in adjustments_of(invoice):
        off[one.instalment.id] += one.total.amount_minor
    assert sum(off.values()) == sum(taken)
    deposit, balance = invoice.instalments if len(invoice.instalments) == 2 else (None, invoice.instalments[0])
    assert off[balance.id] == min(balance.amount_minor, sum(taken))
    if deposit is not None:
        assert off[deposit.id] == sum(taken) - off[balance.id]
    for note in invoice.credit_notes:
        parts = [one for one in adjustments_of(invoice) if one.note is note]
        assert sum(one.total.amount_minor for one in parts) == note.total_minor
        assert len({one.number for one in parts}) == len(parts)
