"""Fields: whatever arrives is read or refused with a message, and what was typed stands in the field again."""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from fairs.core import forms, i18n
from fairs.core.errors import InvalidInput


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.Text("Name", length=20, required=True)
    note = forms.LongText("Note", length=50)
    day = forms.DayField("Day")
    price = forms.MoneyField("Price", least=0, most=10**9)
    rate = forms.DecimalNumber("Rate", least="0.5", most=100)
    number = forms.WholeNumber("Number", least=1, most=10)
    country = forms.CountryField("Country", required=False)


@pytest.fixture(scope="module", autouse=True)
def _context() -> Iterator[None]:
    app = Flask("forms")
    app.config.update(SECRET_KEY="x", WTF_CSRF_ENABLED=False)
    i18n.init_app(app)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        yield


def bound(**values: Any) -> SampleForm:
    pairs = [(name, item) for name, value in values.items() for item in (value if isinstance(value, list) else [value])]
    return SampleForm(formdata=MultiDict([("name", "A"), *pairs] if "name" not in values else pairs))


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("name", " Ngu\u0301 \u202e\n", "Ngú"), ("note", "a\nb", "a\nb"), ("day", "2026-11-30", date(2026, 11, 30)),
        ("day", "30/11/2026", date(2026, 11, 30)), ("day", "1/2/2026", date(2026, 2, 1)), ("day", "", None),
        ("price", "1.000.000", Decimal(1_000_000)), ("rate", "1,5", Decimal("1.5")), ("number", "7", 7), ("number", "٣", 3),
        ("number", "", None), ("country", "VN", "VN"), ("country", "", ""),
    ],
)  # fmt: skip
def test_what_fits_is_read(field: str, typed: str, value: Any) -> None:
    form = bound(**{field: typed})
    assert form.validate(), form.errors
    assert form[field].data == value


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""), ("name", " \u200b "), ("name", "x" * 21), ("note", "x" * 51),
        ("day", "2026-02-30"), ("day", "30/02/2026"), ("day", "1/2"), ("day", "tomorrow"), ("day", "1/1/99999999999999999999"),
        ("day", "1989-12-31"), ("day", "2101-01-01"), ("day", "1/2/3/4"), ("day", "9" * 5_000),
        ("price", "-1"), ("price", "1000000001"), ("price", "free"), ("price", "9" * 10_000), ("price", "NaN"),
        ("rate", "0,4"), ("rate", "101"), ("number", "0"), ("number", "11"), ("number", "1.5"), ("number", "9" * 5_000),
        ("country", "XX"), ("country", "vn"), ("country", "<script>"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_at_its_field_and_stays_there(field: str, typed: str) -> None:
    form = bound(**{field: typed})
    assert not form.validate()
    assert list(form.errors) == [field]
    assert all(str(message) for message in form.errors[field])
    kept = forms.clean(typed)
    if kept and field not in {"country", "day"}:
        assert html.escape(kept) in str(form[field]())


def test_a_list_where_one_value_is_expected_is_read_as_its_first() -> None:
    form = bound(name=["one", "two"], number=["3", "x"])
    assert form.validate()
    assert (form.name.data, form.number.data) == ("one", 3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.sampled_from(["name", "note", "day", "price", "rate", "number", "country"]), st.text(max_size=60))
def test_no_text_breaks_a_field_or_gets_out_of_its_quotes(field: str, typed: str) -> None:
    form = bound(**{field: typed})
    form.validate()
    shown = str(form[field]())
    assert "<script" not in shown
    for part in ('"><', "<img", "{{"):
        assert part not in shown.replace('"></textarea>', "") or part not in typed


def test_an_amount_shown_is_read_back_as_the_same() -> None:
    for amount in ("1.125", "1234.5", "0.1", "1000", "1234567.89", "12.3456"):
        form = SampleForm(formdata=None, data={"rate": Decimal(amount)})
        assert forms.parse_decimal(form.rate._value()) == Decimal(amount)


def test_an_error_of_a_service_stands_at_its_field_or_on_top() -> None:
    form = bound()
    form.validate()
    form.add_error(InvalidInput("Taken.", field="name"))
    form.add_error(InvalidInput("Not now."))
    form.add_error(InvalidInput("Elsewhere.", field="nothing_here"))
    assert form.name.errors == ["Taken."]
    assert form.form_errors == ["Not now.", "Elsewhere."]
