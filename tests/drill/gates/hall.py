"""The installation of the drill of gates: the demonstration with twelve thousand badges more, three gates, and a wire to it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Playwright, sync_playwright
from sqlalchemy import select

from fairs.accounts.queries import user_by_email
from fairs.badges.codes import new_serial, sign
from fairs.badges.models import Badge
from fairs.badges.service import code_of
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.checkin.devices import DeviceDraft, add_device, enrol_device, new_enrolment, revoke_device, set_pin
from fairs.checkin.models import Gate, GateDevice, Scan
from fairs.config import ROOT
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.printing.blanks import BatchDraft, batch_faces, make_batch
from scripts import setup
from tests.drill.gates.devices import PIN, Reader, Telephone
from tests.drill.gates.network import Network
from tests.drill.guests.installation import load_demonstration
from tests.drill.servers import DrillFailed, Servers
from tests.support.databases import Databases, Kind

GATES = ("drill-a", "drill-b", "drill-c")
ALWAYS = {"categories": [], "days": "all", "from": None, "to": None, "allow": True, "once": False, "staff_only": False}


class Hall(Servers):
    """Servers, wire and devices. ``codes`` are badges that nobody has scanned yet: take them off its end."""

    def __init__(self, folder: Path, database: str, playwright: Playwright) -> None:
        super().__init__(folder, database, {})
        self.folder, self.playwright = folder, playwright
        self.network = Network(self.port)
        self.env["FAIRS_BASE_URL"] = self.network.address
        self.telephones: list[Telephone] = []
        self.readers: list[Reader] = []
        self.maybe: set[str] = set()  # codes scanned in the moment of a power cut: kept or not, but never twice
        self.before: set[str] = set()  # scans that the demonstration brings
        self.codes: list[str] = []
        self.blanks: list[str] = []  # numbered badges of nobody
        self.slug = ""

    @property
    def path(self) -> str:
        """Where scans are handed in."""
        return f"/api/v1/fairs/{self.slug}/scans"

    def prepare(self) -> None:
        """Badges and gates; the web server runs after it."""
        load_demonstration(self.env)
        command = [str(setup.PYTHON), "-m", "benchmarks.data"]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=True)
        facts = json.loads(done.stdout)
        self.codes, self.slug = facts["codes"], facts["fair"]
        with self.looking(), transaction():
            fair = self.fair()
            self.before = set(db.session.scalars(select(Scan.scan_id).where(Scan.fair_id == fair.id)))
            for code in GATES:
                gate = Gate(
                    fair_id=fair.id, code=code, name_vi=f"Cổng {code}", name_en=f"Gate {code}", direction="both"
                )
                gate.rules = [ALWAYS]
                db.session.add(gate)
        with self.looking():
            supervisor = user_by_email("gate@fairs.example")
            if supervisor is None:
                raise DrillFailed("the demonstration has nobody who supervises gates")
            set_pin(self.fair(), supervisor, PIN, "fairs-demo", by=SYSTEM)
            batch = make_batch(self.fair(), BatchDraft(BadgeCategory.TRADE, 5), by=SYSTEM)
            self.blanks = [face.code for face in batch_faces(batch)]
        self.start("web")

    def fair(self) -> Fair:
        """The fair that runs; inside looking()."""
        return db.session.scalars(select(Fair).where(Fair.slug == self.slug)).one()

    def telephone(self, gate: str, *, days_off: int = 0) -> Telephone:
        """A telephone that has just been enrolled and stands at its gate, its bundle loaded; its clock ``days_off`` ahead."""
        number = len(self.telephones)
        one = Telephone(self.playwright, self.folder / f"disk-{number}", gate, days_off=days_off)
        self.telephones.append(one)
        self.enrol(one, self._invite(f"Telephone {number}", []))
        return one

    def enrol(self, one: Telephone, code: str) -> None:
        """Open the application with the code of a device."""
        one.switch_on(f"{self.network.address}/gate/?lang=en#enrol={code}")
        one.work()
        one.choose_gate()
        one.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def enrol_anew(self, one: Telephone) -> None:
        """As enrol(), as the device that it was before its storage was cleared."""
        with self.looking():
            name = f"Telephone {self.telephones.index(one)}"
            device = db.session.scalars(select(GateDevice).where(GateDevice.name == name)).one()
            code = new_enrolment(device, by=SYSTEM)
        self.enrol(one, code)

    def reader(self, gate: str, *, offset: timedelta = timedelta()) -> Reader:
        """A reader with its token."""
        name = f"Reader {len(self.readers) + 1}"
        code = self._invite(name, [])
        with self.looking():
            _device, token = enrol_device(code, {})
        self.readers.append(Reader(self.network.address, token, gate, name, offset))
        return self.readers[-1]

    def revoke(self, reader: Reader) -> None:
        """Take its token away."""
        with self.looking():
            device = db.session.scalars(select(GateDevice).where(GateDevice.name == reader.name)).one()
            revoke_device(device, by=SYSTEM)

    def _invite(self, name: str, gates: list[str]) -> str:
        with self.looking():
            fair = self.fair()
            draft = DeviceDraft(name, gates, fair.starts_on - timedelta(days=5), fair.ends_on + timedelta(days=5))
            return new_enrolment(add_device(fair, draft, by=SYSTEM), by=SYSTEM)

    def forged(self) -> str:
        """A code of the right form that a stranger's key signed."""
        return sign(new_serial(), Ed25519PrivateKey.generate())

    def other_fair(self) -> str:
        """A good code of another fair."""
        with self.looking():
            found = db.session.scalars(
                select(Badge).join(Fair, Fair.id == Badge.fair_id).where(Fair.slug != self.slug).limit(1)
            ).one()
            return code_of(found)

    def end(self) -> None:
        """Switch everything off."""
        for one in self.telephones:
            one.switch_off()
        super().end()


@contextmanager
def opened(folder: Path, kind: Kind) -> Iterator[Hall]:
    """Everything in place and running; nothing is left after."""
    with ExitStack() as stack:
        shared = folder / "shared"
        shared.mkdir()
        databases = Databases(shared, "drill")
        stack.callback(databases.close)
        playwright: Any = stack.enter_context(sync_playwright())
        hall = Hall(folder, databases.migrated(kind), playwright)
        stack.callback(hall.end)
        hall.prepare()
        stack.enter_context(hall.network.running())
        yield hall
