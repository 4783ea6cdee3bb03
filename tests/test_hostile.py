"""The attacks of `bench/hostile` in their quick form. What they must find decides; how fast it went does not.

Each starts services of its own, some a dozen, so those marked `hostile` run only where time is no matter: with CI=true.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SECONDS = 300

LIGHT = [
    ("b11_idem", "sqlite"),
    ("b18_migrate", "sqlite"),
    ("b18_migrate", "postgres"),
]
HEAVY = [
    ("b06_poison", "sqlite"),
    ("b10_writers", "sqlite"),
    ("b23_encodings", "sqlite"),
    ("b26_bombs", "sqlite"),
    ("b30_schemathesis", "sqlite"),
    ("b32_csv", "sqlite"),
    ("b33_sqli", "sqlite"),
    ("b34_keys", "sqlite"),
    ("b38_private", "sqlite"),
]
# These need an unshared machine or many minutes, or measure a figure that docs/reliability.md says is missed: run them
# by hand with ATTACKS=all.
REST = [
    *((f"b{n}", "sqlite") for n in ("01_crash", "05_term", "13_slowread", "14_slowsend", "15_loop", "16_overload")),
    *((f"b{n}", "sqlite") for n in ("22_memory", "24_unicode", "40_ingest", "41_full")),
    *((f"b{n}", "sqlite") for n in ("42_query", "43_export")),
    *((f"b{n}", "postgres") for n in ("01_crash", "10_writers", "11_idem", "13_slowread", "26_bombs")),
    *((f"b{n}", "postgres") for n in ("30_schemathesis", "32_csv", "33_sqli", "34_keys", "38_private", "40_ingest")),
]


def attack(program: str, database: str) -> None:
    command = [sys.executable, "-m", f"bench.hostile.{program}", "--quick", "--no-times", "--db", database]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=SECONDS)
    assert run.stdout, run.stderr
    report = json.loads(run.stdout.splitlines()[-1])
    assert run.returncode == 0 and report["passed"], f"{report['failed']}\n{run.stdout}\n{run.stderr}"


@pytest.mark.parametrize(("program", "database"), LIGHT)
def test_the_service_withstands(program: str, database: str) -> None:
    attack(program, database)


@pytest.mark.hostile
@pytest.mark.skipif(not os.environ.get("CI"), reason="takes minutes; runs with CI=true")
@pytest.mark.parametrize(("program", "database"), HEAVY)
def test_the_service_withstands_what_takes_longer(program: str, database: str) -> None:
    attack(program, database)


@pytest.mark.hostile
@pytest.mark.skipif(os.environ.get("ATTACKS") != "all", reason="takes long or the whole machine; runs with ATTACKS=all")
@pytest.mark.parametrize(("program", "database"), REST)
def test_the_service_withstands_all(program: str, database: str) -> None:
    attack(program, database)
