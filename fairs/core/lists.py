"""Lists of staff, each described once by its feature: what it shows for an address, in which order, what can be done to rows.

From one description come the page, the count of a saved view, all rows that fit for an act on many, the rows before and
after one, and the spreadsheet. The address is the view: a list is a function of the query string.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from typing import IO, Any

from flask import Response
from flask_babel import gettext as _
from sqlalchemy import Select, and_, false, func, or_, select

from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.masking import readable_keys
from fairs.core.permissions import Permission
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.text import clean
from fairs.core.web import Page, paginate

Args = Mapping[str, str]
Key = tuple[Any, bool]
_LONGEST = 200  # characters of one value that are looked at


@dataclass(frozen=True, slots=True)
class BulkField:
    """Something that an act on many rows asks for once. ``kind`` is text, lines, date, or choice (value and label)."""

    name: str
    label: Any
    kind: str = "text"
    help: Any = ""
    required: bool = False
    length: int = 200
    choices: Callable[[], Sequence[tuple[str, Any]]] | None = None


@dataclass(frozen=True, slots=True)
class BulkAction:
    """What can be done to many rows of a list.

    ``check`` raises the DomainError by which ``act`` would refuse the row: the service's own rule, asked without acting.
    ``act`` does it, inside a transaction of its own, and may give back what ``undo`` needs (plain JSON). ``tells`` says
    who is told; what was sent cannot be undone, so such an action has no ``undo``. ``document`` makes a PDF of the rows
    that were done; ``bundle(rows, kind, target, by, tick)`` writes them to an open file as the worker's part (``kind``: "pdf", all in
    one, or "zip", each for itself) and says by ``tick(n)`` how many it has. ``checker`` gives a check for one preview of a fair that
    remembers the rows before, where they share what is scarce. ``together`` is entered around the checks, and around the acts, of
    several rows: what each of them would ask the database for is read there at once.
    """

    key: str
    label: Any
    icon: str
    permission: Permission
    check: Callable[[Any, Mapping[str, Any]], None]
    act: Callable[[Any, Mapping[str, Any], Actor], Mapping[str, Any] | None]
    undo: Callable[[Any, Mapping[str, Any], Actor], None] | None = None
    tells: Any = ""
    fields: Sequence[BulkField] = ()
    document: Callable[[Sequence[Any]], bytes] | None = None
    bundle: Callable[[Sequence[Any], str, IO[bytes], Actor, Callable[[int], None]], None] | None = None
    tone: str = "secondary"
    checker: Callable[[Any], Callable[[Any, Mapping[str, Any]], None]] | None = None
    together: Callable[[Sequence[Any]], AbstractContextManager[Any]] = lambda rows: nullcontext()

    def check_for(self, fair: Any) -> Callable[[Any, Mapping[str, Any]], None]:
        """The check for one preview."""
        return self.check if self.checker is None else self.checker(fair)


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A list. ``fair`` is the fair, or None where ``for_fair`` is False.

    ``query(fair, args)`` gives the rows that fit with all that a row shows, unordered; ``keys(args)`` the order, the last
    key unique; ``reference`` the column that names a row; ``record`` the endpoint of a row's page and the name of its
    argument; ``everything`` the values by which no row is left out; with ``panel`` a row opens beside the list.
    """

    key: str
    title: Any
    endpoint: str
    permission: Permission
    params: tuple[str, ...]
    query: Callable[[Any, Args], Select[Any]]
    keys: Callable[[Args], Sequence[Key]]
    reference: Any
    name_of: Callable[[Any], str]
    sheets: Callable[[Any, Select[Any]], Sequence[Sheet]] | None = None
    record: tuple[str, str] | None = None
    everything: Args = field(default_factory=dict)
    fixed: Args = field(default_factory=dict)
    actions: Sequence[BulkAction] = ()
    for_fair: bool = True
    panel: bool = False

    def action(self, key: str) -> BulkAction:
        """The action of this name; raises NotFound."""
        found = next((action for action in self.actions if action.key == key), None)
        if found is None:
            raise NotFound
        return found


_lists: dict[str, ListSpec] = {}


def register_list(spec: ListSpec) -> ListSpec:
    """Describe a list; called once by each feature."""
    _lists[spec.key] = spec
    return spec


def extend_list(key: str, *actions: BulkAction) -> None:
    """Add what a feature above can do to many rows of a list below it."""
    spec = list_spec(key)
    names = {action.key for action in actions}
    kept = [action for action in spec.actions if action.key not in names]
    _lists[key] = replace(spec, actions=(*kept, *actions))


def list_spec(key: str) -> ListSpec:
    """The list of this name; raises NotFound."""
    if key not in _lists:
        raise NotFound
    return _lists[key]


def all_lists() -> Sequence[ListSpec]:
    """Every list there is."""
    return list(_lists.values())


