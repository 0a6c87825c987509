"""The picture under a plan while it is drafted: a scan or drawing of the hall, laid to scale by two points and their distance."""

from __future__ import annotations

import io
from typing import Any

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.storage import StoredFile, Upload, discard, judge, keep
from fairs.floorplans.models import Hall, PlanDraft
from fairs.floorplans.plans import draft_of
from fairs.floorplans.publishing import lock_hall

_LONGEST = 3_000  # pixels: a hall of 100 m to 3 cm
_QUALITY = 82


def _picture(upload: Upload) -> Image.Image:
    """The picture, or the first page of a PDF, made anew and no larger than needed; raises InvalidInput."""
    if judge(upload) != "application/pdf":
        try:
            with Image.open(io.BytesIO(upload.content), formats=("PNG", "JPEG", "WEBP")) as opened:
                opened.draft("RGB", (_LONGEST, _LONGEST))
                turned = ImageOps.exif_transpose(opened).convert("RGBA")
        except (OSError, SyntaxError, ValueError) as error:
            raise InvalidInput(_l("This picture cannot be read."), field="file") from error
        ground = Image.new("RGBA", turned.size, "white")
        ground.alpha_composite(turned)
        picture = ground.convert("RGB")
    else:
        import pypdfium2

        try:
            with pypdfium2.PdfDocument(upload.content) as document:
                page = document[0]
                scale = min(6.0, _LONGEST / max(page.get_size()))
                picture = page.render(scale=scale).to_pil().convert("RGB")
        except (pypdfium2.PdfiumError, IndexError, ValueError, ZeroDivisionError) as error:
            raise InvalidInput(_l("This PDF cannot be shown as a picture."), field="file") from error
    picture.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS)
    return picture


def set_backdrop(hall: Hall, upload: Upload, *, by: Actor) -> None:
    """Lay a picture under the draft (PNG, JPEG, WebP or the first page of a PDF), as wide as the hall until it is scaled."""
    picture = _picture(upload)
    target = io.BytesIO()
    picture.save(target, "WEBP", quality=_QUALITY, method=2)
    with transaction():
        row = lock_hall(hall)
        draft = draft_of(row, lock=True)
        if draft is None:
            draft = PlanDraft(hall_id=row.id, revision=0, changed_by="", backdrop={})
            db.session.add(draft)
        old = draft.picture
        stored = keep(upload.name, target.getvalue(), "image/webp")
        draft.backdrop_id = stored.id
        width, height = picture.size
        millimetres = round(row.width_cm * 10 / width, 3)
        draft.backdrop = {"x": 0, "y": 0, "mm": millimetres, "opacity": 50, "w": width, "h": height}
        db.session.flush()
        if old is not None:
            discard(old)
        record("floorplans.set_backdrop", draft, by=by, fair_id=row.fair_id, after={"name": stored.name})


def place_backdrop(hall: Hall, values: dict[str, Any], *, by: Actor) -> dict[str, Any]:
    """Move, scale or fade the picture: ``x`` and ``y`` of its corner in cm, ``mm`` a pixel (thousandths allowed), ``opacity`` in percent.

    Raises NotFound without a picture and InvalidInput for values that make no sense.
    """
    with transaction():
        draft = draft_of(lock_hall(hall), lock=True)
        if draft is None or draft.backdrop_id is None:
            raise NotFound
        ranges = {"x": (-100_000, 100_000), "y": (-100_000, 100_000), "mm": (0.1, 10_000), "opacity": (0, 100)}
        placed = dict(draft.backdrop)
        for name, (least, most) in ranges.items():
            value = values.get(name, placed[name])
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
                raise InvalidInput(field=name)
            placed[name] = round(value, 3) if name == "mm" else round(value)
        draft.backdrop = placed
        record("floorplans.place_backdrop", draft, by=by, fair_id=hall.fair_id, after=placed)
        return placed


def remove_backdrop(hall: Hall, *, by: Actor) -> None:
    """Take the picture away."""
    with transaction():
        draft = draft_of(lock_hall(hall), lock=True)
        if draft is None or draft.picture is None:
            return
        stored, draft.backdrop_id, draft.backdrop = draft.picture, None, {}
        draft.picture = None
        db.session.flush()
        discard(stored)
        record("floorplans.remove_backdrop", draft, by=by, fair_id=hall.fair_id)


def backdrop_file(hall: Hall) -> StoredFile:
    """The picture under the draft; raises NotFound."""
    draft = draft_of(hall)
    if draft is None or draft.picture is None:
        raise NotFound
    return draft.picture
