"""The gate bundle: its format by description, what has changed, what it keeps to itself; read by the browser's own code, too."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask

from fairs.badges.codes import fingerprint, new_serial, sign, typed_digest
from fairs.badges.keys import withdraw_key
from fairs.badges.service import code_of, private_key, replace_badge, revoke_badge
from fairs.badges.states import BadgeCategory
from fairs.checkin.bundle import gate_bundle
from fairs.checkin.service import check_in, set_gate_open
from fairs.checkin.states import Verdict
from fairs.config import ROOT
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.directory.models import Person
from fairs.directory.service import CompanyDraft, PersonDraft, save_company, save_person
from tests.factories.checkin import Entrance, entrance, scan_of
from tests.support.client import Client
from tests.support.queries import counted_queries
from tests.unit.badges.telex_keyboard import TelexKeyboard
from tests.unit.checkin.bundle_reader import read_bundle


@pytest.fixture
def place(app: Flask) -> Entrance:
    return entrance()


def test_a_badge_opens_its_own_record_and_no_other(place: Entrance) -> None:
    lee = place.badge(
        BadgeCategory.IMPORTER, person=place.person("李丽华", passport_name="LI LIHUA", name_language="zh"),
        company=place.company("样本 Ltd.", "CN"),
    )  # fmt: skip
    other = place.badge(person=place.person("Nguyễn Văn Ý", passport_name="NGUYEN VAN Y"))
    raw = gate_bundle(place.fair)
    read = read_bundle(raw)
    record = read.of(lee.fingerprint)
    assert record is not None
    assert record.open(lee.fingerprint) == ["zh", "CN", "李丽华", "样本 Ltd.", "LI LIHUA"]
    assert record.category == "importer"
    assert record.typed == typed_digest(lee.short_code)
    with pytest.raises(InvalidTag):
        record.open(other.fingerprint)
    plain = read.of(other.fingerprint)
    assert plain is not None
    assert plain.open(other.fingerprint)[2:] == ["Nguyễn Văn Ý"]  # its passport name says nothing new
    for secret in ("李丽华", "LIHUA", "样本", "Văn Ý", lee.short_code, lee.reference):
        assert secret.encode() not in raw


def test_only_what_has_changed(place: Entrance, time_machine: Any) -> None:
    kept, lost, given = place.badge(), place.badge(), place.badge()
    first = read_bundle(gate_bundle(place.fair))
    assert (first.header["full"], len(first.records)) == (True, 3)
    time_machine.move_to(now() + timedelta(minutes=10), tick=False)
    revoke_badge(lost, "Lost", by=SYSTEM)
    new = replace_badge(given, "Torn", by=SYSTEM)
    set_gate_open(place.gate, False, by=SYSTEM)
    cursor = datetime.fromisoformat(first.header["cursor"]) + timedelta(minutes=5)
    second = read_bundle(gate_bundle(place.fair, since=cursor))
    assert second.header["full"] is False
    assert second.of(kept.fingerprint) is None
    found = [second.of(badge.fingerprint) for badge in (lost, given, new)]
    assert [(one is not None and one.revoked_at is not None, one is not None and one.is_replaced) for one in found] == [
        (True, False), (True, True), (False, False),
    ]  # fmt: skip
    assert [gate["is_open"] for gate in second.header["gates"]] == [False]
    # Asked for again from the cursor that it was given, a device misses nothing that was committed late.
    assert datetime.fromisoformat(second.header["cursor"]) <= now() - timedelta(minutes=2)
    whole = read_bundle(gate_bundle(place.fair))
    assert len(whole.records) == 4


def test_long_names_are_cut_and_not_broken(place: Entrance) -> None:
    long = place.badge(person=place.person("Đ" * 150), company=place.company("ﷺ" * 90))
    record = read_bundle(gate_bundle(place.fair)).of(long.fingerprint)
    assert record is not None
    assert record.open(long.fingerprint)[2].endswith("…")


def test_it_is_built_once_for_many_devices(place: Entrance) -> None:
    for _ in range(3):
        place.badge()
    gate_bundle(place.fair)
    with counted_queries() as again:
        gate_bundle(place.fair)
    assert not any("people" in statement.lower() and "badges" in statement.lower() for statement in again)
    before = len(again)
    place.badge()
    gate_bundle(place.fair)
    with counted_queries() as more:
        gate_bundle(place.fair)
    assert len(more) == before


def test_programs_may_ask_too(place: Entrance, client: Client) -> None:
    path = f"/api/v1/fairs/{place.fair.slug}/gate-bundle"
    answer = client.get(path, headers=place.bearer(Role.FRONT_DESK))
    assert answer.mimetype == "application/vnd.fairs.gate-bundle"
    assert client.get(path, headers=place.bearer(Role.VIEWER)).status_code == 403
    assert client.get(path, headers=place.bearer(Role.FINANCE)).status_code == 403
    assert client.get(path).status_code == 401
    assert client.get(f"{path}?since=yesterday", headers=place.bearer(Role.FRONT_DESK)).status_code == 422


_JUDGE = """
import { Bundle } from '%(scanner)s/bundle';
import { isSigned, typed, fingerprint } from '%(scanner)s/codes';
const given = JSON.parse(process.argv[2]);
const raw = Uint8Array.from(Buffer.from(given.bundle, 'base64')).buffer;
const later = Uint8Array.from(Buffer.from(given.later, 'base64')).buffer;
const bundle = Bundle.read(raw);
bundle.apply(later);
const again = Bundle.read(bundle.full, bundle.changes);
const found = [];
for (const code of given.codes) found.push(await again.find(code));
const signed = [];
for (const code of given.signed) signed.push(await isSigned(code, again.header.public_keys));
let cut = false;
try { Bundle.read(raw.slice(0, raw.byteLength - 3)); } catch { cut = true; }
console.log(JSON.stringify({ found, signed, cut, size: again.size, prints: await Promise.all(given.codes.map(fingerprint)), short: given.shorts.map(typed) }));
"""


def test_the_browsers_code_reads_the_same(place: Entrance, tmp_path: Path) -> None:
    """Run by node: the parser, the fingerprint of mangled codes, short codes, boxes and signatures of the page itself."""
    korean = place.badge(BadgeCategory.PRESS, person=place.person("김민수", name_language="ko"))
    revoked = place.badge()
    private = private_key(korean.key)
    codes = [code_of(korean), code_of(revoked)]
    mangled = next(
        (code, text) for code in (sign(new_serial(private), private) for _ in range(200))
        if (text := TelexKeyboard().type(code)) != code
    )  # fmt: skip
    first = gate_bundle(place.fair)
    revoke_badge(revoked, "Lost", by=SYSTEM)
    second = gate_bundle(place.fair, since=now() - timedelta(minutes=1))
    unheard = sign(new_serial(private), private)
    tampered = unheard[:-3] + ("000" if unheard[-3:] != "000" else "100")
    given = {
        "bundle": b64encode(first).decode(), "later": b64encode(second).decode(),
        "codes": [*codes, f"  {codes[0].lower()}", f"https://x.example/v/{codes[0]}", korean.short_code.lower().replace("-", " "), mangled[1], "nonsense"],
        "signed": [codes[0], unheard, tampered, "nonsense"], "shorts": [korean.short_code, "0000-0000-0000-0001"],
    }  # fmt: skip
    source, built = tmp_path / "judge.ts", tmp_path / "judge.mjs"
    source.write_text(_JUDGE % {"scanner": ROOT / "frontend" / "scanner"})
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    subprocess.run(
        [esbuild, source, "--bundle", "--format=esm", "--platform=node", f"--outfile={built}", "--log-level=error"], check=True,
        env={"NODE_PATH": str(ROOT / "node_modules"), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    done = subprocess.run(["node", built, json.dumps(given)], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    face = {"language": "ko", "country": "", "name": "김민수", "company": "", "passport_name": ""}
    assert [one and one["face"] and one["face"]["name"] for one in said["found"][:4]] == [
        "김민수",
        revoked.person.native_name,
        "김민수",
        "김민수",
    ]
    assert said["found"][0]["face"].keys() == face.keys()
    assert (said["found"][0]["category"], said["found"][1]["isRevoked"]) == ("press", True)
    assert said["found"][4]["face"] is None  # a short code finds the badge and opens no name
    assert said["found"][4]["lookup"] == said["found"][0]["lookup"]
    assert said["found"][6] is None
    assert said["signed"] == [True, True, False, False]
    assert said["prints"][5] == fingerprint(mangled[0])
    assert said["short"] == [korean.short_code, None]
    assert (said["cut"], said["size"]) == (True, 2)
    assert db.session.is_active


def test_a_new_name_reaches_devices(place: Entrance, time_machine: Any) -> None:
    person, company = place.person("Nguyễn Văn An"), place.company("Làng Tre", "VN")
    worn, kept = place.badge(person=person, company=company), place.badge()

    def faces(since: str) -> list[list[str]]:
        read = read_bundle(gate_bundle(place.fair, since=datetime.fromisoformat(since)))
        assert read.of(kept.fingerprint) is None
        found = read.of(worn.fingerprint)
        return [] if found is None else [found.open(worn.fingerprint)]

    time_machine.move_to(now() + timedelta(minutes=10), tick=False)
    cursor = now().isoformat()
    assert faces(cursor) == []
    save_person(replace(_as_typed(person), native_name="Nguyễn Văn Ân"), by=SYSTEM, person=person)
    [[_language, _country, name, shown, *_rest]] = faces(cursor)
    assert (name, shown) == ("Nguyễn Văn Ân", "Làng Tre")
    time_machine.move_to(now() + timedelta(minutes=10), tick=False)
    cursor = now().isoformat()
    draft = CompanyDraft("Mây Tre", "VN", tax_code=company.tax_code)
    save_company(replace(draft, name="Làng Tre", phone="0912345678"), by=SYSTEM, company=company)
    assert faces(cursor) == []  # nothing of it is shown at a gate
    save_company(draft, by=SYSTEM, company=company)
    assert faces(cursor)[0][3] == "Mây Tre"


def _as_typed(person: Person) -> PersonDraft:
    return PersonDraft(**{one.name: getattr(person, one.name) for one in fields(PersonDraft)})


def test_a_withdrawn_key_is_no_key_of_devices(place: Entrance) -> None:
    badge = place.badge()
    old = b64encode(badge.key.public_key).decode()
    assert read_bundle(gate_bundle(place.fair)).header["public_keys"] == [old]
    new = withdraw_key(badge.key, "The laptop was stolen", by=SYSTEM)
    keys = read_bundle(gate_bundle(place.fair)).header["public_keys"]
    assert keys == [b64encode(new.public_key).decode()]
    # The server judges alike: what is signed with it and not on the list opens nothing.
    forged = sign(new_serial(), private_key(badge.key))
    [result] = check_in(place.fair, place.gate, [scan_of(forged)], by=SYSTEM)
    assert result.verdict is Verdict.UNKNOWN
