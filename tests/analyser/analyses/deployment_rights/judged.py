"""Policies of the command, judged by the project's own evaluation of IAM."""

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from analyser.analyses.delivery import tried_in
from analyser.analyses.deployment_rights.boundary import boundary_of
from analyser.analyses.deployment_rights.rights import Rights, in_either_state, rights_for
from analyser.analyses.deployment_rights.steps import promoted_from
from analyser.analyses.deployment_rights.table import operations
from analyser.analyses.rights.decide import decide
from analyser.analyses.rights.policy_source import Source
from analyser.analyses.rights.principal import Principal
from analyser.analyses.rights.request import ABSENT
from analyser.analyses.rights.target import Target
from analyser.graph import Graph, Node
from analyser.run.mock_cloud import ACCOUNT_ID
from analyser.run.mock_cloud.identity import ARNS, NAMES
from policy.iam import IDENTITY, parse
from policy.iam.actions import expand
from tests.stacks import EVERY_STACK, ROOT, STACKS, home_of, serving, stack_graph

REGION = "us-east-1"
FULLEST = STACKS if EVERY_STACK else ("prod", "confluence-lambda", "mdreader-prod", "collaboration-prod-dr")
"""The fullest stack of each kind and one that has taken over; ``make soak`` judges all."""
NOTHING = {
    "iam:permissionsboundary": ABSENT,
    "iam:policyarn": ABSENT,
    "iam:passedtoservice": ABSENT,
    "iam:awsservicename": ABSENT,
    "aws:requesttag/stack": ABSENT,
    "aws:resourcetag/stack": ABSENT,
    "kms:resourcealiases": ABSENT,
    "ec2:createaction": ABSENT,
    "ecs:createaction": ABSENT,
    "elasticfilesystem:createaction": ABSENT,
    "elasticloadbalancing:createaction": ABSENT,
    "ec2:islaunchtemplateresource": ABSENT,
}
"""A request that brings none of the keys that the policies ask about."""


def boundary_arn(stack: str) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:policy/strata-{stack}-boundary"


@functools.cache
def rights(stack: str, *, reading: bool = False) -> Rights:
    graph = either(stack)
    source = promoted_from(graph, ROOT)
    before = tried_in(ROOT, source) if source else ()
    return rights_for(
        graph,
        state="strata-state",
        boundary=boundary_arn(stack),
        reading=reading,
        before=before,
        companions=companions(stack),
    )


@functools.cache
def boundary(stack: str) -> dict[str, Any]:
    return boundary_of(either(stack), companions(stack))


@functools.cache
def either(stack: str) -> Graph:
    """What a stack has at one time or another."""
    return in_either_state(serving(stack), stack_graph(stack)) if home_of(stack) else serving(stack)


def companions(stack: str) -> list[str]:
    """The home of a recovery stack, or what stands by for it."""
    home = home_of(stack)
    return [*([home] if home else []), *(one for one in STACKS if home_of(one) == stack)]


@functools.cache
def _meant(pattern: str) -> tuple[str, ...]:
    return tuple(action.name for action in expand(pattern))


class Deployer:
    """The role with these policies; of an action only the statements that hold it are asked."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self._by_action: dict[str, list[Mapping[str, Any]]] = {}
        for one in (statement for document in documents for statement in document["Statement"]):
            for name in {name for pattern in one["Action"] for name in _meant(pattern)}:
                self._by_action.setdefault(name, []).append(one)
        self._principals: dict[str, Principal] = {}

    def may(self, action: str, arn: str, brings: Mapping[str, str] | None = None, *, region: str = REGION) -> bool:
        """Whether nothing of the role's own stands in the way; a key's own policy is the stack's business."""
        who = self._principal(action)
        what = Target(arn, arn, region=region, home=ACCOUNT_ID)
        found = decide(who, action, what, {**NOTHING, "aws:requestedregion": region, **(brings or {})})
        return found.allowed or found.rests_elsewhere

    def _principal(self, action: str) -> Principal:
        if action not in self._principals:
            statements = [{**one, "Action": [action]} for one in self._by_action.get(action, ())]
            document = parse({"Version": "2012-10-17", "Statement": statements}, kind=IDENTITY, path="policy")
            assert document is not None
            arn = f"arn:aws:iam::{ACCOUNT_ID}:role/strata-deploy"
            self._principals[action] = Principal("strata-deploy", arn, policies=(Source("rights-for", document),))
        return self._principals[action]


@functools.cache
def deployer(stack: str, *, reading: bool = False) -> Deployer:
    return Deployer(rights(stack, reading=reading).documents)


def own_arns(graph: Graph) -> dict[str, str]:
    """By URN, the ARN of what has one in the form that its service gives it."""
    return {node.urn: str(node.outputs["arn"]) for node in graph.resources if "arn" in node.outputs and _is_told(node)}


def _is_told(node: Node) -> bool:
    """Whether the preview knows the form, and the name in it is the one that AWS will know."""
    path = node.type.partition(":")[2].rpartition(":")[0]
    key = operations()[node.type].name if node.type in operations() else ""
    if path == "iam/openIdConnectProvider":
        return False  # AWS calls it by the address of its issuer
    return path in ARNS and (not key or key in NAMES or key not in node.inputs) and f"{key}Prefix" not in node.inputs
