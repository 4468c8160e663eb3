"""Components of awsx, by what its own source makes of the same arguments: https://github.com/pulumi/pulumi-awsx"""

import json
from typing import Any

import pytest

from analyser.graph import Node
from analyser.run import mock_cloud
from analyser.run.awsx.fargate_sizes import size_of
from analyser.run.awsx.subnets import Layout, LayoutError, subnets
from analyser.run.expansions import expand
from analyser.run.remote_components import Expansion, RefusedError, RemoteError
from policy.unknown import UNKNOWN

REGION = "eu-west-1"
ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
GROUP = Node(
    urn="urn:pulumi:dev::p::aws:lb/targetGroup:TargetGroup::web",
    type="aws:lb/targetGroup:TargetGroup",
    name="web",
    inputs={"port": 8080},
    outputs={"arn": "arn:web"},
    id="arn:web",
    custom=True,
)


def made(token: str, **inputs: Any) -> Expansion:
    """What a component registers; a target group of the program's own may be among its inputs, by its ARN."""
    urns = {key: (GROUP.urn,) for key, value in inputs.items() if "arn:web" in str(value)}
    node = Node(
        urn=f"urn:pulumi:dev::p::{token}::web",
        type=token,
        name="web",
        inputs=inputs,
        outputs={},
        custom=False,
        remote=True,
        property_dependencies=urns,
    )
    return expand(
        Expansion(
            node,
            {},
            {GROUP.urn: GROUP},
            lambda parent, kind, name: f"{parent}${kind}::{name}",
            lambda kind, name, given: mock_cloud.outputs(kind, name, given, REGION),
            REGION,
        )
    )


def counts(found: Expansion) -> dict[str, int]:
    kinds = [node.type.rpartition(":")[2] for node in found.nodes if node.custom]
    return {kind: kinds.count(kind) for kind in kinds}


def one(found: Expansion, kind: str, name: str = "") -> dict[str, Any]:
    return next(dict(node.inputs) for node in found.nodes if node.type.endswith(f":{kind}") and name in ("", node.name))


def blocks(strategy: str, *specs: dict[str, Any], zones: int = 1, block: str = "10.0.0.0/16") -> list[str]:
    layout = Layout("web", block, ZONES[:zones], specs or None, strategy)
    return [f"{subnet.name.removeprefix('web-')} {subnet.block}" for subnet in subnets(layout)]


def spec(kind: str, mask: int | None = None, **more: Any) -> dict[str, Any]:
    return {"type": kind, **({"cidrMask": mask} if mask else {}), **more}


@pytest.mark.parametrize(
    ("found", "cut"),
    [
        # Cases of awsx's own tests, in knownWorkingSubnets.ts, and by subnetDistributorNew.ts.
        (blocks("Legacy", spec("Isolated", 22), spec("Public", 21), block="10.0.0.0/18"),
         ["public-1 10.0.0.0/21", "isolated-1 10.0.8.0/22"]),
        (blocks("Legacy", spec("Isolated", 27), spec("Public", 27), spec("Isolated", 17, name="more")),
         ["public-1 10.0.0.0/27", "isolated-1 10.0.0.32/27", "more-1 10.0.128.32/17"]),
        (blocks("Legacy", zones=2),
         ["private-1 10.0.0.0/18", "public-1 10.0.64.0/19", "private-2 10.0.128.0/18", "public-2 10.0.192.0/19"]),
        (blocks("Auto", spec("Public", 24), spec("Private", size=4096), zones=2),
         ["public-1 10.0.0.0/24", "private-1 10.0.16.0/20", "public-2 10.0.128.0/24", "private-2 10.0.144.0/20"]),
        (blocks("Auto", spec("Public"), spec("Unused"), spec("Private"), zones=1),
         ["public-1 10.0.0.0/18", "private-1 10.0.128.0/18"]),
        (blocks("AutoMerge", spec("Isolated", 24, name="db"), zones=2),
         ["private-1 10.0.0.0/18", "public-1 10.0.64.0/19", "db-1 10.0.96.0/24",
          "private-2 10.0.128.0/18", "public-2 10.0.192.0/19", "db-2 10.0.224.0/24"]),
        (blocks("Exact", spec("Private", 17), spec("Public", 17)),
         ["private-1 10.0.0.0/17", "public-1 10.0.128.0/17"]),
        (blocks("Auto", spec("Public", cidrBlocks=["10.0.9.0/24"])), ["public-1 10.0.9.0/24"]),
    ],
)  # fmt: skip
def test_subnets_are_cut_as_their_strategy_cuts_them(found: list[str], cut: list[str]) -> None:
    assert found == cut


