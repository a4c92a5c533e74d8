"""The story of a 401: a login whose access token the service refuses, twice, until a refresh has replaced it.

`codex-api sim` is the service and its token authority. The first 401 makes the client read the stored login again,
which changes nothing; the second makes it refresh the token; the third attempt is answered. Every fact that telemetry
and the bug report must then hold is known beforehand, and stands here. What is unknown has no field and no tag.
"""

import base64
import contextlib
import json
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

from .install import FOLDER
from .product import Target
from .server import free_port, running

MODEL = "gpt-5"
EMAIL = "ada.lovelace@example.com"
ACCOUNT = "acct-7f3a91"
ENDPOINT = "/responses"
BASE_PATH = "/backend-api/codex"
PROMPT = "A question that is nobody else's business"
TEXT = "An answer, at last."
REFRESH_TOKEN = "rt-4b1d0c6e8f2a"
# (option of the command, what carries its attempts in a scenario, name of the event of such an attempt)
HTTP = ("http", "http", "codex.api_request")
WEBSOCKET = ("ws", "handshake", "codex.websocket_connect")


@dataclass(frozen=True)
class Answer:
    """The head of an answer, by the facts that telemetry keeps of it."""

    request_id: str
    cf_ray: str
    error: str = ""
    error_code: str = ""

    def headers(self):
        code = json.dumps({"error": {"code": self.error_code}}).encode()
        return {
            "x-request-id": self.request_id,
            "cf-ray": self.cf_ray,
            **({"x-openai-authorization-error": self.error} if self.error else {}),
            **({"x-error-json": base64.b64encode(code).decode()} if self.error_code else {}),
        }

    def facts(self, prefix):
        """The facts by their names in telemetry (`auth.`) or as tags (`auth_`, `auth_401_`)."""
        facts = {"request_id": self.request_id, "cf_ray": self.cf_ray}
        facts |= {"error": self.error, "error_code": self.error_code}
        return {prefix + name: value for name, value in facts.items() if value}


REFUSED = Answer("req-1", "ray-1-FRA", "invalid_token", "token_expired")
# The second 401 on a WebSocket says less: nothing that the first said may stand in its place.
REFUSED_AGAIN = {
    HTTP: Answer("req-2", "ray-2-FRA", "token_refused", "token_stale"),
    WEBSOCKET: Answer("req-2", "ray-2-FRA"),
}
ANSWERED = Answer("req-3", "ray-3-FRA")
STATUSES = (401, 401, 200)


@dataclass(frozen=True)
class Story:
    """One user with an expired login, and the service that refuses it."""

    product: object
    target: Target
    way: tuple
    _first_tokens: tuple

    def respond(self, settings=None):
        """`codex-api respond`, as that user."""
        target = replace(self.target, settings={**self.target.settings, **(settings or {})})
        return self.product.respond(target, PROMPT, "--provider", "openai", "--transport", self.way[0])

    def command(self, *words, settings=None):
        """Any command that asks no service, as the same user."""
        return self.product.plain({**self.target.settings, **(settings or {})}, *words)

    def configure(self, text):
        """Writes the user's config.toml."""
        folder = Path(self.target.settings["XDG_CONFIG_HOME"]) / "codex-api"
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(text)

    def through(self, port):
        """The same user and service, with something in between that listens on this port."""
        return replace(self, target=replace(self.target, port=port))

    def secrets(self):
        """What nobody else may see: the prompt, the tokens of the beginning and those of now."""
        stored = json.loads((Path(self.target.settings["CODEX_HOME"]) / "auth.json").read_text())
        now = [stored["tokens"][name] for name in ("access_token", "id_token", "refresh_token")]
        return [PROMPT, *now, *self._first_tokens]

    @property
    def attempts(self):
        return [REFUSED, REFUSED_AGAIN[self.way], ANSWERED]

    def attempt_fields(self):
        """The fields of the three attempts, but for `duration_ms` and those of the session."""
        follow_ups = [{"auth.retry_after_unauthorized": False}]
        follow_ups += [
            {"auth.retry_after_unauthorized": True, "auth.recovery_mode": "managed", "auth.recovery_phase": phase}
            for phase in ("reload", "refresh_token")
        ]
        rows = []
        for number, (status, answer, follow_up) in enumerate(zip(STATUSES, self.attempts, follow_ups), 1):
            own = {"attempt": number} if self.way == HTTP else {}
            if self.way == WEBSOCKET:
                own = {"success": status == 200, "auth.connection_reused": False}
            rows.append(
                {
                    # The status of an accepted handshake is that of the upgrade.
                    "http.response.status_code": 101 if self.way == WEBSOCKET and status == 200 else status,
                    **({"error.message": f"http {status}"} if status == 401 else {}),
                    "endpoint": ENDPOINT,
                    "auth.header_attached": True,
                    "auth.header_name": "authorization",
                    **own,
                    **follow_up,
                    **answer.facts("auth."),
                }
            )
        return rows

    def recovery_fields(self):
        """The fields of the two steps of recovery."""
        return [
            {
                "auth.mode": "managed",
                "auth.step": step,
                "auth.outcome": "recovery_succeeded",
                "auth.state_changed": changed,
                **answer.facts("auth."),
            }
            for step, changed, answer in zip(("reload", "refresh_token"), (False, True), self.attempts)
        ]

    def tags(self):
        """The tags of the bug report after the three attempts: the latest attempt, the latest 401, the recovery."""
        # On a WebSocket the latest attempt is the request on the open connection: it has no answer's head of its own.
        last = {"auth_recovery_followup_status": "200", **ANSWERED.facts("auth_")}
        if self.way == WEBSOCKET:
            last = {"auth_connection_reused": "false"}
        return {
            "endpoint": ENDPOINT,
            "auth_header_attached": "true",
            "auth_header_name": "authorization",
            "auth_mode": "Chatgpt",
            "auth_retry_after_unauthorized": "true",
            "auth_recovery_mode": "managed",
            "auth_recovery_phase": "refresh_token",
            "auth_recovery_outcome": "recovery_succeeded",
            "auth_recovery_followup_success": "true",
            **last,
            **REFUSED_AGAIN[self.way].facts("auth_401_"),
        }


