"""nginx in front of a server, one port for each way of being reached. It is no check of its own."""

import contextlib
import shutil
import time
from dataclasses import dataclass, field

from .install import FOLDER, system_program
from .server import free_port, running

PACKAGE = "nginx"
LOG_SECONDS = 2
# Nothing of the machine's own nginx is read or written. Each answer is passed on as it comes, event by event.
CONFIGURATION = """\
daemon off;
worker_processes 1;
error_log {folder}/error.log info;
pid {folder}/nginx.pid;
events {{ worker_connections 256; }}
http {{
    log_format facts '$server_port $server_protocol $status';
    access_log {folder}/access.log facts;
    client_body_temp_path {folder}/client_body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_http_version 1.1;
    proxy_buffering off;
    map $http_upgrade $connection_wanted {{ default upgrade; '' ''; }}
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_wanted;
{sites}
}}
"""
SITE = """\
    server {{
        listen 127.0.0.1:{port}{options};
        {lines}
        location / {{
            {refusal}
            proxy_pass http://127.0.0.1:{behind};
        }}
    }}
"""


@dataclass(frozen=True)
class Site:
    """One port. With a certificate it speaks TLS, and HTTP/2 too; `upgrade_status` refuses every WebSocket."""

    certificate: tuple = ()
    client_authority: str = ""
    upgrade_status: int = 0
    port: int = field(default_factory=free_port)

    def configuration(self, behind):
        lines = []
        if self.certificate:
            certificate, key = self.certificate
            lines += [f"ssl_certificate {certificate};", f"ssl_certificate_key {key};"]
        if self.client_authority:
            lines += [f"ssl_client_certificate {self.client_authority};", "ssl_verify_client on;"]
        return SITE.format(
            port=self.port,
            options=" ssl http2" if self.certificate else "",
            lines="\n        ".join(lines),
            refusal=f"if ($http_upgrade) {{ return {self.upgrade_status}; }}" if self.upgrade_status else "",
            behind=behind,
        )


@contextlib.contextmanager
def nginx(sites, behind):
    """Serves the sites, all of them in front of one port of this machine; yields its `Log`."""
    folder = FOLDER / "nginx-run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    configuration = folder / "nginx.conf"
    written = "".join(site.configuration(behind) for site in sites)
    configuration.write_text(CONFIGURATION.format(folder=folder, sites=written))
    command = [system_program("nginx", PACKAGE), "-p", folder, "-e", folder / "error.log", "-c", configuration]
    with running("nginx", command, sites[0].port):
        yield Log(folder / "access.log")


class Log:
    """What nginx says about the requests to a port: "PROTOCOL STATUS". It says so when a connection is over."""

    def __init__(self, path):
        self._path = path
        self._read = {}

    def new(self, site, count):
        """The lines since the last call of this; waits for so many."""
        deadline = time.monotonic() + LOG_SECONDS
        while len(lines := self._lines(site)) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        self._read[site.port] = self._read.get(site.port, 0) + len(lines)
        return lines

    def _lines(self, site):
        lines = [line.split(" ", 1) for line in self._path.read_text().splitlines()]
        return [facts for port, facts in lines if int(port) == site.port][self._read.get(site.port, 0) :]
