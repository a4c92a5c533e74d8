"""Puts the programs into .real-servers/, once for each version."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".real-servers"
# Where servers are; not everybody's PATH has it.
SYSTEM_PROGRAMS = "/usr/local/sbin:/usr/sbin:/sbin"


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


def system_program(name, package):
    """A program of the system's, or else the one out of its Debian package. Returns its path.

    The package is unpacked, not installed: no root is needed, and no service starts on the machine.
    """
    if found := _found(name):
        return found
    target = FOLDER / name
    if _is_stale(target, package):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        _unpack(package, target)
        _stamp(target, package)
    return next(target.glob(f"usr/*bin/{name}"))


def system_package(name, *packages):
    """A program of the system's; these Debian packages are installed, with all they need, when it is missing."""
    if not _found(name):
        as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        install = [*as_root, "apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages]
        try:
            _run(*install)
        except subprocess.CalledProcessError:
            _run(*as_root, "apt-get", "update", "-qq")
            _run(*install)
    return _found(name)


def _found(name):
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SYSTEM_PROGRAMS}")


def _unpack(package, target):
    """Downloads a package of the distribution; its list of packages is fetched only when it is not there or old."""
    download = ["apt-get", "download", "-qq", package]
    try:
        _run(*download, folder=target)
    except subprocess.CalledProcessError:
        _run(*([] if os.geteuid() == 0 else ["sudo", "-n"]), "apt-get", "update", "-qq")
        _run(*download, folder=target)
    for archive in target.glob("*.deb"):
        _run("dpkg-deb", "--extract", archive, target)


def _is_stale(target, wanted):
    stamp = target / ".installed"
    return not stamp.exists() or stamp.read_text() != repr(wanted)


def _stamp(target, wanted):
    (target / ".installed").write_text(repr(wanted))


def _run(*command, folder=None):
    words = [str(word) for word in command]
    print(f"      {' '.join(words[:1] + words[-2:])}", flush=True)
    subprocess.run(words, check=True, cwd=folder, stdin=subprocess.DEVNULL)
