"""Bugsink, from PyPI, as the tracker of bug reports; sentry-relay and sentry-sdk as judges of what it is sent.

What is sent is kept byte for byte on its way to the tracker. Its quirk: it keeps no attachments.
"""

import json
import re
import subprocess
import uuid
from pathlib import Path

from .bugsink import bugsink
from .expired_login import HTTP, WEBSOCKET, expired_login
from .install import FOLDER, python_venv
from .recording_front import recording_front

JUDGES = ["sentry-relay==0.10.1", "sentry-sdk==2.75.0"]
JUDGE = Path(__file__).with_name("sentry_judges.py")
REASON = "It asks me to log in, again and again"
RESERVED = {"classification": "bug", "reason": REASON}
# Every byte there is, line feeds and what is no UTF-8 among them.
ATTACHED = bytes(range(256)) + b"\n\r\n\x00" + "ä\n".encode()
EVENT_ID = re.compile(r"\b[0-9a-f]{32}\b")
LIMITS = {"key": re.compile(r"[A-Za-z0-9_.:-]{1,32}"), "value": 200}


def run(product, checks, quick):
    python = python_venv("sentry", JUDGES) / "python"
    with bugsink() as tracker, recording_front(tracker.port) as front:
        settings = {"CODEX_FEEDBACK_DSN": tracker.dsn(front.port)}
        for way in (HTTP, WEBSOCKET):
            with expired_login(product, way) as story:
                seen = story.respond()
                checks.that(f"{way[0]}: the third attempt is answered", seen.code == 0 and seen.text, seen)
                event_id = _sent(checks, way[0], story, front, settings)
                _read_back(checks, way[0], story, tracker.events().get(event_id))
                _judged(checks, way[0], story, python, front.taken[-1].body if front.taken else b"")
        _refused(product, checks, tracker, front, settings)


def send(story, settings, *options):
    return story.command("feedback", "send", "--classification", "bug", "--reason", REASON, *options, settings=settings)


def _sent(checks, name, story, front, settings):
    attachment = FOLDER / "attached.bin"
    attachment.write_bytes(ATTACHED)
    before = len(front.taken)
    seen = send(story, settings, "--attach", attachment)
    told = EVENT_ID.findall(seen.out)
    sent = front.taken[before:]
    holds = seen.code == 0 and len(told) == 1 and [taken.status for taken in sent] == [200]
    checks.that(f"{name}: the report is sent once, and its event id printed", holds, (sent and sent[0].status, seen))
    return told[0] if told else ""


def _read_back(checks, name, story, event):
    """The tags as the tracker's API gives them."""
    tags = (event or {}).get("tags") or {}
    of_contract = {key: value for key, value in tags.items() if key == "endpoint" or key.startswith("auth_")}
    wanted = story.tags()
    wrong = {key: (of_contract.get(key), wanted.get(key)) for key in of_contract.keys() | wanted.keys()}
    wrong = {key: pair for key, pair in wrong.items() if pair[0] != pair[1]}
    checks.that(
        f"{name}: the tracker has exactly the tags of the contract", event and not wrong, f"(has, must) {wrong}"
    )
    reserved = {key: tags.get(key) for key in RESERVED}
    checks.that(f"{name}: and those of the report", reserved == RESERVED and tags.get("cli_version"), tags)
    fits = tags and all(_fits(key, value) for key, value in tags.items())
    checks.that(f"{name}: every tag is plain text within the tracker's limits", fits, tags)


def _fits(key, value):
    plain = isinstance(value, str) and value and "\n" not in value and not value.startswith(('"', "Some("))
    return bool(LIMITS["key"].fullmatch(key)) and plain and len(value) <= LIMITS["value"]


def _judged(checks, name, story, python, body):
    judged, payloads = _judge(python, body)
    items = judged["items"]
    kinds = [item["type"] for item in items]
    checks.that(f"{name}: sentry-sdk finds one event and the attachments", kinds.count("event") == 1, kinds)
    event = judged["event"] or {}
    holds = (
        re.fullmatch(r"[0-9a-f]{32}", event.get("event_id", ""))
        and judged["headers"].get("event_id") == event["event_id"]
    )
    checks.that(
        f"{name}: envelope and event have the same id", holds and judged["headers"].get("sent_at"), judged["headers"]
    )
    files = {
        item["headers"].get("filename"): payload
        for item, payload in zip(items, payloads)
        if item["type"] == "attachment"
    }
    checks.that(
        f"{name}: the attachment is there byte for byte",
        files.get("attached.bin") == ATTACHED,
        {it: len(files[it]) for it in files},
    )
    logs = files.get("codex-logs.log", b"").decode(errors="replace")
    checks.that(f"{name}: the log is attached, and has the 401s", "401" in logs, logs[:300] or sorted(files, key=str))
    lengths = all(item["headers"].get("length") == item["bytes"] for item in items if item["type"] == "attachment")
    checks.that(f"{name}: each attachment says its length", lengths, items)
    corrections = judged["corrections"]
    checks.that(f"{name}: sentry-relay has nothing to correct", event and not corrections, corrections)
    kept = dict(judged["normalized"].get("tags") or [])
    checks.that(f"{name}: and leaves the tags as they are", kept == event.get("tags"), kept)
    leaks = [secret[:12] for secret in story.secrets if secret.encode() in body]
    checks.that(f"{name}: no token and no prompt in the envelope", body and not leaks, leaks)

    event["timestamp"], event["level"] = "yesterday", "quite bad"
    judged, _ = _judge(python, _envelope(event))
    checks.that(f"{name}: sentry-relay does correct a damaged one", judged["corrections"], judged["normalized"])


def _judge(python, body):
    """What the two programs make of an envelope, and the bytes of its items."""
    folder = FOLDER / "envelope"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "whole").write_bytes(body)
    command = [str(python), "-B", str(JUDGE), str(folder / "whole"), str(folder)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(f"the envelope cannot be read: {done.stderr[-1500:]}")
    judged = json.loads(done.stdout)
    return judged, [(folder / str(number)).read_bytes() for number in range(len(judged["items"]))]


def _envelope(event):
    payload = json.dumps(event)
    header = json.dumps({"type": "event", "length": len(payload.encode())})
    return f"{json.dumps({'event_id': uuid.uuid4().hex})}\n{header}\n{payload}\n".encode()


def _refused(product, checks, tracker, front, settings):
    """A tracker that is busy for now: the report waits on disk, and is delivered once."""
    with expired_login(product, HTTP) as story:
        story.respond()
        front.refusals += [503] * 10
        before = len(front.taken)
        seen = send(story, settings)
        tried = [taken for taken in front.taken[before:]]
        front.refusals.clear()
        said = "flush" in seen.out + seen.err
        checks.that("a tracker that is down: the report is kept, and how to send it is said", tried and said, seen)

        before = len(front.taken)
        seen = story.command("feedback", "flush", settings=settings)
        delivered = [taken for taken in front.taken[before:] if taken.status == 200]
        checks.that("`feedback flush` delivers it", seen.code == 0 and len(delivered) == 1, seen)
        ids = {_event_id(taken.body) for taken in [*tried, *delivered]}
        holds = len(ids) == 1 and ids <= tracker.events().keys()
        checks.that("it is the same report, and the tracker has it", holds, ids)

        before = len(front.taken)
        seen = story.command("feedback", "flush", settings=settings)
        checks.that("a second flush sends nothing", seen.code == 0 and len(front.taken) == before, seen)


def _event_id(body):
    return json.loads(body.split(b"\n", 1)[0])["event_id"]
