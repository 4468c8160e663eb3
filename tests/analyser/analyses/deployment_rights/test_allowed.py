"""What a deployment does to what its stack makes is allowed, on exactly that."""

import functools
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from analyser.analyses.deployment_rights.documents import LARGEST, MOST, size
from analyser.analyses.deployment_rights.names import filled, made_up
from analyser.analyses.deployment_rights.statements import is_read, resource_level
from analyser.analyses.deployment_rights.table import brings_tags, knows_tags, of_type, operations
from analyser.analyses.rights.patterns import Match, match
from analyser.analyses.rights.request import ABSENT
from analyser.graph import Graph, Node
from policy.iam.actions import TAGGING, actions_of, expand
from policy.iam.generate import source
from tests.analyser.analyses.deployment_rights.judged import (
    FULLEST,
    REGION,
    boundary,
    boundary_arn,
    deployer,
    own_arns,
    rights,
)
from tests.stacks import EVERY_STACK, serving

CHANGES_NOTHING = {"kafka-cluster:Connect", "kms:Decrypt"}
"""AWS lists them as writes; secrets of the state and topics cannot be read without."""
_FEW = 2
PLANNING = ("Plans", "PlansKey", "Planner", "PlannerKey", "PlannerSource")
"""What a job that plans changes: test_steps.py."""


@pytest.mark.parametrize("reading", [False, True])
@pytest.mark.parametrize("stack", FULLEST)
def test_every_action_on_what_the_stack_makes(stack: str, reading: bool) -> None:
    role = deployer(stack, reading=reading)
    asked = set(_questions(serving(stack), reading=reading))
    asked = asked if EVERY_STACK else set(_a_few(asked))
    refused = sorted(
        {
            (action, arn)
            for action, arn, new, region in asked
            if not role.may(action, arn, _brings(stack, action, new=new), region=region)
        }
    )
    assert not refused
    assert len(asked) > (60 if reading else 200)


@pytest.mark.parametrize("stack", FULLEST)
def test_what_bears_no_tags_is_not_narrowed_by_them(stack: str) -> None:
    """Aliases of keys, schedules and the like: no request about them brings a tag that a condition could ask for."""
    graph, role = serving(stack), deployer(stack)
    made = made_up(graph)
    asked = {
        (action, filled(graph, node, form, made).replace("?", "a").replace("*", "a"))
        for node in {one.type: one for one in graph.resources if "tagsAll" not in one.outputs}.values()
        if node.type in operations()
        for form in of_type(node.type).arns
        for action in of_type(node.type).every
        if knows_tags(action) and match(_forms(action), f"arn:aws:{form}") is not Match.NONE
    }
    assert not sorted(one for one in asked if not role.may(*one, region=one[1].split(":")[3] or REGION))
    assert asked


@pytest.mark.parametrize("stack", FULLEST)
def test_every_kind_of_resource_that_an_action_is_about(stack: str) -> None:
    """By the forms of ARNs in AWS's own reference, so that a form in the table that AWS does not know is seen."""
    allowed = _allowed(stack)
    wrong = [
        (action, form)
        for action in sorted(_actions(serving(stack)))
        if resource_level(action)
        and not any(match(tuple(allowed[action]), form) is not Match.NONE for form in _forms(action))
        for form in _forms(action)
    ]
    assert not wrong


@pytest.mark.parametrize("reading", [False, True])
@pytest.mark.parametrize("stack", FULLEST)
def test_policies_are_as_iam_takes_them(stack: str, reading: bool) -> None:
    found = rights(stack, reading=reading).documents
    assert len(found) <= MOST
    for document in (*found, boundary(stack)):
        assert size(document) <= LARGEST
        sids = [one["Sid"] for one in document["Statement"]]
        assert len(set(sids)) == len(sids)
        assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)
        for one in document["Statement"]:
            assert all(expand(action) for action in one["Action"] if one["Effect"] == "Allow"), one


@pytest.mark.parametrize("stack", FULLEST)
def test_looking_changes_nothing(stack: str) -> None:
    for document in rights(stack, reading=True).documents:
        for one in document["Statement"]:
            allowed = {action.name for pattern in one["Action"] for action in expand(pattern)}
            assert one["Sid"] in PLANNING or {name for name in allowed if not is_read(name)} <= CHANGES_NOTHING


@pytest.mark.parametrize("stack", FULLEST)
def test_everything_only_where_aws_lets_no_policy_name_a_resource(stack: str) -> None:
    for document in rights(stack).documents:
        for one in document["Statement"]:
            if one["Effect"] == "Allow" and "*" in one["Resource"]:
                assert not [
                    action.name
                    for pattern in one["Action"]
                    for action in expand(pattern)
                    if action.resource_level and not is_read(action.name)
                ]
                assert "aws:RequestedRegion" in one["Condition"]["StringEquals"]


def _actions(graph: Graph) -> set[str]:
    tokens = [token for token in graph.counts if token.startswith("aws:")]
    every = {action for token in tokens for action in of_type(token).every}
    made = {of_type(token).arns[0].partition(":")[0] for token in tokens if of_type(token).arns}
    # Another service's action is about what not every stack has: a web ACL may stand before an API, or not.
    return {action for action in every if action.partition(":")[0] in made and action not in _METHODS}


