"""The desk for walk-ins: one field, matches while typing, Enter registers, Enter prints.

Names, phones and addresses travel in bodies, never in the address of a page.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from fairs.badges.errors import OtherFair, UnknownCode
from fairs.badges.models import Badge
from fairs.badges.permissions import REVOKE_BADGE
from fairs.badges.queries import active_badge, badge_by_code
from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.text import clean, fold, name_language
from fairs.core.web import actor, requires, wants_fragment
from fairs.directory.models import Person
from fairs.visitors.duplicates import Hint, contact_of, likely
from fairs.visitors.errors import AlreadyRegistered
from fairs.visitors.forms import DeskForm, KnownForm, category_choices
from fairs.visitors.models import Visitor
from fairs.visitors.permissions import REGISTER_VISITOR
from fairs.visitors.queries import (
    badge_in_force,
    desk_figures,
    desk_matches,
    phone_start,
    visitor_by_reference,
    visitor_of_person,
)
from fairs.visitors.service import DESK_CATEGORIES, VisitorDraft, accepts_visitors, register_visitor

__all__ = ["DESK_CATEGORIES", "bp"]

bp = Blueprint("desk", __name__, url_prefix="/fairs/<fair_slug>/desk")


def _page(panel: str = "", **context: Any) -> str:
    """The panel alone for htmx, the whole desk otherwise."""
    fair = current_fair()
    values: dict[str, Any] = {
        "panel": panel, "figures": desk_figures(fair), "categories": category_choices(), "is_open": accepts_visitors(fair),
        "lang": _language, "REVOKE_BADGE": REVOKE_BADGE, "q": "", "category": request.form.get("category", ""), **context,
    }  # fmt: skip
    return render_template(panel if panel and wants_fragment() else "visitors/desk.html", **values)


def _language(person: Person) -> str:
    return person.name_language or name_language(person.display_name, person.country)


@bp.get("")
@requires(REGISTER_VISITOR)
def index() -> str:
    """The desk with its field."""
    return _page()


@bp.get("/figures")
@requires(REGISTER_VISITOR)
def figures() -> str:
    """Today's figures."""
    return render_template("visitors/_desk_figures.html", figures=desk_figures(current_fair()))


@bp.post("/matches")
@requires(REGISTER_VISITOR)
def matches() -> str:
    """Who may be meant by what stands in the field."""
    typed = _typed()
    found = desk_matches(current_fair(), typed)
    return _page("visitors/_desk_matches.html", q=typed, matches=found, exact=_exact(found, typed))


def _typed() -> str:
    # A scanned code may have spaces that matter at its ends; a name has none.
    return request.form.get("q", "")[:250].replace("\x00", "")


def _exact(found: Any, typed: str) -> int | None:
    """The place of the only match that is beyond doubt: same phone, same e-mail or the scanned badge."""
    text = clean(typed).lower()
    if len(found) == 1 and found[0].badge is not None and found[0].scanned:
        return 0
    sure = [
        place
        for place, match in enumerate(found)
        if (text and text in {match.person.email, match.person.phone, match.person.folded})
        or (match.person.phone and phone_start(text) == match.person.phone)
        or (match.badge is not None and fold(match.person.native_name) == fold(text))
    ]
    return sure[0] if len(sure) == 1 else None


@bp.post("/find")
@requires(REGISTER_VISITOR)
def find() -> Any:
    """Enter before the list was there, as a hand scanner presses it: a badge is shown, nobody found is a new person."""
    fair, typed = current_fair(), _typed()
    badge = _scanned(typed)
    if badge is not None:
        return _shown(badge.person, badge, is_new=False)
    if not desk_matches(fair, typed, limit=1):
        return _new_person(typed)
    found = desk_matches(fair, typed)
    return _page("visitors/_desk_matches.html", q=typed, matches=found, exact=_exact(found, typed))


def _scanned(typed: str) -> Badge | None:
    try:
        return badge_in_force(badge_by_code(current_fair().id, typed))
    except (UnknownCode, OtherFair):
        return None


@bp.post("/new")
@requires(REGISTER_VISITOR)
def new() -> str:
    """The four fields, filled with what stands in the one."""
    return _new_person(_typed())


def _new_person(typed: str) -> str:
    text = clean(typed)
    form = DeskForm(formdata=None)
    form.category.data = request.form.get("category") or form.category.default
    form.is_another.data = ""
    digits = sum(letter.isdigit() for letter in text)
    if "@" in text or digits > len(text) / 2:
        form.contact.data = text
    else:
        form.name.data = text
    return _page("visitors/_desk_new.html", form=form, hints=[])


@bp.post("/register")
@requires(REGISTER_VISITOR)
def register() -> Any:
    """A new person with the four fields; who may have a badge already is shown first, once."""
    fair, form = current_fair(), DeskForm()
    hints: list[Hint] = []
    if form.validate_on_submit():
        try:
            draft = form.draft()
            is_another = form.is_another.data == "yes"
            hints = [] if is_another else _hints(draft)
            if not hints:
                visitor = register_visitor(fair, draft, by=actor(), is_another=is_another)
                return _shown(visitor.person, visitor.badge, is_new=True, visitor=visitor)
        except AlreadyRegistered as error:
            known = visitor_by_reference(fair.id, error.details["reference"])
            return _shown(known.person, badge_in_force(known.badge), is_new=False, visitor=known)
        except DomainError as error:
            form.add_error(error)
    return _page("visitors/_desk_new.html", form=form, hints=hints), 422


def _hints(draft: VisitorDraft) -> list[Hint]:
    email, phone = contact_of(draft.email, draft.phone, draft.country)
    return likely(current_fair(), name=draft.name, company=draft.company_name, email=email, phone=phone)


@bp.post("/known")
@requires(REGISTER_VISITOR)
def known() -> Any:
    """Somebody from the list: registered now, or shown with the badge they have."""
    fair, form = current_fair(), KnownForm()
    if not form.validate():
        raise NotFound
    person = db.session.get(Person, form.person())
    if person is None:
        raise NotFound
    badge = active_badge(fair.id, person.id)
    if badge is not None:
        return _shown(person, badge, is_new=False)
    draft = VisitorDraft(person.native_name, country=person.country, category=form.chosen_category())
    visitor = register_visitor(fair, draft, by=actor(), person=person)
    return _shown(person, visitor.badge, is_new=True, visitor=visitor)


def _shown(person: Person, badge: Badge | None, *, is_new: bool, visitor: Visitor | None = None) -> str:
    fair = current_fair()
    return _page(
        "visitors/_desk_result.html",
        person=person,
        badge=badge,
        is_new=is_new,
        visitor=visitor or visitor_of_person(fair.id, person.id),
    )
