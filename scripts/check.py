"""`make test`, `make lint`, `make audit`: everything that must hold before a change is accepted."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from scripts import chromium, setup
from scripts.progress import ROOT, Problem, carry_out, end_group, one_sentence


@dataclass(frozen=True)
class Check:
    """A command that must end with 0; its output is shown only when it does not."""

    title: str
    command: list[str]


def _tool(*arguments: str) -> list[str]:
    return [str(setup.PYTHON), "-m", *arguments]


def _script(name: str, *arguments: str) -> list[str]:
    return [str(setup.PYTHON), str(setup.PYTHON.parent / name), *arguments]


def checks() -> list[Check]:
    """The longest first, so that two cores are done at about the same time."""
    return [
        Check("types", _tool("mypy")),
        Check("templates", _tool("djlint", "templates", "--lint", "--quiet")),
        Check("front-end types", setup.npm("run", "--silent", "check")),
        Check("translations complete", setup.flask("i18n", "check")),
        Check("import rules", _script("lint-imports", "--no-cache", "--no-logo")),
        Check("style", _tool("ruff", "check", "--quiet", "--output-format", "concise")),
        Check("format", _tool("ruff", "format", "--check", "--quiet", "--output-format", "concise")),
    ]


def lint() -> None:
    """Run all checks, as many at a time as there are cores; raises Problem when one fails."""
    env = setup.environment()
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        results = list(pool.map(lambda check: _run(check, env), checks()))
    failed = [check.title for check, passed in zip(checks(), results, strict=True) if not passed]
    if failed:
        raise Problem(
            f"Failed: {', '.join(failed)}. What is wrong is said above; 'make format' mends style and format."
        )


def _run(check: Check, env: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    report = [f"{verdict:<8}{check.title} ({time.monotonic() - started:.0f} s)"]
    if done.returncode:
        report += [done.stdout.rstrip(), ""]
    print("\n".join(report), flush=True)
    return done.returncode == 0


def pytest() -> int:
    """Run the tests; ``TESTS`` names files or options, ``WORKERS`` how many processes share them."""
    workers = os.environ.get("WORKERS") or str(min(os.cpu_count() or 2, 6))
    chosen = shlex.split(os.environ.get("TESTS", ""))
    command = _tool("pytest", "-n", workers, "--dist", "worksteal", *chosen)
    child = subprocess.Popen(
        command, cwd=ROOT, env=setup.environment(), stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        return child.wait()
    except BaseException:
        # Only when asked by SIGINT does pytest end the servers and browsers that its fixtures have started.
        child.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=20)
        raise
    finally:
        end_group(child, patience=5)


def audit() -> int:
    """Ask the public lists of known weaknesses about everything in the lock files. Needs the network."""
    env = setup.environment()
    python = _tool(
        "pip_audit", "--disable-pip", "--require-hashes", "-r", "requirements.txt", "-r", "requirements-dev.txt"
    )
    results = [subprocess.run(command, cwd=ROOT, env=env, check=False) for command in (python, setup.npm("audit"))]
    return max(result.returncode for result in results)


def main() -> None:
    """Entry point; the only argument is test, lint, setup or audit."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "test"
    with one_sentence():
        steps = setup.python_steps(tools=True) if wanted == "audit" else setup.steps(tools=True)
        carry_out([*steps, chromium.step()] if wanted in {"test", "setup"} else steps)
        if wanted in {"test", "lint"}:
            lint()
        code = {"test": pytest, "audit": audit}.get(wanted, lambda: 0)()
        sys.exit(code)


if __name__ == "__main__":
    main()
