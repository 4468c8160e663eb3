"""Pods on Fargate stand where their profile says, behind what policies say, and no NetworkPolicy holds them."""

from dataclasses import replace
from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict, ask
from analyser.analyses.reach.model import Reach
from policy.model import UNKNOWN
from tests.analyser.analyses.reach.made import Made, public

PROFILE = "aws:eks/fargateProfile:FargateProfile"
POLICY = "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy"
YES, NO, UNSURE = Verdict.YES, Verdict.NO, Verdict.UNKNOWN


def cluster(**selector: Any) -> Made:
    """Nodes and Fargate in one subnet; a server lets in the group ``pods`` and nobody else."""
    made, vpc, subnet = public()
    own = made.group(vpc, "own", port=None)
    pods = made.group(vpc, "pods", port=None)
    nodes = made.group(vpc, "nodes", port=None)
    server = made.group(vpc, "server", cidrBlocks=[], securityGroups=[pods])
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[server])
    config = {"subnetIds": [subnet], "clusterSecurityGroupId": own}
    made.any("aws:eks/cluster:Cluster", "eks", outputs={"vpcConfig": config}, vpcConfig=config)
    template = made.add("LaunchTemplate", "template", vpcSecurityGroupIds=[nodes])
    made.any("aws:eks/nodeGroup:NodeGroup", "group", subnetIds=[subnet], launchTemplate={"id": template})
    made.any(PROFILE, "profile", subnetIds=[subnet], selectors=[{"namespace": "batch", **selector}])
    enforced = '{"enableNetworkPolicy": "true"}'
    made.any("aws:eks/addon:Addon", "cni", addonName="vpc-cni", configurationValues=enforced)
    return made


def groups(made: Made, namespace: str = "batch", **spec: Any) -> None:
    spec = {"podSelector": {}, **spec}
    metadata = {"name": "groups", "namespace": namespace}
    made.any(POLICY, "groups", metadata=metadata, spec={**spec, "securityGroups": {"groupIds": ["sg-pods"]}})


def deployment(made: Made, namespace: str = "batch", **labels: str) -> None:
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "job"}]}}
    metadata = {"name": "job", "namespace": namespace}
    made.any("kubernetes:apps/v1:Deployment", "job", metadata=metadata, spec={"template": template})


def verdict(made: Made, source: str = "job") -> Verdict:
    return ask(Reach(made.graph()), source, "vm", 22)[0].verdict


@pytest.mark.parametrize("source", ["job", "profile"])
def test_a_policy_for_all_pods_gives_them_its_group(source: str) -> None:
    made = cluster()
    deployment(made)
    assert verdict(made, source) is NO
    groups(made)
    assert verdict(made, source) is YES
    assert verdict(made, "group") is NO


@pytest.mark.parametrize("source", ["job", "profile"])
def test_a_policy_is_for_its_own_namespace(source: str) -> None:
    made = cluster()
    groups(made, "web")
    deployment(made)
    assert verdict(made, source) is NO


def test_a_policy_gives_its_group_to_the_pods_that_it_selects() -> None:
    for label, so in (("batch", YES), ("web", NO)):
        made = cluster()
        groups(made, podSelector={"matchLabels": {"kind": "batch"}})
        deployment(made, kind=label)
        assert verdict(made) is so
        assert verdict(made, "profile") is YES  # some of its pods do


def test_what_selects_by_service_accounts_is_not_known_unless_it_takes_them_all() -> None:
    for selector, so in (({}, YES), ({"matchLabels": {"kind": "batch"}}, UNSURE)):
        made = cluster()
        groups(made, podSelector=None, serviceAccountSelector=selector)
        deployment(made)
        assert verdict(made) is so


def test_groups_that_are_not_known_yet_are_told() -> None:
    made = cluster()
    spec = {"podSelector": {}, "securityGroups": {"groupIds": UNKNOWN}}
    made.any(POLICY, "groups", metadata={"name": "groups", "namespace": "batch"}, spec=spec)
    deployment(made)
    assert verdict(made) is UNSURE


@pytest.mark.parametrize(
    ("namespace", "selector", "labels", "so"),
    [
        ("batch", {}, {}, YES),
        ("web", {}, {}, NO),
        ("batch", {"labels": {"kind": "batch"}}, {"kind": "batch"}, YES),
        ("batch", {"labels": {"kind": "b*"}}, {"kind": "batch"}, YES),
        ("batch", {"labels": {"kind": "batch"}}, {"kind": "web"}, NO),
        ("batch", {"namespace": "b?tch"}, {}, YES),
        ("batch", {"namespace": "web-*"}, {}, NO),
    ],
)
def test_pods_that_no_profile_takes_stand_on_nodes(
    namespace: str, selector: dict[str, Any], labels: dict[str, str], so: Verdict
) -> None:
    made = cluster(**selector)
    groups(made)
    deployment(made, namespace, **labels)
    assert verdict(made) is so


def test_no_network_policy_holds_a_pod_on_fargate() -> None:
    for namespace, so in (("batch", YES), ("web", NO)):
        made = cluster()
        made.group("vpc-net", "wide", cidrBlocks=["10.0.0.0/16"])
        made.nodes = [
            replace(one, inputs={**one.inputs, "vpcSecurityGroupIds": ["sg-wide"]}) if one.name == "vm" else one
            for one in made.nodes
        ]
        deployment(made, namespace)
        deny = {"podSelector": {}, "policyTypes": ["Egress"]}
        metadata = {"name": "deny", "namespace": namespace}
        made.any("kubernetes:networking.k8s.io/v1:NetworkPolicy", "deny", metadata=metadata, spec=deny)
        assert verdict(made) is so
