"""Photos for pages: made anew from what was handed in, so that nothing of the original file reaches a reader.

Size and turning are as a person sees them; the place where it was taken and whatever else a camera writes is left out.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps

from fairs.core.errors import InvalidInput
from fairs.core.storage import Upload, judge

LARGE, THUMB = 1400, 480  # the longest side in pixels
SMALLEST = 200
CONTENT_TYPE = "image/webp"
_QUALITY = 80
_SIGNATURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready for a page, as WebP."""

    content: bytes
    width: int
    height: int


def web_pictures(upload: Upload, *, field: str = "photo") -> tuple[Picture, Picture]:
    """A large and a small picture of an uploaded photo; raises InvalidInput for anything that is no photo."""
    if judge(upload, field=field) == "application/pdf":
        raise InvalidInput(_l("A photo is a PNG, JPEG or WebP file."), field=field)
    try:
        with Image.open(io.BytesIO(upload.content), formats=("PNG", "JPEG", "WEBP")) as opened:
            if min(opened.size) < SMALLEST:
                raise InvalidInput(_l("This photo is too small; at least %(n)s pixels.", n=SMALLEST), field=field)
            opened.draft("RGB", (2 * LARGE, 2 * LARGE))  # a JPEG from a camera need not be unpacked in full
            turned = ImageOps.exif_transpose(opened)
            turned.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS)
            picture = _on_white(turned)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidInput(_l("A photo is a PNG, JPEG or WebP file."), field=field) from error
    small = picture.copy()
    small.thumbnail((THUMB, THUMB), Image.Resampling.LANCZOS)
    return _encoded(picture), _encoded(small)


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    ground.alpha_composite(layer)
    return ground.convert("RGB")


def _encoded(picture: Image.Image) -> Picture:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=_QUALITY, method=4)
    return Picture(buffer.getvalue(), *picture.size)


def drawn_signature(address: str) -> bytes | None:
    """The bytes of a signature that was drawn on a page; None for an empty field. Raises InvalidInput for anything but a small PNG."""
    if not address:
        return None
    found = _SIGNATURE.fullmatch(address) if len(address) < 400_000 else None
    try:
        content = base64.b64decode(found[1], validate=True) if found else b""
        if judge(Upload("signature.png", content)) == "image/png":
            return content
    except (binascii.Error, InvalidInput):
        pass
    raise InvalidInput(_l("The signature could not be read. Please sign again."), field="signature")
