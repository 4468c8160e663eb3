"""The service and the stack around it: what it is told, how it is asked whether it lives, what watches it, and what the
edge may keep of its answers."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from records import maintenance, server, settings
from records.metrics import Gauge
from records.server import Service

from analyser.graph import Graph
from tests.services.records.conftest import Stores
from tests.services.records.service import KEY, Client, Heard
from tests.stacks import ROOT, stack_graph

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
FOR_TEAMS = {"ARCHIVES_BUCKET", "CONSUMER_GROUP", "KAFKA_SASL_MECHANISM", "KAFKA_SECURITY_PROTOCOL", "LOGS_BUCKET"}
"""What pods are told that the reference service has no use for."""
OF_THE_IMAGE = {"PGSSLROOTCERT"}
LEFT_ALONE = {"CACHED_SECONDS", "MOST_LAG_SECONDS"}
"""Figures that no stack has another wish for."""


class Noted(Mapping[str, str]):
    """An environment that knows what it was asked for."""

    def __init__(self, told: Mapping[str, str]) -> None:
        self._told = dict(told)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._told[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._told)

    def __len__(self) -> int:
        return len(self._told)


@pytest.fixture(params=["prod", "dev"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


def told(graph: Graph, who: str) -> Noted:
    return Noted(graph.only(CONFIG_MAP, f"{who}-config").inputs["data"])


def container(graph: Graph) -> dict[str, Any]:
    deployment = graph.only("kubernetes:apps/v1:Deployment", "microservice-deployment")
    (one,) = deployment.inputs["spec"]["template"]["spec"]["containers"]
    return one


def test_the_service_is_told_all_that_it_reads_and_reads_all_that_it_is_told(graph: Graph) -> None:
    environment = told(graph, "microservice")
    read = settings.read(environment)
    assert environment.asked - set(environment) == OF_THE_IMAGE | LEFT_ALONE
    assert set(environment) - environment.asked == FOR_TEAMS
    assert read.port == container(graph)["ports"][0]["containerPort"]
    assert read.database_tls == "verify-full"
    assert read.cursor_key.startswith("arn:aws:secretsmanager:")


def test_the_maintenance_is_told_all_that_it_reads(graph: Graph) -> None:
    environment = told(graph, "maintenance")
    read = settings.read({"CURSOR_KEY_ARN": "", **environment})
    assert (read.database_user, read.database_readers, read.database_tls) == ("maintainer", (), "verify-full")
    assert {"ARCHIVES_BUCKET", "RETENTION_MONTHS", "METRICS_NAMESPACE"} < set(environment)
    text = (ROOT / "services/records/records/maintenance.py").read_text(encoding="utf-8")
    for name in ("ARCHIVES_BUCKET", "RETENTION_MONTHS"):
        assert f'environment["{name}"]' in text


def test_the_image_is_that_which_pods_may_run() -> None:
    graph = stack_graph("prod")
    lines = (ROOT / "services/records/Dockerfile").read_text(encoding="utf-8").splitlines()
    pod = graph.only("kubernetes:apps/v1:Deployment", "microservice-deployment").inputs["spec"]["template"]["spec"]
    security = pod["securityContext"]
    assert f"USER {security['runAsUser']}:{security['runAsGroup']}" in lines
    assert f"EXPOSE {container(graph)['ports'][0]['containerPort']}" in lines
    assert any("PYTHONDONTWRITEBYTECODE=1" in line for line in lines)  # its root is read-only
    for part in ("server", "maintenance"):
        assert any(f"records.{part}" in line for line in lines)
    job = graph.only("kubernetes:batch/v1:CronJob").inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert job["securityContext"]["runAsUser"] == security["runAsUser"]
    assert job["containers"][0]["command"] == ["python", "-m", maintenance.__name__]


def test_who_asks_for_what_finds_it(graph: Graph, client: Client) -> None:
    """Pods and load balancer ask whether requests may come, Route 53 and the kubelet whether it lives."""
    one = container(graph)
    ready, lives = one["readinessProbe"]["httpGet"]["path"], one["livenessProbe"]["httpGet"]["path"]
    assert (ready, lives, one["startupProbe"]["httpGet"]["path"]) == ("/ready", "/health", "/health")
    assert graph.only("aws:lb/targetGroup:TargetGroup").inputs["healthCheck"]["path"] == ready
    assert graph.only("aws:route53/healthCheck:HealthCheck", "health-check").inputs["resourcePath"] == lives
    assert [client.ask("GET", path, key=None).status for path in (ready, lives)] == [200, 200]


def test_a_pod_that_ends_is_forgotten_before_it_stops_and_has_time_to_end(graph: Graph) -> None:
    deployment = graph.only("kubernetes:apps/v1:Deployment", "microservice-deployment")
    pod = deployment.inputs["spec"]["template"]["spec"]
    waits = container(graph)["lifecycle"]["preStop"]["sleep"]["seconds"]
    left = pod["terminationGracePeriodSeconds"] - waits
    assert left > server._DRAIN_SECONDS
    # New requests stop coming when the target is deregistered; those under way are shorter than what is left.
    assert settings_of_statements() < server._DRAIN_SECONDS
    assert waits >= 15  # the controller has to hear of it, and each load balancer node from it


def settings_of_statements() -> float:
    from records import database

    return float(database._STATEMENT_SECONDS + database._TURN_SECONDS)


def published(stores: Stores) -> set[tuple[str, frozenset[str]]]:
    """Every figure that the service and its maintenance tell, with the keys of its dimensions."""
    service = Service(settings.read({**stores.told(), "DATABASE_READERS": '["one"]'}), Heard())
    assert service._relay is not None
    service._relay.behind, service._relay.waiting = 1.0, 1
    service._metrics.note("read", 1.0, 200)
    told: list[dict[str, Any]] = [*service._metrics.take(), *({"MetricName": name} for name in service._gauges())]

    class Connection:
        async def fetchval(self, statement: str, *_: Any) -> int:
            return 100 if "days_ahead" in statement else 0

        async def fetch(self, *_: Any) -> list[Any]:
            return []

    async def tell(name: str, gauge: Gauge) -> None:
        told.append({"MetricName": name, "Value": gauge.value})

    asyncio.run(maintenance.keep(Connection(), maintenance.Archive(None, ""), 36, tell))
    return {(one["MetricName"], frozenset(part["Name"] for part in one.get("Dimensions", ()))) for one in told}


def paths_told(stores: Stores) -> set[str]:
    """By which names the paths of the API are told of; none of them finds its database here."""
    service = Service(settings.read(stores.told()), Heard())
    base, record = "/v1/tenants/acme", "/records/01890000-0000-7000-8000-000000000000"
    asked = [("GET", f"{base}{record}"), ("PUT", f"{base}{record}"), ("GET", f"{base}/records")]
    asked += [("POST", f"{base}/records"), ("POST", f"{base}/records:batch")]

    async def ask() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(_message: Any) -> None:
            return None

        for method, path in asked:
            scope: dict[str, Any] = {
                "type": "http",
                "method": method,
                "path": path,
                "raw_path": path.encode(),
                "headers": [],
            }
            scope |= {"query_string": b"", "root_path": "", "scheme": "http", "server": ("a", 1), "client": ("b", 2)}
            await service.app(scope, receive, send)

    asyncio.run(ask())
    told = service._metrics.take()
    return {part["Value"] for one in told for part in one.get("Dimensions", ()) if part["Name"] == "Path"}


def watched(graph: Graph) -> Iterator[tuple[str, dict[str, str]]]:
    for node in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"):
        if node.inputs["namespace"] == "Records/Business":
            yield node.inputs["metricName"], node.inputs.get("dimensions") or {}
    body = json.loads(graph.only("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])
    for widget in body["widgets"]:
        for line in widget["properties"].get("metrics", ()):
            if line[0] == "Records/Business":
                keys = line[2:-1]
                yield line[1], dict(zip(keys[::2], keys[1::2], strict=True))


def test_whatever_is_watched_is_published(graph: Graph, stores: Stores, client: Client) -> None:
    names = published(stores)
    found = list(watched(graph))
    assert {(name, frozenset(dimensions)) for name, dimensions in found} <= names
    assert {"OutboxBehind", "Unavailable", "DaysAhead", "Maintained", "Latency"} <= {name for name, _ in found}
    assert {dimensions["Path"] for _, dimensions in found if dimensions} == paths_told(stores)
    assert told(graph, "microservice")["METRICS_NAMESPACE"] == "Records/Business"


def alarm(graph: Graph, key: str) -> dict[str, Any]:
    return graph.only("aws:cloudwatch/metricAlarm:MetricAlarm", f"alarms-{key}").inputs


def test_what_is_absent_alarms_where_somebody_has_to_speak_at_all_times(graph: Graph) -> None:
    silent = {key: alarm(graph, key)["treatMissingData"] for key in ("outbox-behind", "maintenance")}
    assert set(silent.values()) == {"breaching"}
    assert alarm(graph, "partitions-ahead")["treatMissingData"] == "missing"
    assert (alarm(graph, "maintenance")["period"], alarm(graph, "maintenance")["evaluationPeriods"]) == (86_400, 2)


def policy(graph: Graph) -> dict[str, Any]:
    distribution = graph.only("aws:cloudfront/distribution:Distribution").inputs["defaultCacheBehavior"]
    (found,) = [
        node for node in graph.of_type("aws:cloudfront/cachePolicy:CachePolicy")
        if node.id == distribution["cachePolicyId"]
    ]  # fmt: skip
    return found.inputs


def test_the_edge_keeps_what_the_service_says_and_nothing_that_a_key_was_shown_for(
    graph: Graph, client: Client
) -> None:
    kept = policy(graph)
    assert (kept["minTtl"], kept["defaultTtl"]) == (0, 0)
    key = kept["parametersInCacheKeyAndForwardedToOrigin"]
    assert key["queryStringsConfig"] == {"queryStringBehavior": "all"}
    headers = {name.lower() for name in key["headersConfig"]["headers"]["items"]}
    base = "/v1/tenants/open/records"
    made = client.ask("POST", base, {"kind": "note", "body": {}}, key=f"open-{KEY}")
    record = made.json["id"]
    asked = [("GET", f"{base}/{record}"), ("GET", f"{base}?limit=1"), ("GET", f"{base}/{record[:-4]}0000")]
    for method, path in asked:
        open_, signed = client.ask(method, path, key=None), client.ask(method, path, key=f"open-{KEY}")
        assert open_.headers["cache-control"].startswith("public, max-age=")
        assert {name.strip().lower() for name in open_.headers["vary"].split(",")} <= headers
        assert "set-cookie" not in open_.headers
        assert signed.headers["cache-control"] == "private, no-store"
    refused = client.ask("GET", f"/v1/tenants/acme/records/{record}", key=None)
    for answer in (made, refused):
        assert answer.headers["cache-control"] == "private, no-store"
    for path in ("/ready", "/health"):
        assert "cache-control" not in client.ask("GET", path, key=None).headers  # and so, with no default, not kept


def test_a_standby_is_watched_as_home_is_once_it_serves() -> None:
    def own(graph: Graph) -> set[str]:
        return {
            node.name
            for node in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
            if node.inputs["namespace"] == "Records/Business"
        }

    assert own(stack_graph("prod-dr")) == set()
    served = own(stack_graph("prod-dr", promoted=True))
    assert served == own(stack_graph("prod")) - {"alarms-readers-left-out"}  # its readers come in a later update
