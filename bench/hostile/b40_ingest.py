"""B40: what the service costs without rules: a speech of 15 KB with 30 records stored, from 16 clients.

Beside it, in the same run and in turn, the least that FastAPI does with the same body: a model, echoed. The CPU time
of a request is given for both, because other programs on the machine change the rates much and that little.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import suppress
from typing import Any

from bench.hostile import harness

CLIENTS = 16
ROUNDS = 3
SECONDS = 15
SHARE = {"sqlite": 0.20, "postgres": 0.10}
TIMES_P99 = 4.0


def load(
    server: harness.Service | Echo, path: str, bodies: list[dict[str, Any]], seconds: float, first: int
) -> dict[str, Any]:
    """CLIENTS clients without pause: `rate` (a second), `times`, `statuses`, `cpu` (of the server, for one request).

    `@@` in a body becomes a number that no other body has.
    """
    command = [sys.executable, "-m", "bench.hostile.load", str(server.port), path, str(seconds)]
    lines = "\n".join(json.dumps(body, ensure_ascii=False) for body in bodies).encode()
    clients = [
        subprocess.Popen([*command, str(first + n)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for n in range(CLIENTS)
    ]
    time.sleep(1)
    cpu = server.cpu_seconds()
    for client in clients:
        assert client.stdin is not None
        client.stdin.write(lines)
    for client in clients:
        assert client.stdin is not None
        client.stdin.close()
    times: list[float] = []
    statuses: Counter[str] = Counter()
    for client in clients:
        assert client.stdout is not None
        found = json.loads(client.stdout.read())
        client.wait()
        times += found["times"]
        statuses.update(found["statuses"])
    cpu = (server.cpu_seconds() - cpu) / len(times)
    return {"rate": len(times) / seconds, "times": times, "statuses": dict(statuses), "cpu": cpu}


class Echo:
    """The baseline, in a process of its own."""

    def __enter__(self) -> Echo:
        self.port = harness.free_port()
        command = [sys.executable, "-m", "bench.hostile.echo", str(self.port)]
        self._process = subprocess.Popen(command, start_new_session=True)
        patience = time.monotonic() + harness.READY_SECONDS
        while time.monotonic() < patience:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/openapi.json", timeout=5).close()
                break
            time.sleep(0.05)
        return self

    def cpu_seconds(self) -> float:
        return harness.cpu_seconds(self._process.pid)

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def main() -> int:
    given = harness.options(__doc__)
    seconds = max(1.0, SECONDS / harness.QUICK) if given.quick else SECONDS
    report = harness.Report("B40", given)
    bodies = [{"text": "第@@号文稿。" + harness.long_speech(0, 4990)}]
    ours: list[dict[str, Any]] = []
    bare: list[dict[str, Any]] = []
    with harness.database(given.db) as database, harness.Service(database.url, "thirty") as service, Echo() as echo:
        for turn in range(ROUNDS):
            bare.append(load(echo, "/echo", bodies, seconds / 2, 1000 + turn * CLIENTS))
            ours.append(load(service, "/v1/speeches", bodies, seconds, 1 + turn * CLIENTS))
        records = service.logged("status=201")
    stored = sum(turn["statuses"].get("201", 0) for turn in ours)
    statuses = {status for turn in ours for status in turn["statuses"]}
    rate, echoed = (sum(turn["rate"] for turn in some) / ROUNDS for some in (ours, bare))
    report.figures["CPU ms a request"] = {
        name: round(sum(turn["cpu"] for turn in some) / ROUNDS * 1000, 2)
        for name, some in (("stored", ours), ("echo", bare))
    }
    times, echo_times = ([second for turn in some for second in turn["times"]] for some in (ours, bare))
    report.fact("every speech stored", statuses == {"201"} and records == stored, f"{stored} {sorted(statuses)}")
    share = SHARE[given.db]
    report.speed(f"{share} of the requests a second of an echo", rate >= share * echoed,
                 {"stored": round(rate), "echo": round(echoed), "share": round(rate / echoed, 3)})  # fmt: skip
    p99, echo_p99 = harness.percentile(times, 0.99), harness.percentile(echo_times, 0.99)
    report.speed(f"p99 at most {TIMES_P99:.0f} × that of an echo", p99 <= TIMES_P99 * echo_p99,
                 {"stored": harness.spread(times), "echo": harness.spread(echo_times)})  # fmt: skip
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
