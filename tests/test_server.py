"""The service as a process of its own: slow and oversized senders, an orderly end, downloads that break, its logs."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.errors import KINDS
from models.store import speeches
from tests.databases import DIALECTS, SPEECH, extraction, new_database

SMALL = {
    "DUBAN_WORKERS": "1", "DUBAN_HEADER_SECONDS": "1", "DUBAN_RECEIVE_SECONDS": "1", "DUBAN_MAX_BODY_BYTES": "200000",
    "DUBAN_SHUTDOWN_SECONDS": "2", "DUBAN_LOG_FORMAT": "json",
}  # fmt: skip


@dataclass
class Server:
    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self, data: bytes) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.sendall(data)
        return connection

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def served(url: str, *arguments: str, **settings: str) -> Iterator[Server]:
    environment = {**os.environ, **SMALL, **settings, "DUBAN_DATABASE_URL": url}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.api.serve_for_tests", *arguments],
        env=environment, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert process.stderr is not None
    server = Server(process, 0)
    try:
        for line in process.stderr:
            server.lines.append(line)
            if found := re.search(r"http://127\.0\.0\.1:([0-9]+)", line):
                server.port = int(found[1])
                break
        assert server.port, server.lines
        reader = threading.Thread(target=lambda: server.lines.extend(process.stderr or ()), daemon=True)
        reader.start()
        yield server
    finally:
        process.kill()
        process.wait()
        if server.port:
            reader.join(5)
        process.stderr.close()


@pytest.fixture(scope="module", params=DIALECTS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with one speech of five obligations."""
    database = new_database(request.param, tmp_path_factory.mktemp("served"))
    with database.writing() as connection:
        speeches.save(connection, SPEECH, extraction())
    found = database.engine.url.render_as_string(hide_password=False)
    database.close()
    return found


@pytest.fixture(scope="module")
def server(url: str) -> Iterator[Server]:
    with served(url) as running:
        yield running


def ending(connection: socket.socket, feed: bytes = b"") -> tuple[float, bytes]:
    """How long a connection stays open while single bytes are sent, and what was answered."""
    start = time.monotonic()
    answer = b""
    connection.settimeout(0.1)
    while time.monotonic() - start < 10:
        try:
            data = connection.recv(65536)
            if not data:
                break
            answer += data
        except TimeoutError:
            pass
        except ConnectionError:
            break
        if feed:
            try:
                connection.sendall(feed)
            except ConnectionError:
                feed = b""
    connection.close()
    return time.monotonic() - start, answer


HEAD = b"POST /v1/extract HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: text/plain\r\n"


