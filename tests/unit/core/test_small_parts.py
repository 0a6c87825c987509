"""Clock, events, tokens, encryption, actors, configuration, safe redirects: small parts that much stands on."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import InvalidToken

from fairs.config import Config, ConfigError
from fairs.core import clock, crypto, events, tokens
from fairs.core.actor import Actor, involved_columns, require_second_person
from fairs.core.errors import SamePerson
from fairs.core.web import safe_next


def test_a_fair_counts_its_own_days(time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 12, 17, 30, tzinfo=UTC))
    assert clock.today("Asia/Ho_Chi_Minh") == date(2026, 11, 13)
    assert clock.today("UTC") == date(2026, 11, 12)
    assert clock.now().tzinfo is UTC


def test_the_clock_of_a_story_stands_where_it_was_set() -> None:
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    with clock.set_to(moment.astimezone(ZoneInfo("Asia/Tokyo"))):
        assert clock.now() == moment and clock.now().tzinfo is UTC
        assert clock.today("Asia/Ho_Chi_Minh") == date(2020, 1, 1)
    assert clock.now().year > 2020


class _Happened:
    pass


class _Derived(_Happened):
    pass


def test_an_event_calls_each_handler_of_its_type_once_and_an_error_is_not_swallowed() -> None:
    heard: list[object] = []

    @events.subscribe(_Happened)
    def hear(event: _Happened) -> None:
        heard.append(event)

    events.subscribe(_Happened)(hear)
    event = _Happened()
    events.publish(event)
    events.publish(_Derived())
    assert heard == [event]

    @events.subscribe(_Derived)
    def fail(_event: _Derived) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        events.publish(_Derived())


def test_tokens_are_long_and_pins_are_salted_by_their_token() -> None:
    assert len({tokens.new_token() for _ in range(50)}) == 50
    assert len(tokens.new_token()) >= 32
    assert re.fullmatch(r"\d{6}", tokens.new_pin())
    kept = tokens.pin_digest("123456", tokens.digest("a"))
    assert tokens.pin_matches("123456", tokens.digest("a"), kept)
    assert not tokens.pin_matches("123457", tokens.digest("a"), kept)
    assert not tokens.pin_matches("123456", tokens.digest("b"), kept)


@pytest.fixture
def _own_keys() -> Iterator[None]:
    kept = dict(crypto._keys), dict(crypto._digest_keys)
    yield
    crypto._keys.update(kept[0])
    crypto._digest_keys.update(kept[1])


@pytest.mark.usefixtures("_own_keys")
def test_a_field_is_opened_by_the_key_that_closed_it_and_by_no_other() -> None:
    crypto.configure("one key")
    sealed = crypto.encrypt("hộ chiếu".encode())
    assert "hộ chiếu".encode() not in sealed
    assert crypto.decrypt(sealed).decode() == "hộ chiếu"
    mark = crypto.keyed_digest("C1234567")
    crypto.configure("another key")
    with pytest.raises(InvalidToken):
        crypto.decrypt(sealed)
    assert crypto.keyed_digest("C1234567") != mark


def test_nobody_seconds_their_own_act_lent_roles_included() -> None:
    an, binh, chi = 1, 2, 3
    require_second_person(Actor(binh, "Bình"), an, None)
    require_second_person(Actor(None, "Fairs"), None)
    for second in (Actor(an, "An"), Actor(binh, "Bình", an, "An")):
        with pytest.raises(SamePerson) as refused:
            require_second_person(second, an)
        assert refused.value.status == 403
    with pytest.raises(SamePerson):
        require_second_person(Actor(chi, "Chi"), binh, chi)
    assert involved_columns(Actor(binh, "Bình", an, "An")) == {"by_id": binh, "for_id": an}
    assert Actor(binh, "Bình", an, "An").label == "Bình → An"
    assert Actor(binh, "Bình").label == "Bình"


@pytest.mark.parametrize("target", ["/", "/fairs/x/?a=b#c", "/hội-chợ", "/a//b", "/x?next=https://evil.example"])
def test_an_address_of_this_site_is_followed(target: str) -> None:
    assert safe_next(target, "/home") == target


@pytest.mark.parametrize(
    "target",
    [
        None, "", "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "/\t/evil.example", "/\n/evil.example", "\t//evil.example", "javascript:alert(1)", "evil.example", "http:evil",
        "//[", "/%09/evil.example\r\nSet-Cookie: a=b", "mailto:a@b.example", " //evil.example", "/ok\r\nX: y",
    ],
)  # fmt: skip
def test_an_address_elsewhere_is_not(target: str | None) -> None:
    assert safe_next(target, "/home") == "/home"


def test_settings_come_from_the_environment_with_their_types() -> None:
    config = Config.from_env(
        {"FAIRS_MAIL_PORT": "25", "FAIRS_DEMO": "yes", "FAIRS_MAIL_TLS": "0", "FAIRS_DEPARTMENT": ""}
    )
    assert (config.mail_port, config.demo, config.mail_tls, config.department) == (25, True, False, Config().department)


@pytest.mark.parametrize(("name", "value"), [("MAIL_PORT", "many"), ("DEMO", "perhaps"), ("DEFAULT_LOCALE", "fr")])
def test_a_setting_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"FAIRS_{name}"):
        Config.from_env({f"FAIRS_{name}": value})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_spelling_of_postgresql_gets_the_driver_that_is_installed(scheme: str) -> None:
    assert Config(database_url=f"{scheme}://u@h/d").resolved_database_url == "postgresql+psycopg://u@h/d"


def _secret(folder: str) -> str:
    return Config(instance_path=Path(folder)).secret("secret_key")


def test_a_key_is_made_once_even_when_processes_start_together_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        keys = set(pool.map(_secret, [str(tmp_path)] * 16))
    assert len(keys) == 1 and len(keys.pop()) > 40
    assert os.listdir(tmp_path / "keys") == ["secret_key"]
    assert stat.S_IMODE((tmp_path / "keys" / "secret_key").stat().st_mode) == 0o600
    assert Config(instance_path=tmp_path, secret_key="given").secret("secret_key") == "given"
