"""The commands an operator is given: the stack's own names, the right store from the right pod, valid shell."""

import itertools
import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import jmespath
import pytest

from analyser.analyses.checks import checks
from analyser.graph import Graph, Node
from policy.unknown import UNKNOWN
from tests.stacks import STACKS, home_of, stack_graph


def node(token: str, name: str, inputs: dict[str, Any]) -> Node:
    return Node(urn=f"urn:pulumi:test::strata::{token}::{name}", type=token, name=name, inputs=inputs, outputs={})


def deployment(name: str, port: int) -> Node:
    probe = {"httpGet": {"path": "/health", "port": "http"}}
    container = {"name": name, "ports": [{"containerPort": port}], "livenessProbe": probe}
    return node(
        "kubernetes:apps/v1:Deployment",
        f"{name}-deployment",
        {
            "metadata": {"name": name, "namespace": "cloud-consulting", "labels": {"app": name}},
            "spec": {"template": {"spec": {"containers": [container]}}},
        },
    )


def policy(app: str, *ports: int, namespace: str = "cloud-consulting") -> Node:
    return node(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        f"{app}-network",
        {
            "metadata": {"name": app, "namespace": namespace},
            "spec": {
                "podSelector": {"matchLabels": {"app": app}},
                "egress": [{"ports": [{"port": port}]} for port in ports],
            },
        },
    )


def test_what_nobody_named_is_asked_of_the_state_by_its_urn() -> None:
    """A program of another project, which leaves names to Pulumi, and labels its pods in its own way."""
    cluster, web = node("aws:eks/cluster:Cluster", "main", {}), deployment("web", 80)
    spec = {**web.inputs["spec"], "selector": {"matchLabels": {"tier": "front", "of": "shop"}}}
    web.inputs.update({"metadata": {}, "spec": spec})
    web.outputs["metadata"] = {"name": "web-deployment-1a2b3c4d", "namespace": "shop"}
    said = {check.title: check.command for check in checks(Graph("strata", "test", [cluster, web], {}))}
    of_cluster = shlex.split(said["the cluster is ACTIVE"])
    asked = of_cluster[of_cluster.index("--name") + 1]
    assert asked.startswith("$(pulumi stack export --stack test | jq -r '.deployment.resources[]")
    assert cluster.urn in asked
    rollout = said["web-deployment: all replicas run"]
    assert web.urn in rollout
    assert "1a2b3c4d" not in rollout
    assert "--namespace shop " in rollout
    assert "--selector tier=front,of=shop " in said["web-deployment: healthy from within"]


@pytest.mark.parametrize("text", ["$(touch ran)", "`touch ran`", '";touch ran;"', "';touch ran;'", "a'b"])
def test_what_a_stack_is_called_is_never_run(tmp_path: Path, text: str) -> None:
    resources = (
        node("aws:cloudfront/distribution:Distribution", "site", {"aliases": [text]}),
        node("aws:msk/cluster:Cluster", "stream", {"region": text}),
        node("aws:lb/targetGroup:TargetGroup", "targets", {}),
        node("aws:rds/instance:Instance", "database", {"identifier": text}),
    )
    config = {"aws:defaultTags": json.dumps({"tags": {text: "shop"}})}
    (tmp_path / "aws").write_text('#!/bin/sh\nprintf "%s\\n" "$@" >> said\n')
    (tmp_path / "aws").chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for check in checks(Graph("strata", "shop", resources, {}, region=text, config=config)):
        subprocess.run(["bash", "-c", check.command], cwd=tmp_path, env=path, check=False)
    assert not (tmp_path / "ran").exists()
    said = (tmp_path / "said").read_text().splitlines()
    queries = [after for word, after in itertools.pairwise(said) if word == "--query"]
    assert text in said
    assert {query.partition("[?")[0] for query in queries} >= {"DistributionList.Items", "ClusterInfoList"}
    (alias,) = [query for query in queries if query.startswith("DistributionList")]
    items = {"DistributionList": {"Items": [{"Aliases": {"Items": [text]}, "Id": "E1"}, {"Aliases": {"Items": ["b"]}}]}}
    assert [found[0] for found in jmespath.search(alias, items)] == ["E1"]
    (stream,) = [query for query in queries if query.startswith("ClusterInfoList")]
    clusters = {"ClusterInfoList": [{"Tags": {text: "shop"}, "ClusterName": "c"}, {"Tags": {}}]}
    assert [found[0] for found in jmespath.search(stream, clusters)] == ["c"]


