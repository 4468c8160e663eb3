"""A PostgreSQL of the test run's own, on loopback, with what RDS has and a bare one has not."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.programs import program

MASTER, PASSWORD = "dbadmin", "it's @ master's: 100 %"
# The master user of RDS is no superuser; rds_iam is a role that it may give away.
_AS_RDS = f"""
CREATE ROLE rds_iam;
CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB PASSWORD '{PASSWORD.replace("'", "''")}';
GRANT rds_iam TO {MASTER} WITH ADMIN OPTION;
"""


@dataclass(frozen=True)
class Server:
    """A running server, and what signs in as whom."""

    port: int
    certificate: Path
    """What it shows to clients, and its own authority."""

    def database(self, name: str) -> None:
        """A database that the master user owns, as RDS makes it."""
        self.psql(f"CREATE DATABASE {name} OWNER {MASTER}")

    def psql(self, sql: str, *, user: str = "postgres", database: str = "postgres") -> str:
        """What the statements answer, from a user whom the server trusts; raises CalledProcessError."""
        return self.run("--command", sql, user=user, database=database)

    def run(self, *arguments: str, user: str = "postgres", database: str = "postgres") -> str:
        """What psql prints."""
        where = ["--host=127.0.0.1", f"--port={self.port}", f"--username={user}", f"--dbname={database}"]
        command = [program("psql"), "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", *where, *arguments]
        environment = {**os.environ, "PGPASSWORD": PASSWORD, "PGSSLMODE": "require"}
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()


@contextmanager
def server() -> Generator[Server]:
    """Runs a server that takes TLS only, and passwords by SCRAM; ``postgres`` and ``application`` need none, as if a
    token of IAM had let them in."""
    folder = Path(tempfile.mkdtemp(prefix="strata-postgres-"))
    owner = _owner()
    try:
        data = folder / "data"
        _certificate(folder)
        for path in (folder, *folder.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        user, group = (owner.pw_uid, owner.pw_gid) if os.geteuid() == 0 else (None, None)
        subprocess.run(
            [program("initdb"), "--pgdata", data, "--username=postgres", "--auth=trust", "--no-sync", "-E", "UTF8"],
            check=True, capture_output=True, cwd=folder, user=user, group=group,
        )  # fmt: skip
        (data / "pg_hba.conf").write_text(
            "hostssl all postgres,collaboration,application,maintainer,mdreader_backend 127.0.0.1/32 trust\n"
            "hostssl all all 127.0.0.1/32 scram-sha-256\n"
        )
        port = _free_port()
        options = ["fsync=off", "listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={folder}"]
        options += ["ssl=on", f"ssl_cert_file={folder}/cert.pem", f"ssl_key_file={folder}/key.pem"]
        log = (folder / "log").open("w")
        process = subprocess.Popen(
            [program("postgres"), "-D", data, *(part for option in options for part in ("-c", option))],
            stdout=log, stderr=log, cwd=folder, user=user, group=group,
        )  # fmt: skip
        try:
            yield _ready(Server(port, folder / "cert.pem"), process)
        finally:
            process.terminate()
            process.wait()
            log.close()
    finally:
        shutil.rmtree(folder)


def _ready(started: Server, process: subprocess.Popen[bytes]) -> Server:
    for _ in range(600):
        assert process.poll() is None, "postgres ended at once"
        try:
            started.psql("SELECT 1")
        except subprocess.CalledProcessError:
            time.sleep(0.05)
        else:
            started.psql(_AS_RDS)
            return started
    raise AssertionError("postgres does not answer")


def _certificate(folder: Path) -> None:
    subprocess.run(
        [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "key.pem").chmod(0o600)


def _owner() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    program("postgres")  # brings the user along
    return pwd.getpwnam("postgres")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
