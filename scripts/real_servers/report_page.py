"""The HTML page of a bug report in headless Chromium, driven by Playwright, from PyPI.

Pictures of it, light, dark and as narrow as a phone, and a print are kept in .real-servers/report-page/.
"""

import json
import shutil
from pathlib import Path

from .expired_login import ENDPOINT, HTTP, WEBSOCKET, expired_login
from .install import FOLDER, python_venv, system_package

REQUIREMENT = "playwright==1.65.2"
READER = Path(__file__).with_name("report_page_browser.py")
PICTURES = FOLDER / "report-page"
READER_SECONDS = 120
# Each event of the timeline, by what its line says.
TIMELINES = {
    HTTP: [
        r"Attempt 1 over HTTP.*401",
        r"reload",
        r"Attempt 2 over HTTP.*401",
        r"refresh token",
        r"Attempt 3 over HTTP.*200",
        r"Stream ended",
    ],
    WEBSOCKET: [
        r"Attempt 1.*handshake.*401",
        r"reload",
        r"Attempt 2.*handshake.*401",
        r"refresh token",
        r"Attempt 3.*handshake",
        r"Request on the WebSocket",
        r"Stream ended",
    ],
}


def run(product, checks, quick):
    chromium = system_package("chromium", "chromium", "fonts-dejavu-core")
    python = python_venv("playwright", [REQUIREMENT]) / "python"
    shutil.rmtree(PICTURES, ignore_errors=True)
    for way in (HTTP,) if quick else (HTTP, WEBSOCKET):
        folder = PICTURES / way[0]
        folder.mkdir(parents=True)
        with expired_login(product, way) as story:
            story.respond()
            page = folder / "report.html"
            seen = story.command("feedback", "preview", "--html", page)
            checks.that(f"{way[0]}: `feedback preview` writes the page", seen.code == 0 and page.exists(), seen)
            told = folder / "story.json"
            facts = [story.attempts[0].request_id, ENDPOINT, *(answer.request_id for answer in story.attempts)]
            expected = {"title": "[Bug]", "timeline": TIMELINES[way], "facts": facts, "secrets": story.secrets()}
            told.write_text(json.dumps(expected))
        checks.of_program(
            "the reader of the page", [python, "-B", READER, chromium, page, told, folder], READER_SECONDS
        )
    print(f"      pictures of the page: {PICTURES}", flush=True)
