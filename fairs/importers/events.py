"""What importers tell the features above: hosting, letters, invitations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fairs.core.actor import Actor

if TYPE_CHECKING:
    from fairs.importers.models import Importer


@dataclass(frozen=True, slots=True)
class ImporterRegistered:
    """A registration counts from now on and waits for the decision: e-mail confirmed, or filed by staff or a program."""

    importer: Importer
    by: Actor


@dataclass(frozen=True, slots=True)
class ImporterChanged:
    """What an importer told of their business and wishes was corrected."""

    importer: Importer
    by: Actor


@dataclass(frozen=True, slots=True)
class ImporterEnded:
    """A registration was refused or withdrawn: nothing is arranged for it any more."""

    importer: Importer
    by: Actor
    reason: str


@dataclass(frozen=True, slots=True)
class ImporterApproved:
    """A registration was approved and has its badge."""

    importer: Importer
    by: Actor
