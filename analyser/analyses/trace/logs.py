"""From what writes logs to the group: the right to, how long it is kept, and the key."""

from collections.abc import Iterator

from analyser.analyses.reach.graph_view import text, texts
from analyser.analyses.rights.patterns import Match, match
from analyser.analyses.trace.model import Chain, Link, Story, found, missing, not_known, shown
from analyser.analyses.trace.survey import Survey, called
from analyser.analyses.trace.writers import DELIVERY, Writer, unnamed_functions, writers
from policy.iam import RESOURCE, documents
from policy.iam.document import Statement
from policy.iam.reach import covers
from policy.model import Resource

_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_POLICY = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
_KEY = "aws:kms/key:Key"
_WRITE = "logs:PutLogEvents"


def logs(s: Survey) -> Iterator[Chain]:
    """One chain for each log group, and for each function that writes to none of the stack."""
    for group in s.of(_GROUP):
        name = text(group.outputs.get("name"))
        yield Chain(Story.LOG, f"logs to {name}", tuple(_group(s, group, name)))
    for function in unnamed_functions(s):
        says = f"{called(function)} writes to a group of the stack"
        link = missing("group", says, "Lambda would make one that is kept for ever", [function])
        yield Chain(Story.LOG, f"{called(function)} to a group of its own", (link,))


def _group(s: Survey, group: Resource, name: str) -> Iterator[Link]:
    known = list(dict.fromkeys(writers(s, group)))
    says = f"something writes to {name}"
    yield shown("writer", says, [one.resource for one in known], "nothing of the stack does")
    for one in known:
        yield may_write(s, group, one)
    yield is_kept(group, name)
    yield is_encrypted(s, group, name)


def may_write(s: Survey, group: Resource, writer: Writer) -> Link:
    """Whoever writes has the right to, by its role, by a policy of the log groups, or as AWS has arranged it."""
    says = f"{called(writer.resource)} may write to it"
    arn = f"{text(group.outputs.get('arn'))}:log-stream:*"
    if writer.role is not None:
        decision = s.may(text(writer.role.outputs.get("arn")), _WRITE, arn)
        evidence = [writer.resource, writer.role, *s.policies_of(writer.role)]
        return s.permission("rights", f"{says} as {writer.role.name}", decision, evidence)
    if writer.unclear:
        return not_known("rights", says, writer.unclear, [writer.resource])
    if writer.by_itself:
        return found("rights", f"{says}: {writer.by_itself}", [writer.resource])
    if writer.service:
        return _by_policy(s, group, writer, says)
    return missing("rights", says, "it has no role of the stack", [writer.resource])


def _by_policy(s: Survey, group: Resource, writer: Writer, says: str) -> Link:
    """A policy of the region's log groups lets the service in; for log delivery, AWS writes one when it is set up.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    """
    arn, region = text(group.outputs.get("arn")), s.view.region_of(group)
    letting = [
        policy
        for policy in s.of(_POLICY)
        if s.view.region_of(policy) == region
        for document in documents(policy, RESOURCE)
        for statement in document.allowing()
        if _lets(statement, writer.service, arn)
    ]
    if letting:
        return found("rights", f"{says} as {writer.service}", [writer.resource, *letting])
    if writer.service == DELIVERY:
        return found("rights", f"{says}: AWS writes the policy for {DELIVERY} itself", [writer.resource])
    return missing("rights", says, f"no policy of {region}'s log groups lets {writer.service} in", [writer.resource])


def _lets(statement: Statement, service: str, arn: str) -> bool:
    about = match(texts(list(statement.resources)), f"{arn}:log-stream:x")
    return service in statement.principals_of("Service") and covers(statement, _WRITE) and about is not Match.NONE


def is_kept(group: Resource, name: str) -> Link:
    """What is written goes away again."""
    days = group.get("retentionInDays")
    if isinstance(days, int) and days > 0:
        return found("retention", f"{name} keeps for {days} days", [group])
    return missing("retention", f"{name} has an end of keeping", "it keeps for ever", [group])


def is_encrypted(s: Survey, group: Resource, name: str) -> Link:
    """CloudWatch Logs may use the group's key.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    keys = s.refers(group, "kmsKeyId", _KEY)
    says = f"{name} is encrypted with a key that CloudWatch Logs may use"
    if not keys:
        return missing("key", says, "it names no key of the stack", [group])
    service = f"logs.{s.view.region_of(group)}.amazonaws.com"
    decision = s.may(service, "kms:GenerateDataKey", text(keys[0].outputs.get("arn")))
    return s.permission("key", says, decision, [*keys, group])
