"""Rotel, from PyPI, as the collector of a 401 with its recovery and retry: logs, spans and metrics.

Its quirk: of metrics in JSON it reads 64-bit numbers only when they are no strings, and drops the values otherwise.
"""

import json
import re
import time

from .collector import rotel
from .expired_login import ACCOUNT, EMAIL, HTTP, MODEL, WEBSOCKET, expired_login
from .otlp import CLIENT
from .server import free_port

PROTOCOLS = ("grpc", "http/protobuf", "http/json")
LOG_SCOPE = "codex_otel.log_only"
TRACE_SCOPE = "codex_otel.trace_safe"
RECOVERY = "codex.auth_recovery"
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
# A collector that does not answer must not make a run longer than this.
PATIENCE_SECONDS = 8


def run(product, checks, quick):
    with rotel() as collector:
        for protocol in PROTOCOLS:
            for way in (HTTP, WEBSOCKET):
                with expired_login(product, way) as story:
                    seen = story.respond({**collector.settings(protocol), "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"})
                    name = f"{protocol}, {way[0]}"
                    checks.that(f"{name}: the third attempt is answered", seen.code == 0 and seen.text, seen)
                    arrived = collector.new(lambda it: _is_complete(it, way))
                    _logs(checks, name, story, arrived)
                    _spans(checks, name, story, arrived)
                    _metrics(checks, name, story, arrived)
                    _privacy(checks, name, story, arrived)
    _no_collector(product, checks)


def _is_complete(arrived, way):
    """Whether the last to be sent is there, of every signal."""
    return len(_named(arrived.logs, way[2])) >= 3 and arrived.metrics and any(not span.parent for span in arrived.spans)


def _named(records, name):
    return [record for record in records if record.name == name]


def _logs(checks, name, story, arrived):
    """Each event has exactly the fields of the contract, in the order in which it happened."""
    checks.that(
        f"{name}: every log record is of the log sink",
        arrived.logs and all(log.scope == LOG_SCOPE for log in arrived.logs),
        {log.scope for log in arrived.logs},
    )
    _events(checks, f"{name}: logs", story, arrived.logs, {"user.account_id": ACCOUNT, "user.email": EMAIL})


def _events(checks, name, story, records, identity):
    expected = {story.way[2]: story.attempt_fields(), RECOVERY: story.recovery_fields()}
    if story.way == WEBSOCKET:
        expected["codex.websocket_request"] = [{"success": True, "auth.connection_reused": False}]
    for kind, rows in expected.items():
        found = [_own_fields(record.fields) for record in _named(records, kind)]
        checks.that(f"{name}: {kind} has exactly its fields", found == rows, _difference(found, rows))
    events = [record.fields for kind in expected for record in _named(records, kind)]
    timed = [fields for kind in expected if kind != RECOVERY for fields in map(lambda it: it.fields, _named(records, kind))]
    holds = timed and all(isinstance(it.get("duration_ms"), int) and it["duration_ms"] >= 0 for it in timed)
    checks.that(f"{name}: durations are whole milliseconds", holds, timed)
    problems = [problem for fields in events for problem in _session_problems(fields, identity)]
    checks.that(f"{name}: the session's fields are in each", events and not problems, problems[:3])


SESSION = {"event.timestamp", "conversation.id", "app.version", "auth_mode", "originator", "terminal.type", "model", "slug"}
IDENTITY = {"user.account_id", "user.email"}


def _own_fields(fields):
    left_out = SESSION | IDENTITY | {"event.name", "duration_ms"}
    return {name: value for name, value in fields.items() if name not in left_out}


def _session_problems(fields, identity):
    present = {name: value for name, value in fields.items() if name in IDENTITY}
    if present != identity:
        yield f"identity {present}"
    if not TIMESTAMP.fullmatch(str(fields.get("event.timestamp"))):
        yield f"event.timestamp {fields.get('event.timestamp')!r}"
    if fields.get("auth_mode") != "Chatgpt" or fields.get("model") != MODEL:
        yield f"auth_mode {fields.get('auth_mode')!r}, model {fields.get('model')!r}"
    missing = [name for name in sorted(SESSION) if not fields.get(name)]
    if missing:
        yield f"missing {missing}"


def _difference(found, rows):
    """The first row that is not as it must be, and how."""
    if len(found) != len(rows):
        return f"{len(found)} instead of {len(rows)}: {found}"
    for got, wanted in zip(found, rows):
        wrong = {name: (got.get(name), wanted.get(name)) for name in got.keys() | wanted.keys()}
        wrong = {name: pair for name, pair in wrong.items() if pair[0] != pair[1]}
        if wrong:
            return f"(found, wanted) in row {found.index(got) + 1}: {wrong}"
    return ""


