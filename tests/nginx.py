"""An nginx of one's own, in a temporary folder, in front of a server: over HTTP, and over HTTPS with its own certificate."""

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from serving import free_port

PROGRAM = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
"""None where none is installed."""
MAIN = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/errors.txt;
events {{ worker_connections 256; }}
http {{
    access_log off;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    {temporary}
{servers}
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
"""Kinds of files that nginx puts aside, each into a folder."""
PATIENCE = 20
"""Seconds until it answers, on a busy machine."""


class Proxy:
    """Two ports of this machine, the second one for HTTPS."""

    def __init__(self) -> None:
        self.port, self.encrypted_port = free_port(), free_port()
        self.address = f"http://localhost:{self.port}"
        self.encrypted_address = f"https://localhost:{self.encrypted_port}"


@contextmanager
def nginx(blocks: Mapping[Proxy, str]) -> Iterator[None]:
    """Run nginx with a server for each of these blocks of `location`, until the block ends."""
    assert PROGRAM
    with TemporaryDirectory(prefix="arena-nginx-") as name:
        folder = Path(name)
        make_certificate(folder)
        servers = [
            f"server {{ listen 127.0.0.1:{proxy.port}; listen 127.0.0.1:{proxy.encrypted_port} ssl; {block} }}"
            for proxy, block in blocks.items()
        ]
        temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY)
        configuration = folder / "nginx.conf"
        configuration.write_text(MAIN.format(folder=folder, temporary=temporary, servers="\n".join(servers)))
        process = subprocess.Popen([PROGRAM, "-e", f"{folder}/errors.txt", "-p", str(folder), "-c", str(configuration)])
        try:
            wait_for(process, [proxy.address for proxy in blocks], folder / "errors.txt")
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


def make_certificate(folder: Path) -> None:
    """A key, and a certificate for this machine that it has signed itself."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )


def wait_for(process: subprocess.Popen[bytes], addresses: Sequence[str], errors: Path) -> None:
    """Return once each answers, whatever it says."""
    deadline = time.monotonic() + PATIENCE
    for address in addresses:
        while True:
            assert process.poll() is None, f"nginx ended: {errors.read_text()}"
            assert time.monotonic() < deadline, "nginx does not answer"
            try:
                httpx.get(address, trust_env=False)
                break
            except httpx.ConnectError:
                time.sleep(0.05)