_METHODS = {f"apigateway:{method}" for method in ("DELETE", "GET", "PATCH", "POST", "PUT")}
"""Methods on paths; the reference lists the paths of one of the two generations of APIs with each."""


@functools.cache
def _allowed(stack: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for document in rights(stack).documents:
        for one in document["Statement"]:
            for pattern in one["Action"] if one["Effect"] == "Allow" else ():
                for action in expand(pattern):
                    found.setdefault(action.name, set()).update(one["Resource"])
    return found


@functools.cache
def _definitions() -> dict[str, Any]:
    return source()


@functools.cache
def _forms(action: str) -> tuple[str, ...]:
    """What ARNs of an action's resources look like, anything for each part that differs."""
    service, _, name = action.partition(":")
    definition = _definitions()[service]
    listed = definition["privileges"][name]["resource_types"].values()
    kinds = [one["resource_type"].rstrip("*") for one in listed if one["resource_type"]]
    return tuple(re.sub(r"\$\{[^}]*\}", "*", definition["resources"][kind]["arn"]) for kind in kinds)


def _questions(graph: Graph, *, reading: bool) -> Iterator[tuple[str, str, bool, str]]:
    """Action, ARN, whether that is being made, region."""
    arns = own_arns(graph)
    for node in graph.resources:
        if not node.type.startswith("aws:"):
            continue
        found = of_type(node.type)
        region = str(node.inputs.get("region") or graph.region)
        for action in found.read if reading else found.every:
            if not resource_level(action):
                yield action, "*", action in found.create and brings_tags(action), region
                continue
            making = action in found.create and brings_tags(action)
            for arn, own in _about(node, action, arns, graph):
                yield action, arn, making and own, arn.split(":")[3] or REGION


def _a_few(asked: set[tuple[str, str, bool, str]]) -> Iterator[tuple[str, str, bool, str]]:
    """Of each action the questions about two of a kind: a stack has hundreds of alarms."""
    seen: Counter[tuple[str, str, bool, str]] = Counter()
    for action, arn, new, region in sorted(asked):
        kind = (action, arn[: max(arn.rfind("/"), arn.rfind(":"))], new, region)
        seen[kind] += 1
        if seen[kind] <= _FEW:
            yield action, arn, new, region


def _about(node: Node, action: str, arns: dict[str, str], graph: Graph) -> Iterator[tuple[str, bool]]:
    """The resource itself, or what it belongs to, as far as the action is about such."""
    forms = _forms(action)
    above = {urn for urns in node.property_dependencies.values() for urn in urns}
    for urn in (node.urn, *sorted(above)):
        arn = arns.get(urn, "")
        if (
            arn
            and match(forms, arn) is Match.ALL
            and (urn == node.urn or graph[urn].type in _OWNERS.get(node.type, ()))
        ):
            yield arn, urn == node.urn


_OWNERS = {
    "aws:iam/rolePolicy:RolePolicy": ("aws:iam/role:Role",),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("aws:iam/role:Role",),
    "aws:lambda/alias:Alias": ("aws:lambda/function:Function",),
    "aws:lambda/permission:Permission": ("aws:lambda/function:Function",),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": ("aws:lambda/function:Function",),
    "aws:s3/bucketPolicy:BucketPolicy": ("aws:s3/bucket:Bucket",),
    "aws:s3/bucketVersioning:BucketVersioning": ("aws:s3/bucket:Bucket",),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ("aws:s3/bucket:Bucket",),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ("aws:s3/bucket:Bucket",),
    "aws:sqs/queuePolicy:QueuePolicy": ("aws:sqs/queue:Queue",),
    "aws:sns/topicPolicy:TopicPolicy": ("aws:sns/topic:Topic",),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("aws:secretsmanager/secret:Secret",),
    "aws:kms/alias:Alias": ("aws:kms/key:Key",),
    "aws:cloudwatch/eventTarget:EventTarget": ("aws:cloudwatch/eventRule:EventRule",),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": ("aws:ecr/repository:Repository",),
    "aws:backup/selection:Selection": ("aws:backup/plan:Plan",),
    "aws:route53/record:Record": ("aws:route53/zone:Zone",),
    "aws:lb/listener:Listener": ("aws:lb/loadBalancer:LoadBalancer",),
}
"""What holds a resource that has no ARN of its own, or that making it is about as well."""


def _brings(stack: str, action: str, *, new: bool) -> dict[str, str]:
    """What the request for it brings: the tags that the provider gives, or those that are there."""
    service, _, name = action.partition(":")
    tagging = actions_of(service)[name.lower()].level == TAGGING
    return {
        "iam:permissionsboundary": boundary_arn(stack),
        "iam:policyarn": next(iter(_attached(stack)), ""),
        "aws:requesttag/stack": stack if new or tagging else ABSENT,
        "aws:resourcetag/stack": ABSENT if new else stack,
        f"{service}:createaction": "CreateIt" if new else ABSENT,
    }


@functools.cache
def _attached(stack: str) -> tuple[str, ...]:
    nodes = serving(stack).of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    return tuple(str(node.inputs.get("policyArn")) for node in nodes)
