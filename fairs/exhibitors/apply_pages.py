"""Applying to exhibit, step by step: company, products and place, the fair's questions, contact, review.

Part of the pages of ``my``.
"""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.db import transaction
from fairs.core.errors import DomainError
from fairs.core.forms import Form
from fairs.core.i18n import current_locale, localized
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.web import actor, go, requires
from fairs.directory.forms import CompanyForm
from fairs.directory.models import Company
from fairs.directory.products import pattern_of, products_of
from fairs.directory.queries import group_names
from fairs.exhibitors import my
from fairs.exhibitors.forms import ConsentForm, ContactForm, ProductsForm
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.my import Page, mine_at, page, save_company_form
from fairs.exhibitors.permissions import APPLY
from fairs.exhibitors.queries import takes_applications
from fairs.exhibitors.questions import answers_of, in_words, questions_of
from fairs.exhibitors.service import (
    EDITABLE,
    accepts_at_once,
    answer_questions,
    missing_parts,
    save_contact,
    save_products,
    start_application,
    submit_application,
)
from fairs.exhibitors.states import ExhibitorState
from fairs.exhibitors.wishes import cost_of, price_list
from fairs.floorplans.queries import zones_of
from fairs.questions.forms import fill_answers, typed_answers, with_questions


def _step_url(step: str, company: Company | None) -> str:
    return url_for(f"my.apply_{step}", company=company.id if company is not None else None)


def _begin(step: str) -> tuple[Fair, Company | None, Exhibitor | None, Response | None]:
    """What a step of the application needs, or where to go instead."""
    fair = current_fair()
    company, exhibitor = mine_at(fair)
    away = None
    if exhibitor is not None and exhibitor.state not in EDITABLE:
        away = redirect(url_for("my.fair", company=exhibitor.company_id))
    elif not takes_applications(fair):
        flash(_("This fair does not take applications at the moment."), "warning")
        away = redirect(url_for("my.start"))
    elif step != "company" and company is None:
        away = redirect(_step_url("company", None))
    return fair, company, exhibitor, away


bp = my.bp

LABELS = {
    "company": _l("Company"), "products": _l("Products"), "questions": _l("Questions"), "contact": _l("Contact"),
    "review": _l("Review"),
}  # fmt: skip


def _steps(fair: Fair) -> list[str]:
    """The steps of this fair's form; one for questions only where it asks any."""
    return ["company", "products", *(["questions"] if questions_of(fair.id) else []), "contact", "review"]


def _after(step: str, fair: Fair, company: Company | None) -> str:
    steps = _steps(fair)
    return _step_url(steps[steps.index(step) + 1], company)


def _step_page(step: str, form: Any, company: Company | None, exhibitor: Exhibitor | None, **values: Any) -> Page:
    steps = _steps(current_fair())
    urls = {name: _step_url(name, company) for name in steps}
    place = steps.index(step)
    return page(
        f"exhibitors/apply_{step}.html", form, company=company, exhibitor=exhibitor, step=place + 1, step_labels=[LABELS[name] for name in steps],
        step_urls=urls, back_url=urls[steps[place - 1]] if place else None, **values,
    )  # fmt: skip


@bp.get("/my/<fair_slug>/apply")
@requires(APPLY)
def apply() -> Response:
    """To the first step that is not done."""
    _fair, company, exhibitor, away = _begin("company")
    if away is not None:
        return away
    if company is None or exhibitor is None:
        return redirect(_step_url("company", company))
    missing = missing_parts(exhibitor)
    return redirect(_step_url(missing[0] if missing else "review", company))


