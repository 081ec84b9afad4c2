"""A PostgreSQL of one's own, in a temporary folder, reached through a socket in it."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

USER = "postgres"
"""Who runs it where the tests run as root, as which PostgreSQL refuses to."""
OPTIONS = """
    listen_addresses = ''
    shared_buffers = 16MB
    max_connections = 60
    fsync = {fsync}
"""


def programs() -> Path | None:
    """The folder with the programs of the newest PostgreSQL that is installed; None where there is none."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class Postgres:
    """A server that is running."""

    def __init__(self, folder: Path, *, is_durable: bool) -> None:
        self._programs = programs()
        self._folder = folder
        self._data = folder / "data"
        self._databases = 0
        folder.chmod(0o755)
        if os.getuid() == 0:
            shutil.chown(folder, USER)
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", USER, "--no-locale", "-E", "UTF8", "--no-sync")
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(OPTIONS.format(fsync="on" if is_durable else "off") + f"unix_socket_directories = '{folder}'\n")
        self.start()

    def start(self) -> None:
        """Begin, and come back once it answers."""
        self._run("pg_ctl", "-D", self._data, "-l", self._folder / "log", "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """End: `fast` rolls back what is under way, `immediate` is as good as a crash."""
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def restart(self, mode: str) -> None:
        """Be away for a moment."""
        self.stop(mode)
        time.sleep(0.1)
        self.start()

    def database(self) -> str:
        """A new database; gives what libpq connects to."""
        self._databases += 1
        name = f"arena{self._databases}"
        self._run("createdb", "-h", self._folder, "-U", USER, name)
        return f"host={self._folder} user={USER} dbname={name}"

    def _run(self, program: str, *arguments: object) -> None:
        assert self._programs is not None
        command = [str(self._programs / program), *map(str, arguments)]
        as_user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"] if os.getuid() == 0 else []
        done = subprocess.run([*as_user, *command], check=False, capture_output=True, text=True, cwd="/")
        assert done.returncode == 0, f"{program}: {done.stderr}"


@contextmanager
def postgres(*, is_durable: bool = False) -> Iterator[Postgres]:
    """Run a server until the block ends.

    Args:
        is_durable: whether it writes to disk what it acknowledges, which takes longer.
    """
    with TemporaryDirectory(prefix="arena-pg-") as folder:  # short: a socket's path has at most 107 characters
        server = Postgres(Path(folder), is_durable=is_durable)
        try:
            yield server
        finally:
            server.stop("immediate")
