"""Pages of a company's products: for its own people under /my, for staff who do it for them, and the photos' files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _

from fairs.accounts.queries import matching_grant
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.hs import name_of
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.web import actor, go, public, requires
from fairs.directory import products
from fairs.directory.models import Company
from fairs.directory.permissions import EDIT_DIRECTORY, OWN_COMPANY, VIEW_DIRECTORY
from fairs.directory.product_forms import ProductForm
from fairs.directory.queries import group_names, is_member, product_groups

my = Blueprint("my_products", __name__, url_prefix="/my/companies/<int:company_id>/products")
staff = Blueprint("products", __name__, url_prefix="/directory/companies/<int:company_id>/products")
photos = Blueprint("photos", __name__)
blueprints = [my, staff, photos]


def _company(company_id: int) -> Company:
    """The company, for staff or for its own people; under /my nobody else hears of it."""
    company = db.session.get(Company, company_id)
    if company is None or (request.blueprint == "my_products" and not is_member(g.user.id, company_id)):
        raise NotFound
    return company


def _page(template: str, company: Company, **values: Any) -> str:
    own = request.blueprint == "my_products"
    return render_template(
        template,
        company=company,
        layout="layouts/public.html" if own else "layouts/staff.html",
        back=(url_for("my.start"), _("My fairs"))
        if own
        else (url_for("profiles.company", company_id=company.id), company.name),
        group_names=group_names(),
        pattern_of=products.pattern_of,
        most_products=products.MOST_PRODUCTS,
        most_photos=products.MOST_PHOTOS,
        may_edit=own or matching_grant(g.grants, EDIT_DIRECTORY, None) is not None,
        **values,
    )


def _list(company_id: int) -> Any:
    return go(url_for(".index", company_id=company_id))


@my.get("", endpoint="index")
@requires(OWN_COMPANY)
def own_index(company_id: int) -> str:
    """What one's company makes."""
    return _index(company_id)


@staff.get("", endpoint="index")
@requires(VIEW_DIRECTORY)
def staff_index(company_id: int) -> str:
    """What a company makes."""
    return _index(company_id)


def _index(company_id: int) -> str:
    company = _company(company_id)
    return _page("directory/products.html", company, products=products.products_of(company.id))


@my.route("/new", methods=["GET", "POST"], endpoint="new")
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def own_new(company_id: int) -> Any:
    """Describe a product."""
    return _new(company_id)


@staff.route("/new", methods=["GET", "POST"], endpoint="new")
@requires(EDIT_DIRECTORY)
def staff_new(company_id: int) -> Any:
    """Describe a product for a company."""
    return _new(company_id)


def _new(company_id: int) -> Any:
    company = _company(company_id)
    form = ProductForm()
    if not form.is_submitted():
        form.begin(company)
    elif form.validate():
        try:
            products.save_product(company, form.draft(), by=actor(), photos=form.uploads())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The product is in your catalogue."), "success")
            return _list(company_id)
    return _form(company, form, None)


def _form(company: Company, form: ProductForm, product: Any) -> Any:
    group = next((one for one in product_groups() if one.code == form.group_code.data), None)
    headings = [(code, name_of(code)) for code in products.suggested_headings(group)]
    page = _page("directory/product.html", company, form=form, product=product, headings=headings)
    return page, 422 if form.errors else 200


@my.route("/<int:product_id>", methods=["GET", "POST"], endpoint="edit")
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def own_edit(company_id: int, product_id: int) -> Any:
    """Change one's product."""
    return _edit(company_id, product_id)


@staff.route("/<int:product_id>", methods=["GET", "POST"], endpoint="edit")
@requires(EDIT_DIRECTORY)
def staff_edit(company_id: int, product_id: int) -> Any:
    """Change a product for a company."""
    return _edit(company_id, product_id)


def _edit(company_id: int, product_id: int) -> Any:
    company = _company(company_id)
    product = products.product_of(company.id, product_id)
    form = ProductForm()
    if not form.is_submitted():
        form.fill(product)
    elif form.validate():
        try:
            products.save_product(company, form.draft(), by=actor(), product=product, photos=form.uploads())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return _list(company_id)
        product = products.product_of(company_id, product_id)
    return _form(company, form, product)


@my.post("/<int:product_id>/do", endpoint="act")
@requires(OWN_COMPANY)
def own_act(company_id: int, product_id: int) -> Any:
    """Move or remove one's product, order or remove its photos: the pressed button says which."""
    return _act(company_id, product_id)


@staff.post("/<int:product_id>/do", endpoint="act")
@requires(EDIT_DIRECTORY)
def staff_act(company_id: int, product_id: int) -> Any:
    """The same for a company."""
    return _act(company_id, product_id)


def _act(company_id: int, product_id: int) -> Any:
    company = _company(company_id)
    product = products.product_of(company.id, product_id)
    token = request.form.get("photo", "")[:24]
    match request.form.get("act", ""):
        case "up" | "down" as way:
            products.move_product(company, product, up=way == "up", by=actor())
        case "remove":
            products.remove_product(company, product, by=actor())
            flash(_("The product is taken out of the catalogue."), "success")
        case "photo-first":
            products.put_photo_first(company, product, token, by=actor())
            return go(url_for(".edit", company_id=company_id, product_id=product_id, _anchor="photos"))
        case "photo-remove":
            products.remove_photo(company, product, token, by=actor())
            flash(_("The photo is taken away."), "success")
            return go(url_for(".edit", company_id=company_id, product_id=product_id, _anchor="photos"))
        case _:
            flash(_("Please choose one of the buttons."), "warning")
    return _list(company_id)


@photos.get("/photos/<token>/<size>.webp")
@public
def photo(token: str, size: str) -> Response:
    """A photo's file: of a product on public pages for everybody, else for its company and for staff."""
    product, file = products.photo_file(token[:24], size)
    user = g.get("user")
    if not product.is_public and not (user and (g.grants or is_member(user.id, product.company_id))):
        raise NotFound
    try:
        answer = Response(file.read(), mimetype=file.content_type)
    except FileNotFoundError as error:
        raise NotFound from error
    # The token belongs to this one file for ever; what is shown only to some stays out of shared caches.
    answer.headers["Cache-Control"] = f"{'public' if product.is_public else 'private'}, max-age=604800, immutable"
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer
