"""The exit survey of a fair: when it is open, who is asked, what came back. Sums are estimates (ước đạt), never verified figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.money import Money
from fairs.directory.models import Company, Membership
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.surveys.models import ExitSurvey, SurveyReminder, SurveyRevision, SurveySetting

STAYS_OPEN = timedelta(days=14)
SCORES = ("overall", "visitors_quality", "organisation")


@dataclass(frozen=True, slots=True)
class Window:
    """From the begin of ``opens_on`` to the end of ``closes_on`` exhibitors answer; staff until the fair is reported."""

    fair: Fair
    opens_on: date
    closes_on: date

    @property
    def is_open(self) -> bool:
        """Whether exhibitors can answer now."""
        return self.takes_paper and self.fair.today <= self.closes_on

    @property
    def takes_paper(self) -> bool:
        """Whether staff can type answers now."""
        return self.opens_on <= self.fair.today and self.fair.state not in _SHUT


_SHUT = {FairState.REPORTED, FairState.CANCELLED, FairState.DRAFT}


def window_of(fair: Fair) -> Window:
    """When the fair's survey is open: as set, else from the last day on for two weeks."""
    found = db.session.scalar(select(SurveySetting).where(SurveySetting.fair_id == fair.id))
    opens = (found.opens_on if found else None) or fair.ends_on
    closes = (found.closes_on if found else None) or max(opens, fair.ends_on) + STAYS_OPEN
    return Window(fair, opens, closes)


def has_booth(fair_id: int) -> ColumnElement[bool]:
    """Exhibitors who are asked: those with a confirmed booth."""
    return Exhibitor.id.in_(
        select(BoothBooking.exhibitor_id).where(
            BoothBooking.fair_id == fair_id, BoothBooking.state == BookingState.CONFIRMED
        )
    )


def asked(fair_id: int) -> Select[Exhibitor]:
    """The exhibitors who are asked, with their companies, unordered."""
    return (
        select(Exhibitor)
        .join(Exhibitor.company)
        .options(contains_eager(Exhibitor.company), joinedload(Exhibitor.fair))
        .where(Exhibitor.fair_id == fair_id, has_booth(fair_id))
    )


def asked_exhibitor(fair_id: int, reference: str) -> Exhibitor:
    """One of them by reference; raises NotFound."""
    found = db.session.scalar(asked(fair_id).where(Exhibitor.reference == reference))
    if found is None:
        raise NotFound
    return found


def asked_of_user(fair_id: int, user_id: int) -> Sequence[Exhibitor]:
    """Those for whose company the user acts."""
    mine = select(Membership.company_id).where(Membership.user_id == user_id)
    return db.session.scalars(asked(fair_id).where(Exhibitor.company_id.in_(mine)).order_by(Company.folded)).all()


def survey_of(exhibitor_id: int) -> ExitSurvey | None:
    """The exhibitor's answer."""
    return db.session.scalar(select(ExitSurvey).where(ExitSurvey.exhibitor_id == exhibitor_id))


def surveys_of(exhibitors: Iterable[Exhibitor]) -> dict[int, ExitSurvey]:
    """The answers of these exhibitors, by exhibitor."""
    ids = [one.id for one in exhibitors]
    rows = db.session.scalars(select(ExitSurvey).where(ExitSurvey.exhibitor_id.in_(ids))) if ids else ()
    return {row.exhibitor_id: row for row in rows}


def revisions_of(survey: ExitSurvey | None) -> Sequence[SurveyRevision]:
    """What an answer said before, newest first."""
    if survey is None:
        return []
    query = select(SurveyRevision).where(SurveyRevision.survey_id == survey.id)
    return db.session.scalars(query.order_by(SurveyRevision.number.desc())).all()


def reminders_of(exhibitors: Iterable[Exhibitor]) -> dict[int, SurveyReminder]:
    """The last mail to each of these exhibitors; cards that were printed are none."""
    ids = [one.id for one in exhibitors]
    query = select(SurveyReminder).where(SurveyReminder.exhibitor_id.in_(ids), SurveyReminder.stage != "card")
    return {row.exhibitor_id: row for row in db.session.scalars(query.order_by(SurveyReminder.id))} if ids else {}