@contextlib.contextmanager
def expired_login(product, way):
    """A service and a user of it; yields the `Story`. Its refresh token works once, so it can be told once."""
    home = FOLDER / "expired-login"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    access, identity = _token(), _token(email=EMAIL)
    (home / "auth.json").write_text(json.dumps(_stored_login(access, identity)))
    (home / "auth.json").chmod(0o600)
    scenario = home / "scenario.toml"
    scenario.write_text(_scenario(way, access, identity))
    port = free_port()
    places = {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "CODEX_HOME")}
    places["TERM"] = "xterm"
    authority = {"CODEX_REFRESH_TOKEN_URL_OVERRIDE": f"http://127.0.0.1:{port}/oauth/token"}
    target = Target(port, "", MODEL, path=BASE_PATH, settings={**places, **authority})
    with running("sim", [product.command, "sim", "--port", port, "--scenario", scenario], port):
        yield Story(product, target, way, (access, identity, REFRESH_TOKEN))


def _scenario(way, access, identity):
    carrier = way[1]
    text = f"text = {json.dumps(TEXT)}, " if way == HTTP else ""
    refusals = [(REFUSED, "times = 1"), (REFUSED_AGAIN[way], "")]
    rules = "".join(
        f"""
[[rule]]
when = {{ bearer = "{access}", transport = "{carrier}" }}
fail = {{ status = 401, code = "token_expired", headers = {_inline(answer.headers())} }}
{times}
"""
        for answer, times in refusals
    )
    return f"""\
real_time = true

[oauth]
require_account_id = true

[[oauth.account]]
email = "{EMAIL}"
account_id = "{ACCOUNT}"
refresh_token = "{REFRESH_TOKEN}"
access_token = "{access}"
id_token = "{identity}"
{rules}
[[rule]]
when = {{ transport = "{carrier}" }}
reply = {{ {text}headers = {_inline(ANSWERED.headers())} }}
"""


def _stored_login(access, identity):
    return {
        "auth_mode": "chatgpt",
        "OPENAI_API_KEY": None,
        "tokens": {
            "id_token": identity,
            "access_token": access,
            "refresh_token": REFRESH_TOKEN,
            "account_id": ACCOUNT,
        },
        "last_refresh": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _token(**claims):
    """A JWT that says of itself that it works for a day: only the service knows better."""
    auth = {"chatgpt_account_id": ACCOUNT, "chatgpt_plan_type": "pro", "chatgpt_user_id": "user-1"}
    claims |= {"exp": int(time.time()) + 86_400, "https://api.openai.com/auth": auth}
    parts = [json.dumps({"alg": "none"}).encode(), json.dumps(claims).encode(), b"signature"]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def _inline(headers):
    """A table of TOML, in one line."""
    return "{ " + ", ".join(f"{name} = {json.dumps(value)}" for name, value in headers.items()) + " }"
