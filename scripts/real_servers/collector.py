"""Rotel, from PyPI: an OpenTelemetry collector. It is no check of its own.

It sends on what it took, as protobuf over HTTP, to a recorder of ours that decodes it with the published types.
"""

import contextlib
import json
import time
from pathlib import Path

from .install import python_venv
from .otlp import Telemetry
from .server import free_port, log_text, running

REQUIREMENTS = ["rotel==0.0.1a15", "opentelemetry-proto==1.45.2"]
RECORDER = Path(__file__).with_name("otlp_recorder.py")
ARRIVAL_SECONDS = 5


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
        yield Collector({"grpc": grpc, "http/protobuf": http, "http/json": http})


class Collector:
    def __init__(self, ports):
        self._ports = ports
        self._read = 0

    def settings(self, protocol):
        """The standard variables that lead a program here."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoint(protocol),
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        }

    def endpoint(self, protocol):
        return f"http://127.0.0.1:{self._ports[protocol]}"

    def new(self, complete):
        """What has arrived since the last call of this; waits until it is `complete`, though not for ever."""
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while True:
            lines = [line for line in log_text("otlp-recorder").splitlines(keepends=True) if line.endswith("\n")]
            seen = Telemetry()
            for line in lines[self._read :]:
                if line.startswith("{"):
                    seen.add(json.loads(line))
            if complete(seen) or time.monotonic() > deadline:
                self._read = len(lines)
                return seen
            time.sleep(0.02)
