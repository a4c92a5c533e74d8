"""The product as its users run it: the command `codex-api`, and a program written with the library."""

import json
import os
import re
import subprocess
import time
from dataclasses import dataclass, field, replace

from .install import FOLDER, ROOT

RUN_SECONDS = 120
# Settings that would lead the product elsewhere than to the server under test.
REMOVED = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "MODEL")
REMOVED += ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "TRACEPARENT", "TRACESTATE")
REMOVED_PREFIXES = ("CODEX_", "OTEL_")


@dataclass(frozen=True)
class Target:
    """A server to talk to, on this machine, and the environment variables it takes."""

    port: int
    key: str
    model: str
    scheme: str = "http"
    host: str = "127.0.0.1"
    path: str = "/v1"
    settings: dict = field(default_factory=dict)

    @property
    def base_url(self):
        return f"{self.scheme}://{self.host}:{self.port}{self.path}"

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
        return self.run(target, "respond", prompt, "--model", target.model, *options)

    def run(self, target, *words, stdin=None):
        """Any of the commands at this server, with this text as its standard input."""
        command = [str(word) for word in (self.command, *words, "--base-url", target.base_url)]
        return _run(command, {"OPENAI_API_KEY": target.key, **target.settings}, stdin)

    def plain(self, settings, *words):
        """Any command that asks no service of this API."""
        return _run([str(word) for word in (self.command, *words)], settings)

    def stream_text(self, target, prompt):
        """The library's example of the same job; it prints the text as it comes, and the usage in a last line."""
        settings = {"OPENAI_API_KEY": target.key, "OPENAI_BASE_URL": target.base_url, "MODEL": target.model}
        seen = _run([self.example, prompt], {**settings, **target.settings})
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


def _is_removed(name):
    return name in REMOVED or name.startswith(REMOVED_PREFIXES)


def _run(words, settings, stdin=None):
    home = FOLDER / "home"
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not _is_removed(name.upper())}
    places = {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "CODEX_HOME")}
    started = time.monotonic()
    with subprocess.Popen(
        words,
        env={**kept, **places, **settings},
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        try:
            out, err = process.communicate(stdin, timeout=RUN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()  # its exit code, -9, is what no check wants
            out, err = process.communicate()
    return Run(process.returncode, out, err, time.monotonic() - started)
