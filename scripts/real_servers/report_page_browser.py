"""Reads a report's page as a person does, in headless Chromium: looks, searches, copies, turns it dark, prints it.

    report_page_browser.py CHROMIUM PAGE STORY FOLDER

STORY is a JSON file: what the page must tell. Screenshots and a print go into FOLDER. Runs where `playwright` is
installed; prints a line for each claim: `ok` or `FAIL`, the claim, and what was seen, with tabs between them.
"""

import contextlib
import json
import re
import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

DESKTOP = {"width": 1200, "height": 900}
PHONE = {"width": 360, "height": 740}
# The least contrast of text (WCAG 2.2, AA).
READABLE = 4.5
PATIENCE_MS = 3000


def main():
    chromium, path, story, folder = sys.argv[1:]
    page_url, story, folder = Path(path).resolve().as_uri(), json.loads(Path(story).read_text()), Path(folder)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            for name, scheme, size, check in (
                ("light", "light", DESKTOP, lambda page: _look(page, "light", folder)),
                ("dark", "dark", DESKTOP, lambda page: _look(page, "dark", folder)),
                ("reading", "light", DESKTOP, lambda page: _read(page, story)),
                ("search", "light", DESKTOP, _search),
                ("keyboard", "light", DESKTOP, lambda page: _use(page, story)),
                ("phone", "light", PHONE, lambda page: _narrow(page, folder)),
                ("print", "dark", DESKTOP, lambda page: _print(page, folder)),
            ):
                with _opened(browser, page_url, name, color_scheme=scheme, viewport=size) as page:
                    check(page)
        finally:
            browser.close()


def claim(text, holds, seen=""):
    print("ok" if holds else "FAIL", text, str(seen).replace("\n", " ")[:600], sep="\t", flush=True)
    return bool(holds)


@contextlib.contextmanager
def _opened(browser, url, name, **options):
    """The page, opened offline; whatever is done with it, it must ask for nothing and complain of nothing."""
    context = browser.new_context(offline=True, **options)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints, requests = [], []
    page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(url)
    yield page
    claim(f"{name}: no error and no warning in the console", not complaints, complaints)
    claim(f"{name}: nothing is requested but the page itself", requests == [url], requests)
    context.close()


def _look(page, scheme, folder):
    _picture(page, folder / f"{scheme}.png")
    back, text = _colours(page)
    is_dark = _luminance(back) < _luminance(text)
    claim(f"{scheme}: the page follows the system's colours", is_dark == (scheme == "dark"), (back, text))
    worst = _worst_contrast(page)
    claim(f"{scheme}: every text can be read against what is behind it", worst["contrast"] >= READABLE, worst)
    page.locator("#theme").click()
    back, text = _colours(page)
    claim(f"{scheme}: the button changes to the other", (_luminance(back) < _luminance(text)) != is_dark, (back, text))


def _read(page, story):
    """What a support engineer wants to know, in the order in which it happened."""
    claim("the title says what it is", story["title"] in page.title(), page.title())
    claim(
        "the diagnosis is the first thing to read",
        _is_in_view(page, "#diagnosis"),
        page.locator("main").inner_text()[:200],
    )
    events = page.locator("#timeline .event")
    heads = [" ".join(head.inner_text().split()) for head in events.locator(".event-head").all()]
    wanted = story["timeline"]
    holds = len(heads) == len(wanted) and all(re.search(pattern, head) for pattern, head in zip(wanted, heads))
    claim("the timeline tells attempts and steps of recovery in order", holds, heads)
    bars = [bar.bounding_box() for bar in events.locator("svg.bar .span").all()]
    drawn = len(bars) == len(wanted) and all(bar and bar["width"] > 0 and bar["height"] > 0 for bar in bars)
    ends = [round(bar["x"] + bar["width"]) for bar in bars] if drawn else []
    claim("each has a bar, and none ends before the one above it", drawn and ends == sorted(ends), ends)
    text = page.locator("main").inner_text()
    missing = [fact for fact in story["facts"] if fact not in text]
    claim("request ids, tags and environment are there", not missing, missing)
    content = page.content()
    leaks = [secret for secret in story["secrets"] if secret in content]
    claim("no token and no prompt", not leaks, leaks)


def _search(page):
    lines = page.locator("#log-lines .line")
    texts = lines.all_text_contents()
    if not claim("the log is there, line by line", len(texts) > 1, len(texts)):
        return
    words = re.findall(r"[a-z]{5,}", " ".join(texts).lower())
    word = min(set(words), key=words.count, default="none")
    found = [line for line in texts if word in line.lower()]
    page.keyboard.press("/")
    page.keyboard.type(word)
    expect(page.locator("#log-count")).not_to_be_empty()
    shown = page.locator("#log-lines .line:visible").all_text_contents()
    claim("the key / leads to the search, and it shows the lines with the word", shown == found, (word, shown, found))
    marks = {mark.lower() for mark in page.locator("#log-lines mark").all_text_contents()}
    claim("the word is marked", marks == {word}, marks)
    count = page.locator("#log-count").inner_text()
    claim("the page says how many", count == f"{len(found)} of {len(texts)} lines", count)
    page.keyboard.press("Escape")
    visible = page.locator("#log-lines .line:visible").count()
    claim("Escape shows all lines again", visible == len(texts), visible)


