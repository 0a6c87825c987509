"""Keeping, sharing, pinning and removing views of lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl, urlencode

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from fairs.accounts.models import RoleGrant
from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import Forbidden, InvalidInput, NotFound
from fairs.core.lists import ListSpec, known
from fairs.core.permissions import Role
from fairs.core.text import one_line
from fairs.lists.models import SavedView, ViewPin
from fairs.lists.queries import MOST_PINS

MOST_VIEWS = 30  # of one person at one list


def roles_at(grants: Iterable[RoleGrant], fair_id: int | None) -> set[Role]:
    """The roles that somebody holds at a fair, system-wide ones included."""
    return {grant.role for grant in grants if grant.fair_id is None or grant.fair_id == fair_id}


def may_share_with(roles: Collection[Role]) -> list[Role]:
    """With whom one may share: with one's own roles; an organiser or administrator with every role of the fair."""
    if {Role.ORGANISER, Role.ADMIN} & set(roles):
        return [role for role in Role if role is not Role.ADMIN]
    return [role for role in Role if role in roles]


def normal_query(spec: ListSpec, text: str) -> str:
    """A query string with only what belongs to the view, so that equal views have equal addresses."""
    args = dict(parse_qsl(text.removeprefix("?")[:4000]))
    return urlencode({name: value for name, value in known(spec, args).items() if name not in spec.fixed})


def save_view(
    spec: ListSpec, *, fair_id: int | None, name: str, query: str, role: str, roles: Collection[Role], by: Actor
) -> SavedView:
    """Keep an address under a name; with a ``role`` it is shared. A view of the same name is overwritten.

    Without ``fair_id`` it is kept for every fair, and cannot be shared. Raises InvalidInput and Forbidden.
    """
    shared = _shared(role, fair_id, roles)
    with transaction():
        own = select(SavedView).where(SavedView.owner_id == by.user_id, SavedView.list_key == spec.key)
        called = _name(name)
        view = db.session.scalars(own.where(SavedView.name == called, SavedView.fair_id == fair_id)).first()
        if view is None:
            if (db.session.scalar(select(func.count()).select_from(own.subquery())) or 0) >= MOST_VIEWS:
                raise InvalidInput(
                    _l("You have %(n)d views of this list. Remove one first.", n=MOST_VIEWS), field="name"
                )
            view = SavedView(owner_id=_user(by), list_key=spec.key, fair_id=fair_id)
            db.session.add(view)
        view.name, view.query, view.shared_role = called, normal_query(spec, query)[:1000], shared
        db.session.flush()
        record("lists.save_view", view, by=by, after={"name": called, "query": view.query, "role": role})
    return view


def change_view(view: SavedView, *, name: str, role: str, roles: Collection[Role], by: Actor) -> SavedView:
    """Rename one's own view, or share it with another role or none. Raises InvalidInput, Forbidden, NotFound."""
    shared = _shared(role, view.fair_id, roles)
    with transaction():
        row = _own(view, by)
        row.name, row.shared_role = _name(name), shared
        record("lists.change_view", row, by=by, after={"name": row.name, "role": role})
    return row


def delete_view(view: SavedView, *, by: Actor) -> None:
    """Remove one's own view, and with it the pins of those it was shared with. Raises NotFound for another's."""
    with transaction():
        row = _own(view, by)
        record("lists.delete_view", row, by=by, before={"name": row.name, "query": row.query})
        db.session.execute(delete(ViewPin).where(ViewPin.view_id == row.id))
        db.session.delete(row)


def pin_view(view: SavedView, pinned: bool, *, by: Actor) -> None:
    """Show the view's count on one's start page, or not any more. Raises InvalidInput when there are too many."""
    user_id = _user(by)
    with transaction():
        mine = select(ViewPin).where(ViewPin.user_id == user_id)
        pin = db.session.scalars(mine.where(ViewPin.view_id == view.id)).first()
        if pinned and pin is None:
            if (db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0) >= MOST_PINS:
                raise InvalidInput(_l("At most %(n)d views fit on the start page. Unpin one first.", n=MOST_PINS))
            db.session.add(ViewPin(user_id=user_id, view_id=view.id))
        elif not pinned and pin is not None:
            db.session.delete(pin)
        record("lists.pin_view" if pinned else "lists.unpin_view", view, by=by)


def _user(by: Actor) -> int:
    if by.user_id is None:
        raise Forbidden
    return by.user_id


def _own(view: SavedView, by: Actor) -> SavedView:
    row = db.session.get(SavedView, view.id, with_for_update=True, populate_existing=True)
    if row is None or row.owner_id != by.user_id:
        raise NotFound
    return row


def _name(text: str) -> str:
    name = " ".join(one_line(text).split())
    if not name:
        raise InvalidInput(_l("Give the view a name."), field="name")
    if len(name) > 80:
        raise InvalidInput(_l("At most %(max)d characters.", max=80), field="name")
    return name


def _shared(role: str, fair_id: int | None, roles: Collection[Role]) -> Role | None:
    if not role:
        return None
    if role not in set(Role):
        raise InvalidInput(_l("Please choose from the list."), field="role")
    if fair_id is None:
        raise InvalidInput(_l("A view for every fair is yours alone. Save it for this fair to share it."), field="role")
    if Role(role) not in may_share_with(roles):
        raise Forbidden(_l("You share with the roles that you hold; an organiser shares with all."))
    return Role(role)
