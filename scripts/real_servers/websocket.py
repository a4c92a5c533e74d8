"""aimock again, over a WebSocket: responses, realtime conversations and transcriptions.

Its quirks there: `error` events have no `status`; it remembers no response, so that what follows one must make sense
by itself; a wrong key is a 401 at the handshake; it offers no compression.
"""

import json

from .aimock import CUT, HELLO, KEY, SPOKEN, SUNNY, THOUGHT, aimock
from .install import FOLDER
from .nginx import Site, nginx
from .product import Target, final_item
from .wav import silence

# The tool answers by itself, so that the conversation goes on within one run.
TOOL = {
    "name": "get_weather",
    "description": "The weather of a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "command": ["echo", "sunny"],
}
OVER_WEBSOCKET = ("--transport", "ws")
FIRST_WEBSOCKET = ("--transport", "auto")
# Of a realtime session, whose answers are there at once: who waits longer waits for what does not come.
PATIENCE = ("--idle-timeout", "10")


def run(product, checks, quick):
    with aimock() as server:
        _answers(product, checks, server)
        _failures(product, checks, server)
        _fallback(product, checks, server)
        realtime(product, checks, server.target, "plain")
        _realtime_failures(product, checks, server.target)


def _answers(product, checks, server):
    seen = product.respond(server.target, "Say hello", *OVER_WEBSOCKET)
    holds = seen.code == 0 and seen.text == HELLO and server.new_requests() == ["WS"]
    checks.that("--transport ws streams the text, over a WebSocket", holds, seen)

    seen = product.respond(server.target, "Say hello", *FIRST_WEBSOCKET)
    methods = server.new_requests()
    holds = seen.code == 0 and seen.text == HELLO and methods == ["WS"]
    checks.that("--transport auto takes the WebSocket that there is", holds, f"{methods} {seen}")

    seen = product.respond(server.target, "Think about two and two", *OVER_WEBSOCKET)
    checks.that("reasoning does not mix with the text", seen.code == 0 and seen.text == THOUGHT, seen)

    seen = product.respond(server.target, "What is the weather in Paris?", *OVER_WEBSOCKET, "--json")
    events = seen.events() if seen.code == 0 else [{}]
    call = final_item(events, "function_call") or {}
    holds = call.get("name") == "get_weather" and json.loads(call.get("arguments", "null")) == {"city": "Paris"}
    holds = holds and events[-1].get("type") == "response.completed"
    checks.that("--json prints a whole tool call, the terminal event last", holds, seen)

    server.new_requests()
    tool = FOLDER / "weather.json"
    tool.write_text(json.dumps(TOOL))
    seen = product.respond(server.target, "What is the weather in Paris?", *OVER_WEBSOCKET, "--tool", tool)
    methods = server.new_requests()
    holds = seen.code == 0 and seen.text == SUNNY and methods == ["WS", "WS"]
    checks.that("a tool's output is answered", holds, f"{methods} {seen}")


def _failures(product, checks, server):
    target = server.target
    seen = product.respond(target.with_key("sk-wrong"), "Say hello", *OVER_WEBSOCKET)
    holds = seen.code == 3 and "401" in seen.err and "sk-wrong" not in seen.out + seen.err
    checks.that("a wrong key is exit code 3 and says 401, and is not shown", holds, seen)

    seen = product.respond(target.with_key("sk-wrong"), "Say hello", *FIRST_WEBSOCKET)
    checks.that("a wrong key with --transport auto is exit code 3 too", seen.code == 3 and "401" in seen.err, seen)

    server.new_requests()
    seen = product.respond(target, "Refuse this", *OVER_WEBSOCKET)
    holds = seen.code == 1 and "not wanted" in seen.err
    checks.that("an `error` event is exit code 1 with the server's words", holds, seen)
    # Neither status nor code says so, but the type does.
    checks.that("an `invalid_request_error` is not sent again", server.new_requests() == ["WS"], seen)

    for prompt in ("Cut it short", "Hang up on me"):
        seen = product.respond(target, prompt, *OVER_WEBSOCKET)
        began = seen.text and CUT.startswith(seen.text) and seen.text != CUT
        checks.that(f"{prompt!r}: the text so far stays, the exit code is 1", seen.code == 1 and began, seen)


def _fallback(product, checks, server):
    """nginx answers the handshake with a status, and passes everything else on."""
    sites = {status: Site(upgrade_status=status) for status in (426, 404)}
    server.new_requests()
    with nginx(list(sites.values()), server.target.port):
        for status, site in sites.items():
            target = Target(site.port, KEY, server.target.model)
            seen = product.respond(target, "Say hello", *FIRST_WEBSOCKET)
            holds = seen.code == 0 and seen.text == HELLO and server.new_requests() == ["POST"]
            checks.that(f"--transport auto goes on over HTTP after a {status}", holds, seen)

            seen = product.respond(target, "Say hello", *OVER_WEBSOCKET)
            holds = seen.code == 1 and str(status) in seen.err and server.new_requests() == []
            checks.that(f"--transport ws does not, and says {status}", holds, seen)


def realtime(product, checks, target, way):
    """A conversation and a transcription, from beginning to end."""
    seen = product.run(target, "realtime", "--model", "gpt-realtime", *PATIENCE, stdin="Say hello\n")
    checks.that(f"{way}: a realtime conversation is answered", seen.code == 0 and seen.text == HELLO, seen)

    recording = silence(FOLDER / "second.wav", seconds=1)
    seen = product.run(target, "transcribe", recording, *PATIENCE)
    checks.that(f"{way}: a WAV file is transcribed", seen.code == 0 and seen.text == SPOKEN, seen)


def _realtime_failures(product, checks, target):
    seen = product.run(target, "realtime", *PATIENCE, stdin="Say hello\nSay hello again\n")
    holds = seen.code == 0 and seen.out.split("\n")[:2] == [HELLO, HELLO]
    checks.that("two messages get two answers", holds, seen)

    refused = target.with_key("sk-wrong")
    recording = silence(FOLDER / "second.wav", seconds=1)
    for claim, words, stdin in (
        ("realtime", ("realtime",), "Say hello\n"),
        ("transcribe", ("transcribe", recording), None),
    ):
        seen = product.run(refused, *words, *PATIENCE, stdin=stdin)
        holds = seen.code == 3 and "401" in seen.err and "sk-wrong" not in seen.out + seen.err
        checks.that(f"{claim} with a wrong key is exit code 3 and says 401", holds, seen)

    broken = FOLDER / "broken.wav"
    broken.write_bytes(b"RIFF and nothing that a WAV has")
    seen = product.run(target, "transcribe", broken)
    checks.that("what is no WAV is exit code 2 and names the file", seen.code == 2 and broken.name in seen.err, seen)

    seen = product.run(target, "transcribe", silence(FOLDER / "slow.wav", seconds=1, rate=8000))
    checks.that("8 kHz is refused with what it must be", seen.code == 2 and "24" in seen.err, seen)
