"""Lists of contacts through the services: reading, comparing, deciding, importing, a crash, undoing."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from fairs.contacts.columns import Layout
from fairs.contacts.deciding import decide, decide_all
from fairs.contacts.importing import carry_on
from fairs.contacts.models import ContactImport, ContactRow
from fairs.contacts.queries import counts_of, unsure_rows
from fairs.contacts.service import ListSource, check, choose_layout, hand_in, start_import, start_undo
from fairs.contacts.states import ImportKind, ImportState, RowState
from fairs.contacts.tasks import go_on, go_on_after_a_crash
from fairs.contacts.undo import carry_on_undo
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.storage import StoredFile, Upload
from fairs.directory.models import Company, Person
from fairs.directory.service import CompanyDraft, PersonDraft, save_company, save_person
from fairs.invitations.models import Invitee
from fairs.invitations.states import InviteeState, SourceKind
from tests.factories.contacts import contact, csv_list, grouped_workbook, many_contacts
from tests.factories.importers import Reception, reception
from tests.support.queries import counted_queries

SOURCE = ListSource("Thương vụ tại Osaka", SourceKind.TRADE_OFFICE)


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception()


def preview(place: Reception, upload: Upload, kind: ImportKind = ImportKind.CONTACTS) -> ContactImport:
    found = hand_in(place.fair, kind, upload, SOURCE, by=SYSTEM)
    choose_layout(found, Layout.from_json(found.layout), by=SYSTEM)
    check(found.id)
    return db.session.get_one(ContactImport, found.id, populate_existing=True)


def imported(place: Reception, upload: Upload) -> ContactImport:
    found = preview(place, upload)
    start_import(found, by=SYSTEM)
    go_on(found.id)
    return db.session.get_one(ContactImport, found.id, populate_existing=True)


def rows(found: ContactImport) -> list[ContactRow]:
    query = select(ContactRow).where(ContactRow.import_id == found.id).order_by(ContactRow.row)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def states(found: ContactImport) -> dict[str, int]:
    return {str(state): many for state, many in counts_of([found.id])[found.id].items()}


def tally() -> tuple[int, ...]:
    return tuple(
        db.session.scalar(select(func.count()).select_from(model)) or 0 for model in (Person, Company, Invitee)
    )


def known_buyer(**changes: Any) -> tuple[Person, Company]:
    company = save_company(
        CompanyDraft(name="Kyoto Crafts K.K.", country="JP", website="https://www.kyoto-crafts.jp.example"), by=SYSTEM
    )
    draft = {
        "native_name": "Tanaka Hanako",
        "country": "JP",
        "email": "tanaka@kyoto-crafts.jp.example",
        "phone": "+81312345678",
    }
    return save_person(PersonDraft(**(draft | {"company_id": company.id} | changes)), by=SYSTEM), company


def test_a_list_as_it_comes(place: Reception) -> None:
    before = tally()
    upload = grouped_workbook([
        ("見本商会株式会社", "日本", "www.mihon.jp.example", "田中 花子", "tanaka@mihon.jp.example / hanako@gmail.com", "+81 3-1234-5678", date(2025, 5, 12)),
        ("Muster GmbH", "Deutschland", "", "Jörg Müller", "mueller@muster.de.example, info@muster.de.example or jm@web.de", "030 901820", "12.05.2024"),
        ("Exemple SARL", "Frankreich", "", "Zoe\u0301 Martin", "zoe@exemple.fr.example", "", "2024-05-12"),
        ("Sample Inc.", "Mỹ", "", "", "info@sample.us.example", "", ""),
        ("", "Hàn Quốc", "", "", "", "", "yesterday"),
        ("Nowhere Ltd", "Atlantis", "", "A. Person", "a@nowhere.example", "", ""),
        ("Wrong Ltd", "UK", "", "B. Person", "b@@nowhere", "", ""),
    ])  # fmt: skip
    found = preview(place, upload)
    assert (found.layout["sheet"], found.layout["row"], found.layout["head_rows"]) == (1, 4, 2)
    assert tally() == before
    assert states(found) == {"new": 4, "wrong": 3}
    data = [row.data for row in rows(found)]
    assert [row.row for row in rows(found)] == [5, 6, 7, 8, 9, 10, 11]
    assert data[0]["emails"] == ["tanaka@mihon.jp.example", "hanako@gmail.com"]
    assert (data[0]["country"], data[0]["locale"], data[0]["name_language"], data[0]["phone"]) == (
        "JP",
        "ja",
        "ja",
        "+81312345678",
    )
    assert "12/05/2025" in data[0]["note"] and "12/05/2024" in data[1]["note"] and "12/05/2024" in data[2]["note"]
    assert (data[1]["country"], data[1]["phone"], len(data[1]["emails"])) == ("DE", "+4930901820", 3)
    assert (data[2]["name"], data[2]["country"]) == ("Zoé Martin", "FR")
    assert (data[3]["name"], data[3]["country"], data[3]["locale"]) == ("Sample Inc.", "US", "en")
    assert [row.problems[0][0] for row in rows(found)[4:]] == ["no_name", "country", "email"]
    start_import(found, by=SYSTEM)
    carry_on(found.id)
    assert tally() == (before[0] + 4, before[1] + 4, before[2] + 4)
    invitee = db.session.scalars(select(Invitee).where(Invitee.import_id == found.id).order_by(Invitee.id)).first()
    assert invitee is not None
    assert (invitee.person.native_name, invitee.locale, invitee.country, invitee.source.name) == (
        "田中 花子",
        "ja",
        "JP",
        SOURCE.name,
    )
    assert (invitee.source.kind, invitee.state) == (SourceKind.TRADE_OFFICE, InviteeState.NEW)
    assert db.session.get_one(ContactImport, found.id).file_id is None
    assert not db.session.scalars(select(StoredFile).where(StoredFile.name == "list.bin")).all()


def test_only_the_same_address_is_the_same_person(place: Reception) -> None:
    person, company = known_buyer()
    found = preview(place, csv_list([
        contact("Hanako T.", "Whatever", "Japan", "TANAKA@kyoto-crafts.jp.example"),
        contact("Tanaka Hanako", "Other Trading", "Japan", "other@other.jp.example"),
        contact("Suzuki Ken", "Kyoto Crafts Co., Ltd", "Japan", "suzuki@kyoto-crafts.jp.example"),
        contact("Sato Jun", "KYOTO CRAFTS", "Japan", "sato@gmail.com"),
        contact("Mori Aya", "Tokyo Trading", "Japan", "mori@tokyo.jp.example", "03-1234-5678"),
        contact("Tanaka Hanako", "Other Trading", "Germany", "x@other.de.example"),
        contact("Sato Jun", "Kyoto Crafts", "Japan", "sato2@gmail.com; sato@gmail.com"),
    ]))  # fmt: skip
    one = rows(found)
    assert [row.state for row in one] == [
        RowState.KNOWN, RowState.UNSURE, RowState.NEW, RowState.UNSURE, RowState.UNSURE, RowState.NEW, RowState.MERGED,
    ]  # fmt: skip
    assert (one[0].person_id, one[0].company_id) == (person.id, company.id)
    assert one[1].found == {"people": [[person.id, ["name"]]]}
    assert (one[2].person_id, one[2].company_id) == (None, company.id)
    assert one[3].found == {"companies": [[company.id, ["name"]]]}
    assert one[4].found == {"people": [[person.id, ["phone"]]]}
    assert one[3].data["emails"] == ["sato@gmail.com", "sato2@gmail.com"]
    with pytest.raises(InvalidInput):
        decide(found, one[1].id, person="", company="", by=SYSTEM)
    with pytest.raises(InvalidInput):
        decide(found, one[1].id, person=str(person.id + 99), company="", by=SYSTEM)
    assert decide(found, one[1].id, person="new", company="", by=SYSTEM).state is RowState.NEW
    decide(found, one[3].id, person="", company=str(company.id), by=SYSTEM)
    decide(found, one[4].id, person=str(person.id), company="", by=SYSTEM)
    assert not unsure_rows(found.id)
    # Decided anew: it was another one after all.
    assert decide(found, one[4].id, person="leave", company="", by=SYSTEM).state is RowState.LEFT
    before = tally()
    start_import(found, by=SYSTEM)
    go_on(found.id)
    done = rows(found)
    assert [row.state for row in done[:5]] == [RowState.IMPORTED] * 4 + [RowState.LEFT]
    assert done[1].person_id != person.id and done[3].company_id == company.id
    assert tally() == (before[0] + 4, before[1] + 2, before[2] + 5)
    with pytest.raises(Conflict):
        decide(found, one[1].id, person="new", company="", by=SYSTEM)


def test_either_name_finds_a_person_of_another_script(place: Reception) -> None:
    person, _company = known_buyer(native_name="田中 花子", passport_name="TANAKA HANAKO")
    for name in ("田中 花子", "Hanako Tanaka"):
        found = preview(place, csv_list([contact(name, "Other Trading", "Japan", "other@other.jp.example")]))
        assert rows(found)[0].found == {"people": [[person.id, ["name"]]]}


def test_all_at_once_and_what_stays_unsure(place: Reception) -> None:
    person, company = known_buyer(email="")
    upload = csv_list([
        contact("Tanaka Hanako", "Kyoto Crafts", "Japan", "hanako@example.jp.example"),
        contact("New Person", "New Firm", "France", "n@new.fr.example"),
        contact("Ito Rei", "Kyoto Crafts", "Japan", "ito@gmail.com"),
        contact("Kato Yui", "Kyoto Crafts KK", "Japan", "kato@gmail.com"),
    ])  # fmt: skip
    found = imported(place, upload)
    assert found.state is ImportState.WAITING
    assert states(found) == {"imported": 1, "unsure": 3}
    decide(found, unsure_rows(found.id)[1], person="", company=str(company.id), by=SYSTEM)
    assert [row.state for row in rows(found)] == [RowState.UNSURE, RowState.IMPORTED, RowState.NEW, RowState.NEW]
    assert decide_all(found, people="same", companies="same", by=SYSTEM) == 1
    start_import(found, by=SYSTEM)
    go_on(found.id)
    assert db.session.get_one(ContactImport, found.id).state is ImportState.DONE
    first = rows(found)[0]
    assert (first.person_id, first.filled) == (person.id, {"person": {"email": "hanako@example.jp.example"}})
    assert db.session.get_one(Person, person.id, populate_existing=True).email == "hanako@example.jp.example"
    # The same file again: everybody is known, nobody is made or invited twice.
    before = tally()
    again = imported(place, upload)
    assert states(again) == {"imported": 4}
    assert tally() == before


def test_undo_takes_back_what_nothing_else_uses(place: Reception) -> None:
    person, _company = known_buyer(email="", phone="")
    before = tally()
    found = preview(place, csv_list([
        contact("Alpha One", "Alpha Ltd", "UK", "one@alpha.uk.example"),
        contact("Alpha Two", "Alpha Ltd", "UK", "two@alpha.uk.example"),
        contact("Beta One", "Beta GmbH", "Germany", "one@beta.de.example"),
        contact("Tanaka Hanako", "Kyoto Crafts", "Japan", "h@kyoto.jp.example"),
    ]))  # fmt: skip
    decide_all(found, people="same", companies="same", by=SYSTEM)
    start_import(found, by=SYSTEM)
    go_on(found.id)
    one = rows(found)
    with transaction():
        invited = db.session.get_one(Invitee, one[1].invitee_id)
        invited.move_to(InviteeState.INVITED)
    beta = db.session.get_one(Company, one[2].company_id)
    save_person(PersonDraft(native_name="Gamma", country="DE", company_id=beta.id), by=SYSTEM)
    start_undo(found, by=SYSTEM)
    go_on(found.id)
    after = rows(found)
    assert db.session.get_one(ContactImport, found.id, populate_existing=True).state is ImportState.UNDONE
    assert [(row.state, row.reason) for row in after] == [
        (RowState.KEPT, "company:invitees"), (RowState.KEPT, "state:invited"), (RowState.KEPT, "company:people"), (RowState.UNDONE, ""),
    ]  # fmt: skip
    assert [row.person_id is None for row in after] == [True, False, True, False]
    assert db.session.get_one(Person, person.id, populate_existing=True).email == ""
    assert tally() == (before[0] + 2, before[1] + 2, before[2] + 1)
    with pytest.raises(Conflict):
        start_import(found, by=SYSTEM)


def test_it_goes_on_after_a_crash(place: Reception) -> None:
    before = tally()
    found = preview(place, many_contacts(300))
    start_import(found, by=SYSTEM)
    steps = count()

    def ended(session: Any) -> None:
        if not session.in_nested_transaction() and next(steps) == 1:
            raise SystemExit  # as a worker that is killed before its second step is kept

    event.listen(db.session, "before_commit", ended)
    try:
        with pytest.raises(SystemExit):
            carry_on(found.id)
    finally:
        event.remove(db.session, "before_commit", ended)
    db.session.rollback()
    assert states(found) == {"imported": 250, "new": 50}
    go_on_after_a_crash.call_local()
    assert states(found) == {"imported": 250, "new": 50}  # somebody may be at it still
    with transaction():
        db.session.execute(update(ContactImport).values(touched_at=now() - timedelta(minutes=6)))
    go_on_after_a_crash.call_local()
    assert states(found) == {"imported": 300}
    assert tally() == (before[0] + 300, before[1] + 100, before[2] + 300)
    start_undo(db.session.get_one(ContactImport, found.id, populate_existing=True), by=SYSTEM)
    carry_on_undo(found.id)
    assert states(found) == {"undone": 300}
    assert tally() == before


def test_questions_do_not_grow_with_the_rows(place: Reception) -> None:
    imported(place, many_contacts(6))
    counts = []
    for number, first in ((20, 1_000), (100, 2_000)):
        upload = many_contacts(number, first=first)
        with counted_queries() as compared:
            found = preview(place, upload)
        start_import(found, by=SYSTEM)
        with counted_queries() as seen:
            carry_on(found.id)
        counts.append([sum(str(one).startswith("SELECT") for one in part) for part in (compared, seen)])
        assert states(found) == {"imported": number}
    assert counts[0] == counts[1]
