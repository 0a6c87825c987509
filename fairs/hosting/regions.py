"""Regions of the world by country, as caps of travel go by them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class Region(State):
    """Where a guest flies from, seen from Hanoi."""

    ASEAN = "asean", _l("ASEAN"), "teal", "map-pin"
    EAST_ASIA = "east_asia", _l("East Asia"), "blue", "map-pin"
    SOUTH_ASIA = "south_asia", _l("South and Central Asia"), "cyan", "map-pin"
    EUROPE = "europe", _l("Europe"), "azure", "map-pin"
    MIDDLE_EAST_AFRICA = "mea", _l("Middle East and Africa"), "orange", "map-pin"
    AMERICAS = "americas", _l("Americas"), "purple", "map-pin"
    OCEANIA = "oceania", _l("Oceania"), "green", "map-pin"


_COUNTRIES = {
    Region.ASEAN: "BN ID KH LA MM MY PH SG TH TL VN",
    Region.EAST_ASIA: "CN HK JP KP KR MN MO TW",
    Region.SOUTH_ASIA: "AF BD BT IN KG KZ LK MV NP PK TJ TM UZ",
    Region.AMERICAS: (
        "AG AI AR AW BB BL BM BO BQ BR BS BZ CA CL CO CR CU CW DM DO EC FK GD GF GL GP GT GY HN HT JM KN KY LC MF MQ MS MX "
        "NI PA PE PM PR PY SR SV SX TC TT US UY VC VE VG VI"
    ),
    Region.OCEANIA: "AS AU CC CK CX FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS",
    Region.MIDDLE_EAST_AFRICA: (
        "AE AO BF BH BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IL IO IQ IR JO KE KM KW LB LR LS LY MA MG "
        "ML MR MU MW MZ NA NE NG OM PS QA RE RW SA SC SD SH SL SN SO SS ST SY SZ TD TG TN TZ UG YE YT ZA ZM ZW"
    ),
}
_BY_COUNTRY = {country: region for region, countries in _COUNTRIES.items() for country in countries.split()}


def region_of(country: str) -> Region:
    """The region of a country by its ISO 3166 code; what is nowhere else lies in Europe, Turkey and the Caucasus included."""
    return _BY_COUNTRY.get(country.upper(), Region.EUROPE)
