"""Writes down what an OTLP exporter sends over HTTP, protobuf or JSON: one JSON object a line, on standard output.

    otlp_recorder.py PORT

Runs where `opentelemetry-proto` is installed. A collector that sends on what it took shows what it understood. What the
published types do not know, or cannot hold, is refused with 400.
"""

import base64
import gzip
import http.server
import json
import sys
import threading

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

EXPORTS = {
    "/v1/logs": ExportLogsServiceRequest,
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
}
IDS = ("traceId", "spanId", "parentSpanId")
WRITING = threading.Lock()


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        try:
            export = _decoded(EXPORTS[self.path](), self.headers.get("content-type"), body)
        except (DecodeError, ParseError, ValueError) as error:
            print(error, file=sys.stderr, flush=True)
            return self._answer(400)
        with WRITING:
            print(json.dumps(MessageToDict(export)), flush=True)
        return self._answer(200)

    def _answer(self, status):
        self.send_response(status)
        self.send_header("content-type", self.headers.get("content-type"))
        body = b"{}" if "json" in self.headers.get("content-type", "") else b""
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Standard output is for the records."""


def _decoded(export, media_type, body):
    if media_type == "application/json":
        return ParseDict(_with_binary_ids(json.loads(body)), export)
    export.ParseFromString(body)
    return export


def _with_binary_ids(value):
    """OTLP writes ids as hexadecimal digits, unlike the JSON of other protobuf messages."""
    if isinstance(value, list):
        return [_with_binary_ids(it) for it in value]
    if isinstance(value, dict):
        return {name: _binary(it) if name in IDS else _with_binary_ids(it) for name, it in value.items()}
    return value


def _binary(digits):
    return base64.b64encode(bytes.fromhex(digits)).decode()


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Recorder).serve_forever()
