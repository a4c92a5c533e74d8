"""Stands in front of a tracker: keeps each request byte for byte, and passes it on, answers in its place, or refuses it.

It is no check of its own.
"""

import contextlib
import http.server
import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass

from .server import free_port


@dataclass(frozen=True)
class Taken:
    """A request: where to, with which headers, and its body as it came."""

    path: str
    headers: dict
    body: bytes
    status: int


class TrackerFront:
    def __init__(self, port, behind):
        self.port = port
        self.taken = []
        # Answers to give before anything is passed on: (status, headers).
        self.refusals = []
        self._behind = behind

    def dsn(self, public_key, project):
        return f"http://{public_key}@127.0.0.1:{self.port}/{project}"

    def answer(self, path, headers, body):
        """Status, headers and body of the answer."""
        if self.refusals:
            status, extra = self.refusals.pop(0)
            answer = status, extra, b"{}"
        elif self._behind is None:
            event_id = json.loads(body.split(b"\n", 1)[0]).get("event_id")
            answer = 200, {"content-type": "application/json"}, json.dumps({"id": event_id}).encode()
        else:
            answer = _pass_on(f"http://127.0.0.1:{self._behind}{path}", headers, body)
        self.taken.append(Taken(path, headers, body, answer[0]))
        return answer


@contextlib.contextmanager
def tracker_front(behind=None):
    """Yields its `TrackerFront`. `behind` is the port of the tracker; without one, it says yes to everything."""
    front = TrackerFront(free_port(), behind)

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
    kept = {name: value for name, value in headers.items() if name not in ("host", "connection", "accept-encoding")}
    call = urllib.request.Request(url, data=body, headers=kept)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(call, timeout=30) as answer:
            return answer.status, {"content-type": answer.headers["content-type"]}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {"content-type": "text/plain"}, error.read()
