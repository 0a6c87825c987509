"""Every state of every state table is classified: somebody of the staff is awaited, or it says why nobody is."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

import pytest

import fairs
from fairs.core.states import State
from fairs.workplace.awaited import KIND_BY_KEY, KINDS, NOBODY


def state_tables() -> dict[str, type[State]]:
    """The enums that have a table of transitions, wherever they are."""
    found = {}
    for package in pkgutil.iter_modules(fairs.__path__):
        name = f"fairs.{package.name}.states"
        if not package.ispkg or importlib.util.find_spec(name) is None:
            continue
        for attribute, value in vars(importlib.import_module(name)).items():
            if attribute.endswith("TRANSITIONS") and isinstance(value, Mapping):
                states = {type(state) for state in value}
                assert len(states) == 1, f"{name}.{attribute} mixes enums"
                found[f"{name}.{attribute}"] = states.pop()
    return found


TABLES = state_tables()


def test_the_tables_are_found() -> None:
    assert len(TABLES) >= 9
    assert set(NOBODY) <= set(TABLES.values())


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_each_state_says_who_is_awaited(table: type[State]) -> None:
    awaited = {state for kind in KINDS for state in kind.states if type(state) is table}
    nobody = set(NOBODY.get(table, {}))
    assert all(type(state) is table for state in nobody)
    assert awaited | nobody == set(table), f"not classified: {set(table) - awaited - nobody}"
    assert not awaited & nobody


def test_kinds_are_told_apart() -> None:
    assert len(KIND_BY_KEY) == len(KINDS)
