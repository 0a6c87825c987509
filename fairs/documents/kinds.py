"""Kinds of selections. A feature above registers one and hears by events what became of its subjects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from fairs.core.errors import NotFound
from fairs.documents.models import Selection, SelectionItem

#: Texts that a kind has: the papers are a submission and a decision; one that corrects another has texts of its own.
PARTS = ("submission", "decision", "amendment", "revocation")
LOCALES = ("vi", "en")
#: Placeholders that every text knows; a kind has further ones.
COMMON = (
    "title", "reference", "count", "total", "number", "date", "submission_number", "submission_date", "amended_number",
    "amended_date", "signer",
)  # fmt: skip
_PLACEHOLDER = re.compile(r"\{([a-z_]{1,40})\}")


@dataclass(frozen=True, slots=True)
class Texts:
    """The editable texts of a paper; ``bases``, ``body`` and ``recipients`` are one paragraph a line."""

    superior: str
    organisation: str
    symbol: str  # what follows the running number: QĐ-SCT
    place: str
    heading: str
    addressee: str
    bases: str
    body: str
    recipients: str
    authority: str
    signer: str

    def as_dict(self) -> dict[str, str]:
        """Plain JSON."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Texts:
        """From what was kept; a text that is missing is empty."""
        return cls(**{one.name: str(values.get(one.name, "")) for one in fields(cls)})

    def filled(self, words: Mapping[str, str]) -> Texts:
        """With the placeholders replaced; one that is not known stays as it was typed."""
        return Texts(
            **{key: _PLACEHOLDER.sub(lambda m: words.get(m[1], m[0]), text) for key, text in self.as_dict().items()}
        )

    def placeholders(self) -> set[str]:
        """The names in braces that occur."""
        return {name for text in self.as_dict().values() for name in _PLACEHOLDER.findall(text)}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the annex; ``key`` names its value in the item's details. ``width`` is a share of the page's."""

    key: str
    label_vi: str
    label_en: str
    width: float = 1.0
    money: bool = False
    total: bool = False


@dataclass(frozen=True, slots=True)
class SelectionKind:
    """What a feature's selections are: texts, columns of the annex, rules before handing in, and where its pages are.

    ``words(selection, locale)`` gives the values of ``placeholders``. ``check`` raises the DomainError for which the
    selection cannot be handed in or signed. ``remarks`` says what is to be seen to, by the item's key. ``page`` is the
    endpoint of a subject, ``add`` that of the list from which subjects are chosen.
    """

    key: str
    label: Any
    icon: str
    texts: Mapping[tuple[str, str], Texts]
    placeholders: Sequence[str]
    words: Callable[[Selection, str], Mapping[str, str]]
    columns: Sequence[Column]
    facts: Callable[[Selection], Sequence[tuple[Any, str]]]
    page: Callable[[SelectionItem], tuple[str, dict[str, Any]]]
    add: tuple[str, dict[str, Any]]
    check: Callable[[Selection], None]
    remarks: Callable[[Selection], Mapping[int, Sequence[str]]]
    annex_title_vi: str = "Danh sách"
    annex_title_en: str = "List"


_kinds: dict[str, SelectionKind] = {}


def register_kind(kind: SelectionKind) -> SelectionKind:
    """Make a kind of selections known; called once by its feature."""
    _kinds[kind.key] = kind
    return kind


def kind_of(key: str) -> SelectionKind:
    """The kind of this name; raises NotFound."""
    if key not in _kinds:
        raise NotFound
    return _kinds[key]


def all_kinds() -> Sequence[SelectionKind]:
    """Every kind there is."""
    return list(_kinds.values())