@pytest.mark.parametrize(
    ("start", "feed"),
    [
        (b"", b""),
        (b"GET /healthz HTT", b""),
        (b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ", b"a"),
        (HEAD + b"content-length: 1000\r\n\r\nabc", b""),
        (HEAD + b"content-length: 1000\r\n\r\nabc", b"a"),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", b""),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", b"1\r\na\r\n"),
        (b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\nGET /healthz HTTP/1.1\r\nx-slow: ", b"a"),
        (b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\n", b"a"),
    ],
)
def test_slow_senders_are_cut(server: Server, start: bytes, feed: bytes) -> None:
    seconds, answer = ending(server.connect(start), feed)
    assert seconds < 8
    if b"/v1/extract" in start:
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"urn:duban:problem:timeout" in answer
    assert httpx.get(server.url + "/healthz").status_code == 200


def test_a_steady_sender_is_let_finish(server: Server) -> None:
    parts = ["各镇要加强巡查。".encode() * 2500] * 3
    connection = server.connect(HEAD + b"connection: close\r\ncontent-length: %d\r\n\r\n" % sum(map(len, parts)))
    for part in parts:
        connection.sendall(part)
        time.sleep(0.5)
    assert ending(connection)[1].startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "request_",
    [
        HEAD + b"content-length: 200001\r\n\r\n",
        HEAD + b"content-length: 99999999999999999999\r\n\r\n",
        HEAD + b"transfer-encoding: chunked\r\n\r\n" + (b"8000\r\n" + b"a" * 0x8000 + b"\r\n") * 7,
    ],
)
def test_too_much_is_refused_while_it_comes(server: Server, request_: bytes) -> None:
    seconds, answer = ending(server.connect(request_))
    if b"9999999999" not in request_:
        assert answer.startswith(b"HTTP/1.1 413 "), answer
        assert b"urn:duban:problem:too-large" in answer
    assert seconds < 5


@pytest.mark.parametrize(
    "request_",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nx: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
        HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\nabcde",
        HEAD + b"content-length: -1\r\n\r\n",
        HEAD + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_broken_requests_are_refused(server: Server, request_: bytes) -> None:
    seconds, answer = ending(server.connect(request_))
    assert answer[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 413", b""), answer[:80]
    assert seconds < 5
    assert httpx.get(server.url + "/healthz").status_code == 200


def test_compressed_bodies_are_refused(server: Server) -> None:
    headers = {"content-type": "text/plain", "content-encoding": "gzip"}
    answer = httpx.post(server.url + "/v1/extract", content=b"\x1f\x8b", headers=headers)
    assert answer.status_code == 415
    assert answer.json()["type"] == "urn:duban:problem:media-type"


def test_the_loop_answers_while_a_document_is_stuck(server: Server) -> None:
    stuck = threading.Thread(
        target=lambda: httpx.post(server.url + "/v1/extract", json={"text": "毒：内存"}, timeout=30)
    )
    stuck.start()
    for _ in range(20):
        assert httpx.get(server.url + "/healthz").status_code == 200
    stuck.join()


def test_logs_tell_of_requests_but_not_of_texts(server: Server) -> None:
    text = "机密事项一号：各镇要加强巡查。"
    httpx.post(server.url + "/v1/speeches?title=机密标题", content=text.encode(), headers={"content-type": "text/plain"})
    httpx.get(server.url + "/v1/obligations?q=机密事项", headers={"authorization": "Bearer duban_机密".encode()})  # type: ignore[dict-item]
    httpx.post(server.url + "/v1/extract", json={"text": "毒：异常"})
    time.sleep(0.3)
    events = [json.loads(line) for line in server.lines]
    posted = [event for event in events if event.get("path") == "/v1/speeches"]
    assert posted and posted[-1]["status"] == 201 and posted[-1]["ms"] > 0
    everything = "".join(json.loads(line).__repr__() for line in server.lines)
    for secret in ("机密", "巡查", "毒：", "duban_"):
        assert secret not in everything
    assert any(event.get("reason") == "error" for event in events)


def test_an_orderly_end_answers_what_is_under_way(url: str) -> None:
    with served(url, DUBAN_SHUTDOWN_SECONDS="60") as running:
        answers: list[Any] = []

        def post(number: int) -> None:
            body = {"text": f"慢：第{number}号通知，各镇要加强巡查。"}
            answers.append(httpx.post(running.url + "/v1/speeches", json=body, timeout=60))

        threads = [threading.Thread(target=post, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        while len(answers) < 4 and "duban_documents_waiting 4.0" not in httpx.get(running.url + "/metrics").text:
            time.sleep(0.02)
        assert running.end() == 0
        for thread in threads:
            thread.join()
    assert sorted(answer.status_code for answer in answers) == [201] * 4


def test_a_download_that_is_under_way_at_the_end_is_no_complete_file(url: str) -> None:
    with served(url, "SLOW", DUBAN_SHUTDOWN_SECONDS="1") as running:
        connection = running.connect(b"GET /v1/obligations.csv HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        time.sleep(1.3)
        held = running.connect(HEAD + b"content-length: 1000\r\n\r\nabc")
        start = time.monotonic()
        assert running.end() == 0
        assert time.monotonic() - start < 10
        answer = ending(connection)[1]
        held.close()
    assert answer.startswith(b"HTTP/1.1 200 ") and b"transfer-encoding: chunked" in answer
    assert not answer.endswith(b"0\r\n\r\n")


def test_a_download_that_fails_breaks_off(url: str) -> None:
    with served(url, "BREAK_EXPORT") as running:
        for path in ("/v1/obligations.csv", "/v1/obligations.jsonl"):
            with pytest.raises(httpx.RemoteProtocolError), httpx.stream("GET", running.url + path) as answer:
                assert answer.status_code == 200
                answer.read()
        assert running.end(signal.SIGINT) == 0
    assert "各镇要加强巡查" not in "".join(running.lines)


def test_the_examples_of_the_documentation_work(url: str, tmp_path: Path) -> None:
    root = Path(__file__).parent.parent
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    [examples] = re.findall(r"^```sh\n(.*?)^```", (root / "docs" / "api.md").read_text(encoding="utf-8"), re.M | re.S)
    (tmp_path / "samples").symlink_to(root / "samples")
    with served(url, DUBAN_MAX_BODY_BYTES="1000000") as running:
        for command in examples.splitlines():
            done = subprocess.run(
                ["bash", "-c", command.replace("http://127.0.0.1:8000", running.url)], cwd=tmp_path, capture_output=True, check=False
            )
            assert done.returncode == 0, (command, done.stderr)
    assert (tmp_path / "分解表.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_documentation_names_every_problem() -> None:
    document = (Path(__file__).parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
    for kind, (status, chinese, english) in KINDS.items():
        assert f"| `{kind}` ({status}) | {chinese} {english} |" in document
