"""Bugsink, from PyPI: a Sentry-compatible tracker with an API. It is no check of its own.

Its quirk: it keeps events and their tags, not their attachments.
"""

import contextlib
import shutil
import subprocess

from .install import FOLDER, python_venv
from .server import free_port, request, running

REQUIREMENT = "bugsink==2.6.1"
API = "/api/canonical/0"
CONFIGURATION = """\

import os

BUGSINK["BASE_URL"] = os.environ["TRACKER_URL"]
BUGSINK["PHONEHOME"] = False
"""


@contextlib.contextmanager
def bugsink():
    """A fresh one with one project; yields its `Bugsink`."""
    programs = python_venv("bugsink", [REQUIREMENT])
    port = free_port()
    folder = FOLDER / "bugsink-run"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(_empty_tracker(programs), folder)
    settings = _settings(folder, port)
    command = [programs / "gunicorn", "--bind", f"127.0.0.1:{port}", "--chdir", folder, "bugsink.wsgi"]
    with running("bugsink", command, port, settings):
        yield Bugsink(port, (folder / "token").read_text().strip())


class Bugsink:
    def __init__(self, port, token):
        self.port = port
        self._token = token
        team = self._call("/teams/", {"name": "support"})["id"]
        created = self._call("/projects/", {"name": "reports", "team": team})["id"]
        dsn = self._call(f"/projects/{created}/")["dsn"]
        # http://KEY@HOST:PORT/PROJECT
        self._public_key = dsn.split("//", 1)[1].split("@", 1)[0]
        self._project = dsn.rsplit("/", 1)[1]

    def dsn(self, port):
        """Its project, reached through a port of whatever stands in front of it."""
        return f"http://{self._public_key}@127.0.0.1:{port}/{self._project}"

    def events(self):
        """The events of all issues, whole, by their id."""
        events = {}
        for issue in self._results(f"/issues/?project={self._project}"):
            for event in self._results(f"/events/?issue={issue['id']}"):
                whole = self._call(f"/events/{event['id']}/")
                events[whole["event_id"].replace("-", "")] = whole["data"]
        return events

    def _results(self, path):
        return self._call(path)["results"]

    def _call(self, path, body=None):
        headers = {"authorization": f"Bearer {self._token}"}
        status, answer = request(f"http://127.0.0.1:{self.port}{API}{path}", body, headers)
        if status >= 300:
            raise RuntimeError(f"the tracker's API answers {status} for {path}: {answer}")
        return answer


def _empty_tracker(programs):
    """A folder with configuration, databases and a token of the API, made once: the databases take ten seconds."""
    ready = FOLDER / f"bugsink-empty-{REQUIREMENT.rpartition('=')[2]}"
    if ready.exists():
        return ready
    folder = FOLDER / "bugsink-new"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    _run(programs, folder, "bugsink-create-conf", "--template", "local", "-o", folder / "bugsink_conf.py")
    with open(folder / "bugsink_conf.py", "a") as configuration:
        configuration.write(CONFIGURATION)
    _run(programs, folder, "bugsink-manage", "migrate", "--verbosity", "0")
    _run(programs, folder, "bugsink-manage", "migrate", "snappea", "--database=snappea", "--verbosity", "0")
    (folder / "token").write_text(_run(programs, folder, "bugsink-manage", "create_auth_token"))
    folder.rename(ready)
    return ready


def _run(programs, folder, program, *words):
    command = [str(programs / program), *(str(word) for word in words)]
    settings = _settings(folder, 0)
    done = subprocess.run(command, cwd=folder, env=settings, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{program} {words[0]} failed: {done.stderr[-1500:]}")
    return done.stdout


def _settings(folder, port):
    """Its own home: nothing of the user's is read or written."""
    path = f"{folder}:/usr/local/bin:/usr/bin:/bin"
    return {"HOME": str(folder), "PYTHONPATH": str(folder), "PATH": path, "TRACKER_URL": f"http://127.0.0.1:{port}"}
