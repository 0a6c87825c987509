"""Evidence as pictures: pages of a PDF, or the photograph itself in a size for the screen."""

from __future__ import annotations

import io
import threading

from PIL import Image, ImageOps, UnidentifiedImageError

from fairs.core.errors import NotFound
from fairs.core.storage import StoredFile

MAX_PAGES = 12
WIDTH = 1100  # pixels
_LONGEST = 3  # times the width: a page that is a till roll
# PDFium keeps global state.
_LOCK = threading.Lock()


def page_count(file: StoredFile) -> int:
    """How many pages there are to see; 0 for a PDF that cannot be read."""
    if file.content_type != "application/pdf":
        return 1
    try:
        return min(pages_in(file.read()), MAX_PAGES)
    except FileNotFoundError:
        return 0


def pages_in(pdf: bytes) -> int:
    """The number of pages of a PDF; 0 when it cannot be read."""
    import pypdfium2

    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError:
            return 0
        try:
            return len(document)
        finally:
            document.close()


def page_picture(file: StoredFile, page: int) -> bytes:
    """A page (from 1) as JPEG; raises NotFound when there is none or it cannot be drawn."""
    try:
        content = file.read()
        picture = _pdf_page(content, page) if file.content_type == "application/pdf" else _photo(content, page)
    except (FileNotFoundError, OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise NotFound from error
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=82)
    return out.getvalue()


def _photo(content: bytes, page: int) -> Image.Image:
    if page != 1:
        raise NotFound
    with Image.open(io.BytesIO(content)) as opened:
        picture = ImageOps.exif_transpose(opened)
        picture.thumbnail((WIDTH, WIDTH * _LONGEST))
        return picture


def _pdf_page(content: bytes, page: int) -> Image.Image:
    import pypdfium2

    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise NotFound from error
        try:
            if not 1 <= page <= min(len(document), MAX_PAGES):
                raise NotFound
            drawn = document[page - 1]
            width, height = drawn.get_size()
            scale = min(WIDTH / max(width, 1), WIDTH * _LONGEST / max(height, 1))
            return drawn.render(scale=scale).to_pil()  # type: ignore[no-any-return]
        except pypdfium2.PdfiumError as error:
            raise NotFound from error
        finally:
            document.close()
