"""Stands in front of a server: keeps each request byte for byte, and passes it on or refuses it.

It is no check of its own.
"""

import contextlib
import http.server
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass

from .server import free_port

# What a server and its client say to each other, and not to those behind.
HOP_BY_HOP = ("host", "connection", "content-length", "transfer-encoding", "accept-encoding")


@dataclass(frozen=True)
class Taken:
    """A request: where to, with which headers, and its body as it came."""

    path: str
    headers: dict
    body: bytes
    status: int


class RecordingFront:
    def __init__(self, port, behind):
        self.port = port
        self.taken = []
        # Statuses to answer with before anything is passed on.
        self.refusals = []
        self._behind = behind

    def answer(self, path, headers, body):
        """Status, headers and body of the answer."""
        if self.refusals:
            answer = self.refusals.pop(0), {}, b"{}"
        else:
            answer = _pass_on(f"http://127.0.0.1:{self._behind}{path}", headers, body)
        self.taken.append(Taken(path, headers, body, answer[0]))
        return answer


@contextlib.contextmanager
def recording_front(behind):
    """Yields its `RecordingFront`. `behind` is the port of the server."""
    front = RecordingFront(free_port(), behind)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", 0)))
            status, extra, answer = front.answer(self.path, headers, body)
            self.send_response(status)
            for name, value in {**extra, "content-length": str(len(answer))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            """Its requests are in `taken`."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", front.port), Handler)
    serving = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    serving.start()
    try:
        yield front
    finally:
        server.shutdown()
        server.server_close()


def _pass_on(url, headers, body):
    call = urllib.request.Request(url, data=body, headers=_end_to_end(headers))
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(call, timeout=30) as answer:
            return answer.status, _end_to_end(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, _end_to_end(error.headers), error.read()


def _end_to_end(headers):
    return {name: value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}
