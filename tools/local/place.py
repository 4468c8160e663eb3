"""What runs on the laptop: the emulator with what the stack registers, and beside it what the emulator cannot run."""

import json
import os
import secrets
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt

from analyser.graph import Graph
from settings.project_files import ROOT
from tools.interrupts import held
from tools.local import emulator
from tools.local.cloud import Cloud
from tools.redis_server import redis_server

_SERVERS = {"collaboration-server": "collaboration.web"}
"""What an image runs, by the last part of its repository's name, as its Dockerfile has it."""
_CODE = ("functions/authorizer", "functions/collaboration")
_TOKEN_SECONDS = 12 * 3600
_STOP_SECONDS = 10


@dataclass
class Place:
    """A stack that runs here."""

    graph: Graph
    cloud: Cloud
    redis: int
    """The port of loopback on which Redis answers."""
    servers: dict[str, str] = field(default_factory=dict)
    """Addresses of containers, by name of the container's task definition."""

    @property
    def sockets(self) -> str:
        """The WebSocket API."""
        return str(self.cloud.known_as(self.graph.exports["webSocketEndpoint"])).replace("http://", "ws://", 1)

    def secret(self, name: str) -> str:
        """What Secrets Manager holds by the end of a secret's name."""
        client = self.cloud.emulator.client("secretsmanager")
        (arn,) = (one["ARN"] for one in client.list_secrets()["SecretList"] if one["Name"].endswith(f"/{name}"))
        return str(client.get_secret_value(SecretId=arn)["SecretString"])

    def token(self, user: str, *permissions: str) -> str:
        """Lets a user in for half a day, signed as whoever signs users in would."""
        claims = {"sub": user, "name": user.title(), "exp": int(time.time()) + _TOKEN_SECONDS}
        given = permissions or ("space:docs:write",)
        return jwt.encode({**claims, "permissions": given}, self.secret("jwt-secret"), "HS256")


@contextmanager
def running(graph: Graph, port: int = 0) -> Generator[Place]:
    """Makes what the graph registers, and serves until the block ends; nothing is left over.

    The emulator is on the port if nobody else is, and otherwise on one that is free.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="strata-local-")))
        redis = stack.enter_context(redis_server(folder))
        found = stack.enter_context(emulator.running(graph.region, free_port(port)))
        # Layers are for Lambda's machines; what is in them is installed here as well.
        cloud = Cloud(found, variables={"PYTHONPATH": sysconfig.get_path("purelib")}, secret=_values(redis))
        cloud.make(graph)
        place = Place(graph, cloud, redis)
        for name, container in _containers(graph):
            place.servers[name] = stack.enter_context(_served(place, container, folder / f"{name}.log"))
        yield place


def free_port(wanted: int = 0) -> int:
    """The wanted port of loopback, or one that nobody has at the moment."""
    with socket.socket() as probe:
        try:
            probe.bind((emulator.HOST, wanted))
        except OSError:
            return free_port()
        return int(probe.getsockname()[1])


def _values(redis: int) -> Callable[[str], str]:
    """What secrets hold: of Redis its URL, of all others what nobody knows."""
    url = json.dumps({"redis-url": f"redis://{emulator.HOST}:{redis}"})
    return lambda name: url if name.endswith("/redis") else secrets.token_urlsafe(48)


def _containers(graph: Graph) -> Iterator[tuple[str, dict[str, Any]]]:
    """The containers of tasks whose image has a server of this project, by the logical names of tasks."""
    for node in graph.of_type("aws:ecs/taskDefinition:TaskDefinition"):
        for container in json.loads(node.inputs["containerDefinitions"]):
            if _repository(container) in _SERVERS:
                yield node.name, container


def _repository(container: dict[str, Any]) -> str:
    return str(container["image"]).rpartition("/")[2].partition(":")[0]


@contextmanager
def _served(place: Place, container: dict[str, Any], log: Path) -> Generator[str]:
    """Runs what the container's image runs, with its environment and secrets, on a port of loopback."""
    port = free_port()
    given = {one["name"]: str(place.cloud.known_as(one["value"])) for one in container["environment"]}
    given |= {one["name"]: _resolved(place, one["valueFrom"]) for one in container.get("secrets", [])}
    code = os.pathsep.join(str(ROOT / folder) for folder in _CODE)
    inherited = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    environment = {**inherited, **place.cloud.emulator.credentials, **given, "PORT": str(port), "PYTHONPATH": code}
    command = [sys.executable, "-m", _SERVERS[_repository(container)]]
    process = None
    try:
        with held(), log.open("w") as written:
            process = subprocess.Popen(command, env=environment, stdout=written, stderr=written)
        _await(process, port, log)
        yield f"{given.get('PROTOCOL', 'HTTP').lower()}://{emulator.HOST}:{port}"
    finally:
        if process is not None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _resolved(place: Place, reference: str) -> str:
    """A secret, or one of its fields: ``arn:…:secret:<name>:<field>::``, as ECS takes it."""
    arn, field_name = reference, ""
    if reference.endswith("::"):
        arn, _, field_name = reference.removesuffix("::").rpartition(":")
    client = place.cloud.emulator.client("secretsmanager")
    value = client.get_secret_value(SecretId=place.cloud.known_as(arn))["SecretString"]
    return str(json.loads(value)[field_name] if field_name else value)


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    last = time.monotonic() + emulator.SECONDS
    while time.monotonic() < last and process.poll() is None:
        try:
            socket.create_connection((emulator.HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server does not answer: {log.read_text()[-500:]}")
