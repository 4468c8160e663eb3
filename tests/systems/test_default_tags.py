"""What AWS and Kubernetes make in the stack's name carries its default tags, by which budgets and Backup select."""

import json

import pytest
import yaml

from tests.stacks import ROOT, STACKS, stack_graph


def default_tags(stack: str) -> dict[str, str]:
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]
    return config["aws:defaultTags"]["tags"]


@pytest.mark.parametrize("stack", STACKS)
def test_nodes_and_their_volumes_carry_the_default_tags(stack: str) -> None:
    graph, tags = stack_graph(stack), default_tags(stack)
    for template in graph.of_type("aws:ec2/launchTemplate:LaunchTemplate"):
        specified = {one["resourceType"]: one["tags"] for one in template.inputs["tagSpecifications"]}
        assert {"instance", "volume"} <= set(specified)
        assert all(tags.items() <= given.items() for given in specified.values())
    for node in graph.of_type("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"):
        assert tags.items() <= node.inputs["spec"]["tags"].items()


@pytest.mark.parametrize("stack", STACKS)
def test_volumes_of_pods_carry_the_default_tags(stack: str) -> None:
    graph = stack_graph(stack)
    drivers = [n for n in graph.of_type("aws:eks/addon:Addon") if n.inputs["addonName"] == "aws-ebs-csi-driver"]
    assert len(drivers) == len(graph.of_type("aws:eks/cluster:Cluster"))
    for driver in drivers:
        given = json.loads(driver.inputs["configurationValues"])
        assert given["controller"]["extraVolumeTags"] == default_tags(stack)
