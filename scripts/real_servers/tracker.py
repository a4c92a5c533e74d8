"""Bugsink, from PyPI, as the tracker of bug reports; sentry-relay and sentry-sdk as judges of what it is sent.

What is sent is kept byte for byte on its way to the tracker. Its quirk: it keeps no attachments.
"""

import json
import re

from .bugsink import bugsink
from .envelope_claims import REQUIREMENTS, Sent
from .expired_login import HTTP, WEBSOCKET, expired_login
from .install import FOLDER, python_venv
from .recording_front import recording_front

REASON = "It asks me to log in, again and again"
RESERVED = {"classification": "bug", "reason": REASON}
# Every byte there is, line feeds and what is no UTF-8 among them.
ATTACHED = FOLDER / "attached.bin"
ATTACHED_BYTES = bytes(range(256)) + b"\n\r\n\x00" + "ä\n".encode()
EVENT_ID = re.compile(r"\b[0-9a-f]{32}\b")
TAG_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,32}")
TAG_VALUE_CHARS = 200


def run(product, checks, quick):
    python = python_venv("sentry", REQUIREMENTS) / "python"
    with bugsink() as tracker, recording_front(tracker.port) as front:
        settings = {"CODEX_FEEDBACK_DSN": tracker.dsn(front.port)}
        for way in (HTTP, WEBSOCKET):
            with expired_login(product, way) as story:
                seen = story.respond()
                checks.that(f"{way[0]}: the third attempt is answered", seen.code == 0 and seen.text, seen)
                event_id = _sent(checks, way[0], story, front, settings)
                _read_back(checks, way[0], story, tracker.events().get(event_id))
                sent = Sent(python, front.taken[-1].body, {ATTACHED.name: ATTACHED_BYTES})
                sent.judge(checks, way[0], story.secrets())
        _refused(product, checks, tracker, front, settings)


def _send(story, settings, *options):
    return story.command("feedback", "send", "--classification", "bug", "--reason", REASON, *options, settings=settings)


def _sent(checks, name, story, front, settings):
    ATTACHED.write_bytes(ATTACHED_BYTES)
    before = len(front.taken)
    seen = _send(story, settings, "--attach", ATTACHED)
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
    claim = f"{name}: the tracker has exactly the tags of the contract"
    checks.that(claim, event and not wrong, f"(has, must) {wrong}")
    reserved = {key: tags.get(key) for key in RESERVED}
    checks.that(f"{name}: and those of the report", reserved == RESERVED and tags.get("cli_version"), tags)
    fits = tags and all(_fits(key, value) for key, value in tags.items())
    checks.that(f"{name}: every tag is plain text within the tracker's limits", fits, tags)


def _fits(key, value):
    plain = isinstance(value, str) and value and "\n" not in value and not value.startswith(('"', "Some("))
    return bool(TAG_KEY.fullmatch(key)) and plain and len(value) <= TAG_VALUE_CHARS


def _refused(product, checks, tracker, front, settings):
    """A tracker that is busy for now: the report waits on disk, and is delivered once."""
    with expired_login(product, HTTP) as story:
        story.respond()
        front.refusals += [503] * 10
        before = len(front.taken)
        seen = _send(story, settings)
        tried = front.taken[before:]
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
