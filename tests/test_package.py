"""What is installed is complete: a built wheel holds every module and every file of data."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("extractor", "models", "api", "migrations")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel that is built from the files under version control."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("out")
    for name in ("pyproject.toml", "README.md", "LICENSE", *_tracked()):
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-w",
        str(out),
        str(source),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (path,) = out.glob("*.whl")
    return set(zipfile.ZipFile(path).namelist())


def _tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z", *PACKAGES], cwd=ROOT, check=True, capture_output=True).stdout
    return [name for name in listed.decode("utf-8").split("\0") if name and (ROOT / name).is_file()]


def test_a_wheel_holds_every_file_of_the_packages(wheel: set[str]) -> None:
    files = {name for name in _tracked() if not Path(name).name.startswith(".")}
    assert sorted(files - wheel) == []


def test_a_wheel_holds_the_licence_and_nothing_of_the_tests(wheel: set[str]) -> None:
    assert [name for name in wheel if name.endswith("licenses/LICENSE")]
    assert not [name for name in wheel if name.startswith(("tests", "bench", "samples"))]
