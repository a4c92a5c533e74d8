"""A server for the time of a `with`: started on a free port, stopped by its process id."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from .install import FOLDER

START_SECONDS = 60
STOP_SECONDS = 5


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(name, command, port, environment=None):
    """As `started`, and the port accepts connections from the beginning."""
    with started(name, command, environment) as process:
        _wait_until_listening(port, process, _log_path(name))
        yield process


@contextlib.contextmanager
def started(name, command, environment=None):
    """Starts `command`, and stops it at the end."""
    _log_path(name).parent.mkdir(parents=True, exist_ok=True)
    with open(_log_path(name), "w") as log:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
    try:
        yield process
    finally:
        _stop(process)


def request(url, body=None, headers=None, timeout=30):
    """One JSON request; returns status and parsed body. Never through a proxy: everything is on loopback."""
    data = None if body is None else json.dumps(body).encode()
    call = urllib.request.Request(url, data=data, headers={"content-type": "application/json", **(headers or {})})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(call, timeout=timeout) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def log_text(name):
    """What the server has said so far."""
    return _log_path(name).read_text(errors="replace")


def stop_on_signals():
    """Lets every `with` end when this script is told to stop."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))


def _log_path(name):
    return FOLDER / "logs" / f"{name}.log"


def _wait_until_listening(port, process, log_path):
    deadline = time.monotonic() + START_SECONDS
    while not _accepts(port):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log_text(log_path.stem)[-1500:]
            raise RuntimeError(f"{log_path.stem} did not start (exit code {process.poll()}):\n{tail}")
        time.sleep(0.01)


def _accepts(port):
    """Whether something listens there yet."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _stop(process):
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
