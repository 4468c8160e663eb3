"""What the deployment role may do with roles: make none without the boundary, hand none to anybody else."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from analyser.analyses.deployment_rights.names import MANY, fewer, filled, made_up
from analyser.analyses.deployment_rights.statements import Statement, allow
from analyser.analyses.prerequisites.model import known
from analyser.graph import Graph, Node
from analyser.run.mock_cloud import ACCOUNT_ID

ROLE: Final = "aws:iam/role:Role"
_TARGET: Final = "aws:appautoscaling/target:Target"
_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_BOUND: Final = ("iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
_ATTACH: Final = ("iam:AttachRolePolicy", "iam:DetachRolePolicy")
# Where a role is passed to another service than the one that its trust policy names: EKS takes the role of nodes.
# https://docs.aws.amazon.com/eks/latest/userguide/security-iam-id-based-policy-examples.html
_TAKERS: Final = {"ec2.amazonaws.com": ("ec2.amazonaws.com", "eks.amazonaws.com")}
SERVICE_LINKED: Final = {
    "aws:apigateway/": ("ops.apigateway.amazonaws.com",),
    "aws:apigatewayv2/": ("ops.apigateway.amazonaws.com",),
    "aws:backup/": ("backup.amazonaws.com", "restore-testing.backup.amazonaws.com"),
    "aws:cfg/": ("config.amazonaws.com",),
    "aws:cloudtrail/": ("cloudtrail.amazonaws.com",),
    "aws:cloudwatch/logDelivery": ("delivery.logs.amazonaws.com",),
    "aws:cognito/": ("email.cognito-idp.amazonaws.com",),
    "aws:dynamodb/": ("replication.dynamodb.amazonaws.com",),
    "aws:ecr/replication": ("replication.ecr.amazonaws.com",),
    "aws:ecs/": ("ecs.amazonaws.com",),
    "aws:efs/": ("elasticfilesystem.amazonaws.com",),
    "aws:eks/": ("autoscaling.amazonaws.com", "eks.amazonaws.com", "eks-fargate.amazonaws.com",
                 "eks-nodegroup.amazonaws.com", "spot.amazonaws.com"),
    "aws:elasticache/": ("elasticache.amazonaws.com",),
    "aws:lb/": ("elasticloadbalancing.amazonaws.com",),
    "aws:msk/": ("kafka.amazonaws.com",),
    "aws:opensearch/": ("opensearchservice.amazonaws.com",),
    "aws:rds/": ("rds.amazonaws.com",),
    "aws:wafv2/webAclLogging": ("wafv2.amazonaws.com",),
}  # fmt: skip
"""The service-linked roles that services make with the caller's rights, by the beginning of the types that bring them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""


def of_roles(graph: Graph, boundary: str, most: int = MANY) -> Iterator[Statement]:
    """Making roles with the boundary, handing each to its own services, and what services make for themselves.

    More than ``most`` names of roles that are made are told by what they begin with; those handed over never are.
    """
    made = made_up(graph)
    roles = {node.urn: filled(graph, node, "iam::{account}:role/{name}", made) for node in graph.of_type(ROLE)}
    arns = fewer(roles.values(), most)
    bound = {"iam:PermissionsBoundary": boundary}
    if arns:
        yield allow("BoundRoles", _BOUND, arns, {"StringEquals": bound})
        attached = sorted({known(node, "policyArn") for node in graph.of_type(_ATTACHMENT)} - {""})
        if attached:
            # No other stack's roles have the boundary.
            only = {
                "StringEquals": bound,
                "ArnEquals": {"iam:PolicyARN": attached},
            }
            yield allow("BoundAttachments", _ATTACH, [f"arn:aws:iam::{ACCOUNT_ID}:role/*"], only)
    yield from _passing(graph, roles)
    if linked := _linked(graph):
        yield allow(
            "ServiceLinked", ["iam:CreateServiceLinkedRole"],
            [f"arn:aws:iam::{ACCOUNT_ID}:role/aws-service-role/*"], {"StringEquals": {"iam:AWSServiceName": linked}},
        )  # fmt: skip


def _linked(graph: Graph) -> list[str]:
    """The services that have such roles; of Application Auto Scaling one for each service that it scales."""
    pairs = ((token, start) for token in graph.counts for start in SERVICE_LINKED if token.startswith(start))
    found = {name for _, start in pairs for name in SERVICE_LINKED[start]}
    scaled = {known(node, "serviceNamespace") for node in graph.of_type(_TARGET)} - {""}
    return sorted(found | {f"{service}.application-autoscaling.amazonaws.com" for service in scaled})


def keeps_itself(boundary: str, roles: list[str]) -> Statement:
    """Denies changes of the boundary, its removal from roles, and changes of the deployment role."""
    verbs = ("Add", "Attach", "Create", "Delete", "Detach", "Put", "Set", "Update")
    return {
        "Sid": "KeepsItself",
        "Effect": "Deny",
        "Action": [*(f"iam:{verb}*" for verb in verbs)],
        "Resource": sorted([boundary, *roles]),
    }


def _passing(graph: Graph, roles: dict[str, str]) -> Iterator[Statement]:
    by_takers: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for urn, arn in roles.items():
        if takers := _takers(graph[urn]):
            by_takers[takers].add(arn)
    for number, (takers, arns) in enumerate(sorted(by_takers.items()), 1):
        yield allow(
            f"Pass{number}", ["iam:PassRole"], fewer(arns), {"StringEquals": {"iam:PassedToService": list(takers)}}
        )


def _takers(role: Node) -> tuple[str, ...]:
    """The services that a role's trust policy names."""
    try:
        trust: Any = json.loads(known(role, "assumeRolePolicy"))
    except ValueError:
        return ()
    named: set[str] = set()
    for one in trust.get("Statement", ()):
        principal = one.get("Principal")
        services = principal.get("Service", ()) if isinstance(principal, dict) else ()
        named.update([services] if isinstance(services, str) else services)
    return tuple(sorted({taker for one in named for taker in _TAKERS.get(one, (one,))}))
