"""`strata can`: a question by names, and its answer with everything else that the action requires."""

from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from analyser.analyses.reach.graph_view import View, text, view_of
from analyser.analyses.rights.bucket_acls import BUCKET
from analyser.analyses.rights.decide import Decision, decide
from analyser.analyses.rights.endpoint_policies import Passage, passages
from analyser.analyses.rights.matching_statements import Ground
from analyser.analyses.rights.outside_policies import NOTHING, OutsidePolicies
from analyser.analyses.rights.principal import Principal, principal
from analyser.analyses.rights.request import ABSENT, OF_SERVICES
from analyser.analyses.rights.target import ACCESS_POINT, Target, key_of, of_bucket, of_key, target
from analyser.analyses.rights.unknown_name import UnknownNameError
from analyser.graph import Graph
from policy.iam.actions import actions_of, services

VERSION = 1
"""Of the JSON form. Members may be added under the same version; none changes its meaning or goes away."""

_READS, _WRITES = ("kms:Decrypt",), ("kms:GenerateDataKey", "kms:Decrypt")
# What services ask of the caller for the key that encrypts a resource:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
# https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
_KEY_USE = {
    "s3:GetObject": _READS,
    "s3:GetObjectVersion": _READS,
    "s3:PutObject": _WRITES[:1],
    "sqs:ReceiveMessage": _READS,
    "sqs:SendMessage": _WRITES,
    "sns:Publish": _WRITES,
    "secretsmanager:GetSecretValue": _READS,
    "secretsmanager:PutSecretValue": _WRITES,
    "kinesis:GetRecords": _READS,
    "kinesis:PutRecord": _WRITES[:1],
    "kinesis:PutRecords": _WRITES[:1],
}


def ask(graph: Graph, role: str, action: str, resource: str, outside_policies: OutsidePolicies = NOTHING) -> Decision:
    """Whether a role may do something, from a graph whose values are known.

    ``outside_policies`` holds the policies from outside the stack that bound the question.
    Raises UnknownNameError for a role, action or resource that is none.
    """
    return _as_far_as_seen(judge(view_of(graph), role, action, resource, outside_policies), graph)


def _as_far_as_seen(found: Decision, graph: Graph) -> Decision:
    """The same, where a no by silence is none: what is not in the graph may allow it."""
    if found.allowed or any(not one.allows for one in found.grounds) or not graph.hidden:
        return found
    names = (f"what {gap.token} {gap.name} has or makes, which is not seen" for gap in graph.hidden)
    return replace(found, unread=(*found.unread, *names))


def judge(view: View, role: str, action: str, resource: str, outside_policies: OutsidePolicies = NOTHING) -> Decision:
    """As ``ask``, from a view of the graph, and without regard to resources that the run could not see."""
    exact = _exact(action)
    who = principal(view, role)
    what = target(view, resource, exact)
    through = passages(view, role, who, exact) if _is_of_account(who) else []
    always = next((one for one in through if one.always), None)
    found = decide(who, exact, what, always.context if always else None, outside_policies=outside_policies)
    found = _passed(found, through) if found.allowed else found
    if found.allowed and what.resource is not None and what.resource.type == ACCESS_POINT:
        found = _by_access_point(view, found, outside_policies)
    key = key_of(view, what.resource) if found.allowed and what.resource else None
    if key is None:
        return found
    service = exact.partition(":")[0]
    through = _of_service(who.arn, service) if who.is_service else _through(service, view.region_of(key))
    needs = tuple(decide(who, use, of_key(view, key), through, outside_policies) for use in _KEY_USE.get(exact, ()))
    return replace(found, needs=needs)


def _is_of_account(who: Principal) -> bool:
    return not who.is_service and not who.is_federated


def _passed(found: Decision, through: list[Passage]) -> Decision:
    """Applies VPC endpoint policies to a yes: a no where every request passes an endpoint that refuses it."""
    for one in through:
        if not one.refuses(found.principal, found.action, found.target):
            continue
        says = f"the policy of endpoint {one.name}, by which its requests come, does not allow it"
        if one.always:
            return replace(found, allowed=False, because=says, grounds=(), provisos=())
        found = replace(found, provisos=(*found.provisos, f"unless it comes by endpoint {one.name}, which refuses it"))
    return found


def _by_access_point(view: View, found: Decision, outside_policies: OutsidePolicies) -> Decision:
    """What the bucket behind an access point has to allow as well.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
    """
    point = found.target.resource
    buckets = view.refers(point, "bucket", BUCKET) if point else []
    if point is None or not buckets:
        return replace(found, provisos=(*found.provisos, "if the bucket behind it allows it as well"))
    behind = of_bucket(view, buckets[0], found.action)
    known = {"s3:dataaccesspointaccount": behind.home, "s3:dataaccesspointarn": text(point.outputs.get("arn"))}
    own = decide(found.principal, found.action, behind, known, outside_policies)
    if own.allowed or any(not one.allows for one in own.grounds):
        return replace(found, needs=(*found.needs, own))
    return replace(found, provisos=(*found.provisos, f"if bucket {behind.name} allows it as well"))


def _through(service: str, region: str) -> dict[str, str]:
    return {"kms:viaservice": f"{service}.{region}.amazonaws.com"}


def _of_service(principal: str, service: str) -> dict[str, str]:
    """EventBridge brings no source to the key of a topic.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    """
    unsaid = principal.startswith("events.amazonaws.com") and service == "sns"
    return dict.fromkeys(OF_SERVICES, ABSENT) if unsaid else {}


def _exact(action: str) -> str:
    """The action in AWS's own spelling."""
    service, _, verb = action.partition(":")
    known = actions_of(service.lower())
    if verb.lower() in known:
        return known[verb.lower()].name
    if not known:
        close = get_close_matches(service.lower(), services(), n=3)
    else:
        close = [known[name].name for name in get_close_matches(verb.lower(), known, n=3)]
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise UnknownNameError(f"{action!r} is no action of AWS{hint}")


def document(found: Decision) -> dict[str, Any]:
    """A decision as JSON data."""
    return {
        "role": found.principal.name,
        "principal": found.principal.arn,
        "action": found.action,
        "resource": _asked(found.target),
        "yes": found.yes,
        "answer": found.answer.value,
        "notKnown": list(found.unread),
        "allowed": found.allowed,
        "because": found.because,
        "statements": [_statement(ground) for ground in found.grounds],
        "provisos": list(found.provisos),
        "needs": [document(need) for need in found.needs],
    }


def _asked(what: Target) -> dict[str, str]:
    return {"name": what.name, "arn": what.arn}


def _statement(ground: Ground) -> dict[str, Any]:
    return {
        "effect": "Allow" if ground.allows else "Deny",
        "where": ground.where,
        "statement": ground.label,
        "conditions": list(ground.conditions),
        "only": list(ground.parts),
    }
