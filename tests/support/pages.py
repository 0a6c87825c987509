"""Forms as a browser finds them on a page: where they go, what they hold, what one can type."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = {"text", "search", "email", "tel", "url", "number", "date", "time", "password", ""}
KEPT = {"text", "search", "email", "tel", "url", ""}


@dataclass
class Field:
    """A control of a form; ``options`` of a select or of radio buttons."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    checked: bool = False

    @property
    def is_typed(self) -> bool:
        """Whether a person types into it."""
        return self.kind in TYPED or self.kind == "textarea"

    @property
    def is_kept(self) -> bool:
        """Whether what was typed has to stand there again when something is wrong."""
        return self.kind in KEPT or self.kind == "textarea"


@dataclass
class Form:
    """A form of a page."""

    page: str
    action: str
    fields: list[Field] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields."""
        return tuple(sorted({one.name for one in self.fields}))

    def filled(self) -> dict[str, list[str]]:
        """What a browser would send if nothing was changed."""
        values: dict[str, list[str]] = {}
        for one in self.fields:
            if (
                one.name == "csrf_token"
                or one.kind == "file"
                or (one.kind in {"checkbox", "radio"} and not one.checked)
            ):
                continue
            values.setdefault(one.name, []).append(one.value)
        return values


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: Field | None = None
        self._area: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            posts = given.get("method", "get").lower() == "post" or "hx-post" in given
            action = given.get("hx-post") or given.get("action")
            blank = action is None and "hidden" in given  # a script fills and addresses it
            self._form = Form(self.page, action or self.page) if posts and not blank else None
            if self._form:
                self.forms.append(self._form)
        if self._form is None:
            return
        name, kind = given.get("name", ""), given.get("type", "").lower()
        if tag == "input" and name:
            self._form.fields.append(Field(name, kind, given.get("value", ""), checked="checked" in given))
        elif tag == "button" and name and kind in {"submit", ""}:
            if not any(one.kind == "button" for one in self._form.fields):
                self._form.fields.append(Field(name, "button", given.get("value", "")))
        elif tag == "select" and name:
            self._select = Field(name, "select")
            self._form.fields.append(self._select)
        elif tag == "option" and self._select is not None:
            self._select.options.append(given.get("value", ""))
            if "selected" in given or not self._select.value:
                self._select.value = given.get("value", "")
        elif tag == "textarea" and name:
            self._area = Field(name, "textarea")
            self._form.fields.append(self._area)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data


def forms_of(page: str, html: str) -> list[Form]:
    """The forms of a page that change something."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.forms
