"""What the documents say is so: commands print what is shown, examples in the code give what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import api
import extractor
import models

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
_SESSION = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


def _sessions() -> list[object]:
    """Each command that a document shows, with the lines that it is said to print; … stands for others."""
    found: list[object] = []
    for path in DOCUMENTS:
        for block in _SESSION.findall(path.read_text(encoding="utf-8")):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *lines = part.rstrip("\n").split("\n")
                found.append(pytest.param(command, lines, id=f"{path.name}: {command}"))
    return found


@pytest.mark.parametrize(("command", "lines"), _sessions())
def test_a_documented_command_prints_what_is_shown(command: str, lines: list[str]) -> None:
    program, *arguments = shlex.split(command)
    assert program == "duban"
    run = subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    printed = iter(line.rstrip() for line in run.stdout.splitlines())
    for line in lines:
        assert line == "…" or line.rstrip() in printed, f"not printed, or not in this order: {line}\n{run.stdout}"


def test_the_documents_show_commands() -> None:
    assert len(_sessions()) >= 2


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    broken = [link for link in _LINK.findall(path.read_text(encoding="utf-8")) if not (path.parent / link).exists()]
    assert not broken


def _modules() -> list[str]:
    return [
        m.name
        for package in (extractor, models, api)
        for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]


@pytest.mark.parametrize("name", ["extractor", *_modules()])
def test_examples_in_docstrings(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert result.failed == 0


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_examples_in_documents(path: Path) -> None:
    assert doctest.testfile(str(path), module_relative=False, encoding="utf-8").failed == 0


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        t for path in DOCUMENTS for t in re.findall(r"(?:^    |`)make ([a-z]+)", path.read_text(encoding="utf-8"), re.M)
    }
    assert named and named <= targets


def test_lock_files_are_hashed_and_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        starts = [line for line in lines if line and not line.startswith((" ", "#"))]
        assert starts and all("==" in line and line.endswith("\\") for line in starts)
        assert not [line for line in lines if "://" in line or "index" in line.split("==")[0]]


def test_lock_files_hold_every_dependency_and_agree() -> None:
    def pinned(name: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if match := re.match(r"([a-z0-9-]+)==(\S+)", line):
                found.setdefault(match[1], set()).add(match[2])
        return found

    run, dev = pinned("requirements.lock"), pinned("requirements-dev.lock")
    assert {name: dev.get(name) for name in run} == run
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[\[><=;! ]", d)[0].lower() for d in project["dependencies"]}
    assert names <= set(run)
