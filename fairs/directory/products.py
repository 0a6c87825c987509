"""Products of companies: what is read and written of them, whoever does it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.audit.service import record
from fairs.config import ROOT
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.hs import UNITS, headings, normal_code
from fairs.core.incoterms import INCOTERMS
from fairs.core.money import EXPONENTS, Money
from fairs.core.pictures import CONTENT_TYPE, Picture, web_pictures
from fairs.core.storage import StoredFile, Upload, discard, keep
from fairs.core.text import clean
from fairs.directory.models import Company, CraftVillage, Product, ProductGroup, ProductPhoto

MOST_PRODUCTS = 60  # of a company
MOST_PHOTOS = 6  # of a product
MOST_UNITS = 100_000_000


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A product as typed. Prices are in major units of ``currency`` for one ``unit``."""

    name_vi: str
    group_code: str
    name_en: str = ""
    description_vi: str = ""
    description_en: str = ""
    hs_code: str = ""
    village_id: int | None = None
    unit: str = "PCE"
    minimum_order: int | None = None
    capacity_month: int | None = None
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    currency: str = "USD"
    incoterm: str = ""
    certificates: str = ""
    is_public: bool = True


# --- reading ------------------------------------------------------------------------------------------------------


def products_of(company_id: int, *, only_public: bool = False) -> Sequence[Product]:
    """A company's products in its own order, with their photos."""
    query = (
        select(Product)
        .options(selectinload(Product.photos), joinedload(Product.village))
        .where(Product.company_id == company_id)
        .order_by(Product.position, Product.id)
    )
    return db.session.scalars(query.where(Product.is_public.is_(True)) if only_public else query).all()


def count_products(company_id: int) -> int:
    """How many products the company has described."""
    return db.session.scalar(select(func.count()).where(Product.company_id == company_id)) or 0


def product_of(company_id: int, product_id: int) -> Product:
    """The company's product; raises NotFound for one of another company, too."""
    found = db.session.scalar(
        select(Product)
        .options(selectinload(Product.photos))
        .where(Product.id == product_id, Product.company_id == company_id)
    )
    if found is None:
        raise NotFound
    return found


def photo_file(token: str, size: str) -> tuple[Product, StoredFile]:
    """A photo's product and file (size: ``large`` or ``thumb``); raises NotFound."""
    photo = db.session.scalar(
        select(ProductPhoto)
        .options(
            joinedload(ProductPhoto.product),
            joinedload(ProductPhoto.large if size == "large" else ProductPhoto.thumb),
        )
        .where(ProductPhoto.token == token)
    )
    if photo is None or size not in {"large", "thumb"}:
        raise NotFound
    return photo.product, photo.large if size == "large" else photo.thumb


@cache
def _drawn() -> frozenset[str]:
    return frozenset(path.stem for path in (ROOT / "static" / "images" / "crafts").glob("*.svg"))


def pattern_of(*codes: str) -> str:
    """Name of the drawing of the first of these product groups that has one; it stands in for a photo."""
    return next((code.lower() for code in codes if code.lower() in _drawn()), "gft")


def suggested_headings(group: ProductGroup | None) -> list[str]:
    """HS headings of four digits that fit the group; all known ones where the group has none."""
    listed = [code for code in (group.hs_headings if group else "").split("|") if code]
    return listed or list(headings())


# --- writing ------------------------------------------------------------------------------------------------------


def save_product(
    company: Company, draft: ProductDraft, *, by: Actor, product: Product | None = None, photos: Sequence[Upload] = ()
) -> Product:
    """Describe a product, or change it, and add photos to it.

    Raises InvalidInput with the field, also for a file that is no photo and beyond 6 photos or 60 products.
    """
    values = _checked(draft)
    pictures = [web_pictures(upload, field="photos") for upload in photos]
    with transaction():
        _check_choices(draft)
        if product is None:
            if count_products(company.id) >= MOST_PRODUCTS:
                raise InvalidInput(_l("A company describes at most %(n)s products.", n=MOST_PRODUCTS))
            last = db.session.scalar(select(func.max(Product.position)).where(Product.company_id == company.id))
            product = Product(company_id=company.id, position=(last or 0) + 1, **values)
            db.session.add(product)
            db.session.flush()
            record("directory.add_product", company, by=by, after={"note": product.name_vi, "product": product.id})
        else:
            product = _locked(company, product)
            before = {key: getattr(product, key) for key, value in values.items() if getattr(product, key) != value}
            for key in before:
                setattr(product, key, values[key])
            if before:
                after = {"note": product.name_vi, "product": product.id, **{key: values[key] for key in before}}
                record("directory.change_product", company, by=by, before=before, after=after)
        _add_photos(company, product, photos, pictures, by=by)
    return product


def _add_photos(
    company: Company,
    product: Product,
    photos: Sequence[Upload],
    pictures: Sequence[tuple[Picture, Picture]],
    *,
    by: Actor,
) -> None:
    known = db.session.scalars(select(ProductPhoto.position).where(ProductPhoto.product_id == product.id)).all()
    if len(known) + len(photos) > MOST_PHOTOS:
        raise InvalidInput(_l("At most %(n)s photos of a product.", n=MOST_PHOTOS), field="photos")
    for number, (upload, (large, small)) in enumerate(zip(photos, pictures, strict=True), max(known, default=0) + 1):
        kept = [keep(upload.name, one.content, CONTENT_TYPE) for one in (large, small)]
        db.session.add(
            ProductPhoto(
                product_id=product.id, position=number, token=secrets.token_urlsafe(12),
                large_id=kept[0].id, thumb_id=kept[1].id,
                width=large.width, height=large.height,
                thumb_width=small.width, thumb_height=small.height,
            )
        )  # fmt: skip
    if photos:
        record("directory.add_photos", company, by=by, after={"note": product.name_vi, "photos": len(photos)})
        db.session.flush()
        db.session.expire(product, ["photos"])


