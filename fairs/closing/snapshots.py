"""Figures kept at one moment with the records behind them, recomputed later to the same numbers, and what became of them.

A record's content is fingerprinted (``contracts.content.fingerprint``); the fingerprints of a figure's records, in their order,
make its digest; the figures and the hash of the file make the hash of the whole. Whoever changes a row or the file
without changing all the others is found out, and the last hash stands in the history and in every archive.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.closing.models import FairSnapshot
from fairs.contracts.content import fingerprint
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.storage import keep_written, open_key
from fairs.statements.figures import FairFigure, FigureRecord, figures_of, records_behind

KINDS = {"closing": _l("At closing"), "report": _l("For the report")}
GZIP = "application/gzip"
Tick = Callable[[int, int], None]
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as it was kept: one line of the file."""

    figure: str
    kind: str
    id: int
    reference: str
    value: Decimal
    sha256: str
    content: dict[str, Any]

    @property
    def key(self) -> Key:
        """What names the record, whatever it says."""
        return self.kind, self.id


@dataclass(slots=True)
class Recomputed:
    """A figure computed again from the kept records, beside what the snapshot says of it."""

    key: str
    value: Decimal = Decimal(0)
    count: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    problems: list[Any] = field(default_factory=list)
    agrees: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking a snapshot gave: each figure again, and what is wrong (empty: nothing was changed)."""

    figures: dict[str, Recomputed]
    problems: list[Any]

    @property
    def is_sound(self) -> bool:
        """Whether all of it is as it was kept."""
        return not self.problems and all(one.agrees for one in self.figures.values())


@dataclass(frozen=True, slots=True)
class Change:
    """A record that came, went or says something else since; ``names`` of what it says differently."""

    how: str  # came | went | changed
    kind: str
    id: int
    reference: str
    before: Decimal
    after: Decimal
    names: tuple[str, ...] = ()


def take_snapshot(fair: Fair, *, kind: str, by: Actor, tick: Tick = lambda done, total: None) -> FairSnapshot:
    """Keep the fair's figures of this moment with their records; outside transaction(), for it may take minutes.

    Raises InvalidInput for another kind. ``tick(done, total)`` hears after each figure.
    """
    if kind not in KINDS:
        raise InvalidInput(field="kind")
    moment = now()
    shown = figures_of(fair, as_of=moment)
    figures: list[dict[str, Any]] = []

    def write(target: Any) -> None:
        # No name and no time in the head of the file: the same records make the same bytes.
        with gzip.GzipFile(filename="", fileobj=target, mode="wb", mtime=0) as packed:
            for number, figure in enumerate(shown):
                again = Recomputed(figure.key)
                for one in records_behind(fair, figure.key, as_of=moment):
                    line = _line(figure.key, one)
                    _add(again, one.value, line["kind"], line["id"], line["sha256"])
                    packed.write(_plain(line) + b"\n")
                figures.append(_figure(figure, again))
                tick(number + 1, len(shown))

    file = keep_written(f"{fair.slug}-{kind}.jsonl.gz", GZIP, write)
    with transaction():
        snapshot = FairSnapshot(
            fair_id=fair.id, kind=kind, taken_at=moment, as_of=moment, figures=figures, file_id=file.id,
            records=sum(one["count"] for one in figures), by_id=by.user_id, by_name=by.label[:250], sha256="",
        )  # fmt: skip
        snapshot.sha256 = whole(snapshot, fair, file.sha256)
        db.session.add(snapshot)
        db.session.flush()
        record("closing.snapshot", snapshot, by=by, fair_id=fair.id,
               after={"kind": kind, "records": snapshot.records, "sha256": snapshot.sha256})  # fmt: skip
    return snapshot


def _line(figure: str, one: FigureRecord) -> dict[str, Any]:
    content = json.loads(json.dumps(one.content, default=str))
    return {
        "figure": figure, "kind": one.kind, "id": one.id, "reference": one.reference, "value": _text(one.value),
        "sha256": fingerprint(content), "content": content,
    }  # fmt: skip


def _figure(figure: FairFigure, again: Recomputed) -> dict[str, Any]:
    labels = {}
    for locale in ("vi", "en"):
        with force_locale(locale):
            labels[locale] = str(figure.label)
    return {
        "key": figure.key, "label": labels, "unit": figure.unit, "source": figure.source.value, "value": _text(again.value),
        "count": again.count, "digest": again.digest.hexdigest(),
    }  # fmt: skip


def _add(again: Recomputed, value: Decimal, kind: str, number: int, sha256: str) -> None:
    again.value += value
    again.count += 1
    again.digest.update(f"{kind}:{number}:{_text(value)}:{sha256}\n".encode())


def _plain(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _text(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def whole(snapshot: FairSnapshot, fair: Fair, file_sha256: str) -> str:
    """The hash of a snapshot: of the fair, its kind and moment, its figures and the file of its records."""
    return fingerprint(
        {
            "fair": fair.code, "kind": snapshot.kind, "as_of": snapshot.as_of.isoformat(), "figures": snapshot.figures,
            "records": snapshot.records, "file": file_sha256,
        }
    )  # fmt: skip


def snapshots_of(fair: Fair) -> list[FairSnapshot]:
    """The snapshots of a fair, the newest first."""
    query = select(FairSnapshot).where(FairSnapshot.fair_id == fair.id).order_by(FairSnapshot.id.desc())
    return list(db.session.scalars(query))


def has_snapshot(fair_id: int) -> bool:
    """Whether the fair's figures are kept."""
    return db.session.scalar(select(FairSnapshot.id).where(FairSnapshot.fair_id == fair_id).limit(1)) is not None


