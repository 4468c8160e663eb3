"""The statements that let a role deploy one stack, or only look at it.

Of each service one statement is about what has a name in the stack file. What gets an id or a made-up name is
narrowed by the tag ``stack``, which the provider gives to all it makes: on what is there by ``aws:ResourceTag``, on
what is to be made by ``aws:RequestTag``. What brings neither is narrowed by the form of its ARN alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from analyser.analyses.deployment_rights.names import MANY, Called, called, fewer
from analyser.analyses.deployment_rights.table import all_known, brings_tags, knows_tags, of_type
from analyser.graph import Graph
from policy.iam.actions import LIST, READ, TAGGING, actions_of, expand

Statement = dict[str, Any]
STACK_TAG: Final = "stack"
SPECIAL: Final = frozenset(
    {"ec2:RunInstances", "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
     "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "route53:ChangeResourceRecordSets"}
)  # fmt: skip
"""Actions with conditions of their own: ``roles.py``, ``state_and_lookups.py``."""
# Services that know tags of few kinds, or of buckets only where that is turned on: a condition would refuse the rest.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/buckets-tagging-enable-abac.html
_WITHOUT_TAGS: Final = frozenset({"apigateway", "s3"})
_IN_MAKING: Final[Mapping[str, Mapping[str, str]]] = {
    "ec2": {"ec2:CreateAction": "false"},
    "ecs": {"ecs:CreateAction": "false"},
    "elasticfilesystem": {"elasticfilesystem:CreateAction": "false"},
    "elasticloadbalancing": {"elasticloadbalancing:CreateAction": "false"},
    "kms": {"kms:ResourceAliases": "true"},
}
"""What tells that tags are given to something in the course of making it: an action that does, or no alias yet.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""
_TAGGED_LATER: Final = frozenset({"route-table/*", "security-group/*", "security-group-rule/*"})
"""Of EC2: the provider takes over a VPC's own table and group, and tags rules once they are there.

terraform-provider-aws, internal/service/ec2: vpc_default_route_table.go, vpc_default_security_group.go,
vpc_security_group_ingress_rule.go
"""
_ARN_SERVICES: Final = {"kafka-cluster": "kafka"}
_TELLING: Final = ("Dynamodb", "Iam", "Lambda", "S3", "Secretsmanager", "Ssm")
"""Services whose reads tell code, rights or data and not only how something is configured."""
_SECRET: Final = frozenset({"cognito-idp:DescribeIdentityProvider", "cognito-idp:DescribeUserPoolClient"})
"""Reads that tell what opens a door, of things that AWS gives ids: of the stack's own alone."""
_READING: Final = ("Describe", "List")
_SAVES: Final = 2
_TELLING_APART: Final = 2
"""How many forms of names there are at least where names alone tell the stack's things from others'."""
GLOBAL: Final = "us-east-1"
"""Where requests to services that have no region go."""


def statements(graph: Graph, actions: Iterable[str], most: int = MANY) -> Iterator[Statement]:
    """What allows these actions on what the stack makes, and on nothing else that can be named.

    Of more than ``most`` made-up names of a kind only what they begin with is told.
    """
    by_service: dict[str, set[str]] = defaultdict(set)
    for action in actions:
        by_service[action.partition(":")[0]].add(action)
    anything: set[str] = set()
    names = called(graph)
    for service, wanted in sorted(by_service.items()):
        anything |= {action for action in wanted if not resource_level(action)}
        yield from _of_service(graph, service, {action for action in wanted if resource_level(action)}, names, most)
    yield from _on_anything(graph, anything)


def actions_for(graph: Graph, *, reading: bool) -> set[str]:
    """Every action on what a graph makes, as the table has them; reading alone with ``reading``.

    Raises UnknownTypeError with all types that are not in the table.
    """
    tokens = [token for token in graph.counts if token.startswith("aws:")]
    all_known(tokens)
    return {action for token in tokens for action in (of_type(token).read if reading else of_type(token).every)}


def resource_level(action: str) -> bool:
    """Whether a policy can limit the action to resources."""
    return _known(action).resource_level


def is_read(action: str) -> bool:
    """Whether the action changes nothing."""
    return _known(action).level in (READ, LIST)


def allow(
    sid: str, actions: Iterable[str], resources: Iterable[str], condition: Mapping[str, Any] | None = None
) -> Statement:
    """One statement, its lists in order."""
    found: Statement = {"Sid": sid, "Effect": "Allow", "Action": shorter(actions), "Resource": sorted(resources)}
    return {**found, "Condition": condition} if condition else found


def no_other_stack(graph: Graph, companions: Iterable[str]) -> Statement:
    """Nothing that bears another stack's tag, whatever allows it: of services that know tags of some kinds as well."""
    tag = f"aws:ResourceTag/{STACK_TAG}"
    return {
        "Sid": "NoOtherStack",
        "Effect": "Deny",
        "Action": ["*"],
        "Resource": ["*"],
        "Condition": {"StringNotEquals": {tag: sorted({graph.stack, *companions})}, "Null": {tag: "false"}},
    }