@pytest.mark.parametrize(
    ("strategy", "specs", "said"),
    [
        ("Exact", [spec("Private", 17), spec("Public", 18)], "before the VPC"),
        ("Auto", [spec("Private", 16), spec("Public", 16)], "too small for its subnets"),
        ("Auto", [spec("Private", cidrBlocks=["10.0.0.0/17"]), spec("Public")], "for some subnets and not for all"),
        ("Auto", [spec("Private", cidrBlocks=["10.0.0.0/17", "10.0.1.0/24"])], "need as many cidrBlocks"),
        ("Auto", [spec("Private", size=1000)], "1000 is no size"),
        ("Legacy", [spec("Private", cidrBlocks=["10.0.0.0/17"]), spec("Public", cidrBlocks=["10.0.1.0/24"])], ""),
    ],
)
def test_subnets_that_awsx_refuses_are_refused(strategy: str, specs: list[dict[str, Any]], said: str) -> None:
    if not said:
        assert blocks(strategy, *specs)  # Legacy does not read the ranges
        return
    with pytest.raises(LayoutError, match=said):
        blocks(strategy, *specs)


def test_a_network_with_ipv6_gives_each_subnet_a_part_of_its_range() -> None:
    found = made("awsx:ec2:Vpc", assignGeneratedIpv6CidrBlock=True, numberOfAvailabilityZones=2)
    ranges = {n.name: n.inputs["ipv6CidrBlock"] for n in found.nodes if n.type == "aws:ec2/subnet:Subnet"}
    assert [int(text.split(":")[3], 16) & 0xFF for _, text in sorted(ranges.items())] == [2, 3, 0, 1]
    assert all(n.inputs["assignIpv6AddressOnCreation"] for n in found.nodes if n.type == "aws:ec2/subnet:Subnet")


def test_a_network_says_of_dns_what_it_is_told_and_no_more() -> None:
    assert not {"enableDnsHostnames", "enableDnsSupport"} & one(made("awsx:ec2:Vpc"), "Vpc").keys()


@pytest.mark.parametrize(("strategy", "gateways", "routes"), [("OnePerAz", 3, 6), ("Single", 1, 6), ("None", 0, 3)])
def test_gateways_are_as_many_as_their_strategy_says(strategy: str, gateways: int, routes: int) -> None:
    found = counts(made("awsx:ec2:Vpc", natGateways={"strategy": strategy}))
    assert (found.get("NatGateway", 0), found.get("Eip", 0), found["Route"]) == (gateways, gateways, routes)


def test_gateways_without_anything_that_leads_to_them_are_refused() -> None:
    with pytest.raises(RefusedError, match="NAT gateways need public subnets"):
        made("awsx:ec2:Vpc", subnetSpecs=[spec("Public")])
    assert counts(made("awsx:ec2:Vpc", subnetSpecs=[spec("Public")], natGateways={"strategy": "None"}))["Subnet"] == 3


def test_endpoints_stand_in_the_network_only_where_they_are_told_to() -> None:
    described = [{"serviceName": "s3"}, {"serviceName": "ecr", "vpcEndpointType": "Interface"}]
    legacy = made("awsx:ec2:Vpc", vpcEndpointSpecs=described)
    assert (
        not {"subnetIds", "routeTableIds"}
        & (one(legacy, "VpcEndpoint", "s3") | one(legacy, "VpcEndpoint", "ecr")).keys()
    )
    found = made("awsx:ec2:Vpc", vpcEndpointSpecs=described, vpcEndpointStrategy="Auto")
    assert len(one(found, "VpcEndpoint", "s3")["routeTableIds"]) == 6
    assert len(one(found, "VpcEndpoint", "ecr")["subnetIds"]) == 3
    assert one(found, "SecurityGroupRule", "ecr-ingress")["cidrBlocks"] == ["10.0.0.0/16"]
    assert one(found, "Vpc")["enableDnsHostnames"] is True


