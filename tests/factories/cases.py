"""Cases at a fair with an exhibitor in booth A-001, a gate and staff, made through the services that the application uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fairs.accounts.models import User
from fairs.cases.models import Case
from fairs.cases.service import CaseDraft, open_case
from fairs.cases.states import Breach, CaseKind, Side
from fairs.checkin.service import GateDraft, create_gate
from fairs.core.actor import SYSTEM, Actor
from fairs.core.permissions import Role
from fairs.exhibitors.models import Exhibitor
from tests.factories.checkin import Entrance
from tests.factories.sitework import Site, new_site


@dataclass
class Scene:
    """A running fair with an exhibitor, and what is reported there."""

    site: Site
    door: Entrance

    @property
    def exhibitor(self) -> Exhibitor:
        """Who stands in the booth."""
        return self.site.exhibitor

    def user(self, *roles: Role) -> User:
        """Somebody of the staff."""
        return self.door.user(*roles)

    def actor(self, *roles: Role) -> Actor:
        """The same as who acts."""
        user = self.user(*roles)
        return Actor(user.id, user.name)

    def case(self, kind: CaseKind = CaseKind.COMPLAINT, *, by: Actor = SYSTEM, **values: Any) -> Case:
        """Something that somebody reported."""
        usual: dict[str, Any] = {"text": "Ghế gãy ở lối đi\nKhách suýt ngã.", "token": uuid4().hex}
        if kind is CaseKind.LOST:
            usual["side"] = Side.FOUND
        if kind is CaseKind.VIOLATION:
            usual |= {"breach": Breach.SUBLETTING, "concerned": self.exhibitor.reference}
        return open_case(self.site.fair, CaseDraft(kind, **(usual | values)), by=by)


def new_scene() -> Scene:
    """A fair that is ready for cases."""
    site = new_site()
    gate = create_gate(site.fair, "main", GateDraft("Cổng chính", "Main gate"), by=SYSTEM)
    return Scene(site, Entrance(site.fair, gate))
