"""The badge designer: a layout as a picture that is worked on, what its script asks for, and the same by forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from fairs.accounts.queries import matching_grant
from fairs.badges import queries
from fairs.badges.face import BadgeFace
from fairs.badges.faces import faces, longest_faces
from fairs.badges.layout_changes import changes, full, name_of, problems_of
from fairs.badges.layout_forms import CopyForm, ElementForm, NameForm, PageForm, kinds_with
from fairs.badges.layout_service import add_picture, drawable, layout_of, save_draft
from fairs.badges.layouts import FIELDS, HOLES, KINDS, QR_LEVELS, SIZES, Element, Layout, hole_areas
from fairs.badges.models import BadgeLayout, BadgeLayoutVersion
from fairs.badges.permissions import EDIT_LAYOUTS, PRINT_BADGES
from fairs.badges.samples import SAMPLES
from fairs.badges.specimen import PREFIX, in_category, samples_of
from fairs.badges.states import BadgeCategory
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.calendar.queries import all_fairs
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.storage import Upload
from fairs.core.web import actor, answers_json, go, requires

bp = Blueprint("designer", __name__, url_prefix="/fairs/<fair_slug>/badges/layouts/<int:layout_id>")

PREVIEW_DPI = 170


def layout_here(layout_id: int) -> BadgeLayout:
    """The layout of the present fair; raises NotFound."""
    return layout_of(current_fair().id, layout_id)


@bp.get("")
@requires(EDIT_LAYOUTS)
def editor(layout_id: int) -> Any:
    """The designer. A script takes the picture over; without one an element is chosen by its link and changed by its form."""
    layout = layout_here(layout_id)
    if layout.archived_at is not None:
        return go(url_for("badge_layouts.version", layout_id=layout.id, number=layout.newest.number))
    side = "back" if request.args.get("side") == "back" else "front"
    return page(layout, side=side, wanted=request.args.get("element", ""))


def page(
    layout: BadgeLayout,
    status: int = 200,
    *,
    side: str = "front",
    wanted: str = "",
    element_form: ElementForm | None = None,
    page_form: PageForm | None = None,
    name_form: NameForm | None = None,
    copy_form: CopyForm | None = None,
) -> Any:
    """The designer's page, with forms as they were handed in."""
    fair, version = current_fair(), layout.newest
    drawn = Layout.from_json(version.content)
    element = next((one for one in getattr(drawn, side) if one.id == wanted), None)
    form = element_form or ElementForm(formdata=None)
    form.file.choices = [("", _("None")), *((one.digest, one.file.name) for one in layout.pictures)]
    if element is not None and element_form is None:
        form.show(element)
    body = render_template(
        "badges/designer.html",
        layout=layout,
        version=version,
        drawn=drawn,
        side=side,
        element=element,
        elements=list(reversed(getattr(drawn, side))),
        start=start_of(layout),
        form=form,
        kinds_with=kinds_with,
        kinds=KINDS,
        fields=FIELDS,
        name_of=name_of,
        problems=problems_of(version.content),
        page_form=page_form or _page_form(drawn),
        name_form=name_form or NameForm(formdata=None, data={"name": layout.name}),
        copy_form=copy_form or copy_form_of(layout),
        faces=_choices(longest_faces(fair.id, drawn)),
        samples=_choices(samples_of(fair).values(), samples_of(fair)),
        categories=list(BadgeCategory),
        words={f"field-{key}": str(word) for key, word in FIELDS.items()}
        | {f"kind-{key}": str(word) for key, word in KINDS.items()},
    )
    return body, status