def _locked(company: Company, product: Product) -> Product:
    row = db.session.get(Product, product.id, with_for_update=True, populate_existing=True)
    if row is None or row.company_id != company.id:
        raise NotFound
    return row


def remove_photo(company: Company, product: Product, token: str, *, by: Actor) -> None:
    """Take a photo away for good; one that is gone already changes nothing."""
    with transaction():
        row = _locked(company, product)
        photo = next((one for one in row.photos if one.token == token), None)
        if photo is not None:
            files = [photo.large, photo.thumb]
            row.photos.remove(photo)
            db.session.flush()
            for file in files:
                discard(file)
            record("directory.remove_photo", company, by=by, before={"product": row.id}, after={"note": row.name_vi})


def put_photo_first(company: Company, product: Product, token: str, *, by: Actor) -> None:
    """Make a photo the one that stands on cards; raises NotFound."""
    with transaction():
        row = _locked(company, product)
        photo = next((one for one in row.photos if one.token == token), None)
        if photo is None:
            raise NotFound
        ordered = [photo, *(one for one in row.photos if one is not photo)]
        for number, one in enumerate(ordered, 1):
            one.position = number
        record("directory.order_photos", company, by=by, after={"note": row.name_vi, "product": row.id})


def remove_product(company: Company, product: Product, *, by: Actor) -> None:
    """Take a product out of the catalogue for good, with its photos."""
    with transaction():
        row = _locked(company, product)
        files = [file for photo in row.photos for file in (photo.large, photo.thumb)]
        name, key = row.name_vi, row.id
        db.session.delete(row)
        db.session.flush()
        for file in files:
            discard(file)
        record("directory.remove_product", company, by=by, before={"product": key}, after={"note": name})


def move_product(company: Company, product: Product, *, up: bool, by: Actor) -> None:
    """Change places with the neighbour in the company's order; at the end nothing happens."""
    with transaction():
        rows = list(
            db.session.scalars(
                select(Product)
                .where(Product.company_id == company.id)
                .order_by(Product.position, Product.id)
                .with_for_update()
            )
        )
        place = next((n for n, row in enumerate(rows) if row.id == product.id), None)
        if place is None:
            raise NotFound
        other = place - 1 if up else place + 1
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
            for number, row in enumerate(rows, 1):
                row.position = number
            record("directory.order_products", company, by=by, after={"product": product.id, "position": other + 1})


def _checked(draft: ProductDraft) -> dict[str, object]:
    name_vi, name_en = clean(draft.name_vi)[:200], clean(draft.name_en)[:200]
    if not name_vi:
        raise InvalidInput(_l("Please fill this in."), field="name_vi")
    code = ""
    if clean(draft.hs_code):
        code = normal_code(draft.hs_code) or ""
        if len(code) not in {4, 7}:
            raise InvalidInput(
                _l("Write four or six digits of a known heading, for example 6912 or 6912.00."), field="hs_code"
            )
    for field, number in (("minimum_order", draft.minimum_order), ("capacity_month", draft.capacity_month)):
        if number is not None and not 1 <= number <= MOST_UNITS:
            raise InvalidInput(_l("Write a whole number above zero, or leave it empty."), field=field)
    low, high = _prices(draft)
    return {
        "name_vi": name_vi, "name_en": name_en, "description_vi": clean(draft.description_vi),
        "description_en": clean(draft.description_en), "group_code": draft.group_code, "hs_code": code,
        "village_id": draft.village_id, "unit": draft.unit, "minimum_order": draft.minimum_order,
        "capacity_month": draft.capacity_month, "price_min_minor": low, "price_max_minor": high,
        "currency": draft.currency, "incoterm": draft.incoterm, "certificates": clean(draft.certificates),
        "is_public": draft.is_public,
    }  # fmt: skip


def _prices(draft: ProductDraft) -> tuple[int | None, int | None]:
    """Both ends of the span in minor units; one price alone is the lower end."""
    if draft.currency not in EXPONENTS:
        raise InvalidInput(_l("Please choose from the list."), field="currency")
    ends: list[int | None] = []
    for field, amount in (("price_min", draft.price_min), ("price_max", draft.price_max)):
        try:
            money = None if amount is None else Money.from_decimal(amount, draft.currency)
        except InvalidInput as error:
            error.field = field
            raise
        if money is not None and money.amount_minor <= 0:
            raise InvalidInput(_l("A price is above zero, or empty when you would rather be asked."), field=field)
        ends.append(None if money is None else money.amount_minor)
    low, high = ends
    if low is None:
        low, high = high, None
    if low is not None and high is not None and high < low:
        raise InvalidInput(_l("The highest price is below the lowest."), field="price_max")
    return low, None if high == low else high


def _check_choices(draft: ProductDraft) -> None:
    if db.session.scalar(select(ProductGroup.id).where(ProductGroup.code == draft.group_code)) is None:
        raise InvalidInput(_l("Please choose from the list of product groups."), field="group_code")
    if draft.village_id is not None and db.session.get(CraftVillage, draft.village_id) is None:
        raise InvalidInput(_l("Please choose a craft village from the list."), field="village_id")
    if draft.unit not in UNITS:
        raise InvalidInput(_l("Please choose from the list."), field="unit")
    if draft.incoterm and draft.incoterm not in INCOTERMS:
        raise InvalidInput(_l("Please choose from the list."), field="incoterm")
