"""Loads the demonstration: the same data for the same day, except for secrets (keys, codes, tokens)."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.badges.lists import BADGES
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.checkin.recounting import recount_tallies
from fairs.contracts.outliers import refresh_all
from fairs.core.actor import Actor
from fairs.core.clock import set_to
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict
from fairs.core.permissions import Role
from fairs.demo.allocation import load_run, load_waiting
from fairs.demo.answers import load_answers
from fairs.demo.applications import load_applications
from fairs.demo.badges import load_badge_layout
from fairs.demo.banking import load_statement
from fairs.demo.booth_sales import load_booth_sales
from fairs.demo.budgets import load_budgets
from fairs.demo.cases import load_cases, load_earlier_violation
from fairs.demo.cash import load_cash_desk
from fairs.demo.claims import load_claims
from fairs.demo.contacts import load_contacts
from fairs.demo.deal_stories import load_deal_stories
from fairs.demo.deals import load_contracts, load_rates
from fairs.demo.duplicates_of_deals import load_duplicates
from fairs.demo.followups import answer_old_questions, load_follow_ups
from fairs.demo.gates import load_devices, load_gates
from fairs.demo.guest_pages import load_guest_pages
from fairs.demo.guests import load_guests
from fairs.demo.halls import load_giftshow_hall, load_souvenirs_hall, publish_plans
from fairs.demo.invitations import load_invitations
from fairs.demo.letters import load_letters
from fairs.demo.lodging import load_lodging
from fairs.demo.milestones import load_milestones
from fairs.demo.money import load_money_documents
from fairs.demo.notes import load_notes
from fairs.demo.participants import load_exhibitors, load_importers, load_trade_visitors, load_visits
from fairs.demo.people import create_accounts, create_cast, give_roles
from fairs.demo.printing import load_printing
from fairs.demo.products import load_products
from fairs.demo.public_days import load_counts
from fairs.demo.receptions import load_receptions
from fairs.demo.refunds import load_check, load_refunds
from fairs.demo.reminders import load_reminders
from fairs.demo.sales import load_sales
from fairs.demo.sitework import load_site_work
from fairs.demo.support import load_decision, load_draft, load_rules_and_lines
from fairs.demo.texts import GIFTSHOW, SOUVENIRS, TERMS_EN, TERMS_VI
from fairs.demo.travel import load_travel
from fairs.demo.year2020_results import load_year
from fairs.directory.reference import load_reference as load_directory_reference
from fairs.exhibitors.lists import EXHIBITORS
from fairs.floorplans.reference import load_reference as load_booth_types
from fairs.lists.service import pin_view, save_view

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SEED = 2020
PLAN_YEAR = 2020


class NotEmpty(Conflict):
    """The demonstration is only loaded into an empty database."""

    code = "not_empty"
    message = "There is a fair in this database already. The demonstration is loaded into an empty one only."


def load_demo(as_of: date, *, scale: int = 1) -> dict[str, int]:
    """Fill an empty database with the demonstration as of a day; returns what was made. Raises NotEmpty.

    ``scale`` multiplies exhibitors, importers and visitors; halls and booths stay, as they would.
    """
    rng = random.Random(SEED)
    with set_to(datetime.combine(as_of, time(9, 30), ZONE)), transaction():
        if db.session.scalar(select(Fair.id).limit(1)) is not None:
            raise NotEmpty
        load_directory_reference()
        load_booth_types()
        users = create_accounts()
        giftshow, souvenirs = _fairs(as_of)
        give_roles(users, [giftshow, souvenirs])
        load_milestones([giftshow, souvenirs], users)
        cast = create_cast(rng, users, scale=scale)
        products = load_products(cast)
        load_rates(as_of)
        load_giftshow_hall(giftshow)
        load_souvenirs_hall(souvenirs)
        made = {
            "exhibitors": load_exhibitors(rng, giftshow, cast, booths=238, first=0, scale=scale)
            + load_exhibitors(rng, souvenirs, cast, booths=165, first=20, scale=scale),
            "importers": load_importers(rng, giftshow, cast, range(120 * scale))
            + load_importers(rng, souvenirs, cast, range(110 * scale, 170 * scale)),
            "visitors": load_trade_visitors(souvenirs, cast),
            "visits": load_visits(rng, souvenirs),
            "contracts": load_contracts(rng, souvenirs, cast),
            "products": products,
        }
        days = random.Random(PLAN_YEAR + 1)  # a stream of its own: what comes before and after stays as it was
        made |= {"counted": load_counts(days, souvenirs, users), "sales declared": load_sales(days, souvenirs, users)}
        load_gates(souvenirs)
        recount_tallies(souvenirs)
        made |= {"wishes": load_applications(giftshow, souvenirs, users)}
        made |= load_site_work(giftshow, souvenirs, cast)
        organiser = Actor(users["organiser"].id, users["organiser"].name)
        load_rules_and_lines(as_of.year, organiser)
        made["grants"] = load_decision(giftshow, "4a", users) + load_decision(souvenirs, "4b", users)
        made["proposed"] = load_draft(giftshow, "4a", users)
        load_notes(giftshow, cast)
        publish_plans(giftshow, souvenirs, Actor(users["organiser"].id, users["organiser"].name))
        load_booth_sales(giftshow, as_of)
        load_money_documents(giftshow, souvenirs, users)
        made["exhibitors"] += load_waiting(random.Random(PLAN_YEAR + 2), giftshow, cast, scale=scale)
        load_run(giftshow, users)
        load_cash_desk(souvenirs, users)
        made["refunds"] = load_refunds(giftshow, users)
        made["bank lines"] = load_statement(giftshow, users)
        load_reminders(giftshow, users)
        made |= load_budgets(giftshow, souvenirs, users)
        made["invitees"] = load_invitations(random.Random(PLAN_YEAR + 4), giftshow, cast, users)
        made["hosted"] = load_guests(random.Random(PLAN_YEAR + 3), giftshow, users)
        made["stays"] = load_lodging(giftshow, users)
        made["guests flying"] = load_travel(random.Random(PLAN_YEAR + 4), giftshow, users)
        made["contacts"] = load_contacts(random.Random(PLAN_YEAR + 23), giftshow, users)
        made["letters"] = load_letters(random.Random(PLAN_YEAR + 26), giftshow, users)
        made["claims"] = load_claims(souvenirs, users)
        made["answers"] = load_answers(souvenirs, users)
        made["data requests"] = load_guest_pages(giftshow, users)
        load_badge_layout(souvenirs, users)
        made["print jobs"] = load_printing(souvenirs, users)
        made["contracts"] += load_deal_stories(souvenirs, cast)
        made["conflicts"] = load_devices(souvenirs, users)
        made["cases"] = load_cases(souvenirs, users)
        made["delegations"] = load_receptions(giftshow, souvenirs, users)
        _views(users, souvenirs)
        if as_of.year > PLAN_YEAR:
            made |= load_year(random.Random(PLAN_YEAR), cast, users)
            made["cases"] += load_earlier_violation(giftshow, users)
        made["duplicates"] = load_duplicates(souvenirs, giftshow, users)
        made["contracts followed up"] = load_follow_ups(random.Random(PLAN_YEAR + 45), users)
        refresh_all()
        answer_old_questions(users)
        load_check()
        return made


def _views(users: dict[str, User], fair: Fair) -> None:
    """Views that the organiser keeps: one pinned, one shared with booth sales."""
    organiser = users["organiser"]
    by = Actor(organiser.id, organiser.name)
    waiting = save_view(
        EXHIBITORS, fair_id=fair.id, name="Chờ quyết định", query="state=submitted&sort=submitted",
        role=Role.BOOTH_SALES, roles=[Role.ORGANISER], by=by,
    )  # fmt: skip
    unprinted = save_view(
        BADGES, fair_id=fair.id, name="Thẻ chưa in", query="state=active&printed=no", role="", roles=(), by=by
    )
    for view in (waiting, unprinted):
        pin_view(view, True, by=by)


def _fairs(as_of: date) -> tuple[Fair, Fair]:
    opening = as_of + timedelta(days=42)
    giftshow = Fair(
        slug=f"giftshow-{opening.year}",
        code=f"GS{opening:%y}",
        kind="trade",
        state=FairState.BOOKING_OPEN,
        starts_on=opening,
        ends_on=opening + timedelta(days=3),
        balance_due_on=opening - timedelta(days=14),
        auto_accept=False,
        importer_decider="Phòng Quản lý Thương mại",
        terms_vi=TERMS_VI,
        terms_en=TERMS_EN,
        **GIFTSHOW,
    )
    souvenirs = Fair(
        slug=f"great-souvenirs-{as_of.year}",
        code=f"GR{as_of:%y}",
        kind="public",
        state=FairState.RUNNING,
        starts_on=as_of - timedelta(days=1),
        ends_on=as_of + timedelta(days=2),
        balance_due_on=as_of - timedelta(days=10),
        auto_accept=True,
        importer_decider="Phòng Quản lý Thương mại",
        terms_vi=TERMS_VI,
        terms_en=TERMS_EN,
        **SOUVENIRS,
    )
    for fair, year in ((giftshow, opening.year), (souvenirs, as_of.year)):
        fair.name_vi, fair.name_en = f"{fair.name_vi} {year}", f"{fair.name_en} {year}"
    db.session.add_all([giftshow, souvenirs])
    db.session.flush()
    return giftshow, souvenirs
