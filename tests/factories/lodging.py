"""Hotels, blocks and guests who need a room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.money import Money
from fairs.hosting.models import Hosting
from fairs.hosting.states import SupportTier
from fairs.lodging.blocks import BlockDraft, HotelDraft, NightDraft, save_block, save_hotel, set_nights
from fairs.lodging.models import Hotel, RoomBlock, Stay
from fairs.lodging.service import place_stay, want_room
from fairs.lodging.wishes import Wishes, save_wishes
from tests.factories.guests import granted_guest
from tests.factories.importers import Reception, reception


@dataclass
class Inn:
    """A fair with hotels. ``first`` is the first funded night of its guests: the day before the opening."""

    reception: Reception
    count: int = field(default=0)

    @property
    def fair(self) -> Fair:
        """The fair."""
        return self.reception.fair

    @property
    def first(self) -> date:
        """The first funded night."""
        return self.fair.starts_on - timedelta(days=1)

    def day(self, number: int) -> date:
        """The day that lies ``number`` days behind the first funded night."""
        return self.first + timedelta(days=number)

    def hotel(self, **changes: Any) -> Hotel:
        """Another hotel."""
        self.count += 1
        values = {
            "name": f"Khách sạn Mẫu {self.count}", "address_vi": "Số 1 phố Mẫu, Hà Nội", "address_en": "1 Sample Street",
            "email": f"hotel{self.count}@mau.example", **changes,
        }  # fmt: skip
        return save_hotel(self.fair, HotelDraft(**values), by=SYSTEM)

    def block(self, *, rooms: int = 2, nights: int = 6, price: int = 1_500_000, **changes: Any) -> RoomBlock:
        """Another block of ``rooms``, from the night before the funded ones on, in a hotel of its own unless one is given."""
        hotel = changes.pop("hotel", None) or self.hotel()
        kind = changes.pop("room_type", "Twin")
        block = save_block(hotel, BlockDraft(kind, Money(price, "VND"), **changes), by=SYSTEM)
        set_nights(block, {self.day(n - 1): NightDraft(rooms) for n in range(nights)}, by=SYSTEM)
        return block

    def guest(self, **changes: Any) -> Hosting:
        """Another guest whose support with hotel is granted: four nights unless told otherwise."""
        return granted_guest(self.reception, **{"tier": SupportTier.BOTH, **changes})

    def stay(self, nights: int = 4, *, begin: int = 0, guest: Hosting | None = None) -> Stay:
        """A guest who needs a room."""
        hosting = guest or self.guest()
        return want_room(hosting.importer, self.day(begin), self.day(begin + nights), by=SYSTEM)

    def placed(self, block: RoomBlock, nights: int = 4, *, begin: int = 0) -> Stay:
        """A guest who has a room of the block."""
        return place_stay(self.stay(nights, begin=begin), block, by=SYSTEM)

    def pair(self) -> tuple[Stay, Stay]:
        """Two guests who both wish to share a room."""
        one, other = self.stay(), self.stay()
        for mine, theirs in ((one, other), (other, one)):
            save_wishes(mine, Wishes(share_with=theirs.importer.reference), by=SYSTEM)
        return one, other


def inn(**changes: Any) -> Inn:
    """A fair with importers."""
    return Inn(reception(**changes))
