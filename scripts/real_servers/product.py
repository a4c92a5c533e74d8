"""The product as its users run it: the command `codex-api`, and a program written with the library."""

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass, replace

from .install import FOLDER, ROOT

RUN_SECONDS = 120
# Settings that would lead the product elsewhere than to the server under test.
REMOVED = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "MODEL")


@dataclass(frozen=True)
class Target:
    """A server to talk to, on loopback."""

    port: int
    key: str
    model: str

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def with_key(self, key):
        return replace(self, key=key)


@dataclass(frozen=True)
class Run:
    """What one run of a program gave."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def text(self):
        return self.out.strip()

    def events(self):
        """The lines of `--json`, parsed."""
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]

    def __str__(self):
        return f"exit code {self.code} after {self.seconds:.1f} s, out {self.out[-600:]!r}, err {self.err[-600:]!r}"


class Product:
    def __init__(self, command, example):
        self.command = command
        self.example = example

    @classmethod
    def build(cls):
        command = os.environ.get("CODEX_API") or _executable("codex-cli", "--bin", "codex-api")
        example = os.environ.get("CODEX_API_EXAMPLE") or _executable("codex-api", "--example", "stream_text")
        return cls(command, example)

    def respond(self, target, prompt, *options):
        """`codex-api respond PROMPT` at this server."""
        words = [self.command, "respond", prompt, "--base-url", target.base_url, "--model", target.model, *options]
        return _run(words, {"OPENAI_API_KEY": target.key})

    def stream_text(self, target, prompt):
        """The library's example of the same job; it prints the text as it comes, and the usage in a last line."""
        settings = {"OPENAI_API_KEY": target.key, "OPENAI_BASE_URL": target.base_url, "MODEL": target.model}
        seen = _run([self.example, prompt], settings)
        return replace(seen, out=re.sub(r"\n\(\d+ tokens.*\)\s*$", "", seen.out))

    def both(self):
        """The two ways to the same answer: (what to call it in a claim, function of target and prompt)."""
        return [("the command", self.respond), ("the library", self.stream_text)]


def final_item(events, kind):
    """The first finished output item of this type, from the events of `--json`."""
    items = [event.get("item") or {} for event in events if event.get("type") == "response.output_item.done"]
    return next((item for item in items if item.get("type") == kind), None)


def _executable(package, *target):
    command = ["cargo", "build", "--quiet", "--locked", "--package", package, *target, "--message-format=json"]
    built = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    if built.returncode != 0:
        raise SystemExit("".join(it["message"]["rendered"] for it in messages if it.get("message")))
    paths = [message["executable"] for message in messages if message.get("executable")]
    return paths[-1]


def _run(words, settings):
    home = FOLDER / "home"
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name.upper() not in REMOVED}
    places = {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "CODEX_HOME")}
    started = time.monotonic()
    done = subprocess.run(
        words,
        env={**kept, **places, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=RUN_SECONDS,
    )
    return Run(done.returncode, done.stdout, done.stderr, time.monotonic() - started)
