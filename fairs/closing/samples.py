"""Drawing a sample and making its ZIP: index, records, evidence, hashes, and what the history says of each record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.audit.models import AuditEntry
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.closing.models import AuditSample, FairSnapshot
from fairs.closing.packing import Package, csv_of, json_of, page_of, safe_name, table_of
from fairs.closing.sampling import KINDS, Item, Wish, check, draw, population
from fairs.contracts.content import content_of, fingerprint
from fairs.contracts.models import Contract, ContractRevision
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import Record, db, transaction
from fairs.core.errors import NotFound
from fairs.core.masking import mask_values, masked
from fairs.core.storage import StoredFile, keep_written

ZIP = "application/zip"
HEADS = ("kind", "reference", "id", "value", "record", "content_sha256", "evidence", "audit_rows")
README = """\
MAU KIEM TRA NGAU NHIEN / RANDOM SAMPLE FOR AN AUDIT

index.html and index.csv list what was drawn. records has each record as JSON as it stands now ("kept" is what the snapshot kept of it),
evidence its signed papers, audit what the history says of it. draw.json says who drew it, when, with which seed.
The same seed and the same records give the same index and the same records, byte by byte.

To draw it again: put the ids of a kind in the order of SHA-256("seed|kind|id") (text in UTF-8) and take the first ones. By value: see
the chapter For auditors of the manual.   To check the files: sha256sum -c SHA256SUMS

