"""LLMock, from PyPI: scripted faults, and a verdict on how the client took them.

What it grades, from its journal (its verdict.py), and so what a client must do:

- A retry is recognised by its body: it must be the same, byte order of the keys aside, and must start after the
  attempt before it had ended.
- `retry_after_ignored`: wait at least `retry-after` (or `retry-after-ms`) before the next attempt.
- `retried_non_retryable`: never send again after 400, 401, 403, 404 or 422.
- `retry_storm`: at most 10 attempts.
- `no_backoff`: of two or more waits with no delay given by the server, one must be at least 1.1 times the one
  before it; so jitter must stay below what the factor of the backoff gains.
- `gave_up`: send at least once more after 408, 409, 429, 500, 502, 503, 504, 529 or a dropped connection.
- `truncated_stream_accepted`: a stream that ended without its terminal event must be asked for again.
- `malformed_chunk_ignored`: hang up on an event that is no JSON, and ask again. That it hung up shows only while
  the server still has something to send, hence the delay between the chunks below.
- `no_read_timeout`: do not sit through a stall of a second or more.

Before any text is shown the command must do all of this by itself. Afterwards it must not: text would appear twice.
Then it fails (exit code 1), and whoever called it decides; here, to ask again. The library retries requests, but a
stream that broke is its caller's to judge; the example leaves it at that, so here too it is asked again. An event that
is no JSON it hands over as undecodable and goes on, which the example ignores: that fault is for the command alone.
"""

import json

from .install import python_venv
from .product import Target
from .server import free_port, request, running

REQUIREMENT = "llmock==0.2.2"
# Enough to see who hung up, and short enough not to matter: an answer has twelve chunks.
CHUNK_DELAY_MS = 20
TEXT = "Simulated success from gpt-5."
# created, in_progress, item added, part added: the text begins with the fifth chunk.
CHUNKS_BEFORE_TEXT = 4
CHUNKS = 12


def run(product, checks, quick):
    programs = python_venv("llmock", [REQUIREMENT])
    port = free_port()
    command = [programs / "llmock", "serve", "-h", "127.0.0.1", "-p", port, "--tool-mode", "off"]
    with running("llmock", [*command, "--stream-chunk-delay-ms", CHUNK_DELAY_MS], port):
        server = LLMock(port)
        for way, ask in product.both():
            server.script()
            seen = ask(server.target, "Say hello")
            checks.that(f"{way} streams the text", seen.code == 0 and seen.text == TEXT, seen)
        _ridden_out(server, checks, "the command", product.respond, _refusals() + _broken_before_text(quick))
        _asked_again(server, checks, "the command", product.respond, _broken_in_text(quick))
        _ridden_out(server, checks, "the library", product.stream_text, _refusals()[:1] if quick else _refusals())
        if not quick:
            broken = _broken_before_text(quick) + _broken_in_text(quick)
            broken = [fault for fault in broken if fault["kind"] != "malformed"]
            _asked_again(server, checks, "the library", product.stream_text, broken)
        _stalls(server, checks, product)
        _not_sent_again(server, checks, product)


class LLMock:
    def __init__(self, port):
        self._control = f"http://127.0.0.1:{port}/_llmock"
        self.target = Target(port, "sk-any", "gpt-5")

    def script(self, *behaviors):
        """Forgets what was, and plays these faults to the requests that come."""
        request(f"{self._control}/reset", {})
        if behaviors:
            request(f"{self._control}/scenario", {"behaviors": list(behaviors)})

    def findings(self):
        return request(f"{self._control}/verdict")[1]["findings"]

    def attempts(self):
        return request(f"{self._control}/verdict")[1]["attempts"]


def _refusals():
    faults = [{"type": "fail", "status": status, "retry_after": 1} for status in (429, 500, 503)]
    return [*faults, {"type": "slow_first_token", "seconds": 1}, {"type": "delay", "seconds": 1}]


def _broken_before_text(quick):
    return _broken((0, CHUNKS_BEFORE_TEXT - 1) if quick else range(CHUNKS_BEFORE_TEXT))


def _broken_in_text(quick):
    return _broken([CHUNKS_BEFORE_TEXT + 2] if quick else range(CHUNKS_BEFORE_TEXT + 1, CHUNKS - 2))


def _broken(cuts):
    kinds = ("disconnect", "truncate", "malformed")
    return [{"type": "stream_fault", "kind": kind, "after_chunks": cut} for kind in kinds for cut in cuts]


def _ridden_out(server, checks, way, ask, faults):
    """What is handled without a word to the caller."""
    for fault in faults:
        server.script(fault)
        seen = ask(server.target, "Say hello")
        findings = server.findings()
        holds = seen.code == 0 and seen.text == TEXT and not findings
        checks.that(f"{way} rides out {_name(fault)}", holds, f"{_codes(findings)} {seen}")


def _asked_again(server, checks, way, ask, faults):
    """What is reported to the caller: it fails, nothing is shown twice, and asking again is enough."""
    for fault in faults:
        server.script(fault)
        first = ask(server.target, "Say hello")
        if (first.code, first.text) != (0, TEXT):  # it may still ride it out, if nothing was shown
            # All of the text may have come before the cut; what follows it was lost all the same.
            checks.that(f"{way} reports {_name(fault)}", first.code == 1 and TEXT.startswith(first.text), first)
            first = ask(server.target, "Say hello")
        findings = server.findings()
        holds = first.code == 0 and first.text == TEXT and not findings
        checks.that(f"{way} has it all in the end after {_name(fault)}", holds, f"{_codes(findings)} {first}")


def _stalls(server, checks, product):
    stall = {"type": "stream_fault", "kind": "stall", "stall_seconds": 20}
    cases = [
        ("before the text: it asks again", CHUNKS_BEFORE_TEXT - 1, ("--idle-timeout", "1"), 0),
        ("in the text: it gives up", CHUNKS_BEFORE_TEXT + 2, ("--idle-timeout", "1"), 1),
        ("in the text, the time being up: it gives up", CHUNKS_BEFORE_TEXT + 2, ("--timeout", "2"), 1),
    ]
    for claim, cut, options, code in cases:
        server.script({**stall, "after_chunks": cut})
        seen = product.respond(server.target, "Say hello", *options)
        findings = server.findings()
        holds = seen.code == code and seen.seconds < 10 and not findings
        checks.that(f"the command and a stall {claim}", holds, f"{_codes(findings)} {seen}")


def _not_sent_again(server, checks, product):
    for status, code in ((400, 1), (401, 3), (403, 3), (404, 1), (422, 1)):
        server.script({"type": "fail", "status": status, "times": 3})
        seen = product.respond(server.target, "Say hello")
        findings, attempts = server.findings(), server.attempts()
        holds = seen.code == code and attempts == 1 and not findings
        checks.that(f"a {status} is not sent again", holds, f"{attempts} attempts, {_codes(findings)} {seen}")


def _name(fault):
    words = [str(value) for key, value in fault.items() if key in ("kind", "status")] or [fault["type"]]
    after = f" after {fault['after_chunks']} chunks" if "after_chunks" in fault else ""
    return "a " + " ".join(words) + after


def _codes(findings):
    return "findings " + json.dumps([finding["code"] for finding in findings])
