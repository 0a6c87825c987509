"""How a found record is shown: its title, what it is, and the page that it opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fairs.booths.states import BoothState
from fairs.core.i18n import format_money
from fairs.core.money import Money
from fairs.workplace.terms import Hit


def _values(row: Any, **values: Any) -> dict[str, Any]:
    return {"fair_slug": row.Fair.slug, **values}


def person_hit(endpoint: str) -> Callable[[Any], Hit]:
    """How somebody who takes part is shown."""

    def hit(row: Any) -> Hit:
        text = " · ".join(part for part in (row.reference, row.company) if part)
        return Hit(endpoint, _values(row, reference=row.reference), row.name, text, row.state, row.Fair.name,
                   lang=row.language, keys=(row.reference,))  # fmt: skip

    return hit


def invitee_hit(row: Any) -> Hit:
    """How somebody who is to be invited is shown."""
    text = f"{row.company} · {row.source}"
    return Hit("invitations.show", _values(row, invitee_id=row.invitee_id), row.name, text, row.state, row.Fair.name)


def exhibitor_hit(row: Any) -> Hit:
    """How an exhibitor is shown."""
    values = _values(row, reference=row.reference)
    return Hit("exhibitors.show", values, row.name, row.reference, row.state, row.Fair.name, keys=(row.reference,))


def booth_hit(row: Any) -> Hit:
    """How a booth is shown."""
    text = " · ".join(part for part in (row.Hall.name, row.company) if part)
    state = row.state or (BoothState.BLOCKED if row.is_blocked else BoothState.FREE)
    return Hit("booths.staff_plan", _values(row, booth=row.code), row.code, text, state, row.Fair.name)


def booking_hit(row: Any) -> Hit:
    """How a booking is shown."""
    values = _values(row, reference=row.reference)
    text = f"{row.reference} · {row.name}"
    return Hit("bookings.booking", values, row.code, text, row.state, row.Fair.name, keys=(row.reference,))


def agreement_hit(row: Any) -> Hit:
    """How an agreement is shown."""
    text = f"{row.number} · {row.booths}"
    return Hit(
        "agreements.show", _values(row, number=row.number), row.name, text, row.state, row.Fair.name, keys=(row.number,)
    )


def hosting_hit(row: Any) -> Hit:
    """How a hosted buyer is shown."""
    text = f"{row.company} · {row.reference}"
    return Hit(
        "hosting.show",
        _values(row, reference=row.reference),
        row.name,
        text,
        row.state,
        row.Fair.name,
        keys=(row.reference,),
    )


def letter_hit(row: Any) -> Hit:
    """How a letter is shown."""
    text = f"{row.number} · {row.reference}"
    return Hit(
        "letters.show", _values(row, reference=row.reference), row.name, text, row.state, row.Fair.name,
        keys=(row.reference, row.number.upper()),
    )  # fmt: skip


def order_hit(row: Any) -> Hit:
    """How a service order is shown."""
    values = _values(row, reference=row.reference)
    text = f"{row.reference} · {row.name}"
    return Hit("services.show", values, row.code, text, row.state, row.Fair.name, keys=(row.reference,))


def case_hit(row: Any) -> Hit:
    """How a case on site is shown."""
    values = _values(row, reference=row.reference)
    text = f"{row.reference} · {row.kind.label}"
    return Hit("cases.show", values, row.title, text, row.state, row.Fair.name, keys=(row.reference,))


def waiting_hit(row: Any) -> Hit:
    """How an entry of the waiting list is shown."""
    return Hit(
        "booth_sales.entry", _values(row, entry_id=row.entry_id), row.name, row.reference, row.state, row.Fair.name
    )


def stay_hit(row: Any) -> Hit:
    """How a stay is shown."""
    values = _values(row, reference=row.reference, _anchor="panel-nights")
    return Hit("guests.show", values, row.name, row.hotel or "", row.state, row.Fair.name, lang=row.language)


def hotel_hit(row: Any) -> Hit:
    """How a hotel is shown."""
    return Hit("hotels.show", _values(row, hotel_id=row.hotel_id), row.name, row.address_vi, None, row.Fair.name)


def group_hit(row: Any) -> Hit:
    """How a group of visitors is shown."""
    return Hit("visitor_groups.show", _values(row, reference=row.reference), row.name, f"{row.reference} · {row.leader_name}",
               None, row.Fair.name, keys=(row.reference,))  # fmt: skip


def delegation_hit(row: Any) -> Hit:
    """How a delegation is shown."""
    return Hit("ceremonies.delegation", _values(row, delegation_id=row.delegation_id), row.organisation, row.contact_name, None,
               row.Fair.name)  # fmt: skip


def station_hit(row: Any) -> Hit:
    """How a print station is shown."""
    return Hit(
        "printing.edit_station", _values(row, station_id=row.station_id), row.name, row.place, row.state, row.Fair.name
    )


def blank_hit(row: Any) -> Hit:
    """How a numbered blank badge is shown: by its number, with who wears it; it opens the page of blanks."""
    return Hit(
        "blanks.index",
        _values(row),
        f"{row.number:06d}",
        row.wearer or str(row.category.label),
        row.state,
        row.Fair.name,
    )


def invoice_hit(row: Any) -> Hit:
    """How an invoice is shown."""
    total = format_money(Money(row.total_minor, row.currency))
    return Hit("payments.invoice", _values(row, number=row.number), row.number, f"{row.name} · {total}", row.state,
               row.Fair.name, keys=(row.number, row.payment_reference))  # fmt: skip


def money_back_hit(endpoint: str, argument: str) -> Callable[[Any], Hit]:
    """How a credit note, credit or refund is shown."""

    def hit(row: Any) -> Hit:
        text = f"{row.name} · {format_money(Money(row.amount_minor, row.currency))}"
        return Hit(endpoint, _values(row, **{argument: row.number}), row.number, text, row.state, row.Fair.name,
                   keys=(row.number,))  # fmt: skip

    return hit


def payment_hit(row: Any) -> Hit:
    """How a payment is shown."""
    amount = format_money(Money(row.amount_minor, row.currency))
    return Hit("payment_pages.show", _values(row, payment_id=row.payment_id), row.number, f"{row.name} · {amount}", row.state,
               row.Fair.name, keys=(row.number,))  # fmt: skip


def note_hit(row: Any) -> Hit:
    """How a note is shown."""
    total = format_money(Money(row.total_minor, row.currency))
    return Hit("credit_notes.show", _values(row, note_number=row.number), row.number, f"{row.name} · {total}", None,
               row.Fair.name, keys=(row.number,))  # fmt: skip


def voucher_hit(row: Any) -> Hit:
    """How a voucher is shown."""
    total = format_money(Money(row.total_minor, row.currency))
    return Hit("vouchers.show", _values(row, number=row.number), row.payee, f"{row.number} · {total}", row.state,
               row.Fair.name, keys=(row.number, row.external_number.upper()))  # fmt: skip


def sponsor_hit(row: Any) -> Hit:
    """How a sponsor is shown."""
    values = _values(row, sponsor_number=row.number)
    text = f"{row.number} · {row.package}"
    return Hit("sponsors.show", values, row.name, text, row.state, row.Fair.name, keys=(row.number,))


def contract_hit(row: Any) -> Hit:
    """How a contract is shown."""
    value = format_money(Money(row.value_minor, row.currency))
    title = f"{row.exporter} → {row.importer}"
    return Hit("contracts.contract", _values(row, reference=row.reference), title, f"{row.reference} · {value}",
               row.verification, row.Fair.name, keys=(row.reference,))  # fmt: skip


def document_hit(row: Any) -> Hit:
    """How a document is shown."""
    text = " · ".join(part for part in (row.reference, row.decision_number) if part)
    return Hit("documents.show", _values(row, reference=row.reference), row.title, text, row.state, row.Fair.name,
               keys=(row.reference, row.decision_number.upper()))  # fmt: skip


def grant_hit(row: Any) -> Hit:
    """How a grant is shown."""
    amount = format_money(Money(row.amount_minor, row.currency))
    return Hit("funding.show", _values(row, reference=row.reference), row.title, f"{row.reference} · {amount}", row.state,
               row.Fair.name, keys=(row.reference,))  # fmt: skip


def flight_hit(row: Any) -> Hit:
    """How a flight is shown."""
    text = f"{row.number} {row.from_airport} → {row.to_airport} · {row.reference}"
    return Hit("guests.show", _values(row, reference=row.reference), row.name, text, row.state, row.Fair.name,
               lang=row.language, keys=(row.number,))  # fmt: skip


def transfer_hit(row: Any) -> Hit:
    """How a transfer is shown."""
    text = " · ".join(part for part in (row.driver_name, row.plate) if part)
    return Hit(
        "runs.show",
        _values(row, reference=row.reference),
        row.reference,
        text,
        row.state,
        row.Fair.name,
        keys=(row.reference,),
    )