Names, telephones, addresses of mails, passports and accounts of people are masked or left out. Papers of claims are opened on the
claim's own page, where each reading is written down.
"""
# What is never part of a record's JSON: keys of files, hashes of secrets, links of people, what is sealed.
_LEFT_OUT = frozenset(
    {
        "account_sealed",
        "answers",
        "passport_digest",
        "person_id",
        "badge_id",
        "bank_reference",
        "review_note",
        "request_key",
    }
)


@dataclass(slots=True)
class Drawn:
    """What was drawn of each kind, out of how many."""

    picked: dict[str, list[Item]] = field(default_factory=dict)
    population: dict[str, int] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """How many records in all."""
        return sum(len(items) for items in self.picked.values())


def draw_sample(fair: Fair, wish: Wish, snapshot: FairSnapshot | None, *, by: Actor) -> AuditSample:
    """Draw a sample and keep it with its ZIP; outside transaction(). Raises InvalidInput."""
    check(wish)
    drawn = Drawn()
    for kind in wish.kinds:
        items = population(fair, kind, snapshot)
        drawn.population[kind] = len(items)
        drawn.picked[kind] = draw(items, kind, wish)
    sums = ""

    def write(target: Any) -> None:
        nonlocal sums
        with masked(), Package(target) as package:  # whoever draws it: the sample is made to be handed on
            sums = _write(package, fair, wish, snapshot, drawn, by)

    file = keep_written(f"{fair.slug}-sample-{wish.seed}.zip", ZIP, write)
    with transaction():
        sample = AuditSample(
            fair_id=fair.id, seed=wish.seed, method=wish.method, amount=wish.amount, weighted=wish.weighted,
            snapshot_id=snapshot.id if snapshot is not None else None, population=drawn.population,
            picked={kind: [item.id for item in items] for kind, items in drawn.picked.items()},
            sha256=hashlib.sha256(sums.encode()).hexdigest(), file_id=file.id, by_id=by.user_id, by_name=by.label[:250],
        )  # fmt: skip
        db.session.add(sample)
        db.session.flush()
        record("closing.sample", sample, by=by, fair_id=fair.id,
               after={"seed": wish.seed, "kinds": list(wish.kinds), "records": drawn.number, "population": drawn.population})  # fmt: skip
    return sample


def samples_of(fair: Fair) -> list[AuditSample]:
    """The samples of a fair, the newest first."""
    query = select(AuditSample).options(joinedload(AuditSample.file)).where(AuditSample.fair_id == fair.id)
    return list(db.session.scalars(query.order_by(AuditSample.id.desc()).limit(100)))


def sample_of(fair: Fair, sample_id: int) -> AuditSample:
    """One of them; raises NotFound."""
    found = db.session.get(AuditSample, sample_id)
    if found is None or found.fair_id != fair.id:
        raise NotFound
    return found


def _write(package: Package, fair: Fair, wish: Wish, snapshot: FairSnapshot | None, drawn: Drawn, by: Actor) -> str:
    rows: list[list[Any]] = []
    later: dict[str, bytes] = {}
    for kind, items in drawn.picked.items():
        known = _rows(items)
        audit = _history(items)
        for item in items:
            row = known.get((item.model, item.id))
            content = {
                "id": item.id,
                "kept": item.kept,
                "now": _content(row),
                "reference": item.reference,
                "type": item.model,
            }
            name = f"{kind}/{_folder(item)}"
            files = [
                f"evidence/{name}/{number:02d}-{safe_name(file)}"
                for number, file in enumerate(_evidence(row), 1)
                if package.add_stored(f"evidence/{name}/{number:02d}-{safe_name(file)}", file) is not None
            ]
            package.add(f"records/{name}.json", json_of(mask_values(content)))
            entries = audit.get((item.model, item.id), [])
            later[f"audit/{name}.json"] = json_of([_entry(one) for one in entries])
            rows.append([str(kind), item.reference, item.id, format(item.value, "f"), f"records/{name}.json",
                         fingerprint(mask_values(content)), " ".join(files), f"audit/{name}.json"])  # fmt: skip
    package.add("index.csv", csv_of(HEADS, rows))
    package.add(
        "index.html",
        page_of(f"{fair.code}: mẫu kiểm tra / audit sample {wish.seed}", _page(wish, snapshot, drawn, rows)),
    )
    package.add("README.txt", README.encode())
    same = package.sums()  # of what the seed and the records give; the rest differs from draw to draw
    for path, entries_of_it in later.items():
        package.add(path, entries_of_it)
    package.add("draw.json", json_of({
        "fair": fair.code, "seed": wish.seed, "kinds": list(wish.kinds), "method": wish.method, "amount": wish.amount,
        "weighted": wish.weighted, "population": drawn.population, "drawn_at": now().isoformat(), "by": by.label,
        "snapshot": None if snapshot is None else {"id": snapshot.id, "taken_at": snapshot.taken_at.isoformat(), "sha256": snapshot.sha256},
    }))  # fmt: skip
    return same


def _page(wish: Wish, snapshot: FairSnapshot | None, drawn: Drawn, rows: list[list[Any]]) -> Iterator[str]:
    method = f"{wish.amount}{' %' if wish.method == 'percent' else ''}{' · theo giá trị / by value' if wish.weighted else ''}"
    yield table_of(("", ""), [("Số gieo / Seed", str(wish.seed)), ("Cách chọn / Method", method),
                              ("Số liệu chốt / Snapshot", snapshot.sha256 if snapshot is not None else "—")])  # fmt: skip
    counts = [(kind, drawn.population[kind], len(items)) for kind, items in drawn.picked.items()]
    yield table_of(("Loại / Kind", "Tổng thể / Population", "Chọn / Drawn"), counts)
    yield table_of(
        (
            "Loại / Kind",
            "Số / Number",
            "Giá trị / Value",
            "Bản ghi / Record",
            "Chứng từ / Evidence",
            "Lịch sử / History",
        ),
        [
            (
                kind,
                reference or str(key),
                value,
                (path, "JSON"),
                (files.split(" ")[0], "✓") if files else "—",
                (audit, "JSON"),
            )
            for kind, reference, key, value, path, _sha, files, audit in rows
        ],
    )


def _folder(item: Item) -> str:
    return f"{item.reference or item.model}-{item.id}".replace("/", "_").replace(" ", "_")


def _models() -> dict[str, type[Record]]:
    return {mapper.class_.__name__: mapper.class_ for mapper in Record.registry.mappers}


def _rows(items: list[Item]) -> dict[tuple[str, int], Any]:
    found: dict[tuple[str, int], Any] = {}
    for name in sorted({item.model for item in items}):
        model: Any = _models()[name]
        ids = [item.id for item in items if item.model == name]
        found |= {(name, row.id): row for row in db.session.scalars(select(model).where(model.id.in_(ids)))}
    return found


def _content(row: Any) -> dict[str, Any] | None:
    """What the record says now, as plain JSON and without what is about people."""
    if row is None:
        return None
    said = {
        column.name: _plain(getattr(row, column.key))
        for column in row.__table__.columns
        if column.name not in _LEFT_OUT and not column.name.endswith(("_sealed", "_digest", "_hash"))
    }
    return {**said, "content": content_of(row)} if isinstance(row, Contract) else said


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return None if isinstance(value, bytes) else value


def _evidence(row: Any) -> Iterator[StoredFile]:
    if isinstance(row, Contract):
        if row.evidence is not None:
            yield row.evidence
        query = select(ContractRevision).where(ContractRevision.contract_id == row.id).order_by(ContractRevision.number)
        for revision in db.session.scalars(query):
            if revision.evidence is not None:
                yield revision.evidence


def _history(items: list[Item]) -> dict[tuple[str, int], list[AuditEntry]]:
    found: dict[tuple[str, int], list[AuditEntry]] = {}
    for name in sorted({item.model for item in items}):
        query = select(AuditEntry).where(
            AuditEntry.subject_type == name,
            AuditEntry.subject_id.in_([item.id for item in items if item.model == name]),
        )
        for one in db.session.scalars(query.order_by(AuditEntry.id)):
            found.setdefault((name, one.subject_id), []).append(one)
    return found


def _entry(one: AuditEntry) -> dict[str, Any]:
    return {
        "id": one.id, "at": one.at.isoformat(), "by": one.actor_label, "action": one.action, "before": mask_values(one.before),
        "after": mask_values(one.after),
    }  # fmt: skip


def kinds_with_records(fair: Fair, snapshot: FairSnapshot | None) -> dict[str, int]:
    """How many records of each kind can be drawn."""
    return {kind: len(population(fair, kind, snapshot)) for kind in KINDS}
