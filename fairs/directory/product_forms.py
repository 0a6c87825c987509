"""The form of a product."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField

from fairs.core.forms import Form, LongText, MoneyField, Text, WholeNumber
from fairs.core.hs import UNITS, unit_name
from fairs.core.incoterms import INCOTERMS
from fairs.core.money import EXPONENTS
from fairs.core.storage import Upload
from fairs.directory.forms import Choice, group_choices, village_choices
from fairs.directory.models import Company, Product
from fairs.directory.products import MOST_UNITS, ProductDraft


class ProductForm(Form):
    """A product as its maker describes it."""

    name_vi = Text(_l("Name in Vietnamese"), length=200, required=True)
    name_en = Text(_l("Name in English"), length=200)
    group_code = Choice(_l("Product group"), choices=lambda: [("", "—"), *group_choices()], required=True)
    village_id = Choice(_l("Craft village"), choices=village_choices)
    description_vi = LongText(_l("Description in Vietnamese"), length=3000)
    description_en = LongText(_l("Description in English"), length=3000)
    photos = MultipleFileField(_l("Photos"))
    unit = Choice(_l("Sold by"), choices=lambda: [(code, unit_name(code)) for code in UNITS], default="PCE")
    minimum_order = WholeNumber(_l("Minimum order"), least=1, most=MOST_UNITS)
    capacity_month = WholeNumber(_l("Capacity per month"), least=1, most=MOST_UNITS)
    price_min = MoneyField(_l("Price from"))
    price_max = MoneyField(_l("Price to"))
    currency = Choice(_l("Currency"), choices=lambda: [(code, code) for code in EXPONENTS], default="USD")
    incoterm = Choice(
        _l("Incoterm"), choices=lambda: [("", "—"), *((code, f"{code} – {name}") for code, name in INCOTERMS.items())]
    )
    hs_code = Text(_l("HS heading"), length=12)
    certificates = Text(_l("Certificates"), length=400)
    is_public = BooleanField(_l("Show it on public pages"), default=True)

    def fill(self, product: Product) -> None:
        """Show what is known (for GET)."""
        for name in _PLAIN:
            self[name].data = getattr(product, name)
        self.village_id.data = str(product.village_id or "")
        self.price_min.data = product.price_min.decimal if product.price_min else None
        self.price_max.data = product.price_max.decimal if product.price_max else None

    def begin(self, company: Company) -> None:
        """What a new product has from its company."""
        self.village_id.data = str(company.village_id or "")
        self.group_code.data = next(iter(company.groups), "")

    def draft(self) -> ProductDraft:
        """What was typed."""
        values: dict[str, Any] = {name: self[name].data for name in _PLAIN}
        return ProductDraft(
            **values,
            village_id=int(self.village_id.data) if self.village_id.data else None,
            price_min=self.price_min.data,
            price_max=self.price_max.data,
        )

    def uploads(self) -> list[Upload]:
        """The chosen photos, unjudged."""
        chosen = [one for one in self.photos.data or () if isinstance(one, FileStorage) and one.filename]
        return [Upload(str(one.filename), one.read()) for one in chosen]


_PLAIN = (
    "name_vi", "name_en", "group_code", "description_vi", "description_en", "unit", "minimum_order", "capacity_month",
    "currency", "incoterm", "hs_code", "certificates", "is_public",
)  # fmt: skip
