"""Makes the documents that follow from the code: settings, data model, state diagrams. `make docs` writes them.

A test compares what this makes with what is in ``docs/``, so that they never part.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import fairs
from fairs.config import ROOT, Config
from fairs.core.db import Base
from fairs.core.states import State

DOCS = ROOT / "docs"
NOTE = "<!-- Made from the code by `make docs`; change the code, not this page. -->"


def documents() -> dict[Path, str]:
    """Each made document with its text."""
    load_all()
    return {
        DOCS / "settings.md": settings(),
        DOCS / "data-model.md": data_model(),
        DOCS / "states.md": states(),
    }


def load_all() -> None:
    """Import every module that holds models or states."""
    for feature in _features():
        folder = Path(fairs.__file__).parent / feature
        for path in sorted([*folder.glob("*models.py"), *folder.glob("states.py")]):
            importlib.import_module(f"fairs.{feature}.{path.stem}")
    for module in ("installation", "links", "rest", "sequences", "storage"):
        importlib.import_module(f"fairs.core.{module}")


def _features() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(fairs.__path__) if module.ispkg)


def settings() -> str:
    """The table of settings."""
    lines = [
        NOTE,
        "",
        "# Settings",
        "",
        "All are environment variables.",
        "",
        "| Variable | Default | What it is |",
        "| --- | --- | --- |",
    ]
    for name, spec in Config.__dataclass_fields__.items():
        variable = "FAIRS_INSTANCE" if name == "instance_path" else f"FAIRS_{name.upper()}"
        default = (
            "`instance/`"
            if name == "instance_path"
            else (f"`{spec.default}`" if spec.default not in {"", None} else "")
        )
        lines.append(f"| `{variable}` | {default} | {spec.metadata['doc']} |")
    return "\n".join(lines) + "\n"


def data_model() -> str:
    """Tables by feature, each with an entity diagram (Mermaid) and what its rows are."""
    lines = [NOTE, "", "# Data model", ""]
    for feature, classes in _models_by_feature():
        lines += [f"## {feature}", ""]
        lines += [f"- **{cls.__name__}** (`{cls.__tablename__}`): {_first_line(cls)}" for cls in classes]
        lines += ["", "```mermaid", "erDiagram"]
        for cls in classes:
            lines += _entity(cls.__table__)
        lines += ["```", ""]
    return "\n".join(lines)


def _models_by_feature() -> Iterator[tuple[str, list[Any]]]:
    found: dict[str, list[Any]] = {}
    for mapper in Base.registry.mappers:
        feature = mapper.class_.__module__.split(".")[1]
        found.setdefault(feature, []).append(mapper.class_)
    for feature in sorted(found):
        yield feature, sorted(found[feature], key=lambda cls: str(cls.__tablename__))


def _first_line(cls: type) -> str:
    return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())


def _entity(table: Any) -> list[str]:
    lines = [f"  {table.name} {{"]
    for column in table.columns:
        key = " PK" if column.primary_key else " FK" if column.foreign_keys else ""
        lines.append(f"    {_type(column)} {column.name}{key}")
    lines.append("  }")
    for column in table.columns:
        for foreign in column.foreign_keys:
            many = "}o" if not column.unique else "|o"
            one = "o|" if column.nullable else "||"
            lines.append(f"  {table.name} {many}--{one} {foreign.column.table.name} : {column.name}")
    return lines


def _type(column: Any) -> str:
    kind = getattr(column.type, "impl_instance", column.type)
    return type(kind).__name__.lower()


def states() -> str:
    """A state diagram (Mermaid) for each table of transitions."""
    lines = [NOTE, "", "# States", "", "Each thing moves by its own table and in no other way (`move_to`).", ""]
    for feature in _features():
        name = f"fairs.{feature}.states"
        if importlib.util.find_spec(name) is None:
            continue
        module = importlib.import_module(name)
        for variable, table in sorted(vars(module).items()):
            if variable.endswith("TRANSITIONS") and isinstance(table, Mapping):
                lines += _diagram(feature, table)
    return "\n".join(lines)


def _diagram(feature: str, table: Mapping[State, frozenset[State]]) -> list[str]:
    kind = type(next(iter(table)))
    lines = [f"## {feature}: {kind.__name__}", "", _first_line(kind), "", "```mermaid", "stateDiagram-v2"]
    reached = {target for targets in table.values() for target in targets}
    members = list(kind)
    for state in members:
        if state not in reached:
            lines.append(f"  [*] --> {state}")
    if all(state in reached for state in members):
        lines.append(f"  [*] --> {members[0]}")
    for source in members:
        targets = sorted(table.get(source, frozenset()), key=members.index)
        lines += [f"  {source} --> {target}" for target in targets]
        if not targets and source in reached:
            lines.append(f"  {source} --> [*]")
    return [*lines, "```", ""]


def main() -> None:
    """Write the documents."""
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main()
