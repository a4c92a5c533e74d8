"""nginx with TLS in front of aimock: HTTP/2 and WebSockets, and certificates that must be refused.

Each refusal must say why, at once: trying again does not make a certificate better.
"""

from dataclasses import replace

from .aimock import HELLO, KEY, SPOKEN, aimock
from .certificates import EXPIRED, Authority
from .install import FOLDER
from .nginx import Site, nginx
from .product import Target
from .wav import silence
from .websocket import FIRST_WEBSOCKET, OVER_WEBSOCKET, PATIENCE, realtime

HOSTS = "IP:127.0.0.1, DNS:localhost"
UNKNOWN = "unknown authority"
# Longer would mean that it was tried again, with the waits between.
AT_ONCE_SECONDS = 5


def run(product, checks, quick):
    ours, unknown = Authority("ours"), Authority("unknown")
    good = Site(ours.issue("good", HOSTS))
    mutual = Site(ours.issue("mutual", HOSTS), client_authority=ours.certificate)
    # Which site, and what must be in the error.
    bad = {
        "an expired certificate": (Site(ours.issue("expired", HOSTS, EXPIRED)), "has expired"),
        "a certificate for another host": (Site(ours.issue("other", "DNS:other.example")), "for another host"),
        "an unknown authority": (Site(unknown.issue("stranger", HOSTS)), UNKNOWN),
    }
    trust = {"CODEX_CA_CERTIFICATE": str(ours.certificate)}
    sites = [good, mutual, *(site for site, _ in bad.values())]
    with aimock() as server, nginx(sites, server.target.port) as log:
        target = _target(good, trust)
        _good(product, checks, log, good, target)
        realtime(product, checks, target, "TLS")
        _large(product, checks, target)
        for claim, (site, reason) in bad.items():
            _refused(product, checks, claim, _target(site, trust), reason)
        _refused(product, checks, "an authority that was not named", _target(good, {}), UNKNOWN)
        _no_authority(product, checks, good)
        _no_client_certificate(product, checks, _target(mutual, trust))


def _target(site, settings):
    return Target(site.port, KEY, "gpt-5", "https", settings=settings)


def _good(product, checks, log, site, target):
    for way, ask in product.both():
        seen = ask(target, "Say hello")
        checks.that(f"{way} streams the text over HTTPS", seen.code == 0 and seen.text == HELLO, seen)
    spoken = log.new(site, 2)
    checks.that("both spoke HTTP/2", spoken == ["HTTP/2.0 200"] * 2, spoken)

    seen = product.respond(replace(target, host="localhost"), "Say hello")
    checks.that("a certificate for a name is good for that name", seen.code == 0 and seen.text == HELLO, seen)

    log.new(site, 1)
    for options in (OVER_WEBSOCKET, FIRST_WEBSOCKET):
        seen = product.respond(target, "Say hello", *options)
        spoken = log.new(site, 1)
        holds = seen.code == 0 and seen.text == HELLO and spoken == ["HTTP/1.1 101"]
        checks.that(f"{' '.join(options)} streams the text over wss", holds, f"{spoken} {seen}")

    seen = product.respond(target.with_key("sk-wrong"), "Say hello", *OVER_WEBSOCKET)
    checks.that("a wrong key over wss is exit code 3 and says 401", seen.code == 3 and "401" in seen.err, seen)


def _large(product, checks, target):
    """More than the buffers on the way hold."""
    prompt = "Say hello. " * 500_000
    seen = product.run(target, "respond", *OVER_WEBSOCKET, stdin=prompt)
    checks.that("a prompt of 5 MB goes over wss", seen.code == 0 and seen.text == HELLO, seen)

    recording = silence(FOLDER / "minutes.wav", seconds=300)
    seen = product.run(target, "transcribe", recording, *PATIENCE)
    checks.that("five minutes of sound go over wss", seen.code == 0 and seen.text == SPOKEN, seen)


def _refused(product, checks, claim, target, reason):
    for way, options in (("HTTP", ()), ("WebSocket", OVER_WEBSOCKET), ("either", FIRST_WEBSOCKET)):
        seen = product.respond(target, "Say hello", *options)
        holds = seen.code == 1 and reason in seen.err and not seen.text and seen.seconds < AT_ONCE_SECONDS
        checks.that(f"{way}: {claim} is refused at once, and named", holds, seen)


def _no_authority(product, checks, site):
    missing = _target(site, {"CODEX_CA_CERTIFICATE": "/nonexistent/authority.pem"})
    seen = product.respond(missing, "Say hello")
    holds = seen.code == 2 and "CODEX_CA_CERTIFICATE" in seen.err
    checks.that("a file of authorities that is not there is exit code 2 and is named", holds, seen)


def _no_client_certificate(product, checks, target):
    """nginx lets the handshake of TLS pass, and answers every request with a page that says why."""
    for way, options in (("HTTP", ()), ("WebSocket", OVER_WEBSOCKET)):
        seen = product.respond(target, "Say hello", *options)
        holds = seen.code == 1 and "400" in seen.err and seen.seconds < AT_ONCE_SECONDS
        checks.that(f"{way}: a missing client certificate is exit code 1 and says 400", holds, seen)
