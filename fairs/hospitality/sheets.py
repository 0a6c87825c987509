"""Lists of drivers as spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from fairs.core.i18n import country_name
from fairs.core.sheets import Sheet
from fairs.hospitality.models import ManifestVersion, TransferRun
from fairs.hospitality.words import mark_word


def manifest_sheets(found: Sequence[tuple[TransferRun, ManifestVersion]]) -> list[Sheet]:
    """One sheet for each run, with its version in the name."""
    heads = [
        _("Change"), _("Flight"), _("Time"), _("From or to"), _("Name"), _("Name in the passport"), _("Company"), _("Country"),
        _("Telephone"), _("Hotel"),
    ]  # fmt: skip
    return [
        Sheet(
            f"{run.reference} v{version.number}", heads,
            [
                [
                    mark_word(row["mark"]), row["flight"], row["time"], row["away"], row["name"], row["latin"], row["company"],
                    country_name(row["country"]), row["phone"], row["hotel"],
                ]
                for row in version.rows
            ],
        )
        for run, version in found
    ]  # fmt: skip
