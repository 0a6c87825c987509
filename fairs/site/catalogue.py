"""What the public catalogue reads: products of a fair's exhibitors, and who shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import clean, fold
from fairs.core.web import Page, paginate
from fairs.directory.models import Company, CraftVillage, Product, ProductGroup
from fairs.exhibitors.models import Exhibitor, ShownProduct, StandCompany
from fairs.exhibitors.sharing import CO, co_exhibiting
from fairs.exhibitors.states import ExhibitorState

PER_PAGE = 24


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """What of the catalogue is shown. ``text`` matches names of products and companies, accents or not."""

    text: str = ""
    group: str = ""
    village_id: int | None = None


def _shown(fair_id: int) -> Any:
    """Products that everybody may see at a fair: public ones of accepted exhibitors and of their co-exhibitors.

    An exhibitor that has chosen what it brings shows only that.
    """
    accepted = (Exhibitor.fair_id == fair_id) & (Exhibitor.state == ExhibitorState.ACCEPTED)
    here = select(Exhibitor.company_id).where(accepted)
    chosen = select(ShownProduct.product_id).join(Exhibitor, Exhibitor.id == ShownProduct.exhibitor_id).where(accepted)
    choosing = (
        select(Exhibitor.company_id).join(ShownProduct, ShownProduct.exhibitor_id == Exhibitor.id).where(accepted)
    )
    shows_all = Product.company_id.in_(here) & Product.company_id.not_in(choosing)
    shown = shows_all | Product.id.in_(chosen) | Product.company_id.in_(co_exhibiting(fair_id))
    return Product.is_public.is_(True) & shown


def _matching(fair_id: int, wanted: CatalogueFilter) -> Select[Product]:
    query = (
        select(Product)
        .join(Product.company)
        .options(contains_eager(Product.company), joinedload(Product.village), selectinload(Product.photos))
        .where(_shown(fair_id))
    )
    folded = fold(clean(wanted.text)[:100])
    if folded:
        query = query.where(
            Product.folded.contains(folded, autoescape=True) | Company.folded.contains(folded, autoescape=True)
        )
    if wanted.group:
        query = query.where(Product.group_code == wanted.group)
    if wanted.village_id is not None:
        query = query.where(Product.village_id == wanted.village_id)
    return query


def page_of_products(
    fair_id: int, wanted: CatalogueFilter, *, cursor: str | None = None, limit: int = PER_PAGE
) -> Page[Product]:
    """One page: the first product of every company, then the second of every company, and so on."""
    return paginate(
        _matching(fair_id, wanted), (Product.position, False), (Product.id, False), limit=limit, cursor=cursor
    )


def count_shown(fair_id: int) -> int:
    """How many products can be seen at the fair."""
    return db.session.scalar(select(func.count()).select_from(Product).where(_shown(fair_id))) or 0


def shown_product(fair_id: int, product_id: int) -> tuple[Product, Exhibitor]:
    """A product as everybody sees it, and the exhibitor on whose stand it is; raises NotFound."""
    found = db.session.scalar(
        select(Product)
        .options(
            joinedload(Product.village), selectinload(Product.photos),
            joinedload(Product.company).joinedload(Company.village),
        )
        .where(Product.id == product_id, _shown(fair_id))
    )  # fmt: skip
    exhibitor = exhibitors_of_products(fair_id, [found]).get(found.company_id) if found is not None else None
    if found is None or exhibitor is None:
        raise NotFound
    return found, exhibitor


def exhibitors_of_products(fair_id: int, products: Iterable[Product]) -> dict[int, Exhibitor]:
    """On whose stand these products are, by the company that makes them; two queries."""
    companies = {product.company_id for product in products}
    accepted = (Exhibitor.fair_id == fair_id) & (Exhibitor.state == ExhibitorState.ACCEPTED)
    shared = db.session.execute(
        select(StandCompany.company_id, Exhibitor)
        .join(Exhibitor, Exhibitor.id == StandCompany.exhibitor_id)
        .where(accepted, StandCompany.kind == CO, StandCompany.company_id.in_(companies))
        .order_by(StandCompany.id.desc())
    )
    found = {row[0]: row[1] for row in shared}
    rows = db.session.scalars(select(Exhibitor).where(accepted, Exhibitor.company_id.in_(companies)))
    return {**found, **{row.company_id: row for row in rows}}


def first_products(company_ids: Sequence[int]) -> dict[int, Product]:
    """The first public product of each company."""
    first = (
        select(func.min(Product.position))
        .where(Product.company_id == Company.id, Product.is_public.is_(True))
        .correlate(Company)
        .scalar_subquery()
    )
    rows = db.session.scalars(
        select(Product)
        .join(Product.company)
        .options(selectinload(Product.photos))
        .where(Company.id.in_(company_ids), Product.is_public.is_(True), Product.position == first)
        .order_by(Product.id.desc())
    )
    return {row.company_id: row for row in rows}


def groups_shown(fair_id: int) -> Sequence[ProductGroup]:
    """The product groups that have products at the fair."""
    codes = select(Product.group_code).where(_shown(fair_id))
    return db.session.scalars(select(ProductGroup).where(ProductGroup.code.in_(codes)).order_by(ProductGroup.id)).all()


def villages_shown(fair_id: int) -> Sequence[CraftVillage]:
    """The craft villages whose products are at the fair."""
    keys = select(Product.village_id).where(_shown(fair_id))
    return db.session.scalars(select(CraftVillage).where(CraftVillage.id.in_(keys)).order_by(CraftVillage.name)).all()


def villages_of_exhibitors(fair_id: int) -> Sequence[CraftVillage]:
    """The craft villages from which exhibitors come."""
    keys = (
        select(Company.village_id)
        .join(Exhibitor, Exhibitor.company_id == Company.id)
        .where(Exhibitor.fair_id == fair_id, Exhibitor.state == ExhibitorState.ACCEPTED)
    )
    return db.session.scalars(select(CraftVillage).where(CraftVillage.id.in_(keys)).order_by(CraftVillage.name)).all()


def similar_products(fair_id: int, product: Product, limit: int = 4) -> Sequence[Product]:
    """Other products of the same group at the fair, of other companies."""
    query = _matching(fair_id, CatalogueFilter(group=product.group_code)).where(
        Product.company_id != product.company_id
    )
    return db.session.scalars(query.order_by(Product.position, Product.id).limit(limit)).all()
