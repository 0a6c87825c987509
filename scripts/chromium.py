"""Chromium for the browser tests: the system's where there is one, else the one that Playwright brings."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

from scripts import setup
from scripts.progress import Problem, Run, Step

# The shell has no window to draw: pages load in half the time of a whole Chromium without one.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def system_chromium() -> str | None:
    """Path of a Chromium (or Chrome) that is installed and runs, else None."""
    for name in _NAMES:
        path = shutil.which(name)
        # Ubuntu ships a /usr/bin/chromium-browser that only says how to install the real one.
        if path and subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0:
            return path
    return None


def step() -> Step:
    """Install Chromium when there is none: root from the system's packages, everybody else through Playwright."""
    return Step("Chromium", lambda: system_chromium() is None and not _playwright_chromium(), _install)


def _playwright_chromium() -> bool:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return any(folder.glob("chromium-*/INSTALLATION_COMPLETE"))


def _install(run: Run) -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        env = setup.environment(DEBIAN_FRONTEND="noninteractive")
        with contextlib.suppress(Problem):  # then Playwright's own is tried, and says what is wrong
            run(["apt-get", "update", "-q"], env, failure="The system's package lists could not be read.", fetches=True)
            for package in ("chromium-headless-shell", "chromium"):  # the first is young: not every system has it
                install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", package]
                with contextlib.suppress(Problem):
                    run(install, env, failure="The system's Chromium could not be installed.", fetches=True)
                if system_chromium():
                    return
    command: list[str | Path] = [setup.PYTHON, "-m", "playwright", "install", *_with_libraries(), "chromium"]
    run(
        command,
        setup.environment(),
        failure="Chromium could not be installed: install it yourself, then try again.",
        fetches=True,
    )


def _with_libraries() -> list[str]:
    return ["--with-deps"] if os.geteuid() == 0 else []
