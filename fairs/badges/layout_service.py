"""Layouts of a fair's badges: made, saved as drafts, published, copied to another fair, put away; their pictures.

``layout_for`` tells with which layout a badge is printed.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, selectinload

from fairs.audit.service import record
from fairs.badges.errors import LayoutIncomplete, Stale
from fairs.badges.layouts import Layout, check_layout
from fairs.badges.models import Badge, BadgeLayout, BadgeLayoutPicture, BadgeLayoutVersion
from fairs.badges.standard import DEFAULT_SIZE, standard_layout
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.storage import StoredFile, Upload, discard, judge, keep
from fairs.core.text import clean

#: Of a logo, in pixels: 100 mm at 300 dpi. Of a portrait: 30 × 40 mm at 300 dpi.
_LOGO_PIXELS, _PORTRAIT = 1200, (354, 472)
MOST_PICTURES = 20


def fair_layouts(fair_id: int, *, archived: bool = False) -> Sequence[BadgeLayout]:
    """The fair's layouts with versions and pictures, in the order in which they were made."""
    query = select(BadgeLayout).options(selectinload(BadgeLayout.versions)).where(BadgeLayout.fair_id == fair_id)
    if not archived:
        query = query.where(BadgeLayout.archived_at.is_(None))
    return db.session.scalars(query.order_by(BadgeLayout.id)).all()


def layout_of(fair_id: int, layout_id: int) -> BadgeLayout:
    """A layout of this fair, put away or not; raises NotFound."""
    layout = db.session.scalar(select(BadgeLayout).where(BadgeLayout.id == layout_id, BadgeLayout.fair_id == fair_id))
    if layout is None:
        raise NotFound
    return layout


def drawable(version: BadgeLayoutVersion) -> Layout:
    """A version with its pictures, for the renderer."""
    layout = Layout.from_json(version.content)
    wanted = {one.file for side in layout.sides for one in side if one.kind == "logo" and one.file}
    return Layout.from_json(version.content, _read(version.layout, wanted)) if wanted else layout


def _read(layout: BadgeLayout, wanted: set[str]) -> dict[str, bytes]:
    found = {}
    for picture in layout.pictures:
        if picture.digest in wanted:
            try:
                found[picture.digest] = picture.file.read()
            except FileNotFoundError:  # a badge without its logo still opens the gate
                continue
    return found


def layouts_for(fair_id: int) -> dict[str, Layout]:
    """The layout of every category of badges at a fair: its own one, else the fair's default, else the standard."""
    chosen: dict[str, BadgeLayoutVersion] = {}
    default: BadgeLayoutVersion | None = None
    latest = (
        select(func.max(BadgeLayoutVersion.number))
        .where(BadgeLayoutVersion.layout_id == BadgeLayout.id, BadgeLayoutVersion.published_at.is_not(None))
        .correlate(BadgeLayout)
        .scalar_subquery()
    )
    for version in db.session.scalars(
        select(BadgeLayoutVersion)
        .join(BadgeLayoutVersion.layout)
        .options(contains_eager(BadgeLayoutVersion.layout))
        .where(BadgeLayout.fair_id == fair_id, BadgeLayout.archived_at.is_(None), BadgeLayoutVersion.number == latest)
        .order_by(BadgeLayout.id)
    ):
        if version.layout.is_default:
            default = version
        chosen |= dict.fromkeys(version.layout.categories, version)
    drawn: dict[int, Layout] = {}
    found: dict[str, Layout] = {}
    for category in BadgeCategory:
        own = chosen.get(category, default)
        if own is None:
            found[category] = standard_layout()
        else:
            found[category] = drawn[own.id] = drawn.get(own.id) or drawable(own)
    return found


def layout_for(fair_id: int, category: str) -> Layout:
    """The layout with which a fair prints badges of a category."""
    return layouts_for(fair_id)[category]


def create_layout(
    fair: Fair,
    name: str,
    *,
    size: str = DEFAULT_SIZE,
    content: Mapping[str, Any] | None = None,
    categories: Iterable[str] = (),
    is_default: bool = False,
    pictures: Mapping[str, bytes] | None = None,
    by: Actor,
) -> BadgeLayout:
    """A new layout with a first draft: the given content, else the standard one of the size. Raises InvalidInput.

    ``pictures`` are those of an imported layout, by the digests that its content names them with.
    """
    with transaction():
        _lock(fair.id)
        layout = BadgeLayout(fair_id=fair.id)
        _describe(layout, name, categories, is_default)
        db.session.add(layout)
        db.session.flush()
        if content is None:
            content = standard_layout(size).as_json()
        elif pictures:
            # Made anew they have other digests.
            renamed = {one: add_picture(layout, Upload("logo", data), by=by) for one, data in pictures.items()}
            content = _renamed(content, renamed)
        _add_version(layout, 1, content, by)
        record("badges.create_layout", layout, by=by, after={"name": layout.name})
        return layout


