"""Rotel, from PyPI, as the collector of a 401 with its recovery and retry: logs, spans and metrics."""

import socket
import time

from .collector import rotel
from .expired_login import HTTP, TEXT, WEBSOCKET, expired_login
from .recording_front import recording_front
from .server import free_port
from .telemetry_claims import Claims

# The program that started the command says which trace it belongs to (W3C Trace Context).
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
JOINED = {"TRACEPARENT": f"00-{TRACE}-{PARENT}-01"}
PROTOCOLS = ("grpc", "http/protobuf", "http/json")
# What a collector that is not there may cost, the run itself included.
PATIENCE_SECONDS = 5
# Each signal in its own way.
FILE = """\
[otel.logs]
endpoint = "{grpc}"
protocol = "grpc"
[otel.traces]
endpoint = "{http}/v1/traces"
protocol = "http/json"
[otel.metrics]
endpoint = "{http}/v1/metrics"
protocol = "http/protobuf"
compression = "gzip"
"""


def run(product, checks, quick):
    with rotel() as collector:
        for route in (collector.grpc, collector.protobuf, collector.json, collector.published):
            for way in (HTTP, WEBSOCKET):
                settings = {**route.settings(), **JOINED, "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}
                with expired_login(product, way) as story:
                    _told(checks, f"{route.name}, {way[0]}", story, collector, settings, route.keeps_values)
        _by_file(product, checks, collector)
        _joined(product, checks, collector)
    for protocol in PROTOCOLS:
        _without(product, checks, f"{protocol}, nothing listens", protocol, free_port())
    if not quick:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            for protocol in PROTOCOLS:
                _without(product, checks, f"{protocol}, nothing answers", protocol, silent.getsockname()[1])


def _told(checks, name, story, collector, settings, keeps_values=True):
    seen = story.respond(settings)
    checks.that(f"{name}: the third attempt is answered", seen.code == 0 and seen.text, seen)
    arrived = collector.new(lambda it: _is_complete(it, story))
    claims = Claims(checks, name, story, arrived)
    claims.logs()
    claims.spans(TRACE, PARENT)
    claims.metrics(keeps_values)
    claims.privacy()


def _is_complete(arrived, story):
    """Whether the last to be sent is there, of every signal."""
    attempts = [log for log in arrived.logs if log.name == story.way[2]]
    ended = [span for span in arrived.spans if "gen_ai.response.id" in span.fields]
    return len(attempts) >= 3 and ended and arrived.metrics


def _by_file(product, checks, collector):
    with expired_login(product, HTTP) as story:
        story.configure(FILE.format(grpc=collector.grpc.endpoint, http=collector.protobuf.endpoint))
        _told(checks, "config.toml", story, collector, JOINED)


def _joined(product, checks, collector):
    """The service is told the span of the attempt, so that its own spans hang below."""
    with expired_login(product, HTTP) as story, recording_front(story.target.port) as front:
        story.through(front.port).respond({**collector.grpc.settings(), **JOINED})
        arrived = collector.new(lambda it: _is_complete(it, story))
        told = [taken.headers.get("traceparent") for taken in front.taken if taken.path.endswith("/responses")]
        attempts = [span for span in arrived.spans if "http.request.method" in span.fields]
        wanted = [f"00-{TRACE}-{span.id}-01" for span in attempts]
        checks.that("the service is told the span of each attempt", len(told) == 3 and told == wanted, (told, wanted))


def _without(product, checks, name, protocol, port):
    """No collector: the run is as good as without telemetry, and says so once."""
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}", "OTEL_EXPORTER_OTLP_PROTOCOL": protocol}
    with expired_login(product, HTTP) as story:
        started = time.monotonic()
        seen = story.respond(settings)
        holds = seen.code == 0 and seen.text == TEXT and time.monotonic() - started < PATIENCE_SECONDS
        checks.that(f"{name}: the answer is the same, and soon there", holds, seen)
        words = ("telemetry", "collector")
        reports = [line for line in seen.err.splitlines() if any(word in line.lower() for word in words)]
        checks.that(f"{name}: that is said once", len(reports) == 1, seen)
