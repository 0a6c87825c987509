"""What a guest is told about the support."""

from __future__ import annotations

from fairs.hosting.models import Hosting
from fairs.importers.service import link_for
from fairs.messages.service import Notice, send


def tell(row: Hosting, template: str) -> None:
    """Write to the guest, in the guest's language, with a link to the own page. Inside transaction()."""
    person = row.person
    send(
        Notice(
            template=f"hosting/{template}", name=person.display_name, email=person.email or None, locale=row.importer.locale,
            context={"hosting": row, "fair": row.fair, "token": link_for(row.importer)}, fair_id=row.fair_id,
        )
    )  # fmt: skip