@bp.route("/my/<fair_slug>/apply/company", methods=["GET", "POST"])
@requires(APPLY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def apply_company() -> Page:
    """First step: the company, known from earlier fairs."""
    fair, company, exhibitor, away = _begin("company")
    if away is not None:
        return away
    form = CompanyForm()
    if not form.is_submitted():
        if company is not None:
            form.fill(company)
    elif form.validate():
        saved = save_company_form(form, company)
        if saved is not None:
            start_application(fair, saved, by=actor(), locale=current_locale())
            return go(_step_url("products", saved))
    return _step_page("company", form, company, exhibitor)


@bp.route("/my/<fair_slug>/apply/products", methods=["GET", "POST"])
@requires(APPLY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def apply_products() -> Page:
    """Second step: what will be shown, and at which price."""
    fair, company, exhibitor, away = _begin("products")
    if away is not None or company is None:
        return away or redirect(_step_url("company", None))
    form = ProductsForm()
    form.offer(company.id)
    if not form.is_submitted():
        if exhibitor is not None:
            form.fill(exhibitor)
        else:
            form.group_codes.data = company.groups
    elif form.validate():
        try:
            with transaction():
                exhibitor = start_application(fair, company, by=actor(), locale=current_locale())
                save_products(exhibitor, form.draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            return go(_after("products", fair, company))
    return _step_page(
        "products", form, company, exhibitor, zones=zones_of(fair.id), prices=price_list(fair.id, exhibitor),
        pictures={product.id: product for product in products_of(company.id)}, pattern_of=pattern_of,
    )  # fmt: skip


@bp.route("/my/<fair_slug>/apply/questions", methods=["GET", "POST"])
@requires(APPLY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def apply_questions() -> Page:
    """Third step, where the fair asks questions of its own. What is right is kept at once, files above all."""
    fair, company, exhibitor, away = _begin("questions")
    if away is not None or exhibitor is None:
        return away or redirect(_step_url("products", company))
    asked = questions_of(fair.id, exhibitor.track)
    if not asked:
        return redirect(_after("questions", fair, company) if questions_of(fair.id) else _step_url("contact", company))
    form = with_questions(Form, asked)()
    if not form.is_submitted():
        fill_answers(form, answers_of(exhibitor.id))
    else:
        form.validate()
        for problem in answer_questions(exhibitor, typed_answers(form, asked), by=actor()):
            form.add_error(problem)
        if not form.errors:
            return go(_after("questions", fair, company))
    kept = {answer.question_id: answer for answer in answers_of(exhibitor.id) if answer.file is not None}
    return _step_page("questions", form, company, exhibitor, asked=asked, kept=kept)


@bp.route("/my/<fair_slug>/apply/contact", methods=["GET", "POST"])
@requires(APPLY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def apply_contact() -> Page:
    """Third step: who answers for it."""
    _fair, company, exhibitor, away = _begin("contact")
    if away is not None or exhibitor is None:
        return away or redirect(_step_url("products", company))
    form = ContactForm()
    if not form.is_submitted():
        form.fill(exhibitor)
        form.contact_email.data = form.contact_email.data or g.user.email
    elif form.validate():
        try:
            save_contact(exhibitor, form.draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            return go(_step_url("review", company))
    return _step_page("contact", form, company, exhibitor)


@bp.route("/my/<fair_slug>/apply/review", methods=["GET", "POST"])
@requires(APPLY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def apply_review() -> Page:
    """Last step: look over it, agree, hand in."""
    fair, company, exhibitor, away = _begin("review")
    if away is not None or exhibitor is None:
        return away or redirect(_step_url("products", company))
    missing = missing_parts(exhibitor)
    if missing:
        return redirect(_step_url(missing[0], company))
    form = ConsentForm()
    if form.validate_on_submit():
        try:
            done = submit_application(exhibitor, form.given(), by=actor(), locale=current_locale())
        except DomainError as error:
            form.add_error(error)
        else:
            if done.state is ExhibitorState.ACCEPTED:
                flash(_("You are accepted. Choose your booth now."), "success")
            else:
                flash(_("Your application has been handed in."), "success")
            return go(url_for("my.fair", company=done.company_id))
    names = group_names()
    return _step_page(
        "review", form, company, exhibitor, fair_terms=localized(fair, "terms"), group_names=names, cost=cost_of(exhibitor),
        at_once=accepts_at_once(exhibitor),
        answers=answers_of(exhibitor.id), in_words=in_words,
    )  # fmt: skip
