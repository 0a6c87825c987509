"""The layouts of a fair's badges: which there are, which prints what; made, copied, exported, published, put away."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from flask import Blueprint, Response, flash, g, json, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from fairs.accounts.queries import matching_grant
from fairs.badges import designer_views
from fairs.badges.designer_views import copy_form_of, layout_here
from fairs.badges.layout_changes import changes, problems_of
from fairs.badges.layout_choice import choose_layouts
from fairs.badges.layout_forms import ImportForm, NameForm, NewLayoutForm
from fairs.badges.layout_queries import layouts_elsewhere, printed_badges
from fairs.badges.layout_service import (
    archive_layout,
    change_layout,
    clone_layout,
    create_layout,
    discard_draft,
    drawable,
    fair_layouts,
    save_draft,
)
from fairs.badges.layout_service import publish as publish_layout
from fairs.badges.layouts import SIZES, check_layout
from fairs.badges.models import BadgeLayout
from fairs.badges.permissions import EDIT_LAYOUTS, PRINT_BADGES
from fairs.badges.standard import standard_layout
from fairs.badges.states import BadgeCategory
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.calendar.queries import all_fairs, fair_by_slug
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.web import actor, go, requires

bp = Blueprint("badge_layouts", __name__, url_prefix="/fairs/<fair_slug>/badges/layouts")

#: A layout's file with its pictures; the mark says what kind of file it is.
MARK = "fairs_badge_layout"
_LONGEST_FILE = 8 * 2**20


def _may_edit() -> bool:
    return matching_grant(g.grants, EDIT_LAYOUTS, current_fair().id) is not None


# --- the list -------------------------------------------------------------------------------------------------------


@bp.get("")
@requires(PRINT_BADGES)
def index() -> Any:
    """The fair's layouts, and which of them prints which badges."""
    return _list()


def _list(status: int = 200, error: str = "") -> Any:
    fair = current_fair()
    layouts = fair_layouts(fair.id, archived=True)
    live = [one for one in layouts if one.archived_at is None]
    by_category = {category: one for one in live for category in one.categories}
    body = render_template(
        "badges/layouts.html",
        layouts=live,
        archived=[one for one in layouts if one.archived_at is not None],
        by_category=by_category,
        default=next((one for one in live if one.is_default), None),
        categories=list(BadgeCategory),
        sizes=SIZES,
        may_edit=_may_edit(),
        error=error,
    )
    return body, status


@bp.post("/choice")
@requires(EDIT_LAYOUTS)
def choose() -> Any:
    """Which layout prints which badges."""
    try:
        chosen = {str(one): _asked(request.form.get(str(one), "")) for one in BadgeCategory}
        choose_layouts(current_fair(), chosen, _asked(request.form.get("default", "")), by=actor())
    except DomainError as error:
        return _list(error.status, str(error))
    flash(_("Saved: badges print with these layouts from now on."), "success")
    return go(url_for(".index"))