def _spans(checks, name, story, arrived):
    spans = arrived.spans
    own = {span.scope for span in spans} == {TRACE_SCOPE} and len({span.trace for span in spans}) >= 1
    checks.that(f"{name}: every span is of the trace sink", own, {(span.scope, span.name) for span in spans})
    _events(checks, f"{name}: spans", story, arrived.events(), {})

    first = next((it for it in spans if any(event.name == story.way[2] for event in it.events)), None)
    checks.that(f"{name}: an operation tells its attempts", first and first.kind == CLIENT, spans)
    attempts = [span for span in spans if first and span.parent == first.id]
    url = f"{story.target.base_url}/responses"
    if story.way == WEBSOCKET:
        url = url.replace("http://", "ws://")
    facts = [
        (
            it.fields.get("http.request.method"),
            it.fields.get("http.response.status_code"),
            it.fields.get("http.request.resend_count"),
            it.fields.get("error.type"),
            it.failed,
        )
        for it in attempts
        if it.fields.get("url.full") == url and it.kind == CLIENT
    ]
    method, done = ("POST", 200) if story.way == HTTP else ("GET", 101)
    wanted = [(method, 401, None, "401", True), (method, 401, 1, "401", True), (method, done, 2, None, False)]
    checks.that(f"{name}: each attempt is a span below it, by the HTTP conventions", facts == wanted, attempts or spans)
    chat = next((it for it in spans if it.name == f"chat {MODEL}"), None)
    wanted = {"gen_ai.operation.name": "chat", "gen_ai.request.model": MODEL, "gen_ai.provider.name": "openai"}
    wanted |= {"server.address": "127.0.0.1", "server.port": story.target.port}
    holds = chat and wanted.items() <= chat.fields.items() and not chat.failed
    checks.that(f"{name}: the answer is a span of the GenAI conventions", holds, chat or spans)
    traces = {log.trace for log in arrived.logs}
    checks.that(f"{name}: logs belong to the trace", traces <= {span.trace for span in spans} and "" not in traces, traces)


def _metrics(checks, name, story, arrived):
    wanted = {
        "gen_ai.client.operation.duration": "s",
        "gen_ai.client.token.usage": "{token}",
        "gen_ai.client.operation.time_to_first_chunk": "s",
        "codex.turn.token_usage": "{token}",
        **({"codex.api_request.duration_ms": "ms"} if story.way == HTTP else {}),
        **({"codex.websocket.request.duration_ms": "ms"} if story.way == WEBSOCKET else {}),
    }
    units = {metric: arrived.metrics[metric].unit for metric in wanted if metric in arrived.metrics}
    checks.that(f"{name}: metrics have their units", units == wanted, f"{units} of {sorted(arrived.metrics)}")

    counted, labels, expected = ("codex.api_request", ("status", "success"), {("401", "false"): 2, ("200", "true"): 1})
    if story.way == WEBSOCKET:
        counted, labels, expected = ("codex.websocket.request", ("success",), {("true",): 1})
    metric = arrived.metrics.get(counted)
    found = {tuple(str(it).lower() for it in key): count for key, count in metric.counts(*labels).items()} if metric else {}
    checks.that(f"{name}: {counted} counts them by {', '.join(labels)}", found == expected, found)

    tokens = arrived.metrics.get("gen_ai.client.token.usage")
    kinds = {key[0] for key in tokens.counts("gen_ai.token.type")} if tokens else set()
    checks.that(f"{name}: tokens by type", kinds == {"input", "output"}, kinds)


def _privacy(checks, name, story, arrived):
    """Who the user is stands in logs only; the tokens and the prompt nowhere."""
    texts = {signal: json.dumps(exports) for signal, exports in arrived.raw.items()}
    told = [signal for signal in ("spans", "metrics") if ACCOUNT in texts[signal] or EMAIL in texts[signal]]
    checks.that(f"{name}: neither spans nor metrics say who the user is", not told, told)
    leaks = [signal for signal, text in texts.items() if any(secret in text for secret in story.secrets)]
    checks.that(f"{name}: no token and no prompt", not leaks, leaks)


def _no_collector(product, checks):
    """Nothing listens there, or what listens never answers: the run is as good as without, and says so once."""
    for protocol in PROTOCOLS:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}", "OTEL_EXPORTER_OTLP_PROTOCOL": protocol}
        with expired_login(product, HTTP) as story:
            started = time.monotonic()
            seen = story.respond(settings)
            quick_enough = time.monotonic() - started < PATIENCE_SECONDS
            holds = seen.code == 0 and seen.text and quick_enough
            checks.that(f"{protocol}: without a collector the answer is the same", holds, seen)
            reports = [line for line in seen.err.splitlines() if "telemetry" in line.lower() or "collector" in line.lower()]
            checks.that(f"{protocol}: and that is said once", len(reports) == 1, seen)
