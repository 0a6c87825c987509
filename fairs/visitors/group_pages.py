"""Groups: the public form, the leader's own page by link, and what staff see and hand in."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, Response, flash, g, render_template, request, session, url_for
from flask_babel import gettext as _

from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.states import BadgeState
from fairs.calendar.context import current_fair
from fairs.core.actor import Actor
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.links import linked
from fairs.core.lists import download, known, page_of
from fairs.core.web import actor, go, private_page, public, requires
from fairs.messages.render import render_attachment
from fairs.visitors.forms import GroupForm, MemberForm, MoreForm, StaffGroupForm
from fairs.visitors.group_lists import GROUP_SOURCES, GROUPS, wanted_of
from fairs.visitors.groups import (
    GROUP_CATEGORIES,
    MOST_PUBLIC,
    MOST_STAFF,
    GroupFilter,
    Line,
    add_people,
    badges_of,
    check_lines,
    correct_member,
    group_by_reference,
    lines_of_sheet,
    members_of,
    register_group,
    remove_member,
    send_group,
)
from fairs.visitors.models import VisitorGroup
from fairs.visitors.permissions import REGISTER_VISITOR, VIEW_VISITORS
from fairs.visitors.service import accepts_visitors
from fairs.visitors.states import VisitorState

bp = Blueprint("visitor_groups", __name__)
_DONE_KEY = "group_done"


def _taken(form: GroupForm, most: int) -> list[Line]:
    """Put the people of a handed-in sheet into the list, and give back its wrong lines; the sheet itself is not kept."""
    upload = form.file.upload()
    if upload is not None:
        try:
            text = lines_of_sheet(upload, most=most)
        except InvalidInput as error:
            form.add_error(error)
            return []
        form.people.data = "\n".join(part for part in ((form.people.data or "").rstrip(), text) if part)
    try:
        lines = check_lines(form.people.data or "", form.country.data or "VN", most=most)
    except InvalidInput as error:
        form.add_error(error)
        return []
    return [line for line in lines if line.problems]


def _hand_in(form: Any, *, public_form: bool) -> tuple[VisitorGroup | None, list[Line]]:
    """The group, or None and the wrong lines of what was typed."""
    if not form.is_submitted():
        return None, []
    is_valid = form.validate()
    wrong = _taken(form, MOST_PUBLIC if public_form else MOST_STAFF)
    if not is_valid or form.errors:
        return None, wrong
    try:
        return register_group(current_fair(), form.draft(), by=None if public_form else actor()), []
    except DomainError as error:
        form.add_error(error)
    return None, wrong


@bp.route("/f/<fair_slug>/visit/group", methods=["GET", "POST"])
@public
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def register() -> Any:
    """A leader registers a group."""
    fair = current_fair()
    if not accepts_visitors(fair):
        return render_template("importers/closed.html"), 409
    form = GroupForm()
    group, wrong = _hand_in(form, public_form=True)
    if group is not None:
        session[_DONE_KEY] = group.leader_email
        return go(url_for("visitor_groups.done"))
    page = render_template("visitors/group_register.html", form=form, wrong=wrong, most=MOST_PUBLIC)
    return page, 422 if form.errors else 200


@bp.get("/f/<fair_slug>/visit/group/done")
@public
def done() -> str:
    """Where the badges are now."""
    return render_template("visitors/group_done.html", email=session.get(_DONE_KEY, ""))


# --- the leader's page --------------------------------------------------------------------------------------------


def _mine(token: str) -> VisitorGroup:
    group = linked(token, VisitorGroup)
    g.fair = group.fair
    if "locale" not in session:
        g.locale = group.locale
    flask_babel.refresh()
    return group


def _leader(group: VisitorGroup) -> Actor:
    return Actor(None, group.leader_name[:200])


def _own(group: VisitorGroup, token: str, status: int = 200, **values: Any) -> Any:
    context = {
        "form": MoreForm(formdata=None), "wrong": [], "faulty": "", "typed": "", "problem": "",
        "members": members_of(group.id), "is_open": accepts_visitors(group.fair), "states": VisitorState, **values,
    }  # fmt: skip
    return private_page(
        render_template("visitors/group_own.html", group=group, token=token, fair=group.fair, **context), "drop"
    ), status


@bp.get("/vg/<token>")
@public
def own_page(token: str) -> Any:
    """The group with its badges, for its leader."""
    return _own(_mine(token), token)


@bp.get("/vg/<token>/badges.pdf")
@public
def own_badges(token: str) -> Response:
    """All badges of the group as one file."""
    return _file(_mine(token))


def _file(group: VisitorGroup) -> Response:
    if not badges_of(group.id):
        raise NotFound
    file = render_attachment("group-badges", group.id)
    answer = Response(file.content, mimetype=file.content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.post("/vg/<token>/more")
@public
@limiter.limit(PUBLIC_FORM)
def more(token: str) -> Any:
    """Further people."""
    group, form = _mine(token), MoreForm()
    if form.validate():
        try:
            before = add_people(group, form.people.data or "")
            _tell_known(len(before))
            return go(url_for("visitor_groups.own_page", token=token))
        except DomainError as error:
            form.add_error(error)
    return _own(group, token, 422, form=form, wrong=_wrong(group, form))


def _tell_known(number: int) -> None:
    if number:
        flash(
            flask_babel.ngettext(
                "%(num)s person had registered before: the badge went to them.",
                "%(num)s people had registered before: the badges went to them.", number,
            ), "info",
        )  # fmt: skip
    else:
        flash(_("Added. Their badges are ready."), "success")


def _wrong(group: VisitorGroup, form: MoreForm) -> list[Line]:
    try:
        return [line for line in check_lines(form.people.data or "", group.country, most=MOST_STAFF) if line.problems]
    except InvalidInput:
        return []


@bp.post("/vg/<token>/<reference>/name")
@public
@limiter.limit(PUBLIC_FORM)
def correct(token: str, reference: str) -> Any:
    """A name on a badge, corrected by the leader."""
    group, form = _mine(token), MemberForm()
    try:
        if not form.validate():
            raise InvalidInput(form.name.errors[0] if form.name.errors else None, field="name")
        correct_member(group, reference, form.name.data or "", "", by=_leader(group))
    except NotFound:
        raise
    except DomainError as error:
        return _own(group, token, 422, faulty=reference, typed=form.name.data or "", problem=error)
    flash(_("Corrected. The badge is new: load it again."), "success")
    return go(url_for("visitor_groups.own_page", token=token))


@bp.post("/vg/<token>/<reference>/remove")
@public
@limiter.limit(PUBLIC_FORM)
def remove(token: str, reference: str) -> Any:
    """Somebody of the group does not come."""
    group = _mine(token)
    remove_member(group, reference, by=_leader(group))
    flash(_("Taken off the list: the badge opens nothing any more."), "success")
    return go(url_for("visitor_groups.own_page", token=token))


# --- staff --------------------------------------------------------------------------------------------------------


@bp.get("/fairs/<fair_slug>/visitors/groups")
@requires(VIEW_VISITORS)
def index() -> Any:
    """The groups of the fair, with filters; ``format=xlsx`` gives them as a spreadsheet."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(GROUPS, fair, known(GROUPS, request.args))
    return render_template(
        "visitors/groups.html", page=page_of(GROUPS, fair, request.args, cursor=request.args.get("cursor")),
        categories=[(one.value, one.label) for one in GROUP_CATEGORIES], sources=GROUP_SOURCES,
        is_filtered=wanted != GroupFilter(), REGISTER_VISITOR=REGISTER_VISITOR,
    )  # fmt: skip


