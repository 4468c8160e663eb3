"""Pods that no longer stand behind the groups of a SecurityGroupPolicy are told of as ingress."""

from typing import Any

import pytest

from analyser.analyses.changes.widening.pod_groups import POLICY
from tests.analyser.analyses.changes.documents import resource
from tests.analyser.analyses.changes.test_widening import UNKNOWN, changed, of

OTHER_GROUPS = ("ingress", "pods that the policy selects stand in other groups", False)
OUTSIDE = "pods that the policy selected may stand in the cluster's group"
FEWER, PERHAPS = ("ingress", OUTSIDE, True), ("ingress", OUTSIDE, False)
ALL: dict[str, Any] = {"podSelector": {}}
WEB: dict[str, Any] = {"podSelector": {"matchLabels": {"app": "web"}}}
API: dict[str, Any] = {"podSelector": {"matchLabels": {"app": "api"}}}
BIG: dict[str, Any] = {"podSelector": {"matchExpressions": [{"key": "size", "operator": "In", "values": ["big"]}]}}


def given(selector: dict[str, Any], *groups: Any, namespace: str = "batch") -> dict[str, Any]:
    spec = {**selector, "securityGroups": {"groupIds": list(groups or ("sg-1",))}}
    return {"metadata": {"name": "batch", "namespace": namespace}, "spec": spec}


def test_one_that_goes_leaves_its_pods_to_the_clusters_group() -> None:
    policy = resource(POLICY, "a", given(ALL))
    gone = "the security group policy is gone: its pods stand in the cluster's group"
    assert of([policy], []) == [("ingress", gone, True)]
    assert of([], [policy]) == of([policy], [policy]) == []


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (given(ALL), given(WEB), [FEWER]),
        (given(ALL), given(BIG), [FEWER]),
        (given(ALL), given({}), [FEWER]),
        (given(ALL), given({"serviceAccountSelector": {"matchLabels": {"a": "b"}}}), [FEWER]),
        (given(WEB), given(API), [PERHAPS]),
        (given(ALL), given(ALL, namespace="other"), [PERHAPS]),
        (given(WEB), given(ALL), []),
        (given(BIG), given(ALL), []),
        (given(WEB), given({"podSelector": UNKNOWN}), [PERHAPS]),
        (given(WEB), {**given(WEB), "spec": UNKNOWN}, [PERHAPS]),
        (given(ALL, "sg-1"), given(ALL, "sg-2"), [OTHER_GROUPS]),
        (given(ALL, "sg-1"), given(ALL, "sg-1", "sg-2"), [OTHER_GROUPS]),
        (given(ALL, "sg-1", "sg-2"), given(ALL, "sg-2"), []),
        (given(ALL, "sg-1", "sg-2"), given(ALL, "sg-2", "sg-1"), []),
        (given(ALL, "sg-1"), given(WEB, "sg-2"), [OTHER_GROUPS, FEWER]),
    ],
)
def test_of_one_that_changes(before: dict[str, Any], after: dict[str, Any], found: list[Any]) -> None:
    assert sorted(changed(POLICY, before, after)) == sorted(found)
