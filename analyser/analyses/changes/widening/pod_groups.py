"""Pods that no longer stand behind the security groups that a SecurityGroupPolicy gives them.

https://docs.aws.amazon.com/eks/latest/userguide/security-groups-pods-deployment.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from analyser.analyses.changes.edits import hidden
from analyser.analyses.changes.pairing import Resource

POLICY = "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy"
_SELECTORS = ("podSelector", "serviceAccountSelector")


def regrouped(old: Resource | None, new: Resource | None) -> Iterator[tuple[str, bool]]:
    """What its pods are let in by instead, in words, and whether that is certain.

    Those that no policy selects stand in the cluster's group, which lets in its nodes and whoever may reach these.
    Groups let in what any of them does, so that one more may open something, and one less does not.
    """
    if old is None or old["type"] != POLICY:
        return
    if new is None:
        yield "the security group policy is gone: its pods stand in the cluster's group", True
        return
    before, after = _spec(old), _spec(new)
    certain = _narrows(before, after)
    if certain is not None or _namespace(old) != _namespace(new):
        yield "pods that the policy selected may stand in the cluster's group", certain is True
    groups = [_groups(spec) for spec in (before, after)]
    if any(hidden(one) for one in groups):
        added = groups[0] != groups[1]
    else:
        added = any(group not in groups[0] for group in groups[1])
    if added:
        yield "pods that the policy selects stand in other groups", False


def _narrows(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool | None:
    """Whether fewer pods are selected; False where nobody knows, None where all of before still are."""
    if hidden(before) or hidden(after):
        return None if before == after else False
    if not any(after.get(name) is not None for name in _SELECTORS):
        return True
    found = [(before.get(name) or {}, after.get(name) or {}) for name in _SELECTORS]
    if all(_covers(now, then) for then, now in found):
        return None
    return all(_covers(then, now) for then, now in found)


def _covers(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Whether whatever the narrow selector takes the wide one takes as well: it asks for nothing else."""
    if hidden(wide) or hidden(narrow):
        return wide == narrow
    labels, others = (one.get("matchLabels") or {} for one in (wide, narrow))
    expressions, rest = (one.get("matchExpressions") or [] for one in (wide, narrow))
    return labels.items() <= others.items() and all(one in rest for one in expressions)


def _spec(policy: Resource) -> Mapping[str, Any]:
    return policy["inputs"].get("spec") or {}


def _groups(spec: Mapping[str, Any]) -> Any:
    given = spec.get("securityGroups") or {}
    return given if hidden(given) else given.get("groupIds") or []


def _namespace(policy: Resource) -> Any:
    return (policy["inputs"].get("metadata") or {}).get("namespace")
