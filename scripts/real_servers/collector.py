"""Rotel, from PyPI: an OpenTelemetry collector. It is no check of its own.

It sends on what it took, as protobuf over HTTP, to a recorder of ours that decodes it with the published types. Its
quirk: of metrics in JSON it reads 64-bit numbers that are strings, as they must be, as absent ones. So JSON goes to the
recorder as well, which reads it with the published types.
"""

import contextlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

from .install import python_venv
from .otlp import Telemetry
from .server import free_port, log_text, running

REQUIREMENTS = ["rotel==0.0.1a15", "opentelemetry-proto==1.45.2"]
RECORDER = Path(__file__).with_name("otlp_recorder.py")
ARRIVAL_SECONDS = 5


@dataclass(frozen=True)
class Route:
    """A way of telemetry: how it is spoken, to whom, and whether the values of metrics survive it."""

    name: str
    protocol: str
    port: int
    keeps_values: bool = True

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def settings(self):
        """The standard variables that lead a program here."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL": self.protocol}


@contextlib.contextmanager
def rotel():
    """A fresh one; yields its `Collector`."""
    programs = python_venv("rotel", REQUIREMENTS)
    recorder, grpc, http = free_port(), free_port(), free_port()
    command = [next(programs.parent.glob("lib/python3*/site-packages/rotel/rotel-agent")), "start"]
    command += ["--otlp-grpc-endpoint", f"127.0.0.1:{grpc}", "--otlp-http-endpoint", f"127.0.0.1:{http}"]
    command += ["--exporter", "otlp", "--otlp-exporter-protocol", "http", "--disable-batching"]
    command += ["--otlp-exporter-endpoint", f"http://127.0.0.1:{recorder}"]
    with (
        running("otlp-recorder", [programs / "python", "-B", RECORDER, recorder], recorder),
        running("rotel", command, http),
    ):
        yield Collector(grpc, http, recorder)


class Collector:
    def __init__(self, grpc, http, recorder):
        self.grpc = Route("grpc", "grpc", grpc)
        self.protobuf = Route("protobuf", "http/protobuf", http)
        self.json = Route("json", "http/json", http, keeps_values=False)
        self.published = Route("json by the published types", "http/json", recorder)
        self._read = 0

    def new(self, complete):
        """What has arrived since the last call of this; waits until it is `complete`, though not for ever."""
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while True:
            lines = log_text("otlp-recorder").splitlines(keepends=True)
            lines = [line for line in lines if line.startswith("{") and line.endswith("\n")]
            seen = Telemetry()
            for line in lines[self._read :]:
                seen.add(json.loads(line))
            if complete(seen) or time.monotonic() > deadline:
                self._read = len(lines)
                return seen
            time.sleep(0.02)
