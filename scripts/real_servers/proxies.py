"""tinyproxy (HTTP CONNECT) and microsocks (SOCKS5), both with credentials, on the way to aimock and to nginx.

The product reaches this machine itself without a proxy. 0.0.0.0 is no loopback address by name, but connecting to it
leads to this machine all the same, so that is where the requests go.
"""

import contextlib
from dataclasses import dataclass, replace

from .aimock import HELLO, KEY, aimock
from .certificates import Authority
from .install import FOLDER, system_program
from .nginx import Site, nginx
from .product import Target
from .server import free_port, log_text, running
from .websocket import FIRST_WEBSOCKET, OVER_WEBSOCKET, realtime

HERE = "0.0.0.0"
USER, PASSWORD, WRONG = "user", "pass-word", "wrong-word"
# Longer would mean that it was tried again, with the waits between.
AT_ONCE_SECONDS = 5
TINYPROXY = """\
Port {port}
Listen 127.0.0.1
Timeout 60
MaxClients 20
LogLevel Connect
BasicAuth {user} {password}
"""


def run(product, checks, quick):
    ours = Authority("proxied")
    site = Site(ours.issue("proxied", f"IP:{HERE}"))
    with aimock() as server, nginx([site], server.target.port):
        settings = {"CODEX_CA_CERTIFICATE": str(ours.certificate)}
        plain = Target(server.target.port, KEY, "gpt-5", "http", HERE, settings=settings)
        tls = Target(site.port, KEY, "gpt-5", "https", HERE, settings=settings)
        with tinyproxy([plain.port, tls.port]) as port:
            _http_proxy(product, checks, Proxy("tinyproxy", "http", port), plain, tls)
        with microsocks() as port:
            for scheme in ("socks5h",) if quick else ("socks5h", "socks5"):
                _socks_proxy(product, checks, Proxy("microsocks", scheme, port), plain, tls)


@dataclass(frozen=True)
class Proxy:
    """The name of the program, and where it listens."""

    program: str
    scheme: str
    port: int

    def on_the_way_to(self, target, credentials=f"{USER}:{PASSWORD}@"):
        url = f"{self.scheme}://{credentials}127.0.0.1:{self.port}"
        return replace(target, settings={**target.settings, "ALL_PROXY": url})


@contextlib.contextmanager
def tinyproxy(ports):
    """Yields its port. CONNECT is allowed to these ports only."""
    port = free_port()
    configuration = FOLDER / "tinyproxy.conf"
    lines = [TINYPROXY.format(port=port, user=USER, password=PASSWORD), *(f"ConnectPort {it}\n" for it in ports)]
    configuration.write_text("".join(lines))
    with running("tinyproxy", [system_program("tinyproxy", "tinyproxy-bin"), "-d", "-c", configuration], port):
        yield port


@contextlib.contextmanager
def microsocks():
    """Yields its port."""
    port = free_port()
    command = [system_program("microsocks", "microsocks"), "-i", "127.0.0.1", "-p", port, "-u", USER, "-P", PASSWORD]
    with running("microsocks", command, port):
        yield port


def _http_proxy(product, checks, proxy, plain, tls):
    """A `ws` URL goes through as a plain request, as documented; tinyproxy does not upgrade it. Hence no such case."""
    cases = [("HTTP", plain, ()), ("HTTPS", tls, ()), ("wss", tls, OVER_WEBSOCKET)]
    for way, target, options in cases:
        _passes(product, checks, proxy, (way, target, options))
    # tinyproxy answers 407 to no credentials, and 401 to wrong ones.
    for way, target, options in cases:
        seen = product.respond(proxy.on_the_way_to(target, credentials=""), "Say hello", *options)
        holds = seen.code == 1 and "407" in seen.err and seen.seconds < AT_ONCE_SECONDS
        checks.that(f"{proxy.scheme}: {way} without credentials is refused at once, and says 407", holds, seen)
    for case in cases:
        _refused(product, checks, proxy, case, expected=("401", "refused"))
    seen = product.respond(proxy.on_the_way_to(plain), "Say hello", *FIRST_WEBSOCKET)
    holds = seen.code == 0 and seen.text == HELLO
    checks.that(f"{proxy.scheme}: --transport auto goes on over HTTP where the proxy upgrades nothing", holds, seen)
    realtime(product, checks, proxy.on_the_way_to(tls), f"{proxy.scheme} and TLS")


def _socks_proxy(product, checks, proxy, plain, tls):
    cases = [
        ("HTTP", plain, ()),
        ("HTTPS", tls, ()),
        ("ws", plain, OVER_WEBSOCKET),
        ("wss", tls, OVER_WEBSOCKET),
    ]
    for case in cases:
        _passes(product, checks, proxy, case)
        _refused(product, checks, proxy, case, expected=("SOCKS",))
    realtime(product, checks, proxy.on_the_way_to(tls), f"{proxy.scheme} and TLS")


def _passes(product, checks, proxy, case):
    way, target, options = case
    before = log_text(proxy.program)
    seen = product.respond(proxy.on_the_way_to(target), "Say hello", *options)
    holds = seen.code == 0 and seen.text == HELLO and log_text(proxy.program) != before
    checks.that(f"{proxy.scheme}: {way} goes through", holds, seen)


def _refused(product, checks, proxy, case, expected):
    way, target, options = case
    wrong = proxy.on_the_way_to(target, credentials=f"{USER}:{WRONG}@")
    seen = product.respond(wrong, "Say hello", *options, "--retries", "0")
    holds = seen.code in (1, 3) and any(word in seen.err for word in expected) and WRONG not in seen.err
    checks.that(f"{proxy.scheme}: {way} is refused with a wrong password, which is not shown", holds, seen)
