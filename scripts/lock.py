"""`make lock`: pin the packages. The locks hold versions and hashes, never an address."""

from __future__ import annotations

import json
import os
import subprocess

from scripts import setup
from scripts.progress import ROOT, Problem, carry_out, one_sentence

LOCKS = ("requirements.txt", "requirements-dev.txt", "package-lock.json")


def main() -> None:
    """Write all three locks; raises Problem when one would hold an address."""
    with one_sentence():
        carry_out(setup.python_steps(tools=True))
        upgrade = bool(os.environ.get("UPGRADE"))
        for name in ("requirements", "requirements-dev"):
            _pin(f"{name}.in", f"{name}.txt", upgrade=upgrade)
        _pin_node(upgrade=upgrade)
        for name in LOCKS:
            if "://" in (ROOT / name).read_text(encoding="utf-8"):
                raise Problem(f"{name} would hold an address: it must not be committed like this.")


def _pin(source: str, target: str, *, upgrade: bool) -> None:
    command = [str(setup.PYTHON), "-m", "uv", "pip", "compile", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet"]
    _run([*command, *(["--upgrade"] if upgrade else []), source, "-o", target])


def _pin_node(*, upgrade: bool) -> None:
    _run(setup.npm("update" if upgrade else "install", "--package-lock-only", "--ignore-scripts"))
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)  # addresses that nothing needs
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, env=setup.environment(), check=False).returncode:
        raise Problem("The lock could not be made; why is said above.")


if __name__ == "__main__":
    main()
