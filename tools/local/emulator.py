"""The emulator of AWS: a process of its own, on loopback alone, that keeps nothing when it ends."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from analyser.run.mock_cloud import ACCOUNT_ID
from settings.project_files import ROOT
from tools.interrupts import held
from tools.programs import MissingProgramError
from tools.virtualenv import Environment, ready

SECONDS = 120
"""Within which it answers, on however busy a machine."""
HOST = "127.0.0.1"
_STOP_SECONDS = 10
ENVIRONMENT = Environment(ROOT / "build" / "emulator", ROOT / "tools" / "emulator.txt")


@dataclass(frozen=True)
class Emulator:
    """One that runs. The 12 digits of the access key are the account that it answers for."""

    endpoint: str
    region: str
    log: Path

    @cached_property
    def credentials(self) -> dict[str, str]:
        """As the SDKs read them from the environment."""
        return {
            "AWS_ACCESS_KEY_ID": ACCOUNT_ID,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint,
        }

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(ACCOUNT_ID, "local", region_name=self.region)

    def client(self, service: str) -> Any:
        """A client that asks the emulator and nobody else."""
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        return self._session.client(service, endpoint_url=self.endpoint, config=config)


def _python() -> Path:
    """The Python of the virtualenv that the emulator runs in, which functions share with this one: their packages are
    this one's. Raises MissingProgramError when it is not there; it is installed by make, which tells of it."""
    if not ready(ENVIRONMENT, sys.executable):
        raise MissingProgramError("the emulator of AWS is not in build/emulator: make build/emulator")
    return ENVIRONMENT.python


@contextmanager
def running(region: str, port: int) -> Generator[Emulator]:
    """Serves on a port of loopback until the block ends. Raises RuntimeError when it does not come up, and
    MissingProgramError when it is not installed."""
    python = _python()
    with tempfile.TemporaryDirectory(prefix="strata-emulator-") as folder:
        log = Path(folder) / "log"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "TMPDIR": folder,
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "GATEWAY_PORT": str(port),
            "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
            "MINISTACK_REGION": region,
            "S3_DATA_DIR": f"{folder}/s3",
            "STATE_DIR": f"{folder}/state",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": f"unix://{folder}/no-docker",  # what it would start in containers is left out
        }
        found, process = Emulator(f"http://{HOST}:{port}", region, log), None
        try:
            with held(), log.open("w") as written:
                process = subprocess.Popen(
                    [python, "-m", "ministack"],
                    env=environment,
                    stdout=written,
                    stderr=written,
                    cwd=folder,
                    start_new_session=True,
                )
            _await(found, process)
            yield found
        finally:
            if process is not None:
                _end(process)


def _await(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    last = time.monotonic() + SECONDS
    while time.monotonic() < last and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{emulator.endpoint}/_ministack/health", timeout=5) as answer:  # noqa: S310 - loopback
                if json.load(answer)["services"]:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"the emulator does not answer: {emulator.log.read_text()[-500:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """With the functions that it has started, which are of its session."""
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
