"""What components of awsx make unless they are told otherwise: roles with policies, log groups, the default network.

``role.ts``, ``cloudwatch/logGroup.ts`` and ``ec2/getDefaultVpc.ts`` of https://github.com/pulumi/pulumi-awsx
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analyser.graph import Node
from analyser.run.remote_components import Expansion, RefusedError, Traced, output_of
from policy.unknown import UNKNOWN

Said = Mapping[str, Any]


@dataclass(frozen=True)
class Logs:
    """A log group that was made (its node) or was there already."""

    name: Any
    region: Any
    arn: Any
    made: Node | None = None


@dataclass(frozen=True)
class Network:
    """The account's default network, of which nobody here has seen anything."""

    vpc: Traced
    public: Traced
    private: Traced


def short_hash(text: str) -> str:
    """The digest by which awsx tells names apart."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:8]


def role_of(
    expansion: Expansion,
    name: str,
    said: Said | None,
    usual: Said,
    *,
    parent: Node | None = None,
) -> tuple[Any, Node | None]:
    """The ARN of a role and the role if it was made: with what is ``usual`` unless that is ``said`` otherwise."""
    given = said or {}
    if given.get("roleArn") is not None and given.get("args") is not None:
        raise RefusedError(f"{expansion.component.type} {expansion.name}: a role is given, and described as well")
    if given.get("skip"):
        return None, None
    if given.get("roleArn") is not None:
        return given["roleArn"], None
    arguments = {**usual, **(given.get("args") or {})}
    trust = arguments["assumeRolePolicy"]
    policies = arguments.pop("policyArns", None) or []
    arguments["assumeRolePolicy"] = trust if isinstance(trust, str) or trust is UNKNOWN else json.dumps(trust)
    role = expansion.resource("aws:iam/role:Role", name, arguments, parent=parent)
    for policy in policies:
        expansion.resource(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            f"{name}-{short_hash(str(policy))}",
            {"role": output_of(role, "name"), "policyArn": policy},
            parent=parent,
        )
    return output_of(role, "arn"), role


def log_group(expansion: Expansion, name: str, said: Said | None, *, parent: Node | None = None) -> Logs:
    """The log group that is given, or one of its own."""
    given = said or {}
    there = given.get("existing")
    if there is not None and given.get("args") is not None:
        raise RefusedError(f"{expansion.component.type} {expansion.name}: a log group is given, and described as well")
    if there is not None:
        return _existing(expansion, there)
    group = expansion.resource("aws:cloudwatch/logGroup:LogGroup", name, given.get("args") or {}, parent=parent)
    return Logs(
        output_of(group, "name"), group.inputs.get("region") or expansion.region, output_of(group, "arn"), group
    )


def _existing(expansion: Expansion, said: Said) -> Logs:
    arn = said.get("arn")
    if isinstance(arn, str) and arn is not UNKNOWN:
        parts = arn.split(":")
        return Logs(parts[6], parts[3], arn)
    name = said.get("name") or UNKNOWN
    return Logs(name, said.get("region") or expansion.region, UNKNOWN if arn is UNKNOWN else f"{_LOGS}:{name}")


_LOGS = "arn:aws:logs:*:*:log-group"


def default_network(expansion: Expansion) -> Network:
    """The default VPC. As AWS makes one all its subnets are public; whether somebody added others nobody knows."""
    vpc = expansion.look_up("aws:ec2/getVpc:getVpc", {"default": True})
    subnets = expansion.look_up("aws:ec2/getSubnets:getSubnets", {})
    return Network(Traced(vpc.get("id", UNKNOWN)), Traced(subnets.get("ids", UNKNOWN)), Traced(UNKNOWN))


def expand_default_vpc(expansion: Expansion) -> None:
    """awsx:ec2:DefaultVpc, which makes nothing."""
    expansion.only(())
    network = default_network(expansion)
    expansion.output("vpcId", network.vpc)
    expansion.output("publicSubnetIds", network.public)
    expansion.output("privateSubnetIds", network.private)


def open_group(expansion: Expansion, name: str, vpc: Traced) -> Node:
    """The security group that awsx makes where it is given none: everybody may come in."""
    return expansion.resource("aws:ec2/securityGroup:SecurityGroup", name, {"vpcId": vpc, **_OPEN})


_EVERYWHERE = {"cidrBlocks": ["0.0.0.0/0"], "ipv6CidrBlocks": ["::/0"]}
_OPEN: Mapping[str, Any] = {
    "ingress": [{"fromPort": 0, "toPort": 0, "protocol": "-1", **_EVERYWHERE}],
    "egress": [{"fromPort": 0, "toPort": 65535, "protocol": "tcp", **_EVERYWHERE}],
}
