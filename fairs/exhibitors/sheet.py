"""The list of exhibitors as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from flask_babel import gettext as _

from fairs.core.i18n import country_name
from fairs.core.sheets import Sheet
from fairs.exhibitors.appraisal import RECOMMENDATIONS
from fairs.exhibitors.models import Exhibitor, Question
from fairs.exhibitors.questions import in_words


def exhibitors_sheet(
    exhibitors: Iterable[Exhibitor], group_names: Mapping[str, str], questions: Sequence[Question] = ()
) -> Sheet:
    """One row per application with a column for each question of the fair; what people typed stays text."""
    heads = [
        _("Reference"), _("Company"), _("Name in English"), _("Tax code"), _("Country"), _("Craft village"),
        _("Address"), _("State"), _("Track"), _("Product groups"), _("Products"), _("Contact person"), _("Telephone"),
        _("E-mail"), _("Wishes about the place"), _("Booths"), _("Kind of booth"), _("Wished place"), _("Score"), _("Recommendation"),
        _("Handed in"), _("Decided"), _("Decision on support"),
        _("Day of the decision"), *(question.label for question in questions),
    ]  # fmt: skip
    tracks = {"paying": _("Paying"), "supported": _("Supported")}
    rows = (
        (
            e.reference, e.company.name, e.company.name_en, e.company.tax_code, country_name(e.company.country),
            e.company.village.name if e.company.village else "",
            ", ".join(part for part in (e.company.address, e.company.commune) if part), str(e.state.label),
            tracks.get(e.track, e.track), ", ".join(group_names.get(code, code) for code in e.groups), e.products,
            e.contact_name, e.contact_phone, e.contact_email, e.wishes, e.booth_count,
            e.wished_type.name if e.wished_type else "", "; ".join(wish.name for wish in e.booth_wishes), e.score,
            str(RECOMMENDATIONS.get(e.recommendation, "")), e.submitted_at, e.decided_at,
            e.decision_number, e.decision_on, *_answers(e, questions),
        )
        for e in exhibitors
    )  # fmt: skip
    return Sheet(_("Exhibitors"), heads, rows)


def _answers(exhibitor: Exhibitor, questions: Sequence[Question]) -> Iterator[object]:
    given = {answer.question_id: answer for answer in exhibitor.answers}
    for question in questions:
        answer = given.get(question.id)
        yield "" if answer is None else answer.number if answer.kind == "number" else in_words(answer)
