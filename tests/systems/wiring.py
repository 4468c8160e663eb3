"""What tests of systems ask a graph: who reaches whom, which statements a role has, what comes first."""

import json
from typing import Any

from analyser.graph import Graph, Node

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
SUBNET = "aws:ec2/subnet:Subnet"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

Way = tuple[str, str, int | None, int | None]
"""Who, over which protocol and from which to which port."""


def group(graph: Graph, component: str) -> str:
    """The id of a component's security group."""
    return graph.only(GROUP, f"{component}-group").id


def ways(graph: Graph, kind: str, component: str) -> set[Way]:
    """Whom a security group lets in or out to: other groups by their component's name, or addresses."""
    names = {node.id: node.name.removesuffix("-group") for node in graph.of_type(GROUP)}
    own = group(graph, component)
    found = set()
    for node in graph.of_type(kind):
        rule = node.inputs
        if rule["securityGroupId"] == own:
            peer = rule.get("cidrIpv4") or rule.get("cidrIpv6") or rule.get("prefixListId")
            who = peer or names[rule["referencedSecurityGroupId"]]
            found.add((who, rule["ipProtocol"], rule.get("fromPort"), rule.get("toPort")))
    return found


def subnets(graph: Graph, tier: str, of: str = "id") -> set[str]:
    """The subnets of a tier: their ids, or another of their inputs."""
    found = [node for node in graph.of_type(SUBNET) if node.name.startswith(f"network-{tier}-")]
    return {node.id if of == "id" else node.inputs[of] for node in found}


def statements(graph: Graph, role: Node) -> list[dict[str, Any]]:
    """The statements of all inline policies of a role."""
    policies = [node for node in graph.of_type(ROLE_POLICY) if node.inputs["role"] in (role.id, role.outputs["name"])]
    return [one for node in policies for one in json.loads(node.inputs["policy"])["Statement"]]


def allowed(graph: Graph, workload: str) -> set[tuple[str, int]]:
    """The addresses and ports that the pods of a workload may open connections to, but for DNS."""
    specs = [node.inputs["spec"] for node in graph.of_type(NETWORK_POLICY)]
    own = [spec for spec in specs if spec["podSelector"].get("matchLabels", {}).get("app") == workload]
    return {
        (peer["ipBlock"]["cidr"], port["port"])
        for spec in own
        for rule in spec.get("egress", [])
        for peer in rule["to"]
        if "ipBlock" in peer
        for port in rule["ports"]
    }


def before(graph: Graph, node: Node) -> set[str]:
    """The names of all that is there before a resource, and is destroyed after it."""
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        for urn in (*one.dependencies, one.provider.rsplit("::", 1)[0]):
            first = graph.get(urn)
            if first is not None and urn not in seen:
                seen.add(urn)
                waiting.append(first)
                # Who waits for a component waits for all that is in it.
                waiting += [child for child in graph.below(urn) if child.urn not in seen]
                seen.update(child.urn for child in graph.below(urn))
    return {graph[urn].name for urn in seen}
