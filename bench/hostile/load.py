"""Posts JSON bodies over one connection as fast as they are answered, and prints how long each took.

    python -m bench.hostile.load PORT PATH SECONDS NUMBER < bodies

Standard input brings the bodies, one JSON text a line, each with the mark `@@` where a number is put that no other body
has. The first request goes out when the input ends, so that many of these begin together. One process for each
connection, and nothing but the standard library: the load must cost less than what is measured.
"""

from __future__ import annotations

import json
import socket
import sys
import time


def main() -> None:
    port, path, seconds, number = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    bodies = [line.split(b"@@") for line in sys.stdin.buffer.read().splitlines()]
    times, statuses, sent = [], {}, 0
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        end = time.perf_counter() + seconds
        while (start := time.perf_counter()) < end:
            before, after = bodies[sent % len(bodies)]
            sent += 1
            body = before + b"%d" % (number * 10**6 + sent) + after
            head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            connection.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
            status = receive(connection)
            times.append(time.perf_counter() - start)
            statuses[status] = statuses.get(status, 0) + 1
    print(json.dumps({"times": times, "statuses": statuses}))


def receive(connection: socket.socket) -> int:
    """Reads a whole answer; its status. Raises OSError when it does not come."""
    data = bytearray()
    end = -1
    while end < 0:
        data += _more(connection)
        end = data.find(b"\r\n\r\n")
    at = bytes(data[:end]).lower().find(b"content-length:")
    length = int(data[at + 15 : end + 2].split(b"\r\n", 1)[0])
    while len(data) < end + 4 + length:
        data += _more(connection)
    return int(data[9:12])


def _more(connection: socket.socket) -> bytes:
    more = connection.recv(262144)
    if not more:
        raise OSError("the connection ended within an answer")
    return more


if __name__ == "__main__":
    main()
