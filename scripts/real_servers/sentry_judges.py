"""What two programs of the Sentry project make of an envelope, as JSON on standard output.

    sentry_judges.py ENVELOPE FOLDER

Runs where `sentry-sdk` and `sentry-relay` are installed. The first parses the envelope; each attachment's bytes are
written into FOLDER. The second is the normaliser of the tracker itself: what it corrects, it notes in `_meta`.
"""

import json
import sys
from pathlib import Path

from sentry_relay.processing import StoreNormalizer
from sentry_sdk.envelope import Envelope


def main():
    envelope = Envelope.deserialize(Path(sys.argv[1]).read_bytes())
    folder = Path(sys.argv[2])
    items = []
    for number, item in enumerate(envelope.items):
        payload = item.get_bytes()
        (folder / str(number)).write_bytes(payload)
        items.append({"headers": dict(item.headers), "type": item.type, "bytes": len(payload)})
    event = envelope.get_event()
    normalized = StoreNormalizer().normalize_event(event)
    judged = {"headers": envelope.headers, "items": items, "event": event, "normalized": normalized}
    print(json.dumps(judged | {"corrections": normalized.get("_meta")}, default=str))


if __name__ == "__main__":
    main()
