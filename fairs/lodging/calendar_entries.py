"""A guest's nights at the hotel in their calendar."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from fairs.importers.journey import CalendarEntry, register_event_source
from fairs.importers.models import Importer
from fairs.lodging.queries import stay_of


def nights(importer: Importer) -> Iterable[CalendarEntry]:
    """The stay as whole days, from the day of arrival up to the day of leaving."""
    stay = stay_of(importer.id)
    if stay is not None and stay.hotel is not None:
        hotel = stay.hotel
        yield CalendarEntry(
            uid=f"stay-{stay.id}@fairs",
            starts=stay.arrives_on,
            ends=stay.leaves_on,
            title=_("Hotel: %(name)s", name=hotel.name),
            place=", ".join(part for part in (hotel.name, hotel.address_en or hotel.address_vi) if part),
            text=hotel.phone,
            changed_at=stay.changed_at or stay.created_at,
        )


register_event_source("nights", nights)
