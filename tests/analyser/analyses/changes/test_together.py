"""What goes together with all that it guarded opens nothing; what leaves something behind does."""

import json
from typing import Any

import pytest

from analyser.analyses.changes.changes import changes
from analyser.analyses.changes.pairing import pairs
from analyser.analyses.changes.widening import widened
from analyser.analyses.changes.widening.guard_names import GUARDS
from tests.analyser.analyses.changes.documents import preview, resource
from tests.stacks import stack_graph

BUCKET, BLOCK = "aws:s3/bucket:Bucket", "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ACL, TIED = "aws:wafv2/webAcl:WebAcl", "aws:wafv2/webAclAssociation:WebAclAssociation"
ALARM, NONE = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:lb/loadBalancer:LoadBalancer"
SOURCE, DELIVERY = "aws:cloudwatch/logDeliverySource:LogDeliverySource", "aws:cloudwatch/logDelivery:LogDelivery"
NETWORK_POLICY, PODS = "kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubernetes:apps/v1:Deployment"
Resource = dict[str, Any]
DENY = json.dumps({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}]})
OF_AN_ACCOUNT = {
    "aws:backup/plan:Plan", "aws:cfg/recorder:Recorder", "aws:cfg/rule:Rule", "aws:cloudtrail/trail:Trail",
    "aws:dlm/lifecyclePolicy:LifecyclePolicy", "aws:guardduty/detector:Detector",
}  # fmt: skip
"""What guards whatever there is: its going is told in any case."""


def of(token: str, name: str = "guard", **sources: Resource) -> Resource:
    """A resource whose inputs come from others, by their names."""
    return resource(token, name, propertyDependencies={key: [one["urn"]] for key, one in sources.items()})


def told(before: list[Resource], after: list[Resource]) -> list[str]:
    found = pairs(preview(*before), preview(*after))
    return [one.name for one in widened(found, changes(found, one_stack=True))]


bucket = resource(BUCKET, "bucket")
balancer, other = resource(NONE, "balancer"), resource(NONE, "other")
acl = resource(ACL, "acl")
tied, tied_as_well = (of(TIED, f"tied-{one['name']}", resourceArn=one, webAclArn=acl) for one in (balancer, other))
source = of(SOURCE, "source", resourceArn=balancer)
delivery = of(DELIVERY, "delivery", deliverySourceName=source)
several = of(ALARM, "several") | {"propertyDependencies": {"metricQueries": [balancer["urn"], other["urn"]]}}
policy = of("aws:s3/bucketPolicy:BucketPolicy", "policy", bucket=bucket) | {"inputs": {"policy": DENY}}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ([bucket, of(BLOCK, bucket=bucket)], [], []),
        ([bucket, of(BLOCK, bucket=bucket)], [bucket], ["guard"]),
        ([bucket | {"options": {"retainOnDelete": True}}, of(BLOCK, bucket=bucket)], [], ["guard"]),
        ([bucket, policy], [], []),
        ([bucket, policy], [bucket], ["policy"]),
        ([resource("aws:sqs/queue:Queue", "q", {"policy": DENY})], [], []),
        ([resource("aws:iam/policy:Policy", "p", {"policy": DENY})], [], ["p"]),
        ([balancer, acl, tied], [], []),
        ([balancer, acl, tied], [balancer], ["acl", "tied-balancer"]),
        ([balancer, other, acl, tied, tied_as_well], [other], ["acl", "tied-other"]),
        ([acl], [], ["acl"]),
        ([balancer, of(ALARM, dimensions=balancer)], [], []),
        ([balancer, of(ALARM, dimensions=balancer)], [balancer], ["guard"]),
        ([balancer, of(ALARM, alarmActions=balancer)], [], ["guard"]),
        ([balancer, other, several], [], []),
        ([balancer, other, several], [other], ["several"]),
        ([balancer, source, delivery], [], []),
        ([balancer, source, delivery], [balancer], ["delivery"]),
    ],
)
def test_things_that_leave(before: list[Resource], after: list[Resource], found: list[str]) -> None:
    assert sorted(told(before, after)) == sorted(found)


def workload(name: str, **labels: str) -> Resource:
    return resource(
        PODS, name, {"metadata": {"namespace": "n"}, "spec": {"template": {"metadata": {"labels": labels}}}}
    )


def closes(selector: dict[str, Any], namespace: str = "n") -> Resource:
    return resource(NETWORK_POLICY, "closed", {"metadata": {"namespace": namespace}, "spec": {"podSelector": selector}})


def test_pods_that_leave_with_what_closed_them() -> None:
    one, two = workload("one", app="a"), workload("two", app="a", more="b")
    mine = closes({"matchLabels": {"app": "a"}})
    assert told([one, two, mine], []) == []
    assert told([one, two, mine], [two]) == ["closed"]
    assert told([one, mine], [one]) == ["closed"]
    # Nobody knows what else these select.
    for selector in ({}, {"matchLabels": {"app": "a"}, "matchExpressions": [{"key": "x", "operator": "Exists"}]}):
        assert told([one, closes(selector)], []) == ["closed"]
    assert told([one, closes({"matchLabels": {"app": "a"}}, "elsewhere")], []) == ["closed"]
    namespace = resource("kubernetes:core/v1:Namespace", "n", {"metadata": {"name": "n"}})
    assert told([namespace, closes({})], []) == []
    assert told([namespace, closes({})], [namespace]) == ["closed"]


def test_all_of_a_stack_leaves_and_only_what_guards_an_account_or_a_plain_name_is_told() -> None:
    seen = set()
    for stack in ("confluence-prod", "mdreader-prod"):
        nodes = stack_graph(stack).resources
        every = [
            resource(node.type, node.name, dict(node.inputs), propertyDependencies=node.property_dependencies)
            | {"urn": node.urn}
            for node in nodes
        ]
        found = widened_of_all(every)
        assert {one["type"] for one in every if one["urn"] in found and not by_name(one)} <= OF_AN_ACCOUNT, stack
        seen |= {node.type for node in nodes} & GUARDS.keys()
    assert len(seen - OF_AN_ACCOUNT) > 12


def by_name(one: Resource) -> bool:
    """Whether it guards what it has no more than the name of, or what pulumi-eks makes."""
    depends = one["propertyDependencies"]
    if one["type"] == ALARM:
        return "dimensions" not in depends
    return any("eks:index:Cluster" in urn for urn in depends.get("resources", ()))


def widened_of_all(every: list[Resource]) -> set[str]:
    found = pairs(preview(*every), preview())
    return {one.urn for one in widened(found, changes(found, one_stack=True))}