def shorter(actions: Iterable[str]) -> list[str]:
    """Actions in order, three and more that begin with Describe or List as one pattern where all such only read."""
    left = set(actions)
    for service in {action.partition(":")[0] for action in left}:
        for verb in _READING:
            begun = {action for action in left if action.startswith(f"{service}:{verb}")}
            every = expand(f"{service}:{verb}*")
            if len(begun) > _SAVES and all(one.level in (READ, LIST) and one.name not in _SECRET for one in every):
                left = (left - begun) | {f"{service}:{verb}*"}
    return sorted(left)


def regions(graph: Graph) -> list[str]:
    """The regions that a stack has resources in, and where global services are."""
    given = {node.inputs.get("region") for node in graph.resources}
    return sorted({graph.region, GLOBAL, *(one for one in given if isinstance(one, str) and one)})


def _known(action: str) -> Any:
    service, _, name = action.partition(":")
    return actions_of(service)[name.lower()]


def _of_service(graph: Graph, service: str, actions: set[str], names: Called, most: int) -> Iterator[Statement]:
    plain = actions - SPECIAL
    named, generated = (_within(service, arns) for arns in (names.named, names.generated))
    label = "".join(part.capitalize() for part in service.split("-"))
    if plain and named:
        yield allow(f"{label}Named", plain, fewer(named, most))
    if plain and generated:
        yield from _by_tag(graph, service, label, plain, generated, most)


def _by_tag(
    graph: Graph, service: str, label: str, actions: set[str], generated: list[str], most: int
) -> Iterator[Statement]:
    arns = fewer(generated, most)
    # The tag tells more than names that others may have as well; roles have both.
    kinds = arns if label == "Iam" else fewer(generated, most=1)
    writes = {one for one in actions if (not is_read(one) or one in _SECRET) and service not in _WITHOUT_TAGS}
    making = {action for action in writes if brings_tags(action) and not _tags(action)}
    known = {action for action in writes if knows_tags(action)}
    giving = {action for action in known if _tags(action) and not _takes_tags_away(action)}
    owned = known if service in _IN_MAKING else known - giving
    if giving:
        yield from _giving_tags(graph, service, label, giving, arns)
    if making:
        # What makes a thing also overwrites the one of that name, and names are the caller's choice.
        where = fewer(generated, max(most, _TELLING_APART)) if making & _changing(graph) else kinds
        yield allow(f"{label}New", making, where, {"StringEquals": {f"aws:RequestTag/{STACK_TAG}": graph.stack}})
    if owned:
        yield allow(f"{label}Own", owned, kinds, {"StringEquals": {f"aws:ResourceTag/{STACK_TAG}": graph.stack}})
    rest = actions - making - known
    looking = set() if label in _TELLING else {action for action in rest if is_read(action)}
    if looking:
        yield allow(f"{label}Look", looking, kinds)
    if rest - looking:
        yield allow(f"{label}Any", rest - looking, arns)


def _giving_tags(graph: Graph, service: str, label: str, actions: set[str], arns: list[str]) -> Iterator[Statement]:
    """Giving tags to what is being made and bears none yet, and to what is the stack's where ``Own`` does not tell."""
    unless_others = {"StringEqualsIfExists": {f"aws:ResourceTag/{STACK_TAG}": graph.stack}}
    if service not in _IN_MAKING:
        yield allow(f"{label}Tags", actions, arns, unless_others)
        return
    later = [arn for arn in arns if arn.rpartition(":")[2] in _TAGGED_LATER]
    if at_once := {*arns} - {*later}:
        yield allow(f"{label}Fresh", actions, fewer(at_once, most=1), {"Null": _IN_MAKING[service]})
    if later:
        yield allow(f"{label}Tags", actions, later, unless_others)


def _tags(action: str) -> bool:
    return _known(action).level == TAGGING and knows_tags(action)


def _takes_tags_away(action: str) -> bool:
    return action.partition(":")[2].startswith(("Delete", "Remove", "Untag"))


@lru_cache(maxsize=8)
def _changing(graph: Graph) -> frozenset[str]:
    """What changes things of the kinds that a stack has."""
    tokens = (token for token in graph.counts if token.startswith("aws:"))
    return frozenset(action for token in tokens for action in of_type(token).update)


def _on_anything(graph: Graph, actions: set[str]) -> Iterator[Statement]:
    """What AWS lets no policy limit to resources, in the stack's regions; with its tag where requests bring tags."""
    here = {"StringEquals": {"aws:RequestedRegion": regions(graph)}}
    making = {action for action in actions if brings_tags(action)}
    if making:
        tagged = {"StringEquals": {**here["StringEquals"], f"aws:RequestTag/{STACK_TAG}": [graph.stack]}}
        yield allow("New", making, ["*"], tagged)
    if actions - making:
        yield allow("Anywhere", actions - making, ["*"], here)


def _within(service: str, arns: Iterable[str]) -> list[str]:
    wanted = _ARN_SERVICES.get(service, service)
    return sorted(arn for arn in arns if arn.split(":")[2] == wanted)