def _choices(found: Iterable[BadgeFace], keys: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """Badges to look at, by number or key; made-up ones, which a fair without badges gets, stand in their own group."""
    shown = [face for face in found if keys is not None or face not in SAMPLES]
    words = [" · ".join(filter(None, (face.native_name, face.company))) for face in shown]
    return list(zip(keys if keys is not None else [face.reference for face in shown], words, strict=True))


def _page_form(layout: Layout) -> PageForm:
    values = {
        "size": layout.size,
        "length": Decimal(str(layout.height)),
        "qr_level": layout.qr_level,
        "hole": layout.hole,
    }
    return PageForm(formdata=None, data=values)


def copy_form_of(layout: BadgeLayout, values: Any = None) -> CopyForm:
    """The form for a copy: to every fair whose badges this person designs."""
    form = CopyForm(values)
    form.fair.choices = [
        (fair.slug, fair.name) for fair in all_fairs() if matching_grant(g.grants, EDIT_LAYOUTS, fair.id) is not None
    ]
    if values is None:
        form.fair.data = current_fair().slug
        form.copy_name.data = _("%(name)s (copy)", name=layout.name)
    return form


# --- what the script asks for ---------------------------------------------------------------------------------------


def start_of(layout: BadgeLayout) -> dict[str, Any]:
    """All that the script begins with."""
    sizes = {one.key: {"w": one.width, "h": one.height, "roll": one.is_roll} for one in SIZES.values()}
    holes = {
        size: {hole: [dict(zip("xywh", area, strict=True)) for area in hole_areas(size, hole)] for hole in HOLES}
        for size in SIZES
    }
    known = {
        "sizes": sizes,
        "holes": holes,
        "least": {level: least for level, (_version, _modules, least) in QR_LEVELS.items()},
        "modules": {level: modules for level, (_version, modules, _least) in QR_LEVELS.items()},
    }
    return {"content": full(layout.newest.content), "known": known, **judged(layout)}


def judged(layout: BadgeLayout) -> dict[str, Any]:
    """What the server says of the draft: its mark, its problems, how far it is from what is published, and who saved it."""
    version = layout.newest
    published = layout.published.content if layout.published is not None else None
    return {
        "mark": version.mark,
        "problems": [asdict(one) for one in problems_of(version.content)],
        "different": len(changes(published, version.content)),
        "changed_by": version.by_name,
    }


@bp.get("/draft")
@requires(EDIT_LAYOUTS)
@answers_json
def data(layout_id: int) -> Any:
    """The draft as it is."""
    return start_of(layout_here(layout_id))


@bp.post("/draft")
@requires(EDIT_LAYOUTS)
@answers_json
def save(layout_id: int) -> Any:
    """Keep what the person drew; 409 when somebody else saved meanwhile."""
    layout, values = layout_here(layout_id), request.get_json(silent=True)
    if not isinstance(values, dict) or not isinstance(values.get("content"), dict):
        raise InvalidInput(field="content")
    mark = values.get("mark")
    save_draft(layout, values["content"], based_on=mark if isinstance(mark, str) else "", by=actor())
    return judged(layout)


@bp.post("/pictures")
@requires(EDIT_LAYOUTS)
@answers_json
def picture(layout_id: int) -> Any:
    """Keep a picture for a logo."""
    layout, handed = layout_here(layout_id), request.files.get("picture")
    if handed is None or not handed.filename:
        raise InvalidInput(_("Choose a picture."), field="picture")
    upload = Upload(handed.filename, handed.read())
    return {"file": add_picture(layout, upload, by=actor(), field="picture"), "name": upload.name}


@bp.get("/preview.png")
@requires(PRINT_BADGES)
@answers_json
def preview(layout_id: int) -> Any:
    """One side as it will be printed: the newest version (or ``version``), with a badge of the fair, as of a category."""
    layout = layout_here(layout_id)
    return picture_of(current_fair(), version_asked(layout), request.args)


def version_asked(layout: BadgeLayout) -> BadgeLayoutVersion:
    """The version that the address names, else the newest; raises NotFound."""
    wanted = request.args.get("version", "")
    found = next((one for one in layout.versions if str(one.number) == wanted), None) if wanted else layout.newest
    if found is None:
        raise NotFound
    return found


def picture_of(fair: Fair, version: BadgeLayoutVersion, args: Mapping[str, str]) -> Response:
    """The PNG of a side (``side``) for the badge in ``badge`` and the category in ``category``."""
    from fairs.badges.pdf import preview_png  # heavy: loaded by who draws

    drawn = drawable(version)
    face = _face(fair, drawn, args.get("badge", "").strip())
    category = args.get("category", "")
    if category in set(BadgeCategory):
        face = in_category(face, BadgeCategory(category))
    side = "back" if args.get("side") == "back" else "front"
    answer = Response(preview_png(face, drawn, side, dpi=PREVIEW_DPI), mimetype="image/png")
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _face(fair: Fair, layout: Layout, reference: str) -> BadgeFace:
    samples = samples_of(fair)
    if reference in samples:
        return samples[reference]
    if not reference:
        longest = next((face for face in longest_faces(fair.id, layout) if face not in SAMPLES), None)
        return longest or samples[f"{PREFIX}1"]
    badge = queries.badge_by_reference(fair.id, reference.upper()[:20])
    if badge is None:
        raise InvalidInput(_("There is no badge with the number %(number)s at this fair.", number=reference[:20]), field="badge")  # fmt: skip
    return faces([badge])[0]


# --- the same by forms ----------------------------------------------------------------------------------------------


def _back(layout: BadgeLayout, side: str, element: str = "") -> Any:
    return go(url_for(".editor", layout_id=layout.id, side=side, element=element or None))


def _sides(layout: BadgeLayout) -> dict[str, Any]:
    return dict(Layout.from_json(layout.newest.content).as_json())


def _find(layout: BadgeLayout, element_id: str) -> tuple[str, int, Element]:
    drawn = Layout.from_json(layout.newest.content)
    for side in ("front", "back"):
        for place, one in enumerate(getattr(drawn, side)):
            if one.id == element_id:
                return side, place, one
    raise NotFound


@bp.post("/elements/<element_id>")
@requires(EDIT_LAYOUTS)
def change_element(layout_id: int, element_id: str) -> Any:
    """Change one element, take it away, or draw it before or behind another."""
    layout = layout_here(layout_id)
    side, place, element = _find(layout, element_id)
    content = _sides(layout)
    act = request.form.get("act", "")
    if act in {"delete", "forward", "backward"}:
        one = content[side].pop(place)
        if act != "delete":
            content[side].insert(max(0, place + (1 if act == "forward" else -1)), one)
        save_draft(layout, content, based_on=layout.newest.mark, by=actor())
        return _back(layout, side, "" if act == "delete" else element.id)
    form = ElementForm()
    form.file.choices = [("", _("None")), *((one.digest, one.file.name) for one in layout.pictures)]
    if form.validate():
        content[side][place] = form.changed(element)
        try:
            save_draft(layout, content, based_on=request.form.get("mark", ""), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved in the draft."), "success")
            return _back(layout, side, element.id)
    return page(layout, 422, side=side, wanted=element.id, element_form=form)


@bp.post("/elements")
@requires(EDIT_LAYOUTS)
def add_element(layout_id: int) -> Any:
    """Add an element to a side, in the middle of it."""
    layout = layout_here(layout_id)
    side = "back" if request.form.get("side") == "back" else "front"
    kind, _colon, name = request.form.get("kind", "").partition(":")
    if kind not in KINDS or (kind == "field" and name not in FIELDS):
        flash(_("Choose what to add."), "warning")
        return _back(layout, side)
    content = _sides(layout)
    drawn = Layout.from_json(content)
    taken = {one.id for one in (*drawn.front, *drawn.back)}
    mark = next(f"e{n}" for n in range(1, len(taken) + 2) if f"e{n}" not in taken)
    content[side].append(_new_element(drawn, mark, kind, name).as_json())
    save_draft(layout, content, based_on=layout.newest.mark, by=actor())
    return _back(layout, side, mark)


def _new_element(layout: Layout, mark: str, kind: str, name: str) -> Element:
    code = QR_LEVELS[layout.qr_level][2]
    across = {"qr": code, "logo": 24.0, "photo": 24.0, "band": layout.width, "weave": layout.width}.get(
        kind, layout.width * 0.6
    )
    down = {"qr": code, "logo": 12.0, "photo": 32.0, "band": 14.0, "weave": 1.7, "rule": 0.4}.get(kind, 8.0)
    x, y = round((layout.width - across) / 2, 1), round((layout.height - down) / 2, 1)
    fill = "category" if kind in {"band", "weave"} else None
    vi, en = ("Chữ mẫu", "Sample text") if kind == "text" else ("", "")
    return Element(
        mark, kind, x, y, across, down, field=name, text_vi=vi, text_en=en, align="center", valign="middle",
        largest=14, smallest=7, fill=fill,
    )  # fmt: skip


@bp.post("/page")
@requires(EDIT_LAYOUTS)
def change_page(layout_id: int) -> Any:
    """Change size, QR level or hole."""
    layout = layout_here(layout_id)
    form = PageForm()
    if form.validate():
        content = _sides(layout) | {"size": form.size.data, "qr_level": form.qr_level.data, "hole": form.hole.data}
        content.pop("length", None)
        size = SIZES[str(form.size.data)]
        if size.is_roll and form.length.data is not None:
            content["length"] = float(form.length.data)
        try:
            save_draft(layout, content, based_on=request.form.get("mark", ""), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved in the draft."), "success")
            return _back(layout, "front")
    return page(layout, 422, page_form=form)