WRITES = re.compile(r"\b(?:create|put|delete|update|modify|apply|patch|start|stop|run|invoke|publish)\b")

DATABASE = node(
    "aws:rds/instance:Instance", "database", {"identifier": "cloud-consulting-prod", "engine": "postgres", "port": 5432}
)
CACHE = node(
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "cache",
    {"replicationGroupId": "cloud-consulting-redis", "port": 6379, "transitEncryptionEnabled": True},
)
CLUSTER = node("aws:eks/cluster:Cluster", "cluster", {"name": "cloud-consulting-prod"})
STACK = (
    CLUSTER,
    DATABASE,
    CACHE,
    deployment("frontend", 80),
    deployment("backend", 8061),
    policy("backend", 5432, 6379, 443),
    policy("frontend"),
)


def commands(*nodes: Node) -> dict[str, str]:
    graph = Graph("strata", "consulting-prod", nodes, {}, region="us-east-1")
    return {check.title: check.command for check in checks(graph)}


def test_aws_is_asked_by_name_and_region() -> None:
    told = list(commands(*STACK).values())
    assert told[0] == "aws eks update-kubeconfig --region us-east-1 --name cloud-consulting-prod"
    assert told[1].startswith("aws eks describe-cluster --region us-east-1 --name cloud-consulting-prod ")
    assert told[2:4] == ["kubectl cluster-info", "kubectl get nodes"]
    database = "aws rds describe-db-instances --region us-east-1 --db-instance-identifier cloud-consulting-prod "
    assert told[4].startswith(database)
    cache = (
        "aws elasticache describe-replication-groups --region us-east-1 --replication-group-id cloud-consulting-redis "
    )
    assert told[5].startswith(cache)


@pytest.mark.parametrize(
    ("copied", "well"),
    [("records/\tmdreader-prod/", True), ("mdreader-prod/", True), ("records/\tmdreader-prod-2/", False), ("", False)],
)
def test_the_registry_is_asked_whether_it_copies_images_whichever_stack_says_so(copied: str, well: bool) -> None:
    asked = [check for check in checks(stack_graph("mdreader-prod")) if "describe-registry" in check.command]
    assert [bool(re.fullmatch(check.shows, copied)) for check in asked] == [well]
    of_all = [check for check in checks(stack_graph("prod")) if "describe-registry" in check.command]
    assert [bool(re.fullmatch(check.shows, copied)) for check in of_all] == [False]
    none = [check for check in checks(stack_graph("confluence-lambda")) if "describe-registry" in check.command]
    assert not none  # it runs no image


def test_each_deployment_is_asked_from_within_on_its_own_port() -> None:
    told = commands(*STACK)
    assert told["backend: all replicas run"] == (
        "kubectl --namespace cloud-consulting rollout status deployment/backend --timeout=60s"
    )
    assert told["backend: healthy from within"].endswith("-- curl -f http://localhost:8061/health")
    assert told["frontend: healthy from within"].endswith("-- curl -f http://localhost:80/health")


def test_stores_are_asked_from_the_pods_that_may_reach_them() -> None:
    told = commands(*STACK)
    database = told["backend reaches cloud-consulting-prod: accepting connections"]
    assert database.endswith('-- pg_isready -h "$HOST" -p 5432 -U check')
    assert database.startswith("HOST=$(aws rds describe-db-instances --region us-east-1")
    assert "--selector app=backend" in database
    [cache] = [command for title, command in told.items() if title.startswith("backend reaches cloud-consulting-redis")]
    assert cache.endswith('-- redis-cli --tls -h "$HOST" -p 6379 ping')
    assert not [title for title in told if title.startswith("frontend reaches")]


def test_a_policy_of_another_namespace_opens_nothing() -> None:
    told = commands(CLUSTER, DATABASE, deployment("backend", 8061), policy("backend", 5432, namespace="other"))
    assert not [title for title in told if " reaches " in title]


def test_the_tools_come_beside_the_pod_with_no_more_rights() -> None:
    told = [command for command in commands(*STACK).values() if " debug " in command]
    assert len(told) == 4
    assert all("--profile=restricted" in command and "--attach" in command for command in told)
    assert all(":latest" not in command for command in told)


def test_a_cache_without_tls_is_asked_without() -> None:
    plain = node(CACHE.type, "cache", {"replicationGroupId": "plain"})
    told = commands(CLUSTER, plain, deployment("backend", 8061), policy("backend", 6379))
    [command] = [command for title, command in told.items() if title.startswith("backend reaches plain")]
    assert command.endswith('redis-cli -h "$HOST" -p 6379 ping')


