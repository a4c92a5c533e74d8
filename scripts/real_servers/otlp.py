"""OTLP in its JSON form, as records that are easy to ask. Pure functions: no I/O."""

import base64
from dataclasses import dataclass, field

CLIENT = "SPAN_KIND_CLIENT"
ERROR = "STATUS_CODE_ERROR"


@dataclass(frozen=True)
class Record:
    """A log record, or an event of a span: a name, and its facts."""

    name: str
    fields: dict
    scope: str = ""
    trace: str = ""


@dataclass(frozen=True)
class Span:
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    fields: dict
    events: list
    failed: bool
    scope: str


@dataclass(frozen=True)
class Point:
    """One series of a metric: how many values, and their sum (which is the count itself for a counter)."""

    fields: dict
    count: float
    sum: float


@dataclass(frozen=True)
class Metric:
    name: str
    unit: str
    points: list

    def counts(self, *labels):
        """How many values there are for each combination of these labels."""
        sums = {}
        for point in self.points:
            key = tuple(point.fields.get(label) for label in labels)
            sums[key] = sums.get(key, 0) + point.count
        return sums


@dataclass
class Telemetry:
    """All that has arrived, and the whole of it for those who look for what must not be there."""

    logs: list = field(default_factory=list)
    spans: list = field(default_factory=list)
    metrics: dict = field(default_factory=dict)
    resources: list = field(default_factory=list)
    raw: dict = field(default_factory=lambda: {"logs": [], "spans": [], "metrics": []})

    def add(self, export):
        """Takes in one export request of whichever signal."""
        for signal, resources, scopes, records, read in (
            ("logs", "resourceLogs", "scopeLogs", "logRecords", self._log),
            ("spans", "resourceSpans", "scopeSpans", "spans", self._span),
            ("metrics", "resourceMetrics", "scopeMetrics", "metrics", self._metric),
        ):
            for of_resource in export.get(resources, []):
                self.raw[signal].append(of_resource)
                self.resources.append(fields_of(of_resource.get("resource", {})))
                for of_scope in of_resource.get(scopes, []):
                    scope = of_scope.get("scope", {}).get("name", "")
                    for record in of_scope.get(records, []):
                        read(scope, record)

    def events(self):
        """The events of all spans, each with the scope of its span."""
        return [event for span in self.spans for event in span.events]

    def _log(self, scope, log):
        name = log.get("eventName") or log.get("body", {}).get("stringValue", "")
        self.logs.append(Record(name, fields_of(log), scope, identity(log, "traceId")))

    def _span(self, scope, span):
        trace = identity(span, "traceId")
        events = [Record(it["name"], fields_of(it), scope, trace) for it in span.get("events", [])]
        self.spans.append(
            Span(
                name=span["name"],
                kind=span.get("kind", ""),
                trace=trace,
                id=identity(span, "spanId"),
                parent=identity(span, "parentSpanId"),
                fields=fields_of(span),
                events=events,
                failed=span.get("status", {}).get("code") == ERROR,
                scope=scope,
            )
        )

    def _metric(self, _scope, metric):
        data = metric.get("sum") or metric.get("gauge") or metric.get("histogram") or {}
        known = self.metrics.setdefault(metric["name"], Metric(metric["name"], metric.get("unit", ""), []))
        known.points.extend(_point(point) for point in data.get("dataPoints", []))


def fields_of(record):
    """The attributes as a plain dictionary."""
    return {pair["key"]: value_of(pair.get("value", {})) for pair in record.get("attributes", [])}


def value_of(value):
    """A value of OTLP as a value of Python."""
    if "intValue" in value:
        return int(value["intValue"])
    if "arrayValue" in value:
        return [value_of(it) for it in value["arrayValue"].get("values", [])]
    return next(iter(value.values()), None)


def identity(record, name):
    """An id as hexadecimal digits; empty when it is absent."""
    return base64.b64decode(record.get(name, "")).hex()


def _point(point):
    if "count" in point:
        return Point(fields_of(point), int(point["count"]), point.get("sum", 0.0))
    value = float(point.get("asDouble", point.get("asInt", 0)))
    return Point(fields_of(point), value, value)
