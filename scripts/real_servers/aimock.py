"""aimock, from npm: Responses over SSE with ids and events that differ from the service's in small ways.

Its quirks: no `sequence_number`, ids begin with `resp-`, usage is all zero, and a cut in the middle of a stream
happens only when the chunks are some 40 ms apart.
"""

import contextlib
import json

from .install import FOLDER, npm_package
from .product import Target, final_item
from .server import free_port, request, running

PACKAGE = "@copilotkit/aimock@1.43.0"
KEY = "sk-mock"
HELLO = "Hello! It is good to meet you. What shall we build today?"
THOUGHT = "Two and two make four."
SUNNY = "It is sunny in Paris."
SPOKEN = "The quick brown fox jumps over the lazy dog."
# Ten chunks of twelve characters, 40 ms apart: the cuts below fall in the middle of the text.
CUT = "This sentence is so long that it takes a while to stream, and so it can be cut in the middle of what it says."

FIXTURES = [
    # First: the question is still in the input when its tool has answered.
    {"match": {"toolCallId": "call_1"}, "response": {"content": SUNNY}},
    {"match": {"userMessage": "Say hello"}, "response": {"content": HELLO}},
    {
        "match": {"userMessage": "weather"},
        "response": {"toolCalls": [{"id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}]},
    },
    {"match": {"userMessage": "[audio input]"}, "response": {"transcription": {"text": SPOKEN}}},
    {"match": {"userMessage": "Think"}, "response": {"reasoning": "Let me think.", "content": THOUGHT}},
    {"match": {"userMessage": "Cut"}, "response": {"content": CUT}, "latency": 40, "truncateAfterChunks": 8},
    {"match": {"userMessage": "Hang up"}, "response": {"content": CUT}, "latency": 40, "disconnectAfterMs": 380},
    {
        "match": {"userMessage": "Refuse"},
        "response": {
            "error": {"message": "This is not wanted.", "type": "invalid_request_error"},
            "status": 400,
        },
    },
]


def run(product, checks, quick):
    with aimock() as server:
        _answers(product, checks, server.target)
        _failures(product, checks, server.target)


@contextlib.contextmanager
def aimock():
    """A fresh one; yields its `Aimock`."""
    programs = npm_package("aimock", PACKAGE)
    fixtures = FOLDER / "aimock-fixtures.json"
    fixtures.write_text(json.dumps({"fixtures": FIXTURES}))
    port = free_port()
    command = [programs / "llmock", "-p", port, "-f", fixtures, "--chunk-size", 12, "--strict"]
    with running("aimock", command, port, {"AIMOCK_API_KEYS": KEY}):
        yield Aimock(port)


class Aimock:
    def __init__(self, port):
        self.target = Target(port, KEY, "gpt-5")
        self._seen = 0

    def new_requests(self):
        """The methods of the requests since the last call of this; `WS` is a message on a WebSocket."""
        url = f"http://127.0.0.1:{self.target.port}/__aimock/journal"
        entries = request(url, headers={"authorization": f"Bearer {KEY}"})[1]
        new, self._seen = entries[self._seen :], len(entries)
        return [entry["method"] for entry in new]


def _answers(product, checks, target):
    for way, ask in product.both():
        seen = ask(target, "Say hello")
        checks.that(f"{way} streams the text", seen.code == 0 and seen.text == HELLO, seen)

    seen = product.respond(target, "Think about two and two")
    checks.that("reasoning does not mix with the text", seen.code == 0 and seen.text == THOUGHT, seen)

    seen = product.respond(target, "Say hello", "--json")
    kinds = [event.get("type") for event in seen.events()] if seen.code == 0 else []
    wanted = ["response.created", "response.output_text.delta", "response.completed"]
    holds = set(wanted) <= set(kinds) and kinds[-1] == wanted[-1]
    checks.that("--json prints every event, the terminal one last", holds, seen)

    seen = product.respond(target, "What is the weather in Paris?", "--json")
    call = (final_item(seen.events(), "function_call") if seen.code == 0 else None) or {}
    holds = call.get("name") == "get_weather" and json.loads(call.get("arguments", "null")) == {"city": "Paris"}
    checks.that("a tool call arrives whole", holds, seen)


def _failures(product, checks, target):
    seen = product.respond(target.with_key("sk-wrong"), "Say hello")
    holds = seen.code == 3 and "sk-wrong" not in seen.out + seen.err
    checks.that("a wrong key is exit code 3, and is not shown", holds, seen)

    seen = product.respond(target, "Refuse this")
    checks.that("a 400 is exit code 1 with the server's words", seen.code == 1 and "not wanted" in seen.err, seen)

    for prompt in ("Cut it short", "Hang up on me"):
        seen = product.respond(target, prompt)
        began = seen.text and CUT.startswith(seen.text) and seen.text != CUT
        checks.that(f"{prompt!r}: the text so far stays, the exit code is 1", seen.code == 1 and began, seen)
