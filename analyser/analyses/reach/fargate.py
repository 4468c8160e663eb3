"""Pods of EKS on Fargate: which ones a profile takes, and the security groups that they stand behind."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from analyser.analyses.reach.graph_view import UNKNOWN_NAME, View, names, text
from analyser.analyses.reach.group_rules import cluster_group
from analyser.analyses.reach.network_policies import matches
from analyser.analyses.reach.place import Interface
from policy.model import Block, Resource
from policy.unknown import wholly_known

PROFILE = "aws:eks/fargateProfile:FargateProfile"
_POLICY = "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy"
_CLUSTER = "aws:eks/cluster:Cluster"


class Fargate:
    """The profiles of one stack, and the policies that give their pods groups other than the cluster's own.

    https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html
    https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html
    """

    def __init__(self, view: View) -> None:
        self._profiles = view.of(PROFILE)
        self._policies = view.of(_POLICY)
        own = next((cluster_group(cluster) for cluster in view.of(_CLUSTER)), "")
        self._own = (own or UNKNOWN_NAME,)

    def interfaces_of(self, profile: Resource) -> tuple[Interface, ...]:
        """Where pods of a profile may stand, whichever they are: one interface for each set of groups."""
        subnets = names(profile, "subnetIds")
        found = []
        for selector in profile.blocks("selectors"):
            wanted = text(selector.get("namespace"))
            every = [one for one in self._policies if _namespace(one) == wanted and _selects_all(one)]
            some = [one for one in self._policies if fnmatchcase(_namespace(one), wanted) and one not in every]
            whole = tuple(group for one in every for group in _groups(one))
            found.append(Interface(subnets, whole or self._own))
            found += [Interface(subnets, (*whole, *_groups(one))) for one in some]
        return tuple(dict.fromkeys(found))

    def pods(self, namespace: str, labels: Mapping[str, str]) -> tuple[Interface, ...]:
        """Where these pods stand if a profile takes them; nothing where they run on nodes."""
        groups = tuple(dict.fromkeys(self._groups_of(namespace, labels))) or self._own
        return tuple(
            Interface(names(profile, "subnetIds"), groups)
            for profile in self._profiles
            if any(_takes(selector, namespace, labels) for selector in profile.blocks("selectors"))
        )

    def _groups_of(self, namespace: str, labels: Mapping[str, str]) -> Iterator[str]:
        for policy in self._policies:
            if _namespace(policy) != namespace:
                continue
            if not wholly_known(policy.get("spec")):
                yield UNKNOWN_NAME
            elif policy.get("spec.podSelector") is None and not _selects_all(policy):
                yield UNKNOWN_NAME  # it selects by the labels of service accounts
            elif matches(policy, "spec.podSelector", labels):
                yield from _groups(policy)


def _takes(selector: Block, namespace: str, labels: Mapping[str, str]) -> bool:
    wanted = selector.get("labels")
    return fnmatchcase(namespace, text(selector.get("namespace"))) and all(
        any(fnmatchcase(key, a) and fnmatchcase(value, text(b)) for key, value in labels.items())
        for a, b in (wanted if isinstance(wanted, dict) else {}).items()
    )


def _selects_all(policy: Resource) -> bool:
    """An empty selector selects all of the namespace; one of both has to be there."""
    if not wholly_known(policy.get("spec")):
        return False
    return {} in (policy.get("spec.podSelector"), policy.get("spec.serviceAccountSelector"))


def _namespace(policy: Resource) -> str:
    return text(policy.get("metadata.namespace")) or "default"


def _groups(policy: Resource) -> tuple[str, ...]:
    return names(policy, "spec.securityGroups.groupIds")
