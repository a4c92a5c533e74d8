"""openai-python, from PyPI, as a client of `codex-api sim`.

Its strict helper builds the response from the events, and fails when one is missing that the service would send.
"""

from .install import FOLDER, ROOT, python_venv
from .server import free_port, running

REQUIREMENT = "openai[realtime]==3.54.0"
SCRIPTS = ("openai_python_client.py", "openai_python_sockets.py")
CLIENT_SECONDS = 60
# Slow enough that a response in the background can be left, resumed and cancelled midway.
SCENARIO = """\
[background]
event_ms = 20
"""


def run(product, checks, quick):
    python = python_venv("openai", [REQUIREMENT]) / "python"
    port = free_port()
    scenario = FOLDER / "background.toml"
    scenario.write_text(SCENARIO)
    with running("sim", [product.command, "sim", "--port", port, "--scenario", scenario], port):
        for script in SCRIPTS:
            client = [python, "-B", ROOT / "scripts" / script, f"http://127.0.0.1:{port}/v1"]
            checks.of_program(script, client, CLIENT_SECONDS)
