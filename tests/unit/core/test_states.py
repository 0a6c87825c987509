"""Every table of transitions in the project keeps the same promises."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

from fairs.app import FEATURES
from fairs.core.db import Base
from fairs.core.errors import InvalidTransition
from fairs.core.permissions import Role
from fairs.core.states import HasState, State

for _feature in FEATURES:
    if find_spec(f"fairs.{_feature}.models"):
        import_module(f"fairs.{_feature}.models")
MODELS = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, HasState)),
    key=lambda model: model.__name__,
)


def _states(model: Any) -> type[State]:
    return type(next(iter(model.TRANSITIONS)))


def test_there_are_things_with_states() -> None:
    assert {"Fair", "OutboxMessage", "BoothBooking", "Exhibitor", "Importer", "Invoice", "Contract"} <= {
        m.__name__ for m in MODELS
    }


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_table_allows_what_it_says_and_nothing_else(model: Any) -> None:
    states = _states(model)
    for before in states:
        for after in states:
            thing = model(state=before)
            allowed = after in model.TRANSITIONS.get(before, frozenset())
            assert thing.may_move_to(after) is allowed
            if allowed:
                thing.move_to(after)
                assert thing.state is after
            else:
                with pytest.raises(InvalidTransition) as refused:
                    thing.move_to(after)
                assert thing.state is before
                assert refused.value.details == {"from": str(before), "to": str(after)}
                assert refused.value.status == 409


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_state_is_reached_or_a_beginning_and_none_leads_to_itself(model: Any) -> None:
    reached = {after for targets in model.TRANSITIONS.values() for after in targets}
    assert all(before not in targets for before, targets in model.TRANSITIONS.items())
    assert reached <= set(_states(model))
    assert set(model.TRANSITIONS) <= set(_states(model))


@pytest.mark.parametrize(
    "states", [*dict.fromkeys(_states(model) for model in MODELS), Role], ids=lambda states: states.__name__
)
def test_a_state_has_a_word_a_tone_and_an_icon_of_its_own(states: type[State]) -> None:
    assert all(state.value and str(state.label) and state.tone and state.icon for state in states)
    words = [str(state.label) for state in states]
    assert len(words) == len(set(words))
