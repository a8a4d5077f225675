"""A real SMS gateway on this machine: a socket, HTTP by hand, answers as a test wants them."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

SECRET = "a secret of the county's gateway"
Answer = Callable[[socket.socket], None]


def says(status: str, *headers: str) -> Answer:
    lines = [f"HTTP/1.1 {status}", "Content-Length: 0", *headers, "", ""]
    return lambda line: line.sendall("\r\n".join(lines).encode())


OK = says("200 OK")


@dataclass
class Gateway:
    """`asked`: every request that came, as (request line, headers, body)."""

    url: str
    answer: Answer = OK
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.asked]


def is_signed(headers: dict[str, str], body: bytes) -> bool:
    """As a gateway would judge it."""
    text = headers["x-timestamp"].encode() + b"." + body
    return hmac.compare_digest(headers["x-signature"], hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest())


@contextmanager
def gateway() -> Iterator[Gateway]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        here = Gateway(f"http://127.0.0.1:{server.getsockname()[1]}/send?unit=jinzhai")
        thread = threading.Thread(target=_serve, args=[server, here], daemon=True)
        thread.start()
        try:
            yield here
        finally:
            here.stopped.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _serve(server: socket.socket, here: Gateway) -> None:
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            return
        with line:
            try:
                here.asked.append(_request(line))
                here.answer(line)
            except OSError:
                continue


def _request(line: socket.socket) -> tuple[str, dict[str, str], bytes]:
    reader = line.makefile("rb")
    first = reader.readline().decode().strip()
    headers: dict[str, str] = {}
    while told := reader.readline().decode().strip():
        name, _, value = told.partition(":")
        headers[name.lower()] = value.strip()
    return first, headers, reader.read(int(headers.get("content-length", "0")))
