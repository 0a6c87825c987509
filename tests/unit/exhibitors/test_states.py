"""The table of an application's steps."""

from __future__ import annotations

from itertools import product

import pytest

from fairs.core.errors import InvalidTransition
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState

S = ExhibitorState
ALLOWED = {
    (S.DRAFT, S.SUBMITTED), (S.DRAFT, S.WITHDRAWN),
    (S.SUBMITTED, S.ACCEPTED), (S.SUBMITTED, S.WAITLISTED), (S.SUBMITTED, S.REFUSED), (S.SUBMITTED, S.WITHDRAWN),
    (S.SUBMITTED, S.APPRAISED), (S.APPRAISED, S.ACCEPTED), (S.APPRAISED, S.WAITLISTED), (S.APPRAISED, S.REFUSED),
    (S.APPRAISED, S.WITHDRAWN),
    (S.WAITLISTED, S.ACCEPTED), (S.WAITLISTED, S.REFUSED), (S.WAITLISTED, S.WITHDRAWN),
    (S.ACCEPTED, S.WITHDRAWN), (S.WITHDRAWN, S.SUBMITTED),
}  # fmt: skip


@pytest.mark.parametrize(("first", "second"), list(product(S, S)))
def test_only_these_steps_exist(first: ExhibitorState, second: ExhibitorState) -> None:
    exhibitor = Exhibitor(state=first)
    if (first, second) in ALLOWED:
        exhibitor.move_to(second)
        assert exhibitor.state is second
    else:
        with pytest.raises(InvalidTransition):
            exhibitor.move_to(second)
        assert exhibitor.state is first


def test_groups_are_read_from_their_column() -> None:
    assert Exhibitor(group_codes="CER|LAC").groups == ["CER", "LAC"]
    assert Exhibitor(group_codes="").groups == []
