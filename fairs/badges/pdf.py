"""Badges as PDF by their layouts: a page each, front and back, or on sheets with crop marks; large runs on all cores.

A run is drawn in batches of pages. Each batch is independent of the others, so it may come from another process; the
file is written while they come in, in the order of the badges.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import IO

from reportlab.lib.units import mm

from fairs.badges.drawing import Drawn, Side, aspect_of, logo_name, photo_name, sides_of
from fairs.badges.face import BadgeFace
from fairs.badges.layouts import Layout, Size
from fairs.badges.standard import standard_layout
from fairs.core.pdf_stream import PdfFile

#: One badge of a run: what it shows, and how.
Job = tuple[BadgeFace, Layout]
#: Badges in a batch, and from how many on other processes are worth their start (half a second).
BATCH, WORTHWHILE = 200, 1500
_MOST_PROCESSES = 4
_MARK, _GAP = 4 * mm, 1 * mm
_HAIR = "0.25 w 0.45 G"


def render_badges(faces: Iterable[BadgeFace], layout: Layout | None = None) -> bytes:
    """A PDF of these badges in their order, by the layout or the standard one. Raises ValueError when there is none."""
    out = io.BytesIO()
    chosen = layout or standard_layout()
    write_badges(((face, chosen) for face in faces), out)
    return out.getvalue()


def preview_png(face: BadgeFace, layout: Layout, side: str = "front", *, dpi: int = 150) -> bytes:
    """One side of a single badge as a picture; ``side`` is front or back. A back without elements is white."""
    import pypdfium2

    elements = layout.back if side == "back" else layout.front
    drawn = Drawn()
    prepared = Side(layout, elements)
    page = _Page(prepared.width, prepared.height, _packed(prepared.draw(face, drawn)), _photos([face], [elements]))
    out = io.BytesIO()
    file = PdfFile(out)
    drawn.used.settle()
    _write(file, _Batch([page], drawn), [layout])
    file.close()
    with pypdfium2.PdfDocument(out.getvalue()) as document:
        picture = document[0].render(scale=dpi / 72).to_pil()
    png = io.BytesIO()
    picture.save(png, "PNG")
    return png.getvalue()


def write_badges(
    jobs: Iterable[Job], out: IO[bytes], *, processes: int = 1, batch: int = BATCH, worthwhile: int = WORTHWHILE
) -> int:
    """Write badges, each with its layout, as a PDF to ``out``; gives back how many. Raises ValueError for none.

    With ``processes`` above one, runs of ``worthwhile`` badges and more are drawn by so many at once, ``batch`` at a time.
    """
    rest = iter(jobs)
    first = list(islice(rest, worthwhile if processes > 1 else 1))
    if not first:
        raise ValueError("There are no badges to print.")
    file = PdfFile(out, first[0][0].fair_name)
    counted = _Counted(first, rest)
    batches = _batches(counted, batch)
    if processes > 1 and len(first) == worthwhile:
        drawn = _drawn_together(batches, processes)
    else:
        drawn = ((layouts, _draw(one)) for layouts, one in batches)
    for layouts, done in drawn:
        _write(file, done, layouts)
    file.close()
    return counted.count


def processes() -> int:
    """How many processes may draw: one a core, four at most."""
    return min(
        _MOST_PROCESSES, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )


class _Counted:
    """The jobs, counted as they go by."""

    def __init__(self, first: Sequence[Job], rest: Iterator[Job]) -> None:
        self._first, self._rest, self.count = first, rest, 0

    def __iter__(self) -> Iterator[Job]:
        for source in (self._first, self._rest):
            for job in source:
                self.count += 1
                yield job


@dataclass
class _Page:
    """A finished page: size in points, packed operators, portraits that it alone shows."""

    width: float
    height: float
    content: bytes
    photos: dict[str, bytes] = field(default_factory=dict)


@dataclass
class _Batch:
    pages: list[_Page]
    drawn: Drawn


def _batches(jobs: Iterable[Job], size: int) -> Iterator[tuple[list[Layout], list[Job]]]:
    """The jobs in batches with the layouts they use; a sheet is never torn apart."""
    batch: list[Job] = []
    layouts: list[Layout] = []
    row = 0  # badges in sequence with the layout of the last one
    for job in jobs:
        layout = job[1]
        is_same = bool(batch) and batch[-1][1] is layout
        places = layout.page.columns * layout.page.rows
        if len(batch) >= size and (not is_same or row % places == 0):
            yield layouts, batch
            batch, layouts, is_same = [], [], False
        row = row + 1 if is_same else 1
        batch.append(job)
        if not any(known is layout for known in layouts):
            layouts.append(layout)
    if batch:
        yield layouts, batch


def _drawn_together(
    batches: Iterator[tuple[list[Layout], list[Job]]], count: int
) -> Iterator[tuple[list[Layout], _Batch]]:
    """The batches in their order, drawn by this process and by helpers: whoever is free takes the next one."""
    # A fresh process holds no lock and no connection of this one, whatever its threads do.
    with multiprocessing.get_context("spawn").Pool(count - 1) as pool:
        waiting: deque[tuple[list[Layout], Callable[[], _Batch], Callable[[], bool]]] = deque()
        for layouts, batch in batches:
            if sum(not ready() for _layouts, _get, ready in waiting) < count:
                result = pool.apply_async(_draw, (batch,))
                waiting.append((layouts, result.get, result.ready))
            else:
                done = _draw(batch)
                waiting.append((layouts, partial(_itself, done), _yes))
            while waiting and (waiting[0][2]() or len(waiting) > 3 * count):
                known, get, _ready = waiting.popleft()
                yield known, get()
        for known, get, _ready in waiting:
            yield known, get()


def _itself(batch: _Batch) -> _Batch:
    return batch


def _yes() -> bool:
    return True


def _draw(jobs: Sequence[Job]) -> _Batch:
    """Draw a batch, in whatever process."""
    done = _Batch([], Drawn())
    start = 0
    for n in range(1, len(jobs) + 1):
        if n == len(jobs) or jobs[n][1] is not jobs[start][1]:
            layout, faces = jobs[start][1], [face for face, _layout in jobs[start:n]]
            if layout.page.is_sheet:
                _draw_sheets(layout, faces, done)
            else:
                _draw_pages(layout, faces, done)
            start = n
    done.drawn.used.settle()
    return done


def _draw_pages(layout: Layout, faces: Sequence[BadgeFace], done: _Batch) -> None:
    sides = sides_of(layout)
    for face in faces:
        for side in sides:
            ops = side.draw(face, done.drawn)
            done.pages.append(_Page(side.width, side.height, _packed(ops), _photos([face], [side.elements])))


def _draw_sheets(layout: Layout, faces: Sequence[BadgeFace], done: _Batch) -> None:
    """Fronts of a sheet, then its backs, mirrored so that they meet when the sheet is turned over its long edge."""
    size = layout.page
    width, height = (side * mm for side in size.sheet or (0, 0))
    marks = _crop_marks(size)
    places = _places(size)
    for start in range(0, len(faces), len(places)):
        some = faces[start : start + len(places)]
        for n, side in enumerate(sides_of(layout)):
            ops = [marks]
            for face, (x, y) in zip(some, places, strict=False):
                left = width - x - side.width if n else x
                box = f"0 0 {side.width:.2f} {side.height:.2f} re W n"
                ops.append(f"q 1 0 0 1 {left:.3f} {y:.3f} cm {box}\n{side.draw(face, done.drawn)}\nQ")
            done.pages.append(_Page(width, height, _packed("\n".join(ops)), _photos(some, [side.elements])))


def _origin(size: Size) -> tuple[float, float]:
    """The lower left corner of all badges of a sheet, in points."""
    width, height = size.sheet or (0.0, 0.0)
    return (width - size.columns * size.width) / 2 * mm, (height - size.rows * size.height) / 2 * mm


def _places(size: Size) -> list[tuple[float, float]]:
    """Lower left corners of the badges of a sheet in points, row by row from the top."""
    x, y = _origin(size)
    return [
        (x + column * size.width * mm, y + (size.rows - 1 - row) * size.height * mm)
        for row in range(size.rows)
        for column in range(size.columns)
    ]


def _crop_marks(size: Size) -> str:
    """Hairlines where to cut, outside the badges; where they fill the sheet, on the cut itself at the edge."""
    x, y = _origin(size)
    width, height = (side * mm for side in size.sheet or (0.0, 0.0))
    lines = []
    for column in range(size.columns + 1):
        at = x + column * size.width * mm
        lines += [_mark(at, edge, at, end) for edge, end in _ends(y, height)]
    for row in range(size.rows + 1):
        at = y + row * size.height * mm
        lines += [_mark(edge, at, end, at) for edge, end in _ends(x, width)]
    return f"q {_HAIR} {' '.join(lines)} S Q"


def _ends(margin: float, whole: float) -> list[tuple[float, float]]:
    """Where marks lie at both ends of a cut."""
    if margin >= _GAP * 2:
        length = min(_MARK, margin - _GAP)
        return [(margin - _GAP - length, margin - _GAP), (whole - margin + _GAP, whole - margin + _GAP + length)]
    return [(0.0, _MARK), (whole - _MARK, whole)]


def _mark(x: float, y: float, x2: float, y2: float) -> str:
    return f"{x:.2f} {y:.2f} m {x2:.2f} {y2:.2f} l"


def _packed(ops: str) -> bytes:
    # The fastest level: what it would save beyond is a tenth, and takes twice as long as all of the drawing.
    return zlib.compress(ops.encode("latin-1"), 1)


def _photos(faces: Sequence[BadgeFace], sides: Sequence[Sequence[object]]) -> dict[str, bytes]:
    if not any(getattr(one, "kind", "") == "photo" for side in sides for one in side):
        return {}
    return {photo_name(face.photo): face.photo for face in faces if face.photo and aspect_of(face.photo)}


def _write(file: PdfFile, done: _Batch, layouts: Sequence[Layout]) -> None:
    for layout in layouts:
        for digest, content in layout.pictures.items():
            file.add_picture(logo_name(digest), content)
    for name, (width, height, ops) in done.drawn.forms.items():
        file.add_form(name, width, height, ops.encode("latin-1"))
    for page in done.pages:
        file.add_page(page.width, page.height, page.content, page.photos)
    file.used.merge(done.drawn.used)
