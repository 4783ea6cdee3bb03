"""Fuzzes the service from its own OpenAPI description with Schemathesis: all checks, all phases.

    python -m bench.hostile.b30_schemathesis [--quick] [--cases N] [--db sqlite|postgres]

Runs slices with one seed after another until so many cases have run, and stops at the first that finds something. The
service asks for a key, so that operations that forget about it are found. A value may be described as well as can be
and still be refused (a cursor that was never given, a text without words), so 422 counts as an answer to valid input.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.hostile.client import Client
from bench.hostile.harness import Report, Service, database, options
from models.engine import open_database
from models.store import access

QUICK, FULL = 3_000, 100_000
EXAMPLES = 100
# It runs in an environment of its own, made by uv: it needs other versions of what the service is tested with.
SCHEMATHESIS = (
    str(Path(sys.executable).with_name("uv")), "tool", "run", "--quiet", "--from", "schemathesis==4.32.5", "st",
)  # fmt: skip
TEXT = "会议强调，县教育局要会同县卫健委在6月底前完成校园排查。对高风险区来人实行14天集中隔离。"
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 406, 408, 412, 413, 415, 422, 428, 503]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 406, 412, 413, 415, 422, 428, 503]

[checks.missing_required_header]
expected-statuses = [401, 422]

# A batch is text: whatever Schemathesis puts into one is sent as text, so none is against the description.
[[operations]]
include-name = "POST /v1/extract/batch"
checks.negative_data_rejection.expected-statuses = ["2xx", 400, 401, 403, 404, 406, 412, 413, 415, 422, 428, 503]
"""


def main() -> int:
    given = options(
        __doc__,
        lambda parser: parser.add_argument("--cases", type=int, help=f"default {FULL}, with --quick {QUICK}"),
        lambda parser: parser.add_argument("--slice-seconds", type=int, help="default 200, with --quick 50"),
    )
    report = Report("B30", given)
    wanted = given.cases or (QUICK if given.quick else FULL)
    seconds = given.slice_seconds or (50 if given.quick else 200)
    cases = slices = 0
    found: list[str] = []
    with database(given.db) as store, tempfile.TemporaryDirectory() as directory:
        key = admin_key(store.url)
        Path(directory, "schemathesis.toml").write_text(CONFIG)
        with Service(store.url, workers=2, log_format="json") as service:
            while cases < wanted and not found:
                asyncio.run(fill(service.port, key, slices))
                output = fuzz(service.port, key, directory, given.seed + slices, seconds)
                ran = re.search(r"(?m)^ +([\d,]+) generated", output)
                cases += int(ran[1].replace(",", "")) if ran else 0
                slices += 1
                found = re.findall(r"(?m)^ +[❌🚫] +(.+: \d+)$", output)
                if found or not ran:
                    print(output, file=sys.stderr)
                    found = found or ["Schemathesis did not finish"]
                print(f"      {cases} cases in {slices} slices", file=sys.stderr, flush=True)
            answers = [json.loads(line) for line in service.log.read_text().splitlines() if '"status"' in line]
    report.fact("no failure of any check", not found, ", ".join(found) or f"0 in {cases} cases")
    report.fact("no server error", not any(answer["status"] == 500 for answer in answers), f"{len(answers)} answers")
    return report.end()


def admin_key(url: str) -> str:
    store = open_database(url)
    _, key = store.write(lambda connection: access.create_key(connection, "fuzz", "admin"))
    store.close()
    return key


async def fill(port: int, key: str, number: int) -> None:
    """Some speeches to find, change and delete."""
    client = Client(port)
    for n in range(5):
        await client.post("/v1/speeches", f"{number}-{n} {TEXT}", authorization=f"Bearer {key}")
    client.close()


def fuzz(port: int, key: str, directory: str, seed: int, seconds: int) -> str:
    """The output of one run of Schemathesis."""
    # One worker: with several, Hypothesis itself fails now and then on Python 3.11.
    command = [
        *SCHEMATHESIS, "--config-file", "schemathesis.toml", "run",
        f"http://127.0.0.1:{port}/openapi.json", "--header", f"Authorization: Bearer {key}", "--checks", "all",
        "--max-examples", str(EXAMPLES), "--max-time", str(seconds), "--seed", str(seed),
        "--workers", "1", "--no-color", "--suppress-health-check", "all", "--warnings", "off",
        "--generation-database", "none", "--no-shrink",
    ]  # fmt: skip
    hooks = "bench.hostile.schemathesis_hooks"
    env = {**os.environ, "SCHEMATHESIS_HOOKS": hooks, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUTF8": "1"}
    run = subprocess.run(command, cwd=directory, env=env, capture_output=True, text=True)
    return run.stdout + run.stderr


if __name__ == "__main__":
    sys.exit(main())
