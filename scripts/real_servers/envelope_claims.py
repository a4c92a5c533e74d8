"""What must hold of an envelope as it was sent, by the judgement of sentry-relay and sentry-sdk, from PyPI."""

import json
import re
import subprocess
from pathlib import Path

from .install import FOLDER

REQUIREMENTS = ["sentry-relay==0.10.1", "sentry-sdk==2.75.0"]
JUDGE = Path(__file__).with_name("sentry_judges.py")
JUDGE_SECONDS = 60
EVENT_ID = re.compile(r"[0-9a-f]{32}")


class Sent:
    """An envelope, and the files that must be in it."""

    def __init__(self, python, body, files):
        self._python = python
        self._body = body
        self._files = files

    def judge(self, checks, name, secrets):
        judged, payloads = self._judged(self._body)
        header, event, items = judged["headers"], judged["event"] or {}, judged["items"]
        kinds = [item["type"] for item in items]
        checks.that(f"{name}: sentry-sdk finds one event and attachments", kinds.count("event") == 1, kinds)
        holds = EVENT_ID.fullmatch(event.get("event_id", "")) and header.get("event_id") == event["event_id"]
        checks.that(f"{name}: envelope and event have the same id", holds and header.get("sent_at"), header)

        attached = [(item, payload) for item, payload in zip(items, payloads) if item["type"] == "attachment"]
        files = {item["headers"].get("filename"): payload for item, payload in attached}
        holds = self._files.items() <= files.items()
        checks.that(f"{name}: the attachments are there, byte for byte", holds, sorted(files, key=str))
        log = files.get("codex-logs.log", b"").decode(errors="replace")
        checks.that(f"{name}: so is the log, with the 401s", "401" in log, log[:300] or sorted(files, key=str))
        holds = all(item["headers"].get("length") == len(payload) for item, payload in attached)
        checks.that(f"{name}: each attachment says its length", holds, items)

        corrections = judged["corrections"]
        checks.that(f"{name}: sentry-relay has nothing to correct", event and not corrections, corrections)
        tags = dict(judged["normalized"].get("tags") or [])
        checks.that(f"{name}: and leaves the tags as they are", tags == event.get("tags"), tags)
        damaged, _ = self._judged(_envelope({**event, "timestamp": "yesterday", "level": "quite bad"}))
        checks.that(f"{name}: as it does not a damaged event", damaged["corrections"], damaged["normalized"])

        leaks = [secret[:12] for secret in secrets if secret.encode() in self._body]
        checks.that(f"{name}: no token and no prompt in the envelope", not leaks, leaks)

    def _judged(self, body):
        """What the two programs make of an envelope, and the bytes of its items."""
        folder = FOLDER / "envelope"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "whole").write_bytes(body)
        command = [str(word) for word in (self._python, "-B", JUDGE, folder / "whole", folder)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=JUDGE_SECONDS)
        if done.returncode != 0:
            raise RuntimeError(f"the envelope cannot be read: {done.stderr[-1500:]}")
        judged = json.loads(done.stdout)
        return judged, [(folder / str(number)).read_bytes() for number in range(len(judged["items"]))]


def _envelope(event):
    payload = json.dumps(event)
    header = json.dumps({"type": "event", "length": len(payload)})
    return f"{json.dumps({'event_id': event.get('event_id')})}\n{header}\n{payload}\n".encode()