def change_layout(
    layout: BadgeLayout, name: str, *, categories: Iterable[str], is_default: bool, by: Actor
) -> BadgeLayout:
    """Give a layout another name, or other badges. Raises InvalidInput when another layout has a category already."""
    with transaction():
        row = _mine(layout)
        before = {"name": row.name, "categories": list(row.categories), "is_default": row.is_default}
        _describe(row, name, categories, is_default)
        after = {"name": row.name, "categories": list(row.categories), "is_default": row.is_default}
        if after != before:
            record("badges.change_layout", row, by=by, before=before, after=after)
        return row


def save_draft(layout: BadgeLayout, content: Mapping[str, Any], *, based_on: str, by: Actor) -> BadgeLayoutVersion:
    """Keep the content as the layout's draft; ``based_on`` is the ``mark`` of the version that was opened.

    A draft may have problems, but it must be a layout. Raises Stale when somebody saved or published meanwhile,
    InvalidInput.
    """
    with transaction():
        row = _mine(layout)
        latest = _fresh(row, based_on)
        if latest.published_at is not None:
            latest = _add_version(row, latest.number + 1, content, by)
        elif latest.content != content:
            latest.content = _checked(row, content)
            latest.revision += 1
            latest.saved_at, latest.by_id, latest.by_name = now(), by.user_id, by.label[:250]
        else:
            return latest
        record("badges.save_layout", row, by=by, after={"version": latest.mark})
        return latest


def publish(layout: BadgeLayout, *, based_on: str, by: Actor) -> BadgeLayoutVersion:
    """From now on badges are printed with the layout's draft. Raises Stale, or LayoutIncomplete when it has problems.

    Without a draft nothing happens.
    """
    with transaction():
        row = _mine(layout)
        latest = _fresh(row, based_on)
        if latest.published_at is not None:
            return latest
        problems = check_layout(latest.content)
        if problems:
            raise LayoutIncomplete(problems=[{"path": one.path, "message": str(one.message)} for one in problems])
        latest.published_at = now()
        latest.by_id, latest.by_name = by.user_id, by.label[:250]
        record("badges.publish_layout", row, by=by, after={"version": latest.number})
        return latest


def discard_draft(layout: BadgeLayout, *, based_on: str, by: Actor) -> BadgeLayoutVersion:
    """Go back to the published version. Raises Stale, or Conflict when nothing was published yet."""
    with transaction():
        row = _mine(layout)
        latest = _fresh(row, based_on)
        if latest.published_at is not None:
            return latest
        if row.published is None:
            raise Conflict(_l("Nothing of this layout was published yet: put it away instead."))
        row.versions.remove(latest)
        db.session.flush()
        record("badges.discard_layout_draft", row, by=by, before={"version": latest.mark})
        return row.newest


def clone_layout(layout: BadgeLayout, to_fair: Fair, *, name: str = "", by: Actor) -> BadgeLayout:
    """A copy of the newest version as a draft at a fair (this one or another), for no category yet."""
    with transaction():
        source = db.session.get_one(BadgeLayout, layout.id, populate_existing=True)
        copy = BadgeLayout(fair_id=to_fair.id)
        _describe(copy, name or source.name, (), is_default=False)
        db.session.add(copy)
        db.session.flush()
        for picture in source.pictures:
            copy.pictures.append(BadgeLayoutPicture(digest=picture.digest, file_id=picture.file_id))
        _add_version(copy, 1, source.newest.content, by)
        record("badges.create_layout", copy, by=by, after={"name": copy.name, "copied_from": source.id})
        return copy


def archive_layout(layout: BadgeLayout, *, by: Actor) -> BadgeLayout:
    """Print no badge with this layout any more. Its versions stay."""
    with transaction():
        row = _mine(layout)
        row.archived_at = now()
        record("badges.archive_layout", row, by=by)
        return row


def add_picture(layout: BadgeLayout, upload: Upload, *, by: Actor, field: str = "file") -> str:
    """Keep a picture for the layout's logos; gives back the digest that elements name. Raises InvalidInput.

    It is made anew as a PNG of at most 1,200 pixels: nothing of the original file reaches a printer.
    """
    content = _remade(upload, field)
    with transaction():
        row = _mine(layout)
        stored = keep(upload.name, content, "image/png")
        if any(one.digest == stored.sha256 for one in row.pictures):
            digest = stored.sha256
            discard(stored)
            return digest
        if len(row.pictures) >= MOST_PICTURES:
            raise InvalidInput(_l("At most %(n)s pictures in a layout.", n=MOST_PICTURES), field=field)
        row.pictures.append(BadgeLayoutPicture(digest=stored.sha256, file=stored))
        record("badges.add_layout_picture", row, by=by, after={"digest": stored.sha256})
        return stored.sha256


def set_photo(badge: Badge, upload: Upload | None, *, by: Actor, field: str = "photo") -> Badge:
    """Put a portrait on a badge, cut to three by four; None takes it away. Raises InvalidInput."""
    content = _portrait(upload, field) if upload is not None else None
    with transaction():
        row = db.session.get_one(Badge, badge.id, with_for_update=MINE, populate_existing=True)
        old = row.photo
        row.photo = keep("portrait.jpg", content, "image/jpeg") if content is not None else None
        db.session.flush()
        if old is not None and not _is_used(old):
            discard(old)
        record("badges.set_photo", row, by=by, after={"photo": content is not None})
        return row