@bp.route("/fairs/<fair_slug>/visitors/groups/new", methods=["GET", "POST"])
@requires(REGISTER_VISITOR)
def new() -> Any:
    """A list handed in by staff."""
    form = StaffGroupForm()
    group, wrong = _hand_in(form, public_form=False)
    if group is not None:
        flash(_("The group is registered."), "success")
        return go(url_for("visitor_groups.show", reference=group.reference))
    page = render_template("visitors/group_new.html", form=form, wrong=wrong, most=MOST_STAFF)
    return page, 422 if form.errors else 200


@bp.get("/fairs/<fair_slug>/visitors/groups/<reference>")
@requires(VIEW_VISITORS)
def show(reference: str) -> str:
    """One group with all its people and badges."""
    return _show(group_by_reference(current_fair().id, reference))


def _show(group: VisitorGroup, **values: Any) -> str:
    members = members_of(group.id)
    valid = [row for row in members if row.badge is not None and row.badge.state is BadgeState.ACTIVE]
    context = {"form": MoreForm(formdata=None), "wrong": [], **values}
    return render_template(
        "visitors/group.html", group=group, members=members, valid=len(valid), states=VisitorState,
        REGISTER_VISITOR=REGISTER_VISITOR, PRINT_BADGES=PRINT_BADGES, **context,
    )  # fmt: skip


@bp.get("/fairs/<fair_slug>/visitors/groups/<reference>/badges.pdf")
@requires(PRINT_BADGES)
def badges(reference: str) -> Response:
    """All badges of the group as one file."""
    return _file(group_by_reference(current_fair().id, reference))


@bp.post("/fairs/<fair_slug>/visitors/groups/<reference>/add")
@requires(REGISTER_VISITOR)
def add(reference: str) -> Any:
    """Further people, handed in by staff."""
    group, form = group_by_reference(current_fair().id, reference), MoreForm()
    if form.validate():
        try:
            _tell_known(len(add_people(group, form.people.data or "", by=actor())))
            return go(url_for("visitor_groups.show", reference=reference))
        except DomainError as error:
            form.add_error(error)
    return _show(group, form=form, wrong=_wrong(group, form)), 422


@bp.post("/fairs/<fair_slug>/visitors/groups/<reference>/send")
@requires(REGISTER_VISITOR)
def send(reference: str) -> Any:
    """All badges once more to the leader."""
    group = group_by_reference(current_fair().id, reference)
    if group.leader_email:
        send_group(group)
        flash(_("All badges were sent to the leader."), "success")
    else:
        flash(_("There is no e-mail address. Print the badges instead."), "warning")
    return go(url_for("visitor_groups.show", reference=reference))
