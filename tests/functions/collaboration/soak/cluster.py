"""A Redis cluster of three masters with a replica each, and WebSocket servers as processes of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from redis import Redis
from redis.exceptions import RedisError

from tools.programs import program
from tools.redis_server import PATIENCE, free_ports

from ..pods import SECRET

_MASTERS = 3
_SLOTS = 16_384
_ROOT = Path(__file__).resolve().parents[4]


def wait(condition: Callable[[], bool], what: str) -> None:
    """Until it holds; an error after a time that no machine needs."""
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"{what}: not within {PATIENCE:.0f} s")
        time.sleep(0.02)


class Node:
    """One Redis process. Once killed, its place is taken by an empty one that knows nobody, as ElastiCache does it."""

    def __init__(self, folder: Path) -> None:
        self.port, self._bus = free_ports()
        self._folder = folder
        folder.mkdir()
        self._process: subprocess.Popen[bytes] | None = None
        self.client = Redis(port=self.port, socket_timeout=PATIENCE)
        self.start()

    def start(self) -> None:
        """Starts it and waits for it to answer."""
        options = ["--port", str(self.port), "--cluster-port", str(self._bus), "--bind", "127.0.0.1", "--save", ""]
        options += ["--appendonly", "no", "--dir", str(self._folder), "--cluster-enabled", "yes"]
        options += ["--cluster-node-timeout", "3000", "--repl-diskless-sync-delay", "0"]
        with (self._folder / "log").open("a") as log:
            self._process = subprocess.Popen([program("redis-server"), *options], stdout=log, stderr=log)
        wait(self._answers, "a node of the cluster")

    def kill(self) -> None:
        """As when its machine is gone, with what it knew of the cluster, and what it got when it was a replica."""
        if self._process:
            self._process.kill()
            self._process.wait()
            for name in ("nodes.conf", "dump.rdb"):
                (self._folder / name).unlink(missing_ok=True)

    def signal(self, number: int) -> None:
        """Has it stand still, or go on."""
        assert self._process
        self._process.send_signal(number)

    def meet(self, other: "Node") -> None:
        """Makes two nodes know of each other."""
        self.cluster("MEET", "127.0.0.1", str(other.port), str(other._bus))

    def cluster(self, *words: str) -> str:
        """A command about the cluster."""
        return bytes(self.client.execute_command("CLUSTER", *words, NEVER_DECODE=True)).decode()

    def serves(self) -> bool:
        """Whether it knows of a node for each slot."""
        return "cluster_state:ok" in self.cluster("INFO")

    def follows(self) -> bool:
        """Whether it is a replica that has what its master has."""
        return bool(self.client.info("replication").get("master_link_status") == "up")

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except RedisError:
            return False


class Cluster:
    """All nodes: ``pairs`` of a master and its replica, in this order for as long as none has failed over."""

    def __init__(self, folder: Path) -> None:
        self.pairs = [(Node(folder / f"m{number}"), Node(folder / f"r{number}")) for number in range(_MASTERS)]
        first, *others = self.nodes
        for other in others:
            first.meet(other)
        for number, (master, _) in enumerate(self.pairs):
            bounds = (_SLOTS * number // _MASTERS, _SLOTS * (number + 1) // _MASTERS - 1)
            master.cluster("ADDSLOTSRANGE", *map(str, bounds))
        wait(lambda: all(self._knows_all(node) for node in self.nodes), "the nodes' acquaintance")
        for master, replica in self.pairs:
            replica.cluster("REPLICATE", master.cluster("MYID"))
        self.wait()

    @property
    def nodes(self) -> list[Node]:
        """All of them."""
        return [node for pair in self.pairs for node in pair]

    @property
    def url(self) -> str:
        """Where servers find it: the last replica's address, which is never killed."""
        return f"redis://127.0.0.1:{self.pairs[-1][1].port}"

    def wait(self) -> None:
        """Until every slot is served and every replica follows its master."""
        for master, replica in self.pairs:
            wait(master.serves, "the cluster")
            wait(replica.follows, "a replica")

    def fall_behind(self, number: int) -> None:
        """From now on a master's writes do not reach its replica, as when the line between two zones is slow."""
        master, replica = self.pairs[number]
        replica.signal(signal.SIGSTOP)
        master.client.execute_command("CLIENT", "KILL", "TYPE", "replica")

    def fail_over(self, number: int) -> None:
        """A master is gone, its replica takes its place with what it has, and an empty node becomes the new replica.

        That is what ElastiCache does: replication is asynchronous, so what the replica had not got is lost, and the
        failed node is replaced: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
        """
        master, replica = self.pairs[number]
        gone = master.cluster("MYID")
        master.kill()
        replica.signal(signal.SIGCONT)
        replica.cluster("FAILOVER", "TAKEOVER")
        others = [node for node in self.nodes if node is not master]
        for node in others:
            node.cluster("FORGET", gone)
        master.start()
        replica.meet(master)
        wait(lambda: self._knows_all(master), "the new node's acquaintance")
        master.cluster("REPLICATE", replica.cluster("MYID"))
        self.pairs[number] = (replica, master)
        self.wait()

    def _knows_all(self, node: Node) -> bool:
        return f"cluster_known_nodes:{len(self.nodes)}" in node.cluster("INFO")

    def close(self) -> None:
        """Ends all of it."""
        for node in self.nodes:
            node.client.close()
            node.kill()


class Server:
    """A WebSocket server as a process of its own, always on the same port."""

    def __init__(self, log: Path, **environment: str) -> None:
        self.port, _ = free_ports()
        self._log = log
        paths = (str(_ROOT / "functions" / name) for name in ("authorizer", "collaboration"))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self._environment = {**kept, "PYTHONPATH": os.pathsep.join(paths), "PORT": str(self.port), **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Starts it; ``ready`` waits for it."""
        command = [sys.executable, "-m", "collaboration.server"]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)

    def ready(self) -> None:
        """Waits until it takes sockets."""
        wait(self._healthy, "a server")

    def stop(self, number: int = signal.SIGKILL) -> None:
        """Ends it, by default as when its node is gone."""
        if self._process:
            self._process.send_signal(number)
            self._process.wait()

    def _healthy(self) -> bool:
        with suppress(URLError, OSError), urlopen(f"http://127.0.0.1:{self.port}/health", timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
        return False


@contextmanager
def running(folder: Path, servers: int, **environment: str) -> Generator[tuple[Cluster, list[Server]]]:
    """A cluster and servers on it."""
    cluster, started = Cluster(folder), []
    try:
        given = {"REDIS_URL": cluster.url, "REDIS_CLUSTER": "true", "JWT_SECRET": SECRET, **environment}
        started = [Server(folder / f"server{number}.log", **given) for number in range(servers)]
        for server in started:
            server.ready()
        yield cluster, started
    finally:
        for server in started:
            server.stop()
        cluster.close()
