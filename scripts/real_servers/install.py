"""Puts the programs into .real-servers/, once for each version."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".real-servers"


def python_venv(name, *steps):
    """A virtual environment; each step is the argument list of one `pip install`. Returns its bin folder."""
    target = FOLDER / name
    if _is_stale(target, steps):
        _run(sys.executable, "-m", "venv", "--clear", target)
        for step in steps:
            _run(target / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *step)
        _stamp(target, steps)
    return target / "bin"


def npm_package(name, package):
    """A folder with one npm package. Returns its folder of programs."""
    target = FOLDER / name
    if _is_stale(target, package):
        target.mkdir(parents=True, exist_ok=True)
        (target / "package.json").write_text("{}\n")
        _run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", target, package)
        _stamp(target, package)
    return target / "node_modules/.bin"


def _is_stale(target, wanted):
    stamp = target / ".installed"
    return not stamp.exists() or stamp.read_text() != repr(wanted)


def _stamp(target, wanted):
    (target / ".installed").write_text(repr(wanted))


def _run(*command):
    words = [str(word) for word in command]
    print(f"      {' '.join(words[:1] + words[-2:])}", flush=True)
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
