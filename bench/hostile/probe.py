"""Times requests to the service and to a bare server, in turn, until its input closes. See `harness.Prober`."""

from __future__ import annotations

import json
import re
import select
import socket
import subprocess
import sys
import time

from bench.hostile.harness import spread

SECONDS = 0.02
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Target:
    """One kept connection."""

    def __init__(self, port: int, path: str) -> None:
        self.port = port
        self.request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()
        self.times: list[float] = []
        self.failures = 0
        self._socket: socket.socket | None = None

    def ask(self) -> None:
        start = time.perf_counter()
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=10)
            self._socket.sendall(self.request)
            self._receive(self._socket)
        except OSError:
            self.failures += 1
            self._socket = None
        self.times.append(time.perf_counter() - start)

    @staticmethod
    def _receive(connection: socket.socket) -> None:
        """Reads a whole answer: head and body may come apart."""
        data = b""
        while True:
            more = connection.recv(65536)
            data += more
            head, end, body = data.partition(b"\r\n\r\n")
            if not more or not data.startswith(b"HTTP/1.1 200"[: len(data)]):
                raise OSError("no answer")
            length = re.search(rb"content-length: ([0-9]{1,9})", head)
            if end and length and len(body) >= int(length[1]):
                return


def bare_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        connection, _ = server.accept()
        while connection.recv(65536):
            connection.sendall(ANSWER)


def main() -> None:
    command = [sys.executable, "-c", "from bench.hostile.probe import bare_server; bare_server()"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        targets = {"service": Target(int(sys.argv[1]), sys.argv[2]), "bare": Target(int(server.stdout.readline()), "/")}
        while not select.select([sys.stdin], [], [], SECONDS / 2)[0]:
            for target in targets.values():
                target.ask()
                time.sleep(SECONDS / 4)
        server.kill()
    found = {name: spread(target.times) | {"count": len(target.times)} for name, target in targets.items()}
    print(json.dumps(found | {"failures": targets["service"].failures}))


if __name__ == "__main__":
    main()
