"""Private by default: what the service listens on, whom it calls, what it writes into its log.

    python -m bench.hostile.b38_private [--quick] [--db sqlite|postgres]

Everything runs in a network namespace that has a loopback device and no route; the kernel counts what was sent to
anywhere else. The full form runs the test suite in there as well. Where no namespace may be made, the service
runs with a socket module that refuses to connect elsewhere and says so in its log.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from bench.hostile.client import Client
from bench.hostile.harness import Report, Service, database, members, options, samples
from bench.hostile.requests import find, send

ROOT = Path(__file__).parents[2]
SECRET = "梧桐镇养猫示范基地"
INSIDE = "--inside"
# Tests that take a generator or a build tool from the package registry, and the attacks themselves.
APART = ("api/test_generated_client", "test_package", "test_hostile")
GUARD = """
import socket
_connect = socket.socket.connect
def connect(self, address):
    if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
        print("GUARD: connection to", address, flush=True)
        raise OSError("no route")
    return _connect(self, address)
socket.socket.connect = connect
"""


def main() -> int:
    if INSIDE not in sys.argv and namespaces():
        inside = [sys.executable, "-m", "bench.hostile.b38_private", *sys.argv[1:], INSIDE]
        enter = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *inside]
        return subprocess.run(enter, cwd=ROOT).returncode
    given = options(__doc__, lambda parser: parser.add_argument(INSIDE, action="store_true", help="in the namespace"))
    report = Report("B38", given)
    before = sent_elsewhere()
    with tempfile.TemporaryDirectory() as directory, database(given.db) as store:
        if not given.inside:
            Path(directory, "sitecustomize.py").write_text(GUARD)
            os.environ["PYTHONPATH"] = f"{directory}:{os.environ.get('PYTHONPATH', '')}"
        refused = refusal(store.url)
        report.fact("0.0.0.0 without a key is refused, and why", not refused, refused or "both addresses")
        for form in ("text", "json"):
            with Service(store.url, workers=1, log_format=form) as service:
                places = listening(service.pid)
                asyncio.run(talk(service.port))
                log = service.log.read_text()
            report.fact(f"listens on loopback alone ({form})", places == {"127.0.0.1"}, places)
            shown = [name for name, word in forms(SECRET) if word in log]
            report.fact(f"no words of a speech in the log ({form})", not shown, shown or f"{len(log)} characters")
            report.fact(f"nobody was called ({form})", "GUARD" not in log, log.count("GUARD"))
        called = commands(store.url)
        report.fact("the commands call nobody", not called, called or "extract, ingest, query, export")
    if given.inside:
        if not given.quick:
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
            command += [f"--ignore=tests/{name}.py" for name in APART]
            suite = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            last = suite.stdout.strip().splitlines()[-1:]
            report.fact("the test suite passes without a network", suite.returncode == 0, last)
        report.fact("nothing was sent to anywhere else", sent_elsewhere() == before, sent_elsewhere())
        report.fact("a try would have been counted", counted(), "one was")
    return report.end()


def namespaces() -> bool:
    """Whether a network namespace may be made here."""
    try:
        trial = ["unshare", "--net", "ip", "link", "set", "lo", "up"]
        return subprocess.run(trial, capture_output=True).returncode == 0
    except OSError:
        return False


def sent_elsewhere() -> int:
    """How many packets of this namespace had no route."""
    lines = Path("/proc/net/snmp").read_text().splitlines()
    names, values = (line.split() for line in lines if line.startswith("Ip:"))
    six = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(dict(zip(names, values, strict=True))["OutNoRoutes"]) + int(six.get("Ip6OutNoRoutes", 0))


def counted() -> bool:
    """Whether a connection to somewhere else moves the counter."""
    before = sent_elsewhere()
    with socket.socket() as one:
        one.settimeout(1)
        one.connect_ex(("192.0.2.1", 80))
    return sent_elsewhere() > before


def refusal(url: str) -> list[str]:
    """Addresses beyond loopback on which a service without keys starts, or does not say why it does not."""
    wrong = []
    for host in ("0.0.0.0", "::"):
        command = [sys.executable, "-m", "api.cli", "serve", "--host", host, "--port", "0", "--database-url", url]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
        if run.returncode == 0 or "duban keys add" not in run.stderr or "Traceback" in run.stderr:
            wrong.append(f"{host}: {run.returncode} {run.stderr[-200:]}")
    return wrong


def listening(group: int) -> set[str]:
    """The addresses on which the processes of a group listen."""
    inodes = set()
    for pid, _, _ in members(group):
        for handle in Path(f"/proc/{pid}/fd").iterdir():
            try:
                inodes.add(os.readlink(handle).removeprefix("socket:[").removesuffix("]"))
            except OSError:
                continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                address = bytes.fromhex(fields[1].split(":")[0])
                found.add(".".join(map(str, reversed(address))) if table == "tcp" else address.hex(":", 2))
    return found


async def talk(port: int) -> None:
    """Says the secret in every place where a request has one, rightly and wrongly."""
    client = Client(port)
    text = f"{samples()[0][:2000]}\n一、{SECRET}要在6月底前完成排查。"
    await client.post("/v1/extract", text)
    await client.post(f"/v1/speeches?title={quote(SECRET)}", text)
    await client.post(f"/v1/speeches?{quote(SECRET)}=1", text)
    await send(client, "POST", "/v1/speeches", {"text": SECRET, "title": SECRET * 100, SECRET: SECRET})
    await send(client, "POST", "/v1/speeches", {"text": f"{SECRET}\0"})
    await client.request("POST", "/v1/speeches", f'{{"text": "{SECRET}'.encode(), content_type="application/json")
    await client.request("POST", "/v1/speeches", SECRET.encode() + b"\xff\xfe" * 9, content_type="text/plain")
    await client.request("POST", "/v1/extract", SECRET.encode(), content_type="text/plain; charset=ascii")
    await client.request("POST", "/v1/extract", SECRET.encode(), content_type="image/png")
    head = f'Content-Disposition: form-data; name="file"; filename="{SECRET}.txt"'
    form = f"--b\r\n{head}\r\n\r\n{SECRET}\r\n--b--\r\n"
    await client.request("POST", "/v1/speeches", form.encode(), content_type="multipart/form-data; boundary=b")
    batch = f'{{"id": "{SECRET}", "text": "{SECRET}"}}\n{{"text": {SECRET}}}\n'
    await client.request("POST", "/v1/extract/batch", batch.encode(), content_type="application/jsonl")
    for path in ("/v1/obligations", "/v1/speeches", "/v1/directives", "/v1/obligations.csv"):
        await find(client, path, q=SECRET)
        await find(client, path, department=SECRET, cursor=SECRET)
    listed = (await find(client, "/v1/obligations", q=SECRET)).json()["results"]
    change = {"progress": SECRET, "problems": SECRET}
    await send(client, "PATCH", f"/v1/obligations/{listed[0]['id']}", change, if_match="*")
    await send(client, "PATCH", f"/v1/obligations/{listed[0]['id']}", {"status": SECRET}, if_match=quote(SECRET))
    await client.get("/v1/stats", authorization=f"Bearer {quote(SECRET)}")
    await client.request("DELETE", f"/v1/speeches/{listed[0]['speech_id']}")
    client.close()


def forms(word: str) -> Iterator[tuple[str, str]]:
    """A word, and how it looks where it was escaped."""
    yield "plain", word
    yield "a part of it", word[:4]
    yield "percent", quote(word)[:18]
    yield "escaped", word.encode("unicode_escape").decode()[:12]
    yield "bytes", str(word.encode())[2:20]
    yield "as Latin-1", word.encode().decode("latin-1")[:6]


def commands(url: str) -> list[str]:
    """Commands that fail without a network."""
    wrong = []
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "讲话.txt")
        file.write_text(f"{samples()[0]}", encoding="utf-8")
        for words in (["extract", "--json", str(file)], ["ingest", str(file)], ["query"], ["export"]):
            command = [sys.executable, "-m", "api.cli", *words]
            env = {**os.environ, "DUBAN_DATABASE_URL": url}
            run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
            if run.returncode != 0 or "GUARD" in run.stdout + run.stderr:
                wrong.append(f"{words[0]}: {run.returncode} {run.stderr[-300:]}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
