"""What the steps of the drill of guests share: who works there, who was invited, and the acts that come again and again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from fairs.core.clock import now
from tests.drill.guests.installation import Installation, Mail, until
from tests.drill.guests.visitor import Control, Page, Visitor
from tests.drill.servers import DrillFailed

FAIR, EARLIER = "giftshow-2027", "giftshow-2020"
SOURCE = "Thương vụ mẫu tại Rotterdam"
REGISTERED, SUPPORTED = 690, 230
AT_ONCE = 4  # guests who sit at their browsers at the same moment

T = TypeVar("T")


@dataclass
class Guest:
    """Somebody who was written to: their mail, and what became of it."""

    email: str
    rsvp: str
    native: str = ""
    latin: str = ""
    own: str = ""  # the path of the own page
    tier: str = ""
    reference: str = ""


@dataclass
class Scene:
    """The installation and all who take part in it."""

    at: Installation
    desk: Visitor  # hospitality: invites, proposes, arranges
    organiser: Visitor
    finance: Visitor
    import_id: int = 0
    began: datetime = field(default_factory=now)
    expected: dict[str, int] = field(default_factory=dict)
    invited: list[Mail] = field(default_factory=list)
    guests: list[Guest] = field(default_factory=list)  # those who are registered
    hosted: list[Guest] = field(default_factory=list)
    hotels: list[str] = field(default_factory=list)  # addresses of their pages
    listed: set[str] = field(default_factory=set)  # the addresses of the list
    names: dict[str, tuple[str, str]] = field(default_factory=dict)  # native and Latin name by e-mail

    def written_to(self, mark: int) -> int:
        """How many of the registered have got a mail since then."""
        own = {guest.email for guest in self.guests}
        return len({mail.recipient for mail in self.at.post.since(mark)} & own)

    def path(self, rest: str) -> str:
        """An address of the fair."""
        return f"/fairs/{FAIR}/{rest}"


def all_at_once(act: Callable[[T], Any], people: Iterable[T]) -> list[Any]:
    """Let a few of them act at a time; raises what the first failure raises."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(act, people))


def bulk(
    who: Visitor, list_path: str, action: str, picks: Sequence[str] | None, values: dict[str, str] | None = None
) -> dict[str, int]:
    """Tick rows (all that fit for None), choose an act, look at the preview and do it; gives done, skipped and not done."""
    preview = begin(who, list_path, action, picks)
    return carry_out(who, preview, values)


def begin(who: Visitor, list_path: str, action: str, picks: Sequence[str] | None) -> Page:
    """Choose rows and an act; gives the preview."""
    page = who.get(list_path)
    form = page.form(has="all")
    if picks is None:
        return who.send(page, form, {"all": "1"}, press=action)
    # A person ticks them page by page; the browser keeps the ticks of earlier pages and sends them all.
    form.controls = [one for one in form.controls if one.name != "pick"] + [Control("pick", "checkbox")]
    return who.send(page, form, {"pick": list(picks)}, press=action)


def carry_out(who: Visitor, preview: Page, values: dict[str, str] | None = None) -> dict[str, int]:
    """Do what a preview shows, and wait for the worker."""
    run = who.send(preview, preview.form("/do"), values or {})
    path = run.url

    def finished() -> bool:
        nonlocal run
        run = who.get(path)
        return 'hx-trigger="every 2s"' not in run.text

    until(f"the act of {path} is finished", finished)
    return {"done": figure(run, "Done"), "skipped": figure(run, "Skipped"), "failed": figure(run, "Not done")}


def figure(page: Page, label: str) -> int:
    """The number that stands on a page as a figure with this label; raises DrillFailed when there is none."""
    found = re.search(
        rf'stat-label">(?:(?!</span>).)*?{re.escape(label)}</span>\s*<span class="stat-value">([^<]*)',
        page.text,
        re.DOTALL,
    )
    if found is None:
        raise DrillFailed(f"no figure {label} on {page.url}")
    return int(re.sub(r"\D", "", found[1]))


def require(holds: bool, what: str) -> None:
    """Raise DrillFailed with what does not hold."""
    if not holds:
        raise DrillFailed(what)