def test_kafka_is_asked_from_the_pods_that_may_reach_it() -> None:
    stream = node("aws:msk/cluster:Cluster", "stream", {"clusterName": "records-stream"})
    told = commands(CLUSTER, stream, deployment("backend", 8061), policy("backend", 9098))
    assert told["records-stream: available"].startswith(
        "aws kafka list-clusters-v2 --region us-east-1 --cluster-name-filter records-stream "
    )
    command = told["backend reaches records-stream: open"]
    assert 'get-bootstrap-brokers --region us-east-1 --cluster-arn "$(aws kafka list-clusters-v2' in command
    assert "--query BootstrapBrokerStringSaslIam" in command
    assert command.endswith('-- nc -zv -w 5 "$HOST" 9098')


def test_a_job_by_the_clock_is_asked_when_it_last_came_to_its_end() -> None:
    job = node("kubernetes:batch/v1:CronJob", "keeper-cron-job", {"metadata": {"name": "keeper", "namespace": "apps"}})
    (check,) = checks(Graph("strata", "shop", [job], {}, region="us-east-1"))
    assert check.title == "keeper: when a run last came to its end; nothing before the first"
    assert (
        check.command == "kubectl --namespace apps get cronjob/keeper --output 'jsonpath={.status.lastSuccessfulTime}'"
    )


def test_the_way_in_is_asked_at_each_of_its_doors() -> None:
    doors = (
        node("aws:lb/targetGroup:TargetGroup", "alb-backend", {}),
        node("aws:cloudfront/distribution:Distribution", "cdn-distribution", {"aliases": ["app.example.com"]}),
    )
    config = {"aws:defaultTags": '{"tags": {"project": "strata", "stack": "shop"}}'}
    graph = Graph("strata", "shop", doors, {"url": "https://app.example.com"}, region="us-east-1", config=config)
    targets, distribution, address = checks(graph)
    assert "--tag-filters Key=stack,Values=shop --query" in targets.command
    assert 'describe-target-health --region us-east-1 --target-group-arn "$group"' in targets.command
    assert "?Aliases.Items[0]=='app.example.com'" in distribution.command
    assert address.command.endswith('"$(pulumi stack output url --stack shop)"')
    for check in (targets, distribution, address):
        assert subprocess.run(["bash", "-n", "-c", check.command], check=False, capture_output=True).stderr == b""


def test_pods_that_speak_tls_are_asked_by_tls() -> None:
    made = deployment("backend", 8061)
    made.inputs["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]["httpGet"]["scheme"] = "HTTPS"
    told = commands(CLUSTER, made)
    assert told["backend: healthy from within"].endswith("-- curl -fk https://localhost:8061/health")


@pytest.mark.parametrize("stack", STACKS)
def test_every_stack_is_asked_whether_the_public_gets_in(stack: str) -> None:
    told = [check.title for check in checks(stack_graph(stack))]
    # Of a recovery stack the public is let in by its home stack's distribution.
    asked = "healthUrl answers: 200, and no page" in told
    assert home_of(stack) or asked, "the system has no output healthUrl, the address that says whether it is there"
    assert ("every target is healthy" in told) == bool(stack_graph(stack).of_type("aws:lb/targetGroup:TargetGroup"))


@pytest.mark.parametrize("stack", STACKS)
def test_what_leaves_anything_behind_says_so(stack: str) -> None:
    for check in checks(stack_graph(stack)):
        assert check.adds == (" debug " in check.command)
        told = check.command.replace("aws eks update-kubeconfig", "")  # of a file that is the run's own
        assert check.adds or not WRITES.search(re.sub(r"'[^']*'|--\S+ \S+", "", told)), check.command


def test_a_name_that_is_not_known_is_left_out_and_a_region_of_its_own_is_kept() -> None:
    unnamed = node(DATABASE.type, "database", {"identifier": UNKNOWN, "region": "eu-west-1"})
    [command] = [command for title, command in commands(unnamed).items() if title == "database: available"]
    assert command.startswith("aws rds describe-db-instances --region eu-west-1 --query")


def test_a_stack_without_any_of_it_needs_no_checks() -> None:
    assert commands() == {}


def test_every_command_is_valid_shell() -> None:
    for command in commands(*STACK).values():
        assert shlex.split(command)
        assert subprocess.run(["bash", "-n", "-c", command], check=False, capture_output=True).stderr == b""


def test_the_order_does_not_depend_on_the_order_of_registration() -> None:
    assert list(commands(*STACK).items()) == list(commands(*reversed(STACK)).items())
