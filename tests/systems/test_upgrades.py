"""An upgrade is one change in the file of versions, and changes what it is about and nothing else."""

import functools
from collections.abc import Iterator
from typing import Any

import pytest

from components import versions
from components.versions import BUILD_IMAGES, MINORS, VERSIONS, Minor
from tests.components.compute.support import build
from tests.stacks import STACKS, stack_graph
from tests.support import record

KUBERNETES = versions.KUBERNETES.value
GROUP = "eks:index:ManagedNodeGroup"
ADDON = "aws:eks/addon:Addon"
RELEASE = ("kubernetes:helm.sh/v3:Release", "version")
OF_CHART = ("kubernetes:helm.sh/v3:Release", "values.image.tag")
CACHE = "aws:elasticache"
WHERE: dict[str, set[tuple[str, str]]] = {
    versions.KUBERNETES.value: {
        ("eks:index:Cluster", "version"), ("aws:eks/cluster:Cluster", "version"),
        (GROUP, "version"), ("aws:eks/nodeGroup:NodeGroup", "version"),
    },
    versions.POSTGRES.value: {("aws:rds/instance:Instance", "engineVersion")},
    versions.REDIS.value: {
        (f"{CACHE}/replicationGroup:ReplicationGroup", "engineVersion"),
        (f"{CACHE}/globalReplicationGroup:GlobalReplicationGroup", "engineVersion"),
        # Another version makes the store anew, and so gives its last snapshot another name.
        ("random:index/randomId:RandomId", "keepers.version"),
    },
    versions.KAFKA.value: {("aws:msk/cluster:Cluster", "kafkaVersion")},
    versions.OPENSEARCH.value: {("aws:opensearch/domain:Domain", "engineVersion")},
    versions.PYTHON.value: {
        ("aws:lambda/function:Function", "runtime"), ("aws:lambda/layerVersion:LayerVersion", "compatibleRuntimes"),
    },
    versions.MDREADER.value: {
        ("aws:lambda/function:Function", "runtime"), ("aws:lambda/layerVersion:LayerVersion", "compatibleRuntimes"),
    },
    versions.CLOUDFRONT_FUNCTIONS.value: {("aws:cloudfront/function:Function", "runtime")},
    **{image.value: {("aws:codebuild/project:Project", "environment.image")} for image in BUILD_IMAGES.values()},
    versions.CLUSTER_AUTOSCALER.value: {RELEASE},
    versions.EXTERNAL_SECRETS.value: {RELEASE},
    versions.KARPENTER.value: {RELEASE},
    versions.LOAD_BALANCER_CONTROLLER.value: {RELEASE},
    versions.VERTICAL_AUTOSCALER.value: {RELEASE},
    versions.FLUENT_BIT.at(versions.FLUENT_BIT.value): {
        ("kubernetes:apps/v1:DaemonSet", "spec.template.spec.containers.image")
    },
    versions.COLLECTOR.at(versions.COLLECTOR.value): {
        ("kubernetes:apps/v1:Deployment", "spec.template.spec.containers.image"),
        ("aws:ecs/taskDefinition:TaskDefinition", "containerDefinitions.image"),
    },
    versions.PSQL.at(versions.PSQL.value): {("kubernetes:batch/v1:Job", "spec.template.spec.containers.image")},
    versions.PYTHON_IMAGE.tagged: set(),
    versions.LOAD_BALANCER_CONTROLLER_IMAGE.tagged: {OF_CHART},
    versions.EXTERNAL_SECRETS_IMAGE.tagged: {OF_CHART},
    versions.VERTICAL_AUTOSCALER_IMAGE.tagged: {("kubernetes:helm.sh/v3:Release", "values.recommender.image.tag")},
    **{minor.cluster_autoscaler.tagged: {OF_CHART} for minor in MINORS.values()},
}  # fmt: skip
"""By what the file says, each input that says so, in any stack."""


def said(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an input with its path, without places in lists."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from said(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for one in value:
            yield from said(one, path)
    elif isinstance(value, str):
        yield value, path


def test_every_version_is_said_where_it_belongs_and_nowhere_else() -> None:
    assert len(WHERE) == len({one.value for one in VERSIONS})
    found: dict[str, set[tuple[str, str]]] = {value: set() for value in WHERE}
    for stack in STACKS:
        for node in stack_graph(stack):
            for text, path in said(node.inputs):
                if text in found and not _by_chance(text, path):
                    found[text].add((node.type, path))
    assert {value: found[value] for value in WHERE if found[value] - WHERE[value]} == {}
    assert {value for value in WHERE if not found[value]} == UNUSED


UNUSED = {
    BUILD_IMAGES["x86_64"].value,
    versions.PYTHON_IMAGE.tagged,
    *(minor.cluster_autoscaler.tagged for version, minor in MINORS.items() if version != KUBERNETES),
}
"""What settings offer and no stack file asks for, and what a Dockerfile asks for (tests/systems/test_images.py)."""


def _by_chance(text: str, path: str) -> bool:
    """Whether a short number is another thing's."""
    return text in {versions.POSTGRES.value, versions.REDIS.value} and "ersion" not in path


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, set[str]]:
    """Inputs that differ, by the name of their resource."""
    assert before.keys() == after.keys()
    return {
        name: {key for key in {**before[name], **after[name]} if before[name].get(key) != after[name].get(key)}
        for name in before
        if before[name] != after[name]
    }


def inputs() -> dict[str, Any]:
    return {f"{node.type} {node.name}": node.inputs for node in record(build) if node.type in (ADDON, GROUP)}


@functools.cache
def as_it_is() -> dict[str, Any]:
    return inputs()


def test_an_add_on_moves_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_it_is()
    row = MINORS[KUBERNETES]
    monkeypatch.setitem(
        MINORS,
        KUBERNETES,
        Minor(row.node_image, {**row.add_ons, "vpc-cni": "v9.9.9-eksbuild.1"}, row.cluster_autoscaler),
    )
    assert changed(before, inputs()) == {f"{ADDON} cluster-node-addons-vpc-cni": {"addonVersion"}}


def test_a_node_image_moves_the_nodes_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_it_is()
    row = MINORS[KUBERNETES]
    monkeypatch.setitem(MINORS, KUBERNETES, Minor(f"{KUBERNETES}.9-20261120", row.add_ons, row.cluster_autoscaler))
    assert changed(before, inputs()) == {f"{GROUP} nodes-group": {"releaseVersion"}}


def test_kubernetes_takes_along_what_goes_by_its_minor(monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_it_is()
    monkeypatch.setitem(MINORS, KUBERNETES, MINORS["1.35"])
    assert changed(before, inputs()) == {
        f"{ADDON} addons-coredns": {"addonVersion"},
        f"{ADDON} cluster-node-addons-kube-proxy": {"addonVersion"},
        f"{GROUP} nodes-group": {"releaseVersion"},
    }
