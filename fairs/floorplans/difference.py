"""What is different between two plans of a hall, booth by booth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.core.i18n import format_number
from fairs.floorplans.plans import ROOM, Plan, PlannedPlace, in_order

KINDS: dict[str, Any] = {
    "added": _l("Added"),
    "dropped": _l("Dropped"),
    "moved": _l("Moved"),
    "resized": _l("Resized"),
    "renumbered": _l("Renumbered"),
    "type": _l("Other kind"),
    "zone": _l("Other zone"),
    "blocked": _l("Off sale"),
    "unblocked": _l("On sale again"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A booth that is different: its key, the kinds of change, how it was (None: not there) and how it is."""

    key: str
    kinds: tuple[str, ...]
    before: PlannedPlace | None
    after: PlannedPlace | None

    @property
    def code(self) -> str:
        """Its number, the former one where it is renumbered."""
        return (self.before or self.after or _NOBODY).code

    @property
    def shrinks(self) -> bool:
        """Whether it gets smaller in one direction; turning it is not that."""
        if self.before is None or self.after is None:
            return False
        old, new = sorted((self.before.w, self.before.h)), sorted((self.after.w, self.after.h))
        return new[0] < old[0] or new[1] < old[1]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "key": self.key, "kinds": list(self.kinds),
            "before": self.before and self.before.as_dict(), "after": self.after and self.after.as_dict(),
        }  # fmt: skip

    @classmethod
    def of(cls, values: dict[str, Any]) -> Change:
        """From what :meth:`as_dict` made."""
        before, after = values["before"], values["after"]
        return cls(
            values["key"], tuple(values["kinds"]),
            PlannedPlace(**before) if before else None, PlannedPlace(**after) if after else None,
        )  # fmt: skip

    @property
    def labels(self) -> list[str]:
        """The kinds in words."""
        return [str(KINDS[kind]) for kind in self.kinds]

    def words(self, side: str) -> str:
        """How it was (``before``) or is (``after``), as far as it is different."""
        booth = self.before if side == "before" else self.after
        if booth is None:
            return "–"
        parts = []
        whole = len(self.kinds) == 1 and self.kinds[0] in {"added", "dropped"}
        if "renumbered" in self.kinds or whole:
            parts.append(booth.code)
        if "moved" in self.kinds or whole:
            parts.append(_("at %(x)s / %(y)s m", x=format_number(booth.x / 100), y=format_number(booth.y / 100)))
        if "resized" in self.kinds or "moved" in self.kinds or whole:
            parts.append(f"{format_number(booth.w / 100)} × {format_number(booth.h / 100)} m")
        if "type" in self.kinds or whole:
            parts.append(booth.type)
        if "zone" in self.kinds or whole:
            parts.append(_("zone %(code)s", code=booth.zone) if booth.zone else _("no zone"))
        if {"blocked", "unblocked"} & set(self.kinds):
            parts.append(booth.reason or _("off sale") if booth.blocked else _("on sale"))
        return ", ".join(parts)


_NOBODY = PlannedPlace("", 0, 0, 0, 0, "")


def compare(before: Plan, after: Plan) -> list[Change]:
    """What is different between two plans; booths are the same when their key is. By number."""
    found = []
    for key, old in in_order(before.booths.items()):
        new = after.booths.get(key)
        if new is None:
            found.append(Change(key, ("dropped",), old, None))
        elif old != new:
            found.append(Change(key, _kinds(old, new), old, new))
    found += [
        Change(key, ("added",), None, new) for key, new in in_order(after.booths.items()) if key not in before.booths
    ]
    return found


def _kinds(old: PlannedPlace, new: PlannedPlace) -> tuple[str, ...]:
    resized = sorted((old.w, old.h)) != sorted((new.w, new.h))
    turned = not resized and (old.w, old.h) != (new.w, new.h)
    said = {
        "moved": (old.x, old.y) != (new.x, new.y) or turned,
        "resized": resized,
        "renumbered": old.code != new.code,
        "type": old.type != new.type,
        "zone": old.zone != new.zone,
        "blocked": new.blocked and (not old.blocked or old.reason != new.reason),
        "unblocked": old.blocked and not new.blocked,
    }
    return tuple(kind for kind, is_so in said.items() if is_so)


def room_changes(before: Plan, after: Plan) -> list[str]:
    """Which of doors, columns and exits are different, by name."""
    return [name for name in ROOM if getattr(before, name) != getattr(after, name)]


def counts(changes: Sequence[Change]) -> dict[str, int]:
    """How many booths changed in each way."""
    return {kind: number for kind in KINDS if (number := sum(kind in change.kinds for change in changes))}


def summary(changes: Sequence[Change], room: Sequence[str]) -> str:
    """What changed in one line; ``room`` as :func:`room_changes` gives it."""
    words = {"doors": _("Doors"), "columns": _("Columns"), "exits": _("Exits")}
    parts = [f"{KINDS[kind]}: {number}" for kind, number in counts(changes).items()]
    if room:
        parts.append(_("Changed: %(what)s", what=", ".join(words[name] for name in room)))
    return " · ".join(parts) or _("Nothing is different.")
