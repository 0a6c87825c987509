"""transaction(): the only way to write, alike on both databases, also when many write at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import StatementError
from sqlalchemy.orm.exc import StaleDataError

from fairs.core.db import WRITE, after_commit, commit_foreign, db, in_transaction, transaction
from fairs.core.errors import InvalidInput
from fairs.core.sequences import NumberSeries, next_number, next_reference
from tests.support.client import own_session


def series(name: str) -> NumberSeries | None:
    return db.session.scalar(select(NumberSeries).where(NumberSeries.name == name))


def add(name: str, last: int = 0) -> NumberSeries:
    with transaction() as session:
        row = NumberSeries(name=name, last=last)
        session.add(row)
    return row


def seen_from_outside(app: Flask, name: str) -> int | None:
    with own_session(app):
        row = series(name)
        return row.last if row else None


def test_the_outermost_commits_and_an_inner_failure_takes_back_only_itself(app: Flask) -> None:
    with transaction():
        add("outer")
        with pytest.raises(InvalidInput), transaction():  # noqa: PT012
            add("inner")
            raise InvalidInput
        assert in_transaction()
        add("later")
    assert not in_transaction()
    assert [seen_from_outside(app, name) for name in ("outer", "inner", "later")] == [0, None, 0]


def test_an_outer_failure_takes_everything_back(app: Flask) -> None:
    with pytest.raises(InvalidInput), transaction():  # noqa: PT012
        with transaction():
            add("inner")
        raise InvalidInput
    assert seen_from_outside(app, "inner") is None
    add("after")
    assert seen_from_outside(app, "after") == 0


@pytest.mark.parametrize(
    "write",
    [
        lambda: db.session.execute(insert(NumberSeries).values(name="x", last=1)),
        lambda: db.session.execute(update(NumberSeries).values(last=1)),
        lambda: db.session.execute(delete(NumberSeries)),
        lambda: db.session.add(NumberSeries(name="x")) or db.session.flush(),
        lambda: setattr(series("kept"), "last", 7) or db.session.flush(),
        lambda: db.session.delete(series("kept")) or db.session.flush(),
        lambda: setattr(series("kept"), "last", 7) or series("kept"),
    ],
    ids=["insert", "update", "delete", "add", "change", "remove", "autoflush"],
)
def test_a_write_outside_is_refused(app: Flask, write: Callable[[], Any]) -> None:
    add("kept")
    with pytest.raises(RuntimeError, match="write outside"):
        write()
    db.session.rollback()
    assert seen_from_outside(app, "kept") == 0


def test_what_was_changed_before_it_began_is_refused_not_lost(app: Flask) -> None:
    row = add("kept")
    row.last = 5
    with pytest.raises(RuntimeError, match="changed outside"), transaction():
        pass
    db.session.rollback()
    assert not in_transaction()


def test_what_was_read_before_is_read_again_inside(app: Flask) -> None:
    row = add("kept")
    assert row.last == 0
    with own_session(app), transaction():
        changed = series("kept")
        assert changed is not None
        changed.last = 3
    with transaction():
        row.last += 1
    assert seen_from_outside(app, "kept") == 4


def test_wake_ups_run_once_after_the_commit_and_never_after_a_failure(app: Flask) -> None:
    woken: list[str | None] = []

    def wake() -> None:
        woken.append("in" if in_transaction() else "after")

    with transaction():
        after_commit(wake)
        with transaction():
            after_commit(wake)
        assert woken == []
    assert woken == ["after"]
    with pytest.raises(InvalidInput), transaction():  # noqa: PT012
        after_commit(wake)
        raise InvalidInput
    with transaction():
        pass
    assert woken == ["after"]


def test_a_wake_up_that_fails_does_not_make_the_work_look_failed(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    woken: list[int] = []

    def fail() -> None:
        raise ConnectionError("the queue is away")

    with transaction():
        after_commit(fail)
        after_commit(lambda: woken.append(1))
        add("kept")
    assert woken == [1]
    assert seen_from_outside(app, "kept") == 0
    assert "the queue is away" in caplog.text


def test_a_wake_up_may_write_in_a_transaction_of_its_own(app: Flask) -> None:
    with transaction():
        after_commit(lambda: add("by the wake-up") and None)
    assert seen_from_outside(app, "by the wake-up") == 0


def test_twenty_threads_lose_no_update(real_app: Flask) -> None:
    with real_app.app_context():
        add("counter")

    def count(_thread: int) -> None:
        with real_app.app_context():
            for _ in range(10):
                assert series("counter") is not None  # an open read snapshot must not matter
                with transaction():
                    row = db.session.scalars(
                        select(NumberSeries).where(NumberSeries.name == "counter").with_for_update()
                    ).one()
                    with transaction():
                        row.last += 1

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(count, range(20)))
    with real_app.app_context():
        row = series("counter")
        assert row is not None and row.last == 200


def test_numbers_have_no_gap_and_no_double_even_in_a_race_with_failures(real_app: Flask) -> None:
    def take(n: int) -> int | None:
        with real_app.app_context():
            try:
                with transaction():
                    number = next_number("race")
                    if n % 4 == 3:
                        raise InvalidInput
            except InvalidInput:
                return None
            return number

    with ThreadPoolExecutor(12) as pool:
        taken = [number for number in pool.map(take, range(60)) if number is not None]
    assert sorted(taken) == list(range(1, 46))


def test_numbers_need_a_transaction_and_each_series_counts_by_itself(app: Flask) -> None:
    with pytest.raises(RuntimeError):
        next_number("a")
    with transaction():
        assert [next_reference("GS26", "E"), next_reference("GS26", "B"), next_reference("GS26", "E")] == [
            "GS26-E-0001", "GS26-B-0001", "GS26-E-0002",
        ]  # fmt: skip
        assert next_reference("GR26", "C") == "GR26-C-000001"


def test_the_library_that_commits_by_itself_waits_for_its_turn(real_app: Flask) -> None:
    """Flask-Security reads, changes and commits; others write in between. Nobody fails, nothing is lost."""
    with real_app.app_context():
        add("library")
        add("others")

    def change(n: int) -> None:
        with real_app.app_context():
            for _ in range(5):
                if n % 2:
                    row = series("library")
                    assert row is not None
                    row.last = n
                    commit_foreign()
                else:
                    with transaction():
                        next_number("others")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(8)))
    with real_app.app_context():
        others, library = series("others"), series("library")
        assert others is not None and others.last == 20
        assert library is not None and library.last in {1, 3, 5, 7}


def test_inside_a_transaction_the_library_only_flushes(app: Flask) -> None:
    with pytest.raises(InvalidInput), transaction():  # noqa: PT012
        db.session.add(NumberSeries(name="x", last=1))
        commit_foreign()
        raise InvalidInput
    assert seen_from_outside(app, "x") is None


def test_sqlite_is_set_up_to_keep_what_it_has_promised(real_app: Flask) -> None:
    with real_app.app_context():
        if db.engine.dialect.name == "postgresql":
            assert db.session.scalar(text("show transaction_isolation")) == "read committed"
            return
        pragmas = {
            name: db.session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        with transaction() as session:
            assert session.connection().get_execution_options()[WRITE]


def test_moments_are_aware_in_and_out(app: Flask) -> None:
    moment = datetime(2026, 11, 12, 23, 30, tzinfo=timezone(timedelta(hours=7)))
    with transaction() as session:
        session.add(NumberSeries(name="hanoi", created_at=moment))
    with own_session(app):
        read = series("hanoi")
        assert read is not None
        assert read.created_at == moment and read.created_at.utcoffset() == timedelta(0)
    with pytest.raises(StatementError, match="naive"), transaction() as session:  # noqa: PT012
        session.add(NumberSeries(name="naive", created_at=datetime(2026, 11, 12)))
        session.flush()
    assert (
        db.session.scalar(select(NumberSeries.name).where(NumberSeries.created_at < datetime(2027, 1, 1, tzinfo=UTC)))
        == "hanoi"
    )


def test_a_row_that_is_gone_is_noticed(app: Flask) -> None:
    add("kept")
    with pytest.raises(StaleDataError), transaction() as session:  # noqa: PT012
        row = series("kept")
        session.execute(text("delete from number_series"))
        assert row is not None
        row.last = 1
