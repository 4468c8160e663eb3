"""Guarding resources that are removed together with what they guard, such as a bucket's public access block.

What a resource guards is told by the name of the input that comes from it, since AWS uses few names for these.
"""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from analyser.analyses.changes.edits import holds_hidden
from analyser.analyses.changes.pairing import Pairs, Resource
from analyser.analyses.changes.widening.pod_groups import POLICY
from policy.iam import PLACES

_GUARDED = (
    *("bucket", "secretArn", "secretId", "backupVaultName", "queueUrl", "fileSystemId", "resourceArn", "userPoolId"),
    *("sourceDbInstanceArn", "zoneId", "vpcId", "subnetId", "eniId", "deliverySourceName", "dimensions", "role"),
    *("user", "group", "arn"),
)
"""Inputs of which one thing that is gone is enough."""
_SEVERAL = ("metricQueries", "alarmRule", "resources")
"""Inputs of which everything has to be gone."""
_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
_STATUS, _RECORDER = "aws:cfg/recorderStatus:RecorderStatus", "name"
_ACL, _ACL_USERS = "aws:wafv2/webAcl:WebAcl", ("webAclArn", "webAclId")
_OF_PODS = frozenset({"kubernetes:networking.k8s.io/v1:NetworkPolicy", POLICY})
_NAMESPACE = "kubernetes:core/v1:Namespace"
_GIVEN = ("Policy", "Permissions")
"""How types end that give a policy to something else; what has a policy of its own takes it along."""


def left_alone(found: Pairs) -> frozenset[str]:
    """URNs of what goes and guards nothing that is left. What stays in the cloud (``retainOnDelete``) is left."""
    gone = frozenset(old["urn"] for old in found.only_before if not old["options"].get("retainOnDelete"))
    before = {old["urn"]: old for old in (*(old for old, _ in found.both), *found.only_before)}
    return frozenset(old["urn"] for old in found.only_before if _guards_nothing(old, gone, before))


def _guards_nothing(old: Resource, gone: frozenset[str], before: Mapping[str, Resource]) -> bool:
    if old["type"] in _OF_PODS:
        return _pods_go(old, gone, before)
    if old["type"] == _ACL:
        users = [user for user in before.values() if any(old["urn"] in _from(user, name) for name in _ACL_USERS)]
        return bool(users) and all(gone.issuperset(_from(user, "resourceArn") or {user["urn"]}) for user in users)
    if old["type"] == _STATUS:
        return not gone.isdisjoint(_from(old, _RECORDER))
    if old["type"] in PLACES and not old["type"].endswith(_GIVEN):
        return old["urn"] in gone
    return _guarded_goes(old, gone, before)


def _guarded_goes(old: Resource, gone: frozenset[str], before: Mapping[str, Resource]) -> bool:
    for name in _GUARDED:
        if urns := _from(old, name):
            sources = [before[urn] for urn in urns if urn in before and before[urn]["type"] == _SOURCE]
            # A delivery's source only says what the logs are of.
            return not gone.isdisjoint({urn for one in sources for urn in _from(one, "resourceArn")} or urns)
    return any(urns and gone.issuperset(urns) for urns in (_from(old, name) for name in _SEVERAL))


def _from(resource: Resource, name: str) -> Set[str]:
    """What an input comes from."""
    return set(resource["propertyDependencies"].get(name, ()))


def _pods_go(policy: Resource, gone: frozenset[str], before: Mapping[str, Resource]) -> bool:
    """Whether its namespace goes, or it selects, by labels alone, pods of workloads that all go."""
    place = _metadata(policy).get("namespace")
    if any(before[urn]["type"] == _NAMESPACE and _metadata(before[urn]).get("name") == place for urn in gone):
        return True
    spec = policy["inputs"].get("spec") or {}
    selector = {} if holds_hidden(spec) else spec.get("podSelector") or {}
    labels = selector.get("matchLabels") or {}
    if not labels or selector.get("matchExpressions"):
        return False
    mine = [urn for urn, one in before.items() for pod in _pods(one, policy) if labels.items() <= pod.items()]
    return bool(mine) and gone.issuperset(mine)


def _pods(workload: Resource, policy: Resource) -> Iterator[Mapping[str, Any]]:
    """The labels of a workload's pods in the namespace of a policy."""
    spec = workload["inputs"].get("spec")
    if not workload["type"].startswith("kubernetes:") or not isinstance(spec, Mapping) or holds_hidden(spec):
        return
    template = spec.get("template")
    if _metadata(workload).get("namespace") == _metadata(policy).get("namespace") and isinstance(template, Mapping):
        yield (template.get("metadata") or {}).get("labels") or {}


def _metadata(resource: Resource) -> Mapping[str, Any]:
    found = resource["inputs"].get("metadata") or {}
    return {} if holds_hidden(found) else found
