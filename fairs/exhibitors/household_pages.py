"""Pages for partners: file households by a sheet, see what became of them. Of others' filings they see nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar.context import current_fair
from fairs.core.errors import Conflict, DomainError, InvalidInput
from fairs.core.forms import Form, Text, UploadField
from fairs.core.sheets import sheet_response
from fairs.core.web import NavItem, actor, go, paginate, register_nav, requires
from fairs.directory.models import Company
from fairs.directory.queries import group_names, product_groups, villages
from fairs.exhibitors import household_queries, households
from fairs.exhibitors.household_sheet import CHOICE_WORDS, COLUMNS, MOST_ROWS, template_sheets
from fairs.exhibitors.journey import journey
from fairs.exhibitors.models import Exhibitor, HouseholdFiling
from fairs.exhibitors.permissions import FILE_HOUSEHOLDS, VIEW_EXHIBITORS
from fairs.exhibitors.states import ExhibitorState
from fairs.exhibitors.wishes import cost_of
from fairs.lists.tools import may_here

bp = Blueprint("households", __name__, url_prefix="/fairs/<fair_slug>/households")


class SheetForm(Form):
    """A sheet with households, and for which organisation."""

    organisation = Text(_l("Commune, district or association"), length=200, required=True)
    file = UploadField(_l("Sheet with the households"))


def _only_mine() -> int | None:
    """Whose filings the reader sees: partners their own, staff who see all applications every one (None)."""
    return None if may_here(VIEW_EXHIBITORS) else g.user.id


def _filing(filing_id: int) -> HouseholdFiling:
    sees_all = may_here(VIEW_EXHIBITORS)
    return household_queries.filing_for(current_fair().id, filing_id, g.user.id, sees_all=sees_all)


@bp.route("", methods=["GET", "POST"])
@requires(FILE_HOUSEHOLDS)
def index() -> Any:
    """What was filed so far, and the next sheet."""
    fair, mine = current_fair(), _only_mine()
    form = SheetForm(data={"organisation": household_queries.last_organisation(g.user.id)})
    if form.validate_on_submit():
        upload = form.file.upload()
        try:
            if upload is None:
                raise InvalidInput(_("Please choose a file."), field="file")
            filing = households.read_filing(fair, upload, form.organisation.data or "", by=actor())
        except InvalidInput as error:
            form.add_error(error)
        else:
            return go(url_for("households.filing", filing_id=filing.id))
    text, state = request.args.get("q", ""), request.args.get("state", "")
    found = household_queries.households_filed(fair.id, mine, text=text, state=state)
    page = paginate(found, (Company.folded, False), (Exhibitor.id, False), cursor=request.args.get("cursor"))
    shown = render_template(
        "exhibitors/households.html", form=form, page=page, filings=household_queries.filings_of(fair.id, mine),
        state_choices=[(str(one), one.label) for one in ExhibitorState if one is not ExhibitorState.DRAFT], most=MOST_ROWS,
        is_filtered=bool(text or state),
    )  # fmt: skip
    return shown, 422 if form.errors else 200


@bp.get("/template.xlsx")
@requires(FILE_HOUSEHOLDS)
def template() -> Response:
    """The sheet to fill in."""
    fair = current_fair()
    return sheet_response(
        template_sheets(product_groups(), villages()), f"{fair.slug}-danh-sach-ho", time_zone=fair.time_zone
    )


@bp.get("/<int:filing_id>")
@requires(FILE_HOUSEHOLDS)
def filing(filing_id: int) -> str:
    """A sheet as it is looked over before it is filed, or what became of it."""
    return _page(_filing(filing_id))


def _page(found: HouseholdFiling, error: DomainError | None = None) -> str:
    if found.filed_at is not None:
        return render_template(
            "exhibitors/households_filed.html", filing=found, rows=household_queries.filed_rows(found),
            may_take_back=households.may_take_back(found), columns=COLUMNS,
        )  # fmt: skip
    lines = households.look_over(found, _choices() if request.method == "POST" else None)
    return render_template(
        "exhibitors/households_check.html", filing=found, lines=lines, error=error, words=CHOICE_WORDS,
        group_names=group_names(), open=[line for line in lines if not line.choice],
        wrong=[line for line in lines if line.problems], ready=sum(line.is_filed for line in lines),
        agreed="agreed" in request.form,
    )  # fmt: skip


def _choices() -> dict[int, str]:
    found = {}
    for name, value in request.form.items():
        number = name.removeprefix("choice-")
        if name != number and number.isascii() and number.isdigit() and len(number) < 15:
            found[int(number)] = value
    return found


@bp.post("/<int:filing_id>")
@requires(FILE_HOUSEHOLDS)
def act(filing_id: int) -> Any:
    """Keep the choices, file, or take back: the pressed button says which."""
    found = _filing(filing_id)
    try:
        match request.form.get("do", ""):
            case "keep":
                households.keep_choices(found, _choices(), by=actor())
                flash(_("Saved."), "success")
            case "file":
                households.keep_choices(found, _choices(), by=actor())
                number = households.file_households(found, agreed="agreed" in request.form, by=actor())
                flash(_("%(number)s households are filed.", number=number), "success")
            case "back":
                number = households.take_back(found, by=actor())
                flash(_("%(number)s applications are taken back.", number=number), "success")
            case _:
                raise InvalidInput(_("Please choose one of the buttons."))
    except InvalidInput as error:
        return _page(found, error), 422
    except Conflict as error:
        flash(str(error), "warning")
    return go(url_for("households.filing", filing_id=filing_id))


@bp.get("/applications/<reference>")
@requires(FILE_HOUSEHOLDS)
def household(reference: str) -> str:
    """One household's application, as its partner follows it."""
    found = household_queries.household_filed(current_fair().id, reference, _only_mine())
    return render_template(
        "exhibitors/household.html", exhibitor=found, company=found.company, steps=journey(found),
        group_names=group_names(), cost=cost_of(found),
    )  # fmt: skip


register_nav(NavItem("households", _l("Households"), "users-group", "households.index", FILE_HOUSEHOLDS, 32))