def snapshot_of(fair: Fair, snapshot_id: int) -> FairSnapshot:
    """One of them; raises NotFound."""
    found = db.session.get(FairSnapshot, snapshot_id)
    if found is None or found.fair_id != fair.id:
        raise NotFound
    return found


def kept_records(snapshot: FairSnapshot, figure: str = "") -> Iterator[Kept]:
    """The records as they were kept, in their order; raises FileNotFoundError, OSError or ValueError for a file that is gone or broken."""
    with open_key(snapshot.file.key) as source, gzip.GzipFile(fileobj=source) as packed:
        for raw in packed:
            line = json.loads(raw)
            if not figure or line["figure"] == figure:
                yield Kept(
                    line["figure"], line["kind"], line["id"], line["reference"], Decimal(line["value"]), line["sha256"],
                    line["content"],
                )  # fmt: skip


def recompute(snapshot: FairSnapshot) -> Verdict:
    """The figures computed again from the kept records alone, each checked against its hash, its sum and its digest."""
    fair = db.session.get_one(Fair, snapshot.fair_id)
    problems: list[Any] = []
    if (on_disk := _file_hash(snapshot)) is None:
        problems.append(_l("The file of the records is gone."))
    elif on_disk != snapshot.file.sha256:
        problems.append(_l("The file of the records was changed: its hash differs."))
    if whole(snapshot, fair, on_disk or snapshot.file.sha256) != snapshot.sha256:
        problems.append(_l("The hash of the snapshot differs: its figures, its file or its moment were changed."))
    found = {one["key"]: Recomputed(one["key"]) for one in snapshot.figures}
    try:
        for line in kept_records(snapshot) if on_disk is not None else ():
            again = found.setdefault(line.figure, Recomputed(line.figure))
            if fingerprint(line.content) != line.sha256:
                again.problems.append(
                    _l("The content of %(record)s was changed.", record=line.reference or f"{line.kind} {line.id}")
                )
            _add(again, line.value, line.kind, line.id, line.sha256)
    except (OSError, EOFError, ValueError, KeyError):  # gzip and JSON that no longer are
        problems.append(_l("The file of the records cannot be read to its end."))
    kept = {one["key"]: one for one in snapshot.figures}
    for key, again in found.items():
        said = kept.get(key)
        again.agrees = (
            said is not None and Decimal(said["value"]) == again.value and said["count"] == again.count
            and said["digest"] == again.digest.hexdigest() and not again.problems
        )  # fmt: skip
    return Verdict(found, problems)


def _file_hash(snapshot: FairSnapshot) -> str | None:
    digest = hashlib.sha256()
    try:
        with open_key(snapshot.file.key) as source:
            while piece := source.read(1 << 20):
                digest.update(piece)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def changes_since(snapshot: FairSnapshot, figure: str) -> list[Change]:
    """Which records of a figure came, went or say something else since it was kept; in the order of kind and number."""
    fair = db.session.get_one(Fair, snapshot.fair_id)
    before = {one.key: one for one in kept_records(snapshot, figure)}
    try:
        after = {(one.kind, one.id): one for one in records_behind(fair, figure)}
    except NotFound:  # a figure that the fair has no more
        after = {}
    found = []
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old is None and new is not None:
            found.append(Change("came", *key, new.reference, Decimal(0), new.value))
        elif new is None and old is not None:
            found.append(Change("went", *key, old.reference, old.value, Decimal(0)))
        elif old is not None and new is not None:
            content = _line(figure, new)["content"]
            if old.value != new.value or fingerprint(content) != old.sha256:
                names = tuple(sorted(n for n in {*old.content, *content} if old.content.get(n) != content.get(n)))
                found.append(Change("changed", *key, new.reference, old.value, new.value, names))
    return found