def _asked(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput
    return int(text)


# --- making ---------------------------------------------------------------------------------------------------------


@bp.get("/new")
@requires(EDIT_LAYOUTS)
def new() -> Any:
    """Begin a layout: from a standard one, from one of another fair, or from a file."""
    return _new_page(_new_form(None), ImportForm(formdata=None))


def _others() -> list[BadgeLayout]:
    """Layouts that can be copied: of this fair, and of others whose badges this person sees."""
    mine = [fair.id for fair in all_fairs() if matching_grant(g.grants, PRINT_BADGES, fair.id) is not None]
    return layouts_elsewhere(mine, first=current_fair().id)


def _new_form(values: Any) -> NewLayoutForm:
    form = NewLayoutForm(values)
    fairs = {fair.id: fair.name for fair in all_fairs()}
    standard: list[tuple[str, Any]] = []
    for size in SIZES.values():
        standard.append((f"standard:{size.key}", size.label))
        standard.append((f"photo:{size.key}", _("%(size)s, with a photo", size=size.label)))
    copies = [(f"copy:{one.id}", f"{one.name} · {fairs.get(one.fair_id, '')}") for one in _others()]
    form.source.choices = {_("Standard layouts"): standard} | ({_("Copies"): copies} if copies else {})
    return form


def _new_page(form: NewLayoutForm, import_form: ImportForm, status: int = 200, found: list[str] | None = None) -> Any:
    return render_template("badges/layout_new.html", form=form, import_form=import_form, found=found or []), status


@bp.post("/new")
@requires(EDIT_LAYOUTS)
def create() -> Any:
    """A new layout."""
    form = _new_form(None)
    form.process(request.form)
    if form.validate():
        try:
            layout = _made(str(form.source.data), str(form.name.data))
            flash(_("This is a draft: nothing is printed with it before it is published."), "success")
            return go(url_for("designer.editor", layout_id=layout.id))
        except DomainError as error:
            form.add_error(error)
    return _new_page(form, ImportForm(formdata=None), 422)


def _made(source: str, name: str) -> BadgeLayout:
    fair = current_fair()
    kind, _colon, key = source.partition(":")
    if kind == "copy":
        original = next((one for one in _others() if str(one.id) == key), None)
        if original is None:
            raise NotFound
        return clone_layout(original, fair, name=name, by=actor())
    content = standard_layout(key, photo=kind == "photo").as_json()
    return create_layout(fair, name, content=content, by=actor())


@bp.post("/import")
@requires(EDIT_LAYOUTS)
def import_layout() -> Any:
    """A layout from a file that another fair, or another installation, exported."""
    form = ImportForm()
    found: list[str] = []
    if form.validate():
        try:
            upload = form.file.upload()
            if upload is None:
                raise InvalidInput(_("Choose a file."), field="file")
            name, content, pictures = _read(upload.content)
            broken = [one for one in check_layout(content) if one.is_broken]
            found = [f"{one.path}: {one.message}" if one.path else str(one.message) for one in broken]
            if broken:
                raise InvalidInput(_("This file is no layout that can be used:"), field="file")
            layout = create_layout(current_fair(), name or upload.name.rsplit(".", 1)[0], content=content, pictures=pictures, by=actor())  # fmt: skip
            problems = problems_of(content)
            if problems:
                words = ngettext("%(num)s problem is to be mended before it can be published.", "%(num)s problems are to be mended before it can be published.", len(problems))  # fmt: skip
                flash(words, "warning")
            return go(url_for("designer.editor", layout_id=layout.id))
        except DomainError as error:
            form.add_error(InvalidInput(str(error), field="file"))
    return _new_page(_new_form(None), form, 422, found)


def _read(data: bytes) -> tuple[str, Any, dict[str, bytes]]:
    """Name, layout and pictures of an exported file; a bare layout is taken as well. Raises InvalidInput."""
    wrong = InvalidInput(_("This is no file with a badge layout."), field="file")
    if len(data) > _LONGEST_FILE:
        raise wrong
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise wrong from error
    if not isinstance(found, dict):
        raise wrong
    if MARK not in found:
        return "", found, {}
    name, pictures = found.get("name"), found.get("pictures")
    try:
        kept = {str(key): base64.b64decode(value, validate=True) for key, value in dict(pictures or {}).items()}
    except (TypeError, ValueError, binascii.Error) as error:
        raise wrong from error
    return name if isinstance(name, str) else "", found.get("layout"), kept


@bp.get("/<int:layout_id>/export")
@requires(EDIT_LAYOUTS)
def export(layout_id: int) -> Response:
    """The newest version as a file, with its pictures."""
    layout = layout_here(layout_id)
    drawn = drawable(layout.newest)
    pictures = {digest: base64.b64encode(content).decode() for digest, content in drawn.pictures.items()}
    body = {MARK: 1, "name": layout.name, "layout": layout.newest.content, "pictures": pictures}
    answer = Response(json.dumps(body, ensure_ascii=False, indent=1), mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{layout.name}.json")
    return answer


# --- one layout -----------------------------------------------------------------------------------------------------


@bp.post("/<int:layout_id>/name")
@requires(EDIT_LAYOUTS)
def rename(layout_id: int) -> Any:
    """Another name."""
    layout, form = layout_here(layout_id), NameForm()
    if form.validate():
        try:
            change_layout(layout, str(form.name.data), categories=layout.categories, is_default=layout.is_default, by=actor())  # fmt: skip
            return go(url_for("designer.editor", layout_id=layout.id))
        except DomainError as error:
            form.add_error(error)
    return designer_views.page(layout, 422, name_form=form)


@bp.post("/<int:layout_id>/copy")
@requires(EDIT_LAYOUTS)
def copy(layout_id: int) -> Any:
    """A copy at this fair or another."""
    layout = layout_here(layout_id)
    form = copy_form_of(layout, request.form)
    if form.validate():
        try:
            fair: Fair | None = fair_by_slug(str(form.fair.data))
            if fair is None:
                raise NotFound
            made = clone_layout(layout, fair, name=str(form.copy_name.data or ""), by=actor())
            flash(_("%(name)s is a draft at %(fair)s.", name=made.name, fair=fair.name), "success")
            return go(url_for("designer.editor", fair_slug=fair.slug, layout_id=made.id))
        except DomainError as error:
            form.add_error(error)
    if layout.archived_at is not None:
        raise InvalidInput
    return designer_views.page(layout, 422, copy_form=form)


@bp.post("/<int:layout_id>/archive")
@requires(EDIT_LAYOUTS)
def archive(layout_id: int) -> Any:
    """Print nothing with it any more."""
    layout = archive_layout(layout_here(layout_id), by=actor())
    flash(_("%(name)s is put away. Its badges print with the default layout again.", name=layout.name), "success")
    return go(url_for(".index"))


@bp.post("/<int:layout_id>/discard")
@requires(EDIT_LAYOUTS)
def discard(layout_id: int) -> Any:
    """Throw the draft away."""
    layout = layout_here(layout_id)
    discard_draft(layout, based_on=layout.newest.mark, by=actor())
    flash(_("The draft is thrown away: the layout is again as published."), "success")
    return go(url_for("designer.editor", layout_id=layout.id))


@bp.get("/<int:layout_id>/publish")
@requires(EDIT_LAYOUTS)
def publish(layout_id: int) -> Any:
    """What publishing would change, and what stands in its way."""
    return _publish_page(layout_here(layout_id))


def _publish_page(layout: BadgeLayout, status: int = 200, error: str = "") -> Any:
    version, before = layout.newest, layout.published
    categories = _categories(layout)
    body = render_template(
        "badges/layout_publish.html",
        layout=layout,
        version=version,
        before=before if before is not version else None,
        changes=changes(before.content if before is not None else None, version.content),
        problems=problems_of(version.content),
        categories=categories,
        printed=printed_badges(layout.fair_id, categories),
        has_back=bool(version.content.get("back")),
        error=error,
    )
    return body, status


def _categories(layout: BadgeLayout) -> list[BadgeCategory]:
    """The categories that print with a layout: its own, and as default all that no other has."""
    taken = {category for one in fair_layouts(layout.fair_id) if one.published for category in one.categories}
    return [
        one for one in BadgeCategory if one in layout.categories or (layout.is_default and one not in taken)
    ]  # fmt: skip


@bp.post("/<int:layout_id>/publish")
@requires(EDIT_LAYOUTS)
def publish_now(layout_id: int) -> Any:
    """Publish the draft that was looked at."""
    layout = layout_here(layout_id)
    try:
        version = publish_layout(layout, based_on=request.form.get("mark", ""), by=actor())
    except DomainError as error:
        return _publish_page(layout_here(layout_id), error.status, str(error))
    flash(_("Version %(number)s of %(name)s is published: badges print with it from now on.", number=version.number, name=layout.name), "success")  # fmt: skip
    return go(url_for(".version", layout_id=layout.id, number=version.number))


# --- versions -------------------------------------------------------------------------------------------------------


@bp.get("/<int:layout_id>/versions")
@requires(PRINT_BADGES)
def versions(layout_id: int) -> Any:
    """All versions, the newest first: who published which when, and what it changed."""
    layout = layout_here(layout_id)
    rows, before = [], None
    for one in layout.versions:
        rows.append((one, changes(before, one.content)))
        before = one.content
    return render_template("badges/layout_versions.html", layout=layout, rows=rows[::-1], may_edit=_may_edit())


@bp.get("/<int:layout_id>/versions/<int:number>")
@requires(PRINT_BADGES)
def version(layout_id: int, number: int) -> Any:
    """One version: how it looks, and what it changed."""
    layout = layout_here(layout_id)
    found = next((one for one in layout.versions if one.number == number), None)
    if found is None:
        raise NotFound
    before = next((one for one in layout.versions if one.number == number - 1), None)
    return render_template(
        "badges/layout_version.html",
        layout=layout,
        version=found,
        changes=changes(before.content if before is not None else None, found.content),
        categories=_categories(layout),
        sizes=SIZES,
        has_back=bool(found.content.get("back")),
        may_edit=_may_edit(),
    )


@bp.post("/<int:layout_id>/versions/<int:number>/restore")
@requires(EDIT_LAYOUTS)
def restore(layout_id: int, number: int) -> Any:
    """Begin a new draft as an old version was; what was drafted meanwhile is replaced."""
    layout = layout_here(layout_id)
    old = next((one for one in layout.versions if one.number == number), None)
    if old is None:
        raise NotFound
    save_draft(layout, old.content, based_on=layout.newest.mark, by=actor())
    flash(_("The draft is now as version %(number)s was.", number=number), "success")
    return go(url_for("designer.editor", layout_id=layout.id))
