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
    ("b01_crash", "sqlite"),
    ("b01_crash", "postgres"),
    ("b05_term", "sqlite"),
    ("b06_poison", "sqlite"),
    ("b10_writers", "sqlite"),
    ("b10_writers", "postgres"),
    ("b11_idem", "postgres"),
    ("b13_slowread", "sqlite"),
    ("b13_slowread", "postgres"),
    ("b14_slowsend", "sqlite"),
    ("b15_loop", "sqlite"),
    ("b16_overload", "sqlite"),
    ("b22_memory", "sqlite"),
    ("b23_encodings", "sqlite"),
    ("b24_unicode", "sqlite"),
    ("b26_bombs", "sqlite"),
    ("b26_bombs", "postgres"),
    ("b30_schemathesis", "sqlite"),
    ("b30_schemathesis", "postgres"),
    ("b32_csv", "sqlite"),
    ("b32_csv", "postgres"),
    ("b33_sqli", "sqlite"),
    ("b33_sqli", "postgres"),
    ("b34_keys", "sqlite"),
    ("b34_keys", "postgres"),
    ("b38_private", "sqlite"),
    ("b38_private", "postgres"),
    ("b40_ingest", "sqlite"),
    ("b40_ingest", "postgres"),
    ("b41_full", "sqlite"),
    ("b42_query", "sqlite"),
    ("b43_export", "sqlite"),
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
