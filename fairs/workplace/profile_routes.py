"""The page of a company and of a person: everything the system knows of them, for who may see it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from sqlalchemy import select

from fairs.accounts.queries import matching_grant
from fairs.badges.permissions import PRINT_BADGES
from fairs.calendar.models import Fair
from fairs.calendar.queries import all_fairs
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.permissions import Permission
from fairs.core.web import requires
from fairs.directory.consents import ALL
from fairs.directory.models import Company, Person
from fairs.directory.permissions import EDIT_DIRECTORY, VIEW_DIRECTORY
from fairs.directory.products import pattern_of, products_of
from fairs.directory.queries import group_names, people_matching
from fairs.directory.team import team
from fairs.notes.models import CORRECT_FOR
from fairs.notes.permissions import WRITE_NOTE
from fairs.notes.routes import may_delete
from fairs.privacy.permissions import HANDLE_REQUESTS
from fairs.workplace.profile import LINKS, profile
from fairs.workplace.scope import Scope
from fairs.workplace.sources import KINDS, Subject
from fairs.workplace.story import story

bp = Blueprint("profiles", __name__)
_LINKS = {**LINKS, "badges.show": PRINT_BADGES}


@bp.get("/directory/companies/<int:company_id>")
@requires(VIEW_DIRECTORY)
def company(company_id: int) -> str:
    """A company: where it stands, what it owes, the next step; then all that is known, and the time line."""
    shown = db.session.get(Company, company_id)
    if shown is None:
        raise NotFound
    people = db.session.scalars(
        people_matching("").where(Person.company_id == shown.id).order_by(Person.folded, Person.id).limit(100)
    ).all()
    groups = group_names()
    return render_template(
        "workplace/company.html", company=shown, people=people, members=team(shown), group_names=groups,
        products=products_of(shown.id), pattern_of=pattern_of, **_shared(shown),
    )  # fmt: skip


@bp.get("/directory/people/<int:person_id>")
@requires(VIEW_DIRECTORY)
def person(person_id: int) -> str:
    """A person: where things stand, names, contacts, badges, consents, and the time line."""
    shown = db.session.scalar(select(Person).where(Person.id == person_id))
    if shown is None:
        raise NotFound
    consent_names = {consent.kind: consent.title for consent in ALL}
    return render_template("workplace/person.html", person=shown, consent_names=consent_names, **_shared(shown))


def _may(permission: Permission) -> bool:
    return matching_grant(g.grants, permission, None) is not None


def _shared(subject: Subject) -> dict[str, Any]:
    scope = Scope.of(g.grants)
    fairs: dict[int, Fair] = {fair.id: fair for fair in all_fairs()}
    kind = request.args.get("show", "")
    kind = kind if kind in KINDS else ""

    def page(endpoint: str, fair: Fair | None, values: dict[str, Any]) -> str:
        """The address of a thing, or nothing when the reader's roles do not open it."""
        permission = _LINKS.get(endpoint)
        if fair is None or permission is None or not scope.at(permission, fair.id):
            return ""
        return url_for(endpoint, fair_slug=fair.slug, **values)

    return {
        "profile": profile(subject, scope, fairs), "fairs": fairs, "page_of": page, "kinds": KINDS, "kind": kind,
        "story": story(subject, scope, fairs, kind=kind, cursor=request.args.get("cursor", "")),
        "may_delete_note": may_delete, "open_for": CORRECT_FOR, "now": now(), "may_edit": _may(EDIT_DIRECTORY),
        "may_write": _may(WRITE_NOTE), "may_handle_data": _may(HANDLE_REQUESTS),
    }  # fmt: skip