def _is_used(photo: StoredFile) -> bool:
    # A badge that was replaced shares the portrait with its successor.
    return db.session.scalar(select(Badge.id).where(Badge.photo_id == photo.id).limit(1)) is not None


def _remade(upload: Upload, field: str) -> bytes:
    picture = _opened(upload, field)
    picture.thumbnail((_LOGO_PIXELS, _LOGO_PIXELS), Image.Resampling.LANCZOS)
    return _saved(picture.convert("RGBA" if picture.has_transparency_data else "RGB"), "PNG", optimize=True)


def _portrait(upload: Upload, field: str) -> bytes:
    picture = _opened(upload, field).convert("RGB")
    # The face is above the middle of most portraits.
    return _saved(ImageOps.fit(picture, _PORTRAIT, Image.Resampling.LANCZOS, centering=(0.5, 0.3)), "JPEG", quality=88)


def _opened(upload: Upload, field: str) -> Image.Image:
    if judge(upload, field=field) == "application/pdf":
        raise InvalidInput(_l("A picture is a PNG, JPEG or WebP file."), field=field)
    try:
        with Image.open(io.BytesIO(upload.content), formats=("PNG", "JPEG", "WEBP")) as opened:
            opened.draft("RGB", (2 * _LOGO_PIXELS, 2 * _LOGO_PIXELS))
            return ImageOps.exif_transpose(opened)
    except (OSError, SyntaxError, ValueError) as error:
        raise InvalidInput(_l("A picture is a PNG, JPEG or WebP file."), field=field) from error


def _saved(picture: Image.Image, kind: str, **how: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **how)
    return buffer.getvalue()


def _lock(fair_id: int) -> None:
    """Acts on a fair's layouts take turns: two of them must not become the default at once."""
    db.session.get_one(Fair, fair_id, with_for_update=MINE, populate_existing=True)


def _mine(layout: BadgeLayout) -> BadgeLayout:
    _lock(layout.fair_id)
    row = db.session.get_one(BadgeLayout, layout.id, populate_existing=True)
    db.session.refresh(row, ["versions", "pictures"])
    if row.archived_at is not None:
        raise Conflict(_l("This layout was put away. Copy it to go on with it."))
    return row


def _fresh(row: BadgeLayout, based_on: str) -> BadgeLayoutVersion:
    if row.newest.mark != based_on:
        raise Stale(mark=row.newest.mark)
    return row.newest


def _describe(layout: BadgeLayout, name: str, categories: Iterable[str], is_default: bool) -> None:
    others = [one for one in fair_layouts(layout.fair_id) if one.id != layout.id]
    layout.name = clean(name)[:120]
    if not layout.name:
        raise InvalidInput(_l("Give the layout a name."), field="name")
    chosen = list(categories)
    if not set(chosen) <= set(BadgeCategory):
        raise InvalidInput(_l("Choose categories of the list."), field="categories")
    layout.categories = [str(one) for one in BadgeCategory if one in set(chosen)]
    layout.is_default = is_default
    for other in others:
        both = set(other.categories) & set(layout.categories)
        if both:
            word = BadgeCategory(min(both)).label
            raise InvalidInput(
                _l("%(category)s has the layout “%(name)s”.", category=word, name=other.name), field="categories"
            )
        if is_default and other.is_default:
            raise InvalidInput(
                _l("“%(name)s” is the layout for all others already.", name=other.name), field="is_default"
            )


def _checked(layout: BadgeLayout, content: Mapping[str, Any]) -> dict[str, Any]:
    data = dict(content)
    for problem in check_layout(data):
        if problem.is_broken:
            raise InvalidInput(problem.message, field="content", path=problem.path)
    found = Layout.from_json(data)
    known = {one.digest for one in layout.pictures}
    for side, elements in (("front", found.front), ("back", found.back)):
        for n, one in enumerate(elements):
            if one.file and one.file not in known:
                raise InvalidInput(
                    _l("This picture is not here. Choose it again."), field="content", path=f"{side}[{n}].file"
                )
    return found.as_json()


def _renamed(content: Mapping[str, Any], digests: Mapping[str, str]) -> dict[str, Any]:
    def side(elements: Any) -> Any:
        if not isinstance(elements, list):
            return elements
        return [one | {"file": digests.get(one["file"], one["file"])} if isinstance(one, dict) and isinstance(one.get("file"), str)
                else one for one in elements]  # fmt: skip

    return {key: side(value) if key in {"front", "back"} else value for key, value in content.items()}


def _add_version(layout: BadgeLayout, number: int, content: Mapping[str, Any], by: Actor) -> BadgeLayoutVersion:
    version = BadgeLayoutVersion(
        number=number, content=_checked(layout, content), by_id=by.user_id, by_name=by.label[:250]
    )
    layout.versions.append(version)
    db.session.flush()
    return version
