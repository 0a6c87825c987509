"""Guests with passports, and letters to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fairs.core.actor import SYSTEM
from fairs.hosting.models import Hosting
from fairs.hosting.states import SupportTier
from fairs.identity.service import PassportDraft, save_passport
from fairs.importers.models import Importer
from fairs.letters.models import Letter, Signatory
from fairs.letters.service import LetterDraft, issue_letter
from fairs.letters.states import LetterKind
from fairs.letters.wording import SignatoryDraft, save_signatory
from tests.factories.guests import approved_importer, granted_guest
from tests.factories.importers import Reception, reception

NUMBER = "TK0012345"


@dataclass
class Registry:
    """A fair with somebody who signs."""

    place: Reception
    signer: Signatory

    def guest(self, *, number: str = NUMBER, **changes: Any) -> Importer:
        """An approved importer with a passport."""
        guest = approved_importer(self.place, **changes)
        self.passport(guest, number)
        return guest

    def hosted(self, tier: SupportTier = SupportTier.BOTH) -> Hosting:
        """A guest whose support is granted, with a passport."""
        hosting = granted_guest(self.place, tier=tier)
        self.passport(hosting.importer)
        return hosting

    def passport(self, guest: Importer, number: str = NUMBER, *, years: int = 5) -> None:
        """Enter the guest's passport."""
        expires = self.place.fair.ends_on + timedelta(days=365 * years)
        save_passport(guest.person, PassportDraft(number, date(1980, 3, 2), "JP", expires), by=SYSTEM)

    def letter(self, guest: Importer | None = None, kind: LetterKind = LetterKind.VISA, **changes: Any) -> Letter:
        """A letter to the guest, or to another one."""
        draft = LetterDraft(kind, self.signer.id, **changes)
        return issue_letter(guest or self.guest(), draft, by=SYSTEM)


def registry() -> Registry:
    """A fair with a department that writes letters."""
    place = reception()
    signer = save_signatory(place.fair, SignatoryDraft("Nguyễn Thị Mẫu", "Phó Giám đốc", "Deputy Director"), by=SYSTEM)
    return Registry(place, signer)
