"""Quotas that a stack may not fit into, and models that an account may not be let use."""

import re
from collections.abc import Iterator

from analyser.analyses.prerequisites.model import Prerequisite, block, urns
from analyser.graph import Graph, Node

_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
_SCALING_GROUP = "aws:autoscaling/group:Group"
_UNRESERVED = 100
"""What Lambda keeps for functions without a reservation:
https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"""
_ONE = {"Elastic IP addresses": "Elastic IP address", "VPCs": "VPC"}
_MODEL = re.compile(r"foundation-model/([a-z0-9.:-]+)")
_SIZE = re.compile(r"(\d*)xlarge$")


def quotas(graph: Graph) -> Iterator[Prerequisite]:
    """The quotas that stacks like these run into first; each check prints the account's figure for all its stacks."""
    for token, service, code, label in (
        ("aws:ec2/eip:Eip", "ec2", "L-0263D0A3", "Elastic IP addresses"),
        ("aws:ec2/vpc:Vpc", "vpc", "L-F678F1CE", "VPCs"),
    ):
        by_region: dict[str, list[Node]] = {}
        for node in graph.of_type(token):
            by_region.setdefault(graph.region_of(node), []).append(node)
        for region, nodes in sorted(by_region.items()):
            yield from _quota(region, service, code, label, len(nodes), nodes)
    for kind, code, label in (
        ("ON_DEMAND", "L-1216C47A", "vCPUs of on-demand standard instances"),
        ("SPOT", "L-34B43A08", "vCPUs of Spot standard instances"),
    ):
        groups = [node for node in graph.of_type(_NODE_GROUP) if node.inputs.get("capacityType", "ON_DEMAND") == kind]
        groups += graph.of_type(_SCALING_GROUP) if kind == "ON_DEMAND" else []
        yield from _quota(graph.region, "ec2", code, label, sum(map(_vcpus, groups)), groups)
    yield from _concurrency(graph)


def models(graph: Graph) -> Iterator[Prerequisite]:
    """Bedrock models that roles of the stack call."""
    using: dict[str, list[Node]] = {}
    for node in graph.of_type("aws:iam/rolePolicy:RolePolicy"):
        for model in _MODEL.findall(str(node.inputs.get("policy"))):
            using.setdefault(model, []).append(node)
    for model, nodes in sorted(using.items()):
        query = "[authorizationStatus,entitlementAvailability,regionAvailability]"
        yield Prerequisite(
            kind="model",
            title=f"Bedrock lets the account use {model}",
            why="some models want an agreement or a use case first; until then every call is refused",
            check=f"aws bedrock get-foundation-model-availability --model-id {model} --region {graph.region} "
            f"--query '{query}' --output text",
            good="AUTHORIZED AVAILABLE AVAILABLE",
            make=(f"# Bedrock's console, Model catalog, {model}: accept what it asks for",),
            urns=urns(nodes),
        )


def _quota(region: str, service: str, code: str, label: str, wanted: int, nodes: list[Node]) -> Iterator[Prerequisite]:
    if not wanted:
        return
    given = f"--service-code {service} --quota-code {code} --region {region}"
    yield Prerequisite(
        kind="quota",
        title=f"{region} has room for {wanted} more {label if wanted > 1 else _ONE.get(label, label)}",
        why="AWS refuses what goes beyond the quota, in the middle of the run",
        check=f"aws service-quotas get-service-quota {given} --query Quota.Value --output text",
        good=f"what is in use already, and {wanted} more",
        make=(
            "# IN_USE is how many the account has already",
            f'aws service-quotas request-service-quota-increase {given} --desired-value "$((IN_USE + {wanted}))"',
        ),
        urns=urns(nodes),
    )


def _concurrency(graph: Graph) -> Iterator[Prerequisite]:
    key = "reservedConcurrentExecutions"
    reserving = [node for node in graph.of_type("aws:lambda/function:Function") if _count(node.inputs.get(key))]
    if not reserving:
        return
    wanted = sum(_count(node.inputs[key]) for node in reserving) + _UNRESERVED
    given = f"--service-code lambda --quota-code L-B99A9384 --region {graph.region}"
    yield Prerequisite(
        kind="concurrency",
        title=f"functions may run {wanted} at a time",
        why=f"{wanted - _UNRESERVED} are reserved and Lambda keeps {_UNRESERVED}; new accounts begin far below",
        check=f"aws lambda get-account-settings --region {graph.region} "
        "--query AccountLimit.ConcurrentExecutions --output text",
        good=f"{wanted} or more",
        make=(f"aws service-quotas request-service-quota-increase {given} --desired-value {max(wanted, 1000)}",),
        urns=urns(reserving),
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _vcpus(node: Node) -> int:
    """What a group's nodes have at its desired size; the largest of its types counts.

    The vCPUs of an instance follow from its size in all families in use here: two up to large, then four a step.
    https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
    """
    desired = block(node, "scalingConfig").get("desiredSize", node.inputs.get("desiredCapacity"))
    types = node.inputs.get("instanceTypes") or [
        one.get("instanceType")
        for one in block(node, "mixedInstancesPolicy").get("launchTemplate", {}).get("overrides", ())
    ]
    if not isinstance(desired, int) or not isinstance(types, list):
        return 0
    return desired * max((_vcpus_of(str(one)) for one in types), default=0)


def _vcpus_of(instance_type: str) -> int:
    size = _SIZE.search(instance_type)
    return 4 * int(size[1] or 1) if size else 2
