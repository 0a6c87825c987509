"""Answering the exit survey, correcting the answer with a trace, setting its days."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contracts.rates import convert
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.exhibitors.models import Exhibitor
from fairs.surveys.errors import AnsweredMeanwhile, SurveyClosed
from fairs.surveys.models import ExitSurvey, SurveyRevision, SurveySetting
from fairs.surveys.queries import asked, window_of

SOURCES = ("web", "link", "paper", "phone")
PAPER = ("paper", "phone")  # typed by staff, as long as the fair is not reported
AGAIN = ("yes", "maybe", "no")
LARGEST = {"VND": 10**12, "JPY": 10**11, "KRW": 10**12}
LARGEST_OTHER = 10**9
NOTHING = Money(0, "USD")


@dataclass(frozen=True, slots=True)
class SurveyDraft:
    """An answer as typed. Scores from 1 to 5; values of orders with their currency."""

    overall: int
    visitors_quality: int | None = None
    organisation: int | None = None
    signed_count: int = 0
    signed: Money = NOTHING
    expected: Money = NOTHING
    leads: int | None = None
    comes_again: str = ""
    remark: str = ""

    def columns(self) -> dict[str, object]:
        """The values as the answer keeps them."""
        found = {name: value for name, value in asdict(self).items() if name not in ("signed", "expected")}
        return found | {
            "remark": clean(self.remark)[:1000],
            "signed_minor": self.signed.amount_minor, "signed_currency": self.signed.currency,
            "expected_minor": self.expected.amount_minor, "expected_currency": self.expected.currency,
        }  # fmt: skip


def answer_survey(
    exhibitor: Exhibitor,
    draft: SurveyDraft,
    *,
    by: Actor,
    source: str = "web",
    seen: int | None = None,
    reason: str = "",
) -> ExitSurvey:
    """Keep an exhibitor's answer; what it said before is kept as a revision. ``seen`` is the revision that was shown (0: none).

    Raises SurveyClosed, InvalidInput (with the field) and AnsweredMeanwhile.
    """
    if source not in SOURCES:
        raise InvalidInput(_l("Please say where the form came from."), field="source")
    with transaction():
        row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=MINE, populate_existing=True)
        fair = db.session.get_one(Fair, row.fair_id)
        _check_open(fair, row, source)
        _check(draft)
        known = db.session.scalar(
            select(ExitSurvey)
            .where(ExitSurvey.exhibitor_id == row.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if seen is not None and seen != (known.revision if known else 0):
            raise AnsweredMeanwhile
        values = draft.columns()
        if known is None:
            known = ExitSurvey(fair_id=row.fair_id, exhibitor_id=row.id, source=source, answered_at=now(), **values)
            db.session.add(known)
            _set_usd(known, fair)
            db.session.flush()
            record("surveys.answer", known, by=by, after=known.content())
            return known
        if all(getattr(known, name) == value for name, value in values.items()):
            return known
        before = known.content()
        db.session.add(
            SurveyRevision(
                survey_id=known.id, number=known.revision, content=before, reason=clean(reason)[:200], by_id=by.user_id,
                by_label=by.label[:250],
            )
        )  # fmt: skip
        for name, value in values.items():
            setattr(known, name, value)
        known.source, known.revision = source, known.revision + 1
        _set_usd(known, fair)
        db.session.flush()
        record("surveys.correct", known, by=by, before=before, after={**known.content(), "reason": clean(reason)[:200]})
        return known


def _check_open(fair: Fair, exhibitor: Exhibitor, source: str) -> None:
    window = window_of(fair)
    if not (window.takes_paper if source in PAPER else window.is_open):
        raise SurveyClosed
    if db.session.scalar(asked(fair.id).where(Exhibitor.id == exhibitor.id)) is None:
        raise SurveyClosed(_l("Only exhibitors with a confirmed booth are asked."))


def _check(draft: SurveyDraft) -> None:
    for name in ("overall", "visitors_quality", "organisation"):
        mark = getattr(draft, name)
        if (mark is None and name == "overall") or (mark is not None and not 1 <= mark <= 5):
            raise InvalidInput(_l("Choose a mark from 1 to 5."), field=name)
    if not 0 <= draft.signed_count <= 10_000:
        raise InvalidInput(_l("Write how many orders were signed; 0 when there were none."), field="signed_count")
    for name, money in (("signed", draft.signed), ("expected", draft.expected)):
        if not 0 <= money.decimal <= LARGEST.get(money.currency, LARGEST_OTHER):
            raise InvalidInput(_l("Write the value of the orders; 0 when there are none."), field=name)
    if draft.signed.amount_minor and not draft.signed_count:
        raise InvalidInput(_l("There is a value of signed orders: how many are they?"), field="signed_count")
    if draft.leads is not None and not 0 <= draft.leads <= 100_000:
        raise InvalidInput(_l("Write a number from 0 on."), field="leads")
    if draft.comes_again not in ("", *AGAIN):
        raise InvalidInput(_l("Please choose from the list."), field="comes_again")


def _set_usd(survey: ExitSurvey, fair: Fair) -> None:
    """The values in USD by the rate of the fair's last day, or of today while it lasts; nothing needs no rate."""
    day = min(fair.ends_on, fair.today)
    usd: list[int | None] = []
    survey.rate_on = None
    for money in (survey.signed, survey.expected):
        found = convert(money, day) if money.amount_minor else None
        usd.append(0 if found is None else found.usd.amount_minor if found.usd is not None else None)
        survey.rate_on = (found.rate_on if found is not None else None) or survey.rate_on
    survey.usd_signed, survey.usd_expected = usd


def convert_missing(fair: Fair) -> int:
    """Convert answers whose rate was missing when they came; gives back how many have a value now."""
    done = 0
    missing = ExitSurvey.usd_signed.is_(None) | ExitSurvey.usd_expected.is_(None)
    ids = db.session.scalars(select(ExitSurvey.id).where(ExitSurvey.fair_id == fair.id, missing)).all()
    for survey_id in ids:
        with transaction():
            survey = db.session.get_one(ExitSurvey, survey_id, with_for_update=True, populate_existing=True)
            _set_usd(survey, fair)
            db.session.flush()
            done += survey.estimated_usd is not None
    return done


def set_days(fair: Fair, opens_on: date | None, closes_on: date | None, *, by: Actor) -> SurveySetting:
    """Say when the survey opens and closes; None: by the rule. Raises InvalidInput with the field, and SurveyClosed once reported."""
    with transaction():
        row = db.session.get_one(Fair, fair.id, with_for_update=MINE, populate_existing=True)
        if row.state == "reported":
            raise SurveyClosed(_l("The fair has been reported: its figures stand."))
        first = opens_on or row.ends_on
        if opens_on is not None and opens_on < row.starts_on:
            raise InvalidInput(_l("The survey cannot open before the fair."), field="opens_on")
        if closes_on is not None and closes_on < first:
            raise InvalidInput(_l("The survey cannot close before it opens."), field="closes_on")
        found = db.session.scalar(select(SurveySetting).where(SurveySetting.fair_id == row.id))
        if found is None:
            found = SurveySetting(fair_id=row.id)
            db.session.add(found)
        before = {"opens_on": found.opens_on, "closes_on": found.closes_on}
        found.opens_on, found.closes_on = opens_on, closes_on
        db.session.flush()
        record("surveys.set_days", found, by=by, before=before, after={"opens_on": opens_on, "closes_on": closes_on})
        return found
