"""Badges, scans and visits of many years, made in bulk by the database itself on top of the demonstration.

    BENCH_SCALE=0.01 python -m benchmarks.scale

Three million badges and ten million scans, times ``BENCH_SCALE`` (1). They are spread over all fairs, a tenth belongs to the one that
runs; their days are in 2019, so that no gate meets them, but every index holds them.
"""

from __future__ import annotations

import json
import os
import sys
import time

from sqlalchemy import text

from fairs.app import create_app
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.db import db, transaction

BADGES, SCANS = 3_000_000, 10_000_000
STEP = 250_000

_WORDS = {
    "sqlite": {"hex": "lower(hex(randomblob(16)))", "serial": "randomblob(12)", "eight": "randomblob(8)", "day": "date('2019-05-01', '+' || (i % 4) || ' days')",
               "moment": "datetime('2019-05-01 01:00:00', '+' || (i % 4) || ' days', '+' || (i % 28800) || ' seconds') || '.000000'",
               "name": "printf('tran thi %07d', i)", "code": "printf('%07d', i)", "yes": "1", "no": "0"},
    "postgresql": {"hex": "replace(gen_random_uuid()::text, '-', '')", "serial": "decode(substr(md5(random()::text || i), 1, 24), 'hex')",
                   "eight": "decode(substr(md5(i::text), 1, 16), 'hex')", "day": "(date '2019-05-01' + (i % 4)::int)",
                   "moment": "(timestamptz '2019-05-01 01:00:00+00' + (i % 4) * interval '1 day' + (i % 28800) * interval '1 second')",
                   "name": "'tran thi ' || lpad(i::text, 7, '0')", "code": "lpad(i::text, 7, '0')", "yes": "true", "no": "false"},
}  # fmt: skip

_ROWS = "WITH RECURSIVE n(i) AS (SELECT CAST(:start AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :stop) "
_PEOPLE = _ROWS + (
    "INSERT INTO people (id, native_name, passport_name, badge_name, name_language, email, phone, country, job_title, folded, locale,"
    " created_at) SELECT :person + i, {name}, {name}, '', 'vi', '', '', 'VN', '', {name}, 'vi', {moment} FROM n"
)
_BADGES = _ROWS + (
    "INSERT INTO badges (id, fair_id, person_id, reference, category, state, serial, short_code, fingerprint, key_id, revoke_reason,"
    " created_at, typed_digest) SELECT :badge + i, {fair}, :person + i, 'X-P-' || {code}, 'trade', 'active', {serial}, 'X' || {code},"
    " {hex}, :key, '', {moment}, {eight} FROM n"
)
_VISITS = _ROWS + (
    "INSERT INTO visits (fair_id, day, person_id, badge_id, category, counts, country, first_in_at, is_unsure, created_at)"
    " SELECT {fair}, {day}, :person + i, :badge + i, 'trade', {yes}, 'VN', {moment}, {no}, {moment} FROM n"
)
_SCANS = _ROWS + (
    "INSERT INTO scans (scan_id, fair_id, gate_id, badge_id, code_digest, device, seq, method, direction, day, scanned_at, verdict, counted,"
    " is_rehearsal, created_at) SELECT 'bulk-' || {code}, {fair}, :gate, :badge + i % :badges, {hex}, '', 0, 'api', 'in', {day}, {moment},"
    " 'welcome', {no}, {no}, {moment} FROM n"
)
_TALLIES = (
    "INSERT INTO visit_tallies (fair_id, day, hour, category, country, counts, visits, people, created_at)"
    " SELECT :fair, day, hour, category, country, {yes}, 14, 12, :at FROM (SELECT DISTINCT day FROM visits WHERE fair_id = :fair AND day < '2020-01-01') d,"
    " (SELECT 8 AS hour UNION SELECT 9 UNION SELECT 10 UNION SELECT 11 UNION SELECT 12 UNION SELECT 13 UNION SELECT 14 UNION SELECT 15) h,"
    " (SELECT 'press' AS category UNION SELECT 'vip' UNION SELECT 'importer') c, (SELECT DISTINCT country FROM people WHERE country <> '') p"
)


def main() -> None:
    """Build them; print how many and how long it took as JSON."""
    scale = float(os.environ.get("BENCH_SCALE", "1"))
    badges, scans = int(BADGES * scale), int(SCANS * scale)
    app = create_app()
    started = time.perf_counter()
    with app.app_context():
        words = _WORDS[db.engine.dialect.name]
        first = {name: db.session.scalar(text(f"SELECT max(id) FROM {name}")) + 1 for name in ("people", "badges")}
        fairs = [one.id for one in db.session.query(Fair).order_by(Fair.id)]
        running = db.session.query(Fair).filter(Fair.state == FairState.RUNNING).one().id
        gate = db.session.scalar(text("SELECT min(id) FROM gates WHERE fair_id = :fair"), {"fair": running})
        key = db.session.scalar(text("SELECT min(id) FROM badge_keys WHERE fair_id = :fair"), {"fair": running})
        others = [one for one in fairs if one != running] or [running]
        cases = " ".join(f"WHEN {place} THEN {others[place % len(others)]}" for place in range(9))
        # Badges go round by ten; a scan is of the badge with the same last digit.
        words = {**words, "fair": f"CASE i % 10 {cases} ELSE {running} END"}
        fixed = {"person": first["people"], "badge": first["badges"], "key": key, "gate": gate, "badges": badges}
        for statement, count in ((_PEOPLE, badges), (_BADGES, badges), (_VISITS, badges), (_SCANS, scans)):
            made = text(statement.format(**words))
            names = set(made.compile().params)
            for start in range(0, count, STEP):
                values = {**fixed, "start": start, "stop": min(start + STEP, count)}
                with transaction():
                    db.session.execute(made, {name: values[name] for name in names})
        with transaction():
            at = db.session.scalar(text("SELECT created_at FROM people WHERE id = :id"), {"id": first["people"]})
            db.session.execute(text(_TALLIES.format(**words)), {"fair": running, "at": at})
            if db.engine.dialect.name == "postgresql":
                for name in ("people", "badges"):
                    db.session.execute(text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
        json.dump({"badges": badges, "scans": scans, "seconds": round(time.perf_counter() - started, 1)}, sys.stdout)


if __name__ == "__main__":
    main()
