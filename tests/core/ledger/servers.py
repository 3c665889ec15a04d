"""A PostgreSQL of the test session's own: one cluster, and a database for whoever asks.

Rule of the house: a real server with fsync on, in a temporary folder, reached through its socket
only; where Debian's package is not installed the tests say so and skip.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg
from sqlalchemy import make_url

_ROOM_BYTES = 1 << 30

LACKING = "PostgreSQL is not installed here (Debian package: postgresql)"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl: the newest of Debian's, else the path's."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_major)
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    is_whole = named is not None and shutil.which("pg_ctl")
    return Path(named).parent if named is not None and is_whole else None


def _major(path: Path) -> int:
    return int(path.parent.parent.name) if path.parent.parent.name.isdigit() else 0


class Cluster:
    """A server that runs until it is stopped."""

    def __init__(self, programs_at: Path) -> None:
        """Make the cluster and start it."""
        self.folder = Path(tempfile.mkdtemp(prefix="perio-pg-", dir=_place()))
        self._programs = programs_at
        self._made = 0
        self._user = _somebody_else()
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self.folder.chmod(0o700)
        self._run(
            "initdb",
            "--pgdata",
            self.data,
            "--auth=trust",
            "--username=perio",
            "--no-sync",
            "--encoding=UTF8",
        )
        with (self.folder / "cluster" / "postgresql.conf").open("a") as settings:
            settings.write("listen_addresses = ''\nfsync = on\nmax_connections = 40\n")
            settings.write("lc_messages = 'C'\nshared_buffers = 16MB\n")
        self.start()

    @property
    def data(self) -> str:
        return str(self.folder / "cluster")

    def start(self, more: str = "") -> None:
        options = f"-k {self.folder} {more}"
        self._run(
            "pg_ctl", "start", "--wait", "-D", self.data, "-o", options, "-l", self.data + ".log"
        )

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "--wait", "-D", self.data, "-m", mode)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self) -> str:
        """The address of a new database."""
        self._made += 1
        name = f"ledger_{self._made}"
        self._say(f"CREATE DATABASE {name}")
        return self.address(name)

    def drop(self, address: str) -> None:
        name = str(make_url(address).database)
        self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def address(self, name: str) -> str:
        return f"postgresql+psycopg://perio@/{name}?host={self.folder}"

    def _say(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self.folder), user="perio", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        command: Sequence[str] = [str(self._programs / program), *arguments]
        user = None if self._user is None else self._user.pw_uid
        group = None if self._user is None else self._user.pw_gid
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        )
        assert done.returncode == 0, f"{program}: {done.stderr.decode(errors='replace')}"


def _place() -> str | None:
    """Memory, where there is enough of it: fsync is asked for all the same, and is quick there."""
    shared = Path("/dev/shm")  # noqa: S108 - a folder of our own in it
    is_roomy = shared.is_dir() and shutil.disk_usage(shared).free > _ROOM_BYTES
    return str(shared) if is_roomy and os.access(shared, os.W_OK) else None


def _somebody_else() -> pwd.struct_passwd | None:
    """Whom the server runs as: it refuses root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
