"""Where people can walk between booths: from the doors to every booth's open side and to every exit.

Pure and exact. A person is a square of 1 m; what matters is where its upper left corner may be. The hall is cut into bands
between which the free stretches are the same, and stretches of neighbouring bands that overlap belong together.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence

from fairs.floorplans.geometry import PASSAGE, Rect

Run = tuple[int, int]


class Ways:
    """The ways of a hall of ``width`` × ``depth`` cm around ``obstacles``; parts that hang together have one number."""

    def __init__(self, width: int, depth: int, obstacles: Sequence[Rect]) -> None:
        self._most = (width - PASSAGE, depth - PASSAGE)
        self._tops: list[int] = []
        self._bands: list[tuple[list[Run], list[int]]] = []
        self._parent: list[int] = []
        for top, runs in self._cut(obstacles):
            if self._bands and self._bands[-1][0] == runs:
                continue
            numbers = list(range(len(self._parent), len(self._parent) + len(runs)))
            self._parent += numbers
            if self._bands:
                self._join(self._bands[-1], (runs, numbers))
            self._tops.append(top)
            self._bands.append((runs, numbers))

    def _cut(self, obstacles: Sequence[Rect]) -> Iterator[tuple[int, list[Run]]]:
        width, depth = self._most
        if width < 0 or depth < 0:
            return
        # In these places (both ends included) the square would stand on the obstacle.
        begins: dict[int, list[Run]] = {}
        ends: dict[int, list[Run]] = {}
        for one in obstacles:
            since, until = max(0, one.y - PASSAGE + 1), one.bottom
            if since < until and since <= depth:
                run = (one.x - PASSAGE + 1, one.right - 1)
                begins.setdefault(since, []).append(run)
                ends.setdefault(until, []).append(run)
        active: list[Run] = []
        for top in sorted({0, *begins, *ends}):
            for run in ends.get(top, ()):
                del active[bisect_left(active, run)]
            for run in begins.get(top, ()):
                insort(active, run)
            if top <= depth:
                yield top, _free(active, width)

    def _join(self, above: tuple[list[Run], list[int]], below: tuple[list[Run], list[int]]) -> None:
        i = j = 0
        while i < len(above[0]) and j < len(below[0]):
            one, other = above[0][i], below[0][j]
            if one[0] <= other[1] and other[0] <= one[1]:
                a, b = self._root(above[1][i]), self._root(below[1][j])
                self._parent[max(a, b)] = min(a, b)
            if one[1] < other[1]:
                i += 1
            else:
                j += 1

    def _root(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def parts(self, across: Run, along: Run) -> set[int]:
        """The parts of the hall that the square reaches with its corner in these ranges (ends included)."""
        x0, x1 = max(0, across[0]), min(self._most[0], across[1])
        y0, y1 = max(0, along[0]), min(self._most[1], along[1])
        found: set[int] = set()
        if x0 > x1 or y0 > y1:
            return found
        for band in range(bisect_right(self._tops, y0) - 1, bisect_right(self._tops, y1)):
            runs, numbers = self._bands[band]
            first = max(0, bisect_right(runs, (x0, x0)) - 1)
            for run, number in zip(runs[first:], numbers[first:], strict=True):
                if run[0] > x1:
                    break
                if run[1] >= x0:
                    found.add(self._root(number))
        return found

    def before(self, rect: Rect, side: str) -> set[int]:
        """The parts from which one steps onto ``rect`` over its ``side`` (top, right, bottom, left)."""
        across = _along_side(rect.x, rect.right)
        along = _along_side(rect.y, rect.bottom)
        if side == "top":
            return self.parts(across, (rect.y - PASSAGE, rect.y - PASSAGE)) if rect.y >= PASSAGE else set()
        if side == "bottom":
            return self.parts(across, (rect.bottom, rect.bottom))
        if side == "left":
            return self.parts((rect.x - PASSAGE, rect.x - PASSAGE), along) if rect.x >= PASSAGE else set()
        return self.parts((rect.right, rect.right), along)

    def within(self, rect: Rect) -> set[int]:
        """The parts that a person reaches who stands within ``rect``, or as far in it as it is large."""
        return self.parts(_along_side(rect.x, rect.right), _along_side(rect.y, rect.bottom))


def _along_side(start: int, end: int) -> Run:
    return (start, end - PASSAGE) if end - start >= PASSAGE else (end - PASSAGE, start)


def _free(blocked: Sequence[Run], width: int) -> list[Run]:
    """The stretches of 0 … ``width`` outside the sorted ``blocked`` ones; all ends included."""
    free, at = [], 0
    for start, end in blocked:
        if start > at:
            free.append((at, min(start - 1, width)))
        at = max(at, end + 1)
        if at > width:
            return free
    free.append((at, width))
    return free


def clear_zone(opening: Rect, clear: int, width: int, depth: int) -> Rect:
    """The floor that is kept free before a door or exit: ``clear`` cm into the hall, or all around where it is in no wall."""
    if opening.w >= opening.h:
        if opening.y <= 0:
            return Rect(opening.x, 0, opening.w, opening.h + clear)
        if opening.bottom >= depth:
            return Rect(opening.x, opening.y - clear, opening.w, opening.h + clear)
    if opening.x <= 0:
        return Rect(0, opening.y, opening.w + clear, opening.h)
    if opening.right >= width:
        return Rect(opening.x - clear, opening.y, opening.w + clear, opening.h)
    if opening.y <= 0:
        return Rect(opening.x, 0, opening.w, opening.h + clear)
    if opening.bottom >= depth:
        return Rect(opening.x, opening.y - clear, opening.w, opening.h + clear)
    return opening.grown(clear)
