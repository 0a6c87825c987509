"""Audit entries as the timeline on a thing's page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.audit.queries import history
from fairs.core.db import Record


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline, as the macro ``timeline`` shows it."""

    at: datetime
    title: Any
    text: str
    actor: str
    icon: str
    tone: str


#: action → (words, icon, tone); the acts upon companies and people. Features have their own for their things.
LABELS: dict[str, tuple[Any, str, str]] = {
    "directory.create_company": (_l("Company registered"), "building-store", "neutral"),
    "directory.change_company": (_l("Details of the company changed"), "pencil", "neutral"),
    "directory.create_person": (_l("Person registered"), "user", "neutral"),
    "directory.change_person": (_l("Details of the person changed"), "pencil", "neutral"),
    "directory.add_product": (_l("Product described"), "photo", "neutral"),
    "directory.change_product": (_l("Product changed"), "pencil", "neutral"),
    "directory.remove_product": (_l("Product taken out"), "trash", "warning"),
    "directory.order_products": (_l("Order of the products changed"), "arrows-sort", "neutral"),
    "directory.add_photos": (_l("Photos of a product added"), "photo-plus", "neutral"),
    "directory.remove_photo": (_l("Photo of a product taken away"), "photo-off", "warning"),
    "directory.order_photos": (_l("First photo of a product changed"), "photo-star", "neutral"),
    "directory.invite_colleague": (_l("Colleague invited"), "mail", "neutral"),
    "directory.accept_invitation": (_l("Colleague joined"), "user-check", "success"),
    "directory.take_back_invitation": (_l("Invitation taken back"), "x", "neutral"),
    "directory.remove_member": (_l("Member taken out"), "user-minus", "warning"),
}


def entries(subject: Record, labels: Mapping[str, tuple[Any, str, str]]) -> list[Entry]:
    """What happened to the thing, newest first. A note or reason kept with the act is shown with it."""
    return [_entry(item, labels) for item in history(subject)]


def _entry(item: Any, labels: Mapping[str, tuple[Any, str, str]]) -> Entry:
    title, icon, tone = labels.get(item.action, (item.action, "point", "neutral"))
    after = item.after or {}
    text = str(after.get("note") or after.get("reason") or "")
    return Entry(item.at, title, text, item.actor_label or "Fairs", icon, tone)