def test_a_service_has_a_task_with_its_roles_its_logs_and_its_place_behind_a_balancer() -> None:
    container = {
        "name": "app",
        "image": "nginx",
        "cpu": 512,
        "memory": 1024,
        "portMappings": [{"targetGroup": "arn:web"}],
    }
    found = made(
        "awsx:ecs:FargateService", cluster="arn:c", assignPublicIp=True, taskDefinitionArgs={"container": container}
    )
    assert counts(found) == {
        "LogGroup": 1, "Role": 2, "RolePolicyAttachment": 1, "TaskDefinition": 1, "SecurityGroup": 1, "Service": 1,
    }  # fmt: skip
    task, service = one(found, "TaskDefinition"), one(found, "Service")
    assert (task["cpu"], task["memory"], task["requiresCompatibilities"]) == ("512", "1024", ["FARGATE"])
    [said] = json.loads(task["containerDefinitions"])
    assert said["portMappings"] == [{"containerPort": 8080, "hostPort": 8080}]
    assert said["logConfiguration"]["options"]["awslogs-region"] == REGION
    assert service["loadBalancers"] == [{"containerName": "app", "containerPort": 8080, "targetGroupArn": "arn:web"}]
    assert (service["desiredCount"], service["launchType"], service["waitForSteadyState"]) == (1, "FARGATE", True)
    assert service["networkConfiguration"]["assignPublicIp"] is True
    assert [token for token, _ in found.looked_up] == ["aws:ec2/getVpc:getVpc", "aws:ec2/getSubnets:getSubnets"]


def test_private_subnets_of_the_default_network_are_unknown_as_are_images_that_nobody_built() -> None:
    args = {"container": {"image": UNKNOWN, "memory": 512}}
    found = made("awsx:ecs:FargateService", cluster="arn:c", taskDefinitionArgs=args)
    assert one(found, "Service")["networkConfiguration"]["subnets"] is UNKNOWN
    task = one(found, "TaskDefinition")
    assert (task["containerDefinitions"], task["memory"]) == (UNKNOWN, "512")


@pytest.mark.parametrize(
    ("containers", "size"),
    [
        ([{}], ("256", "512")),
        ([{"cpu": 1024, "memory": 512}], ("1024", "2048")),
        ([{"cpu": 256, "memoryReservation": 1024, "memory": 4096}, {"memory": 1024}], ("256", "2048")),
        ([{"cpu": UNKNOWN}], (UNKNOWN, UNKNOWN)),
    ],
)
def test_a_task_is_as_large_as_its_containers_ask_for(containers: Any, size: Any) -> None:
    found = size_of(containers)
    assert (found["cpu"], found["memory"]) == size


def test_what_excludes_each_other_is_refused_and_what_nobody_knows_is_not_expanded() -> None:
    with pytest.raises(RefusedError, match="taskDefinition and taskDefinitionArgs"):
        made("awsx:ecs:FargateService", taskDefinition="arn:t", taskDefinitionArgs={"container": {}})
    with pytest.raises(RefusedError, match="needs either container or containers"):
        made("awsx:ecs:EC2TaskDefinition", container={"image": "x"}, containers={"a": {"image": "x"}})
    with pytest.raises(RemoteError, match="decides what is made"):
        made("awsx:ecs:FargateService", taskDefinitionArgs=UNKNOWN)


def test_a_repository_lets_untagged_images_go_and_an_image_in_it_has_a_digest() -> None:
    found = made("awsx:ecr:Repository")
    [rule] = json.loads(one(found, "LifecyclePolicy")["policy"])["rules"]
    assert rule["selection"] == {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1}
    assert counts(made("awsx:ecr:Repository", lifecyclePolicy={"skip": True})) == {"Repository": 1}
    image = made("awsx:ecr:Image", repositoryUrl="host/web", context="./app")
    assert image.outputs["imageUri"].startswith("host/web@sha256:")
    assert one(image, "Image")["context"] == {"location": "./app"}


def test_a_trail_has_a_bucket_that_it_may_write_to() -> None:
    found = made("awsx:cloudtrail:Trail", cloudWatchLogsGroup={"enable": True}, isMultiRegionTrail=True)
    assert counts(found) == {"Bucket": 1, "BucketPolicy": 1, "LogGroup": 1, "Role": 1, "Trail": 1}
    assert one(found, "Trail")["cloudWatchLogsGroupArn"].endswith(":*")
    statements = json.loads(one(found, "BucketPolicy")["policy"])["Statement"]
    assert {statement["Action"][0] for statement in statements} == {"s3:GetBucketAcl", "s3:PutObject"}


def test_a_function_behind_a_balancer_lets_it_call() -> None:
    found = made("awsx:lb:TargetGroupAttachment", targetGroup="arn:web", lambdaArn="arn:function")
    assert one(found, "Permission")["sourceArn"] == "arn:web"
    with pytest.raises(RefusedError, match="needs exactly one of instance"):
        made("awsx:lb:TargetGroupAttachment", targetGroup="arn:web")
