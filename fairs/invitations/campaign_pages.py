"""Pages of campaigns: list, draft with the live size of its segment, preview, test, start, progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import DomainError
from fairs.core.web import actor, go, requires
from fairs.directory.forms import group_choices
from fairs.invitations.campaigns import (
    cancel_campaign,
    pause_campaign,
    resume_campaign,
    save_campaign,
    send_test,
    start_campaign,
)
from fairs.invitations.forms import CampaignForm, fair_days
from fairs.invitations.mails import LEFT_OUT, rendered
from fairs.invitations.models import Campaign, Invitee
from fairs.invitations.permissions import INVITE, VIEW_INVITATIONS
from fairs.invitations.queries import (
    answers_of,
    campaign_of,
    campaigns_of,
    countries_of,
    progress_of,
    source_choices,
    terms_of,
)
from fairs.invitations.segments import Segment, in_segment, languages_of, size_of, without_address
from fairs.invitations.states import CampaignState, InviteeState, PastAttendance
from fairs.invitations.tasks import begin_campaign
from fairs.invitations.texts import INVITATION, LANGUAGES, PLACEHOLDERS, REMINDER, filled

bp = Blueprint("campaigns", __name__, url_prefix="/fairs/<fair_slug>/invitations/campaigns")


def _contacts_url() -> str:
    return url_for("contacts.index") if "contacts.index" in current_app.view_functions else ""


@bp.get("")
@requires(VIEW_INVITATIONS)
def index() -> str:
    """All campaigns of the fair with their progress."""
    rows = campaigns_of(current_fair().id)
    return render_template(
        "invitations/campaigns.html", rows=rows, progress=progress_of([row.id for row in rows]),
        contacts_url=_contacts_url(), INVITE=INVITE,
    )  # fmt: skip


def _form(fair: Fair, **kwargs: Any) -> CampaignForm:
    form = CampaignForm(**kwargs)
    form.offer(list(countries_of(fair.id)), source_choices(fair.id))
    return form


@bp.route("/new", methods=["GET", "POST"])
@requires(INVITE)
def new() -> Any:
    """Draft a campaign; with ``?reminder=1`` for those who have not answered."""
    fair = current_fair()
    form = _form(fair)
    if not form.is_submitted():
        form.per_minute.data = terms_of(fair.id).per_minute
        reminder = bool(request.args.get("reminder"))
        form.texts_from(REMINDER if reminder else INVITATION)
        form.silent_days.data = 14 if reminder else None
    return _drafted(fair, form, None)


@bp.route("/<int:campaign_id>/edit", methods=["GET", "POST"])
@requires(INVITE)
def edit(campaign_id: int) -> Any:
    """Change a draft."""
    fair = current_fair()
    row, form = campaign_of(fair.id, campaign_id), _form(fair)
    if not form.is_submitted():
        form.fill(row)
    return _drafted(fair, form, row)


def _drafted(fair: Fair, form: CampaignForm, row: Campaign | None) -> Any:
    if form.validate_on_submit():
        try:
            saved = save_campaign(fair, form.draft(), by=actor(), campaign=row)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The draft is kept. Look at the preview before you start it."), "success")
            return go(url_for("campaigns.show", campaign_id=saved.id))
    page = render_template(
        "invitations/campaign_form.html", form=form, campaign=row, placeholders=PLACEHOLDERS, days=fair_days(fair),
        **_size(fair, form.segment()),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _size(fair: Fair, segment: Segment) -> dict[str, Any]:
    return {
        "size": size_of(fair, segment), "languages": languages_of(fair, segment), "known_languages": LANGUAGES,
        "unwritable": without_address(fair, segment),
    }  # fmt: skip


@bp.get("/count")
@requires(VIEW_INVITATIONS)
def count() -> str:
    """How many a segment is for, as it is being put together."""
    fair = current_fair()
    form = _form(fair, formdata=request.args, meta={"csrf": False})
    form.silent_days.validate(form)
    return render_template("invitations/_size.html", **_size(fair, form.segment()))


@bp.get("/<int:campaign_id>")
@requires(VIEW_INVITATIONS)
def show(campaign_id: int) -> str:
    """A campaign: whom it is for, what they read, how far it is."""
    fair = current_fair()
    row = campaign_of(fair.id, campaign_id)
    segment = Segment.of(row.segment)
    is_draft = row.state is CampaignState.DRAFT
    sample, samples = _sample(fair, row, segment)
    language = request.args.get("language", "")
    preview = None
    if sample is not None:
        preview = rendered(filled(row.texts, sample, row.reply_by, language=language), "…")
    names = dict(source_choices(fair.id))
    return render_template(
        "invitations/campaign.html",
        campaign=row,
        segment=segment,
        past=PastAttendance(segment.past).label if segment.past else "",
        group_names=dict(group_choices()),
        source_names=[names[str(one)] for one in segment.sources if str(one) in names],
        sizes=_size(fair, segment) if is_draft else None,
        progress=progress_of([row.id])[row.id],
        answers=answers_of(row.id),
        states=list(InviteeState),
        left_out=LEFT_OUT,
        languages=LANGUAGES,
        preview=preview,
        sample=sample,
        samples=samples,
        language=language,
        own_email=g.user.email,
        C=CampaignState,
        INVITE=INVITE,
        contacts_url=_contacts_url(),
    )


def _sample(fair: Fair, row: Campaign, segment: Segment) -> tuple[Invitee | None, list[Invitee]]:
    """An invitee with whose data the text is shown: the chosen one, else the first of the segment, else any."""
    loaded = (joinedload(Invitee.person), joinedload(Invitee.company))
    some = list(db.session.scalars(in_segment(fair, segment).options(*loaded).order_by(Invitee.id).limit(20)))
    if not some:
        some = list(
            db.session.scalars(
                select(Invitee).where(Invitee.fair_id == fair.id).options(*loaded).order_by(Invitee.id).limit(20)
            )
        )
    wanted = request.args.get("invitee", type=int)
    return next((one for one in some if one.id == wanted), some[0] if some else None), some


@bp.get("/<int:campaign_id>/progress")
@requires(VIEW_INVITATIONS)
def progress(campaign_id: int) -> Any:
    """How far it is; the page asks again while it goes out."""
    row = campaign_of(current_fair().id, campaign_id)
    return render_template(
        "invitations/_progress.html", campaign=row, progress=progress_of([row.id])[row.id], C=CampaignState
    )


def _done(campaign_id: int, act: Callable[[Campaign], object], message: str) -> Any:
    """Act upon a campaign and go back to its page; what forbids it is said there."""
    try:
        act(campaign_of(current_fair().id, campaign_id))
    except DomainError as error:
        flash(str(error), "danger")
    else:
        flash(message, "success")
    return go(url_for("campaigns.show", campaign_id=campaign_id))


@bp.post("/<int:campaign_id>/test")
@requires(INVITE)
def test(campaign_id: int) -> Any:
    """Send the mail to one's own address."""
    fair = current_fair()
    row = campaign_of(fair.id, campaign_id)
    language = request.form.get("language", "en")
    sample, _samples = _sample(fair, row, Segment.of(row.segment))
    if sample is None:
        flash(_("There is nobody on the list whose data could be shown."), "warning")
        return go(url_for("campaigns.show", campaign_id=row.id))
    return _done(
        campaign_id, lambda one: send_test(one, sample, email=g.user.email, language=language, by=actor()),
        _("The test is on its way to %(email)s.", email=g.user.email),
    )  # fmt: skip


@bp.post("/<int:campaign_id>/start")
@requires(INVITE)
def start(campaign_id: int) -> Any:
    """Let it go out."""

    def begin(row: Campaign) -> None:
        start_campaign(row, by=actor())
        begin_campaign(row.id)

    return _done(campaign_id, begin, _("The campaign goes out. You can leave this page."))


@bp.post("/<int:campaign_id>/pause")
@requires(INVITE)
def pause(campaign_id: int) -> Any:
    """Write to nobody for now."""
    message = _("Paused. Whoever was not written to yet waits.")
    return _done(campaign_id, lambda row: pause_campaign(row, by=actor()), message)


@bp.post("/<int:campaign_id>/resume")
@requires(INVITE)
def resume(campaign_id: int) -> Any:
    """Go on."""

    def go_on(row: Campaign) -> None:
        resume_campaign(row, by=actor())
        begin_campaign(row.id)

    return _done(campaign_id, go_on, _("The campaign goes on."))


@bp.post("/<int:campaign_id>/cancel")
@requires(INVITE)
def cancel(campaign_id: int) -> Any:
    """End it."""
    message = _("Cancelled. Nobody else is written to.")
    return _done(campaign_id, lambda row: cancel_campaign(row, by=actor()), message)