# --- results ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Score:
    """How often each mark from 1 to 5 was given."""

    counts: list[int] = field(default_factory=lambda: [0] * 5)

    @property
    def number(self) -> int:
        """How many gave a mark."""
        return sum(self.counts)

    @property
    def mean(self) -> Decimal | None:
        """The mean mark, one decimal; None where nobody gave one."""
        if not self.number:
            return None
        total = sum(mark * count for mark, count in enumerate(self.counts, 1))
        return (Decimal(total) / self.number).quantize(Decimal("0.1"))


@dataclass(slots=True)
class Results:
    """What came back, in sums; money in US cents, areas in square centimetres."""

    asked: int = 0
    answered: int = 0
    area: int = 0
    answered_area: int = 0
    scores: dict[str, Score] = field(default_factory=lambda: {name: Score() for name in SCORES})
    again: dict[str, int] = field(default_factory=lambda: {"yes": 0, "maybe": 0, "no": 0})
    signed_count: int = 0
    usd_signed: int = 0
    usd_expected: int = 0
    without_rate: int = 0  # answers whose value is not in the sums, because a rate is missing
    leads: int = 0

    @property
    def missing(self) -> int:
        """How many have not answered."""
        return self.asked - self.answered

    @property
    def percent(self) -> Decimal:
        """Of the exhibitors, how many per cent answered."""
        return _percent(self.answered, self.asked)

    @property
    def area_percent(self) -> Decimal:
        """The same by area."""
        return _percent(self.answered_area, self.area)

    @property
    def signed(self) -> Money:
        """Value of the orders signed, as exhibitors say."""
        return Money(self.usd_signed, "USD")

    @property
    def expected(self) -> Money:
        """Value of the orders expected within twelve months."""
        return Money(self.usd_expected, "USD")

    @property
    def estimated(self) -> Money:
        """Signed and expected together: the estimated figure (ước đạt), beside verified contracts and never added to them."""
        return Money(self.usd_signed + self.usd_expected, "USD")

    def add(self, survey: ExitSurvey) -> None:
        """Count an answer."""
        for name, score in self.scores.items():
            mark = getattr(survey, name)
            if mark is not None:
                score.counts[mark - 1] += 1
        if survey.comes_again in self.again:
            self.again[survey.comes_again] += 1
        self.signed_count += survey.signed_count
        self.leads += survey.leads or 0
        if survey.estimated_usd is None:
            self.without_rate += 1
        self.usd_signed += survey.usd_signed or 0
        self.usd_expected += survey.usd_expected or 0


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1")) if whole else Decimal(0)


def results_of(fair: Fair) -> Results:
    """The results of a fair, in two statements."""
    areas = dict(
        db.session.execute(
            select(BoothBooking.exhibitor_id, func.sum(Booth.w_cm * Booth.h_cm))
            .join(BoothBooking.booth)
            .where(BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED)
            .group_by(BoothBooking.exhibitor_id)
        )
        .tuples()
        .all()
    )
    found = Results(asked=len(areas), area=int(sum(areas.values())))
    for survey in db.session.scalars(select(ExitSurvey).where(ExitSurvey.fair_id == fair.id)):
        if survey.exhibitor_id in areas:
            found.answered += 1
            found.answered_area += int(areas[survey.exhibitor_id])
        found.add(survey)
    return found


def answers_of(fair_id: int) -> tuple[int, int]:
    """How many exhibitors are asked, and how many of them have not answered; for the timeline, in one statement."""
    answers = select(ExitSurvey.exhibitor_id).where(ExitSurvey.fair_id == fair_id)
    missing = func.coalesce(func.sum(case((Exhibitor.id.not_in(answers), 1), else_=0)), 0)
    query = select(func.count(), missing).where(Exhibitor.fair_id == fair_id, has_booth(fair_id))
    total, open_ = db.session.execute(query).one()
    return total, int(open_)
