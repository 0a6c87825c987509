"""Fixtures of the browser tests: a real server, a watched browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page

from scripts.chromium import system_chromium
from tests.support.browser import Watch, login_as
from tests.support.server import LiveServer, demonstration, missing_front_end, running

# Nothing of a browser that the tests do not look at: no graphics card, no pages of its own, no calls home.
LEAN = (
    "--disable-dev-shm-usage", "--disable-gpu", "--disable-sync", "--disable-component-update", "--disable-background-networking",
    "--disable-features=PreloadTopChromeWebUI,WebUITabStrip,Translate,OptimizationHints",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is marked ``browser``."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def live_server(databases: Any, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Gunicorn and the worker on a copy of the demonstration, one per xdist worker.

    Tests share it: each takes its own booth, person or contract. One that must not be disturbed, or disturbs others,
    uses ``own_server``.
    """
    with _server(databases, shared_folder, tmp_path_factory.mktemp("live")) as server:
        yield server


@pytest.fixture
def own_server(databases: Any, shared_folder: Path, tmp_path: Path) -> Iterator[LiveServer]:
    """As live_server, but for this test alone."""
    with _server(databases, shared_folder, tmp_path) as server:
        yield server


def _server(databases: Any, shared_folder: Path, folder: Path) -> Any:
    problem = missing_front_end()
    assert problem is None, problem
    instance = folder / "instance"
    demonstration(databases, shared_folder, instance)
    return running(instance)


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """Addresses in tests begin with a slash."""
    return live_server.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one."""
    path = system_chromium()
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses root with its sandbox
    own = {"executable_path": path} if path else {}
    return {**browser_type_launch_args, **own, "args": [*arguments, *LEAN]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A visitor in Hanoi with a laptop who reads English."""
    return {
        **browser_context_args,
        "locale": "en-GB",
        "timezone_id": "Asia/Ho_Chi_Minh",
        "viewport": {"width": 1280, "height": 800},
        "reduced_motion": "reduce",
    }


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test at its end when a browser reported an error; ``watch.allow(pattern)`` for provoked ones."""
    made = Watch()
    yield made
    made.check()


@pytest.fixture
def context(watch: Watch, context: BrowserContext) -> BrowserContext:
    """The test's browser window, watched."""
    watch.follow(context)
    context.set_default_timeout(20_000)
    return context


@pytest.fixture
def open_page(
    browser: Browser, browser_context_args: dict[str, Any], base_url: str, watch: Watch
) -> Iterator[Callable[..., Page]]:
    """Opens further windows, each another person: ``open_page("finance")``, ``open_page(viewport=PHONE)``."""
    contexts: list[BrowserContext] = []

    def make(role: str | None = None, **options: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, "base_url": base_url, **options})
        context.set_default_timeout(20_000)
        watch.follow(context)
        contexts.append(context)
        page = context.new_page()
        if role:
            login_as(page, role)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def start_browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Callable[..., Browser]]:
    """Starts another Chromium with more arguments, as for a camera: ``start_browser(*camera_arguments(film))``."""
    browsers: list[Browser] = []

    def launch(*arguments: str) -> Browser:
        options = {**browser_type_launch_args, "args": [*browser_type_launch_args["args"], *arguments]}
        browser = browser_type.launch(**options)
        browsers.append(browser)
        return browser

    yield launch
    for browser in browsers:
        browser.close()
