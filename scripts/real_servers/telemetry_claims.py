"""What must hold of the telemetry of a 401, whichever way it came: complete, by its names, and no word too much."""

import json
import re

from .expired_login import ACCOUNT, EMAIL, MODEL, WEBSOCKET
from .otlp import CLIENT

LOG_SCOPE = "codex_otel.log_only"
TRACE_SCOPE = "codex_otel.trace_safe"
RECOVERY = "codex.auth_recovery"
IDENTITY = {"user.account_id": ACCOUNT, "user.email": EMAIL}
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
SESSION = ("event.timestamp", "conversation.id", "app.version", "auth_mode", "originator", "terminal.type")
SESSION += ("model", "slug")
# Of every event, whatever it tells.
SHARED = {*SESSION, *IDENTITY, "event.name", "duration_ms"}


class Claims:
    def __init__(self, checks, name, story, arrived):
        self._checks = checks
        self._name = name
        self._story = story
        self._arrived = arrived
        self._over_websocket = story.way == WEBSOCKET

    def logs(self):
        """Each event has exactly the fields of the contract, in the order in which it happened."""
        scopes = {log.scope for log in self._arrived.logs}
        self._that("every log record is of the log sink", scopes == {LOG_SCOPE}, scopes)
        self._events("logs", self._arrived.logs, IDENTITY)

    def spans(self, trace, parent):
        """An operation, a span below it for each attempt, and the same events, but for who the user is."""
        spans = self._arrived.spans
        scopes = {span.scope for span in spans}
        self._that("every span is of the trace sink", scopes == {TRACE_SCOPE}, scopes)
        traces = {it.trace for it in [*spans, *self._arrived.logs]}
        self._that("spans and logs are of the caller's trace", traces == {trace}, traces)
        self._events("spans", [event for span in spans for event in span.events], {})
        tells = [span for span in spans if any(event.name == self._story.way[2] for event in span.events)]
        holds = len(tells) == 1 and tells[0].kind == CLIENT and tells[0].parent == parent
        self._that("one operation tells its attempts", holds, tells)
        self._attempts([span for span in spans if tells and span.parent == tells[0].id])
        self._inference([span for span in spans if "gen_ai.operation.name" in span.fields], parent)

    def metrics(self, keeps_values):
        metrics = self._arrived.metrics
        own = "codex.websocket.request" if self._over_websocket else "codex.api_request"
        wanted = {
            "gen_ai.client.operation.duration": "s",
            "gen_ai.client.operation.time_to_first_chunk": "s",
            "gen_ai.client.token.usage": "{token}",
            "codex.turn.token_usage": "{token}",
            f"{own}.duration_ms": "ms",
        }
        units = {name: metrics[name].unit for name in wanted if name in metrics}
        self._that("metrics have their units", units == wanted and own in metrics, f"{units} of {sorted(metrics)}")
        if not keeps_values:
            return
        if self._over_websocket:
            self._counts(own, ("success",), {("true",): 1})
        else:
            self._counts(own, ("status", "success"), {("401", "false"): 2, ("200", "true"): 1})
        self._counts(f"{own}.duration_ms", (), {(): 1 if self._over_websocket else 3})
        labels = ("gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model")
        self._counts("gen_ai.client.operation.duration", labels, {("chat", "openai", MODEL): 1})
        self._counts("gen_ai.client.token.usage", ("gen_ai.token.type",), {("input",): 1, ("output",): 1})

    def privacy(self):
        """Who the user is stands in logs only; tokens and prompts nowhere."""
        texts = {signal: json.dumps(exports) for signal, exports in self._arrived.raw.items()}
        identity = [signal for signal, text in texts.items() if any(fact in text for fact in IDENTITY.values())]
        there = all(self._arrived.raw.values())
        self._that("logs say who the user is, spans and metrics do not", there and identity == ["logs"], identity)
        secrets = self._story.secrets()
        leaks = [signal for signal, text in texts.items() if any(secret in text for secret in secrets)]
        self._that("no token and no prompt", there and not leaks, leaks)

    def _that(self, claim, holds, seen):
        self._checks.that(f"{self._name}: {claim}", holds, seen)

    def _events(self, sink, records, identity):
        story = self._story
        expected = {story.way[2]: story.attempt_fields(), RECOVERY: story.recovery_fields()}
        if self._over_websocket:
            expected["codex.websocket_request"] = [{"success": True, "auth.connection_reused": False}]
        for kind, rows in expected.items():
            found = [_own(record.fields) for record in records if record.name == kind]
            self._that(f"{sink}: {kind} has exactly its fields", found == rows, _difference(found, rows))
        of_contract = [record for record in records if record.name in expected]
        times = [record.fields.get("duration_ms") for record in of_contract if record.name != RECOVERY]
        holds = times and all(type(time) is int and time >= 0 for time in times)
        self._that(f"{sink}: durations are whole milliseconds", holds, times)
        problems = [problem for record in of_contract for problem in _session_problems(record.fields, identity)]
        self._that(f"{sink}: each event has the session's fields", of_contract and not problems, problems[:3])

    def _attempts(self, attempts):
        """HTTP client spans, by the conventions: stable ones."""
        url = f"{self._story.target.base_url}/responses"
        names = ["http.request.method", "url.full", "http.response.status_code"]
        names += ["http.request.resend_count", "error.type"]
        found = [(*(span.fields.get(name) for name in names), span.failed, span.kind) for span in attempts]
        method, done = ("GET", 101) if self._over_websocket else ("POST", 200)
        wanted = [
            (method, url, 401, None, "401", True, CLIENT),
            (method, url, 401, 1, "401", True, CLIENT),
            (method, url, done, 2, None, False, CLIENT),
        ]
        self._that("each attempt is a span of the HTTP conventions", found == wanted, found)

    def _inference(self, found, parent):
        """One span for the answer, by the GenAI conventions; a handshake is no answer."""
        wanted = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": MODEL,
            "gen_ai.provider.name": "openai",
            "gen_ai.request.stream": True,
            "gen_ai.response.finish_reasons": ["completed"],
            "server.address": "127.0.0.1",
            "server.port": self._story.target.port,
        }
        has = [{name: span.fields.get(name) for name in wanted} for span in found]
        self._that("the answer is a span of the GenAI conventions", has == [wanted], has)
        holds = [(it.name, it.kind, it.parent, it.failed) for it in found] == [(f"chat {MODEL}", CLIENT, parent, False)]
        used = all(it.fields.get(f"gen_ai.usage.{kind}_tokens", 0) > 0 for it in found for kind in ("input", "output"))
        self._that("it is named after the model, and has the tokens used", holds and used, found)

    def _counts(self, name, labels, wanted):
        metric = self._arrived.metrics.get(name)
        counts = metric.counts(*labels) if metric else {}
        found = {tuple(str(it).lower() if type(it) is bool else it for it in key): n for key, n in counts.items()}
        by = f" by {' and '.join(labels)}" if labels else ""
        self._that(f"{name} counts right{by}", found == wanted, found)


def _own(fields):
    return {name: value for name, value in fields.items() if name not in SHARED}


def _session_problems(fields, identity):
    """What is wrong with the fields that every event has."""
    present = {name: value for name, value in fields.items() if name in IDENTITY}
    if present != identity:
        yield f"who the user is: {present}"
    if not TIMESTAMP.fullmatch(str(fields.get("event.timestamp"))):
        yield f"event.timestamp: {fields.get('event.timestamp')!r}"
    if (fields.get("auth_mode"), fields.get("model")) != ("Chatgpt", MODEL):
        yield f"auth_mode {fields.get('auth_mode')!r}, model {fields.get('model')!r}"
    if missing := [name for name in SESSION if not fields.get(name)]:
        yield f"missing: {missing}"


def _difference(found, rows):
    """The first row that is not as it must be, and how."""
    if len(found) != len(rows):
        return f"{len(found)} instead of {len(rows)}: {found}"
    for number, (has, must) in enumerate(zip(found, rows), 1):
        wrong = {name: (has.get(name), must.get(name)) for name in has.keys() | must.keys()}
        if wrong := {name: pair for name, pair in wrong.items() if pair[0] != pair[1]}:
            return f"(has, must) in row {number}: {wrong}"
    return ""