def known(spec: ListSpec, args: Args) -> dict[str, str]:
    """Of an address only what belongs to the view, in one order; a list that is part of a page keeps what is fixed."""
    found = {name: str(args[name])[:_LONGEST] for name in spec.params if args.get(name)}
    return {**found, **spec.fixed}


def page_of(spec: ListSpec, fair: Any, args: Args, *, cursor: str | None = None, limit: int = 50) -> Page[Any]:
    """One page of the list."""
    return paginate(spec.query(fair, args), *spec.keys(args), limit=limit, cursor=cursor)


def count(spec: ListSpec, fair: Any, args: Args) -> int:
    """How many rows fit."""
    rows = spec.query(fair, args).with_only_columns(spec.reference).subquery()
    return db.session.scalar(select(func.count()).select_from(rows)) or 0


def chosen(spec: ListSpec, fair: Any, args: Args, references: Sequence[Any] | None) -> Select[Any]:
    """The rows that fit, in the list's order; with ``references`` only those of them."""
    query = spec.query(fair, args).order_by(*(_order(key, forward=True) for key in readable_keys(spec.keys(args))))
    return query if references is None else query.where(spec.reference.in_(typed(spec, references)))


def typed(spec: ListSpec, references: Sequence[Any]) -> list[Any]:
    """Names of rows as the column holds them; what cannot be one is left out."""
    if spec.reference.type.python_type is not int:
        return [str(reference) for reference in references if "\x00" not in str(reference)]
    return [int(text) for text in map(str, references) if text.isascii() and text.isdigit() and len(text) < 19]


def download(spec: ListSpec, fair: Any, args: Args, references: Sequence[Any] | None = None) -> Response:
    """The list as it is filtered (or the named rows of it) as a spreadsheet, sent while it is read."""
    if spec.sheets is None:
        raise NotFound
    sheets = spec.sheets(fair, chosen(spec, fair, args, references))
    name = f"{fair.slug}-{spec.key}" if fair is not None else spec.key
    return sheet_response(sheets, name, time_zone=fair.time_zone if fair is not None else "Asia/Ho_Chi_Minh")


def neighbours(spec: ListSpec, fair: Any, args: Args, reference: Any) -> tuple[Any, Any]:
    """Names of the rows before and after this one in the filtered, sorted list; None at its ends.

    A row that has left the list meanwhile (it was just decided) still has its place between the others.
    """
    keys = readable_keys(spec.keys(args))
    wanted = {**spec.everything, **spec.fixed}
    place = spec.query(fair, wanted).with_only_columns(*(column for column, _ in keys))
    values = db.session.execute(place.where(spec.reference == reference)).first()
    if values is None:
        return None, None
    return _nearest(spec, fair, args, keys, values, False), _nearest(spec, fair, args, keys, values, True)


def _nearest(spec: ListSpec, fair: Any, args: Args, keys: Sequence[Key], values: Sequence[Any], forward: bool) -> Any:
    steps = []
    for index, (column, descending) in enumerate(keys):
        equal = [keys[i][0] == values[i] for i in range(index)]
        steps.append(and_(*equal, _behind(column, descending, values[index], forward)))
    query = spec.query(fair, args).with_only_columns(spec.reference).where(or_(*steps))
    return db.session.scalar(query.order_by(*(_order(key, forward=forward) for key in keys)).limit(1))


def _order(key: Key, *, forward: bool) -> Any:
    column, descending = key
    order = column.desc() if descending == forward else column.asc()
    if not getattr(column, "nullable", True):
        return order
    return order.nulls_last() if forward else order.nulls_first()


def _behind(column: Any, descending: bool, value: Any, forward: bool) -> Any:
    # Rows without a value are the last ones, whatever the direction of the sorting (see core.web.paginate).
    if value is None:
        return false() if forward else column.is_not(None)
    further = column < value if descending == forward else column > value
    return or_(further, column.is_(None)) if forward and getattr(column, "nullable", True) else further


def field_values(action: BulkAction, typed_in: Args, *, partly: bool = False) -> dict[str, str]:
    """What was typed for the action's questions; raises InvalidInput for what is missing, too long or no day.

    ``partly``: nothing is missing yet, for a look at what the answers so far would do.
    """
    values = {}
    for one in action.fields:
        text = clean(typed_in.get(one.name, ""))
        if one.required and not text and not partly:
            raise InvalidInput(_("Please fill this in."), field=one.name)
        if len(text) > one.length:
            raise InvalidInput(_("At most %(max)d characters.", max=one.length), field=one.name)
        if one.kind == "date" and text:
            try:
                date.fromisoformat(text)
            except ValueError as error:
                raise InvalidInput(_("Write a day as 31/12/2026."), field=one.name) from error
        if one.choices is not None and text and text not in {str(value) for value, _label in one.choices()}:
            raise InvalidInput(_("Please choose from the list."), field=one.name)
        values[one.name] = text
    return values
