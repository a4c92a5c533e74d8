"""Certificates as they are in the wild: good, expired, for another host, of an authority nobody knows."""

import shutil
import subprocess

from .install import FOLDER

# `openssl ca` is the one command that takes the dates of a certificate, so that one can have run out honestly.
CONFIGURATION = """\
[ca]
default_ca = here
[here]
dir = {folder}
database = {folder}/index.txt
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[leaf]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = {names}
"""
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
VALID = ("20250101000000Z", "20491231000000Z")
EXPIRED = ("20240101000000Z", "20250101000000Z")


class Authority:
    """An authority of its own, in a new folder."""

    def __init__(self, name):
        self.folder = FOLDER / "certificates" / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self.folder / "index.txt").touch()
        self.certificate = self.folder / "authority.pem"
        self._key = self.folder / "authority.key"
        _openssl(
            "req", "-x509", *KEY, "-keyout", self._key, "-out", self.certificate, "-days", "30",
            "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        )  # fmt: skip

    def issue(self, name, hosts, dates=VALID):
        """The paths of a server's certificate and its key; `hosts` in the words of subjectAltName."""
        certificate, key, wish = (self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        configuration = self.folder / f"{name}.cnf"
        configuration.write_text(CONFIGURATION.format(folder=self.folder, names=hosts))
        _openssl("req", "-new", *KEY, "-keyout", key, "-out", wish, "-subj", f"/CN={name}")
        start, end = dates
        _openssl(
            "ca", "-batch", "-notext", "-create_serial", "-config", configuration, "-extensions", "leaf", "-in", wish,
            "-out", certificate, "-cert", self.certificate, "-keyfile", self._key, "-startdate", start, "-enddate", end,
        )  # fmt: skip
        return certificate, key


def _openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {words[0]}: {done.stderr[-1500:]}")
