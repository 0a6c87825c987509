"""The rules of support: list, versions, entering, changing, closing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.core.clock import today
from fairs.core.errors import DomainError
from fairs.core.text import clean, fold
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.funding import queries
from fairs.funding.forms import CERTAINTY, RuleForm
from fairs.funding.permissions import MANAGE_RULES, VIEW_FUNDING
from fairs.funding.reference import load_rules
from fairs.funding.rules import add_rule, change_rule, close_rule

ZONE = "Asia/Ho_Chi_Minh"
bp = Blueprint("support_rules", __name__, url_prefix="/support-rules")


@bp.get("")
@requires(VIEW_FUNDING)
def index() -> str:
    """All rules as they are now; ``?q=`` looks for a part of the item, the basis or the code."""
    text = fold(clean(request.args.get("q", ""))[:100])
    found = [rule for rule in queries.rules() if text in rule.folded]
    return render_template(
        "funding/rules.html", rules=found, uses=queries.uses_of([rule.id for rule in found]), today=today(ZONE),
        certainty=dict(CERTAINTY), MANAGE_RULES=MANAGE_RULES, text=request.args.get("q", ""),
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@requires(MANAGE_RULES)
def new() -> Any:
    """Enter a rule."""
    form = RuleForm()
    if form.validate_on_submit():
        try:
            rule = add_rule(form.draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The rule is entered."), "success")
            return go(url_for("support_rules.show", rule_code=rule.code))
    return render_template("funding/rule_new.html", form=form), 422 if form.is_submitted() else 200


@bp.post("/load")
@requires(MANAGE_RULES)
def load() -> Any:
    """Add the known rules that are not there."""
    load_rules()
    flash(_("The known rules are loaded. Confirm each before it is used."), "success")
    return go(url_for("support_rules.index"))


@bp.get("/<rule_code>")
@requires(VIEW_FUNDING)
def show(rule_code: str) -> Any:
    """A rule with its versions."""
    return _show(rule_code, None)


def _show(rule_code: str, form: RuleForm | None) -> Any:
    versions = queries.rule_versions(rule_code)
    rule = versions[0]
    page = render_template(
        "funding/rule.html", rule=rule, versions=versions, form=form or RuleForm(formdata=None, obj=rule),
        uses=queries.uses_of([one.id for one in versions]), certainty=dict(CERTAINTY), MANAGE_RULES=MANAGE_RULES,
        today=today(ZONE),
    )  # fmt: skip
    return (page, 422) if form is not None else page


@bp.post("/<rule_code>/change")
@requires(MANAGE_RULES)
def change(rule_code: str) -> Any:
    """Change a rule; one that was used gets its next version."""
    rule, form = queries.rule_versions(rule_code)[0], RuleForm()
    if form.validate_on_submit():
        try:
            changed = change_rule(rule, form.draft(rule), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved as version %(n)s.", n=changed.version), "success")
            return go(url_for("support_rules.show", rule_code=changed.code))
    return _show(rule_code, form)


@bp.post("/<rule_code>/close")
@requires(MANAGE_RULES)
def close(rule_code: str) -> Any:
    """Use the rule no more, or again."""
    rule = queries.rule_versions(rule_code)[0]
    closed = request.form.get("do") != "open"
    close_rule(rule, closed=closed, by=actor())
    flash(_("Closed: nothing new is granted by it.") if closed else _("In use again."), "success")
    return go(url_for("support_rules.show", rule_code=rule.code))


register_nav(
    NavItem("support_rules", _l("Rules of support"), "scale", "support_rules.index", VIEW_FUNDING, 937, for_fair=False)
)