def _use(page, story):
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('href')")
    claim("the first key press reaches a link to the diagnosis", focused == "#diagnosis", focused)
    identity = story["facts"][0]
    page.locator(f"#timeline button.copy[data-copy='{identity}']").first.click()
    expect(page.locator("#said")).not_to_be_empty()
    said = page.locator("#said").inner_text()
    claim("a request id is copied with a click", identity in said or "Ctrl+C" in said, said)
    details = page.locator("#timeline .event details").first
    details.locator("summary").focus()
    page.keyboard.press("Enter")
    claim("the facts of an event open with a key", details.get_attribute("open") is not None)
    names = page.evaluate(
        "[...document.querySelectorAll('button, input, select, a')].filter(it => it.offsetParent && "
        "!(it.innerText || it.ariaLabel || it.labels?.length)).map(it => it.outerHTML)"
    )
    claim("every control has a name", not names, names)


def _narrow(page, folder):
    width = page.evaluate("document.documentElement.scrollWidth")
    _picture(page, folder / "phone.png")
    claim("on a phone nothing is wider than the screen", width <= PHONE["width"], width)


def _print(page, folder):
    page.pdf(path=folder / "print.pdf", format="A4")
    page.emulate_media(media="print")
    back, text = _colours(page)
    claim("on paper the text is dark, whatever the screen is", _luminance(text) < 0.2, (back, text))
    hidden = [name for name in ("#theme", "nav", "#log-tools") if page.locator(name).is_visible()]
    claim("on paper there is nothing to press", not hidden, hidden)


def _picture(page, path):
    """The whole page. The window is made as high as the page is, for what is out of sight may not be drawn at all."""
    size = page.viewport_size
    page.set_viewport_size({**size, "height": page.evaluate("document.documentElement.scrollHeight")})
    page.screenshot(path=path)
    page.set_viewport_size(size)


def _is_in_view(page, selector):
    box = page.locator(selector).bounding_box()
    return box is not None and box["y"] < page.viewport_size["height"] / 2


def _colours(page):
    """Background and text of the page, as the browser computes them, once transitions are over."""
    return page.evaluate(
        """async () => {
            await Promise.all(document.getAnimations().map(it => it.finished));
            const body = getComputedStyle(document.body), root = getComputedStyle(document.documentElement);
            const clear = body.backgroundColor === 'rgba(0, 0, 0, 0)';
            return [clear ? root.backgroundColor : body.backgroundColor, body.color];
        }"""
    )


def _luminance(colour):
    """Relative luminance of `rgb(…)` (WCAG 2.2)."""
    return _luminance_of(_numbers(colour))


def _luminance_of(numbers):
    shares = [number / 255 for number in numbers[:3]]
    linear = [it / 12.92 if it <= 0.04045 else ((it + 0.055) / 1.055) ** 2.4 for it in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _numbers(colour):
    """Red, green and blue of 255, and how opaque it is."""
    numbers = [float(it) for it in re.findall(r"[\d.]+", colour)]
    return [*numbers, 1.0][:4]


def _over(colour, behind):
    """What is seen of a translucent colour with another one behind it."""
    return [front * colour[3] + back * (1 - colour[3]) for front, back in zip(colour[:3], behind[:3])] + [1.0]


# Of each element with text of its own: its colour, the backgrounds from its own to that of the page, and the text.
TEXTS = """() => [...document.querySelectorAll('body *')]
    .filter(it => it.checkVisibility() && [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(it => {
        const backgrounds = [];
        for (let at = it; at; at = at.parentElement) backgrounds.push(getComputedStyle(at).backgroundColor);
        return [getComputedStyle(it).color, backgrounds, it.textContent.trim().slice(0, 40)];
    })"""


def _worst_contrast(page):
    """The text that stands out least, with its contrast."""
    worst = {"contrast": 21.0}
    for colour, backgrounds, text in page.evaluate(TEXTS):
        behind = [255.0, 255.0, 255.0, 1.0]
        for background in reversed(backgrounds):
            behind = _over(_numbers(background), behind)
        seen = _luminance_of(_over(_numbers(colour), behind)), _luminance_of(behind)
        contrast = (max(seen) + 0.05) / (min(seen) + 0.05)
        if contrast < worst["contrast"]:
            worst = {"contrast": round(contrast, 2), "colour": colour, "behind": behind, "text": text}
    return worst


if __name__ == "__main__":
    main()
