"""A PostgreSQL of the test run's own, on loopback, with what RDS has and a bare one has not."""

import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.sharing import Graphs
from tools.programs import program

MASTER, PASSWORD = "dbadmin", "it's @ master's: 100 %"
# The master user of RDS is no superuser; rds_iam is a role that it may give away.
_AS_RDS = f"""
CREATE ROLE rds_iam;
CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB PASSWORD '{PASSWORD.replace("'", "''")}';
GRANT rds_iam TO {MASTER} WITH ADMIN OPTION;
"""


@dataclass
class Server:
    """A server, and what signs in as whom. ``folder`` has its data, its certificate and what it logs."""

    port: int
    folder: Path
    host: str = "127.0.0.1"
    options: tuple[str, ...] = ()
    """Parameters that it runs with, such as ``shared_buffers=16MB``."""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def certificate(self) -> Path:
        """What it shows to clients, and its own authority."""
        return self.folder / "cert.pem"

    @property
    def pid(self) -> int:
        """Of the process whose children serve connections."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns once it answers."""
        options = ["fsync=off", f"listen_addresses={self.host}", f"port={self.port}", "ssl=on"]
        options += [f"unix_socket_directories={self.folder}", f"ssl_cert_file={self.certificate}"]
        options += [f"ssl_key_file={self.folder}/key.pem", *self.options]
        command = [program("postgres"), "-D", self.folder / "data"]
        command += [part for option in options for part in ("-c", option)]
        with (self.folder / "log").open("a") as log:
            whose = _as_owner(self.folder)
            process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=whose["env"],
                user=whose["user"],
                group=whose["group"],
            )
        self._process = process
        for _ in range(1200):
            assert process.poll() is None, f"postgres ended: {(self.folder / 'log').read_text()[-500:]}"
            try:
                self.psql("SELECT 1")
            except subprocess.CalledProcessError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("postgres does not answer")

    def stop(self, *, crash: bool = False) -> None:
        """Ends it, with its connections; ``crash`` has it say goodbye to nobody and write nothing more."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if crash else signal.SIGINT)
            self._process.wait()
            self._process = None

    def database(self, name: str) -> None:
        """A database that the master user owns, as RDS makes it."""
        self.psql(f"CREATE DATABASE {name} OWNER {MASTER}")

    def psql(self, sql: str, *, user: str = "postgres", database: str = "postgres") -> str:
        """What the statements answer, from a user whom the server trusts; raises CalledProcessError."""
        return self.run("--command", sql, user=user, database=database)

    def run(self, *arguments: str, user: str = "postgres", database: str = "postgres") -> str:
        """What psql prints."""
        command, environment = self.session(database, user)
        done = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True, env=environment)
        return done.stdout.strip()

    def session(self, database: str, user: str = "postgres") -> tuple[list[str], dict[str, str]]:
        """What starts psql, and its environment."""
        where = [f"--host={self.host}", f"--port={self.port}", f"--username={user}", f"--dbname={database}"]
        command = [program("psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", *where]
        return command, {**os.environ, "PGPASSWORD": PASSWORD, "PGSSLMODE": "require"}


@contextmanager
def server(*options: str) -> Generator[Server]:
    """Runs a server that takes TLS only, and passwords by SCRAM; ``postgres`` and ``application`` need none, as if a
    token of IAM had let them in."""
    with folder() as place:
        _data(place)
        (place / "data" / "pg_hba.conf").write_text(
            "hostssl all,replication postgres 127.0.0.1/32 trust\n"
            "hostssl all collaboration,application,maintainer,mdreader_backend 127.0.0.1/32 trust\n"
            "hostssl all all 127.0.0.1/32 scram-sha-256\n"
        )
        with _running(Server(free_port(), place, options=options)) as started:
            started.psql(_AS_RDS)
            yield started


@contextmanager
def follower(primary: Server) -> Generator[Server]:
    """A server that copies another one, by streaming, as a read replica of RDS does: at another address of loopback, by
    the same port and certificate."""
    with folder() as place:
        for name in ("cert.pem", "key.pem"):
            (place / name).write_bytes((primary.folder / name).read_bytes())
        where = [f"--host={primary.host}", f"--port={primary.port}", "--username=postgres"]
        subprocess.run(
            [program("pg_basebackup"), *where, "--pgdata", place / "data", "--write-recovery-conf", "--no-sync",
             "--checkpoint=fast"],
            check=True, capture_output=True, **_as_owner(place),
        )  # fmt: skip
        with _running(Server(primary.port, place, "127.0.0.2", primary.options)) as started:
            yield started


@contextmanager
def folder() -> Generator[Path]:
    """A folder for a server's data, with a certificate, that PostgreSQL's user owns."""
    place = Path(tempfile.mkdtemp(prefix="strata-postgres-"))
    try:
        _certificate(place)
        owner = _owner()
        for path in (place, *place.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        yield place
    finally:
        shutil.rmtree(place)


def _data(place: Path) -> None:
    """What a server begins with. Of the processes of one run of the tests the first that needs it makes it, which takes
    a second of the machine's, and the others copy that."""
    if Graphs.folder is None:
        _initialize(place)
        return
    kept = Graphs.folder / "postgres"
    with kept.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not kept.exists():
            _initialize(place)
            shutil.copytree(place / "data", kept)
            return
    shutil.copytree(kept, place / "data")
    owner = _owner()
    for path in (place / "data", *(place / "data").rglob("*")):
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _initialize(place: Path) -> None:
    subprocess.run(
        [program("initdb"), "--pgdata", place / "data", "--username=postgres", "--auth=trust", "--no-sync",
         "-E", "UTF8"],
        check=True, capture_output=True, **_as_owner(place),
    )  # fmt: skip


@contextmanager
def _running(stopped: Server) -> Generator[Server]:
    try:
        stopped.start()
        yield stopped
    finally:
        stopped.stop()


def _certificate(folder: Path) -> None:
    subprocess.run(
        [program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "key.pem").chmod(0o600)


def _owner() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    program("postgres")  # brings the user along
    return pwd.getpwnam("postgres")


def _as_owner(home: Path) -> dict[str, Any]:
    """What has a program run as that user, at home in a folder of its own: libpq looks there for certificates."""
    owner = _owner()
    user, group = (owner.pw_uid, owner.pw_gid) if os.geteuid() == 0 else (None, None)
    environment = {**os.environ, "HOME": str(home), "PGSSLMODE": "require"}
    return {"cwd": home, "env": environment, "user": user, "group": group}


def free_port() -> int:
    """One that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
