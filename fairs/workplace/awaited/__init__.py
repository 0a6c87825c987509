"""Every state of every state table, classified: either a kind of the inbox speaks of it, or it says why nobody is awaited.

Whoever adds a state adds it here, by subject; a test walks over all tables and fails on one that is missing.
"""

from __future__ import annotations

from collections.abc import Mapping

from fairs.core.states import State
from fairs.workplace.awaited import (
    allocation,
    banking,
    budgets,
    cards,
    cases,
    cash,
    claims,
    closing,
    contacts,
    deals,
    devices,
    documents,
    duplicates,
    fairs,
    followups,
    gates,
    hospitality,
    hosting,
    invitations,
    letters,
    lodging,
    messages,
    money,
    notes,
    overdue,
    participants,
    printing,
    privacy,
    refunds,
    sitework,
    surveys,
    visitors,
)
from fairs.workplace.inbox import Kind, Why

_SUBJECTS = (
    fairs, participants, visitors, invitations, contacts, hosting, letters, hospitality, lodging, claims, documents, allocation, budgets, money, banking, refunds, cards, cash, overdue, sitework, cases, printing, gates, devices, deals, duplicates, followups, surveys, closing, notes, privacy, messages,
)  # fmt: skip

KINDS: tuple[Kind, ...] = tuple(kind for subject in _SUBJECTS for kind in subject.KINDS)
KIND_BY_KEY: Mapping[str, Kind] = {kind.key: kind for kind in KINDS}
# By class first: two enums' states of one value are equal as texts.
NOBODY: Mapping[type[State], Mapping[State, Why]] = {
    states: why for subject in _SUBJECTS for states, why in subject.NOBODY.items()
}
