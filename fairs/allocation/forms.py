"""Forms of the allocation."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from fairs.allocation.inputs import weights_of
from fairs.allocation.models import AllocationRules
from fairs.allocation.service import LEAST_SECONDS, MOST_POINTS, MOST_REACH, MOST_SECONDS, MOST_SEED
from fairs.core.forms import DayField, Form, Text, WholeNumber
from fairs.floorplans.models import Zone


class Points(WholeNumber):
    """A weight in points."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, least=0, most=MOST_POINTS, required=True, **kwargs)


class RulesForm(Form):
    """What counts, in points, and what binds."""

    zone = Points(_l("Product zone"), description=_l("A place in the zone of the exhibitor's products."))
    wish = Points(_l("Wish"), description=_l("The first wish; the second gets 60 %, then 35, 20 and 10 % of it."))
    seniority = Points(
        _l("Seniority"),
        description=_l("For each point of seniority when the first wish is met; less for later wishes."),
    )
    open_sides = Points(_l("Open sides"), description=_l("A place with as many open sides as asked for."))
    village = Points(
        _l("Craft village together"), description=_l("At the centre of the village, less with the distance.")
    )
    rival = Points(
        _l("Direct competitors"), description=_l("Taken for each pair that stands nearer than the distance.")
    )
    orphan = Points(_l("Single free booth"), description=_l("Taken for each free booth without a free one beside it."))
    unplaced = WholeNumber(
        _l("Without a place"), least=0, most=100_000, required=True,
        description=_l("Taken for each exhibitor without a place. Keep it far above all others."),
    )  # fmt: skip
    village_reach = WholeNumber(
        _l("Reach of a village (cm)"), least=0, most=MOST_REACH, required=True,
        description=_l("Farther from the centre a member gets nothing for the village."),
    )  # fmt: skip
    rival_reach = WholeNumber(
        _l("Distance of competitors (cm)"), least=0, most=MOST_REACH, required=True,
        description=_l("From wall to wall; competitors sell goods of the same HS code."),
    )  # fmt: skip
    year_points = WholeNumber(_l("For each earlier fair"), least=0, most=100, required=True)
    area_points = WholeNumber(_l("For each 9 m² at earlier fairs"), least=0, most=100, required=True)
    week_points = WholeNumber(
        _l("For each week earlier"), least=0, most=100, required=True,
        description=_l("Than the last one, by the day of the deposit or else of the application; at most ten weeks."),
    )  # fmt: skip
    exclusive_zones = SelectMultipleField(
        _l("Zones that take their own products only"), coerce=int, option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )  # fmt: skip
    supported_booths = WholeNumber(_l("Most booths for supported exhibitors"), most=100_000)
    supported_area_m2 = WholeNumber(_l("Most floor for supported exhibitors (m²)"), most=100_000)
    zone_quotas = Text(
        _l("Most supported booths by zone"), length=300, description=_l("For example: A 12, B 8. Other zones are free."),
    )  # fmt: skip

    def offer(self, zones: list[Zone]) -> None:
        """The fair's zones to choose from."""
        self.zones = {zone.code.upper(): zone.id for zone in zones}
        self.quotas: dict[int, int] = {}  # an empty field is not validated
        self.exclusive_zones.choices = [(zone.id, f"{zone.code} · {zone.name}") for zone in zones]

    def show(self, rules: AllocationRules) -> None:
        """The rules as they are."""
        codes = {key: code for code, key in self.zones.items()}
        for name, value in asdict(weights_of(rules)).items():
            self[name].data = value
        for name in (
            "year_points",
            "area_points",
            "week_points",
            "exclusive_zones",
            "supported_booths",
            "supported_area_m2",
        ):
            self[name].data = getattr(rules, name)
        self.zone_quotas.data = ", ".join(
            f"{codes[int(zone)]} {booths}" for zone, booths in rules.zone_quotas.items() if int(zone) in codes
        )

    def validate_zone_quotas(self, field: Any) -> None:
        """Pairs of a zone's code and a number."""
        for part in (piece.strip() for piece in (field.data or "").split(",")):
            if not part:
                continue
            code, _, number = part.rpartition(" ")
            if code.strip().upper() not in self.zones or not (
                number.isascii() and number.isdigit() and len(number) < 6
            ):
                raise ValidationError(str(_l("Write a zone and a number: A 12, B 8.")))
            self.quotas[self.zones[code.strip().upper()]] = int(number)

    def values(self) -> dict[str, Any]:
        """For ``service.save_rules``."""
        weights = ("zone", "wish", "seniority", "open_sides", "village", "rival", "orphan", "unplaced", "village_reach",
                   "rival_reach")  # fmt: skip
        names = (
            "year_points",
            "area_points",
            "week_points",
            "exclusive_zones",
            "supported_booths",
            "supported_area_m2",
        )
        return {
            "weights": {name: self[name].data for name in weights},
            **{name: self[name].data for name in names},
            "zone_quotas": self.quotas,
        }


class StartForm(Form):
    """A new run."""

    seconds = WholeNumber(
        _l("Search at most (seconds)"), least=LEAST_SECONDS, most=MOST_SECONDS, required=True, default=60
    )
    seed = WholeNumber(
        _l("Seed"), least=0, most=MOST_SEED, required=True, default=1,
        description=_l("The same input, seed and number of steps give the same allocation."),
    )  # fmt: skip


class ApartForm(Form):
    """Two who must not stand together."""

    first = Text(_l("Exhibitor"), length=20, required=True, description=_l("Its reference, for example GS26-E-0001."))
    second = Text(_l("Second exhibitor"), length=20, required=True)
    same_zone = BooleanField(_l("Not in the same zone either"))
    reason = Text(_l("Reason"), length=200)


class MoveForm(Form):
    """Where somebody is to stand."""

    booths = Text(_l("Booths"), length=120, required=True, description=_l("One or several side by side: A-017, A-018."))


class PublishForm(Form):
    """Until when the offers stand."""

    until = DayField(_l("The offers end on"), required=True, description=_l("At the end of that day."))
