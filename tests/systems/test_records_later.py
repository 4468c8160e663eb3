"""What the plan of the records system has for later, switched on by settings, all of it at once."""

import base64
import json
from functools import cache
from typing import Any

import pytest

from analyser.analyses.cost.estimate import monthly_cost
from analyser.analyses.coverage import missing
from analyser.analyses.inventory import inventory
from analyser.analyses.inventory.purposes import purposes
from analyser.analyses.policies.verdict import verdict
from analyser.analyses.prerequisites.quotas import quotas
from analyser.analyses.reach.model import reach_of
from analyser.analyses.timeline import timeline
from analyser.analyses.trace import State, trace
from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.versions import KUBERNETES, MINORS
from tests.stacks import ROOT, stack_graph
from tests.systems.changed import with_settings
from tests.systems.operator_rights import unread
from tests.systems.records import SPARE
from tests.systems.wiring import EGRESS, INGRESS, ways

ENDPOINTS = ["ecr.api", "ecr.dkr", "lambda", "logs", "secretsmanager", "sts"]
LATER: dict[str, Any] = {
    "network": {"interfaceEndpoints": ENDPOINTS},
    "events": {},
    "globalAccelerator": {"ownPercent": 60},
    "selfManagedNodes": SPARE,
}
ROLE = "arn:aws:iam::123456789012:role/"


@cache
def later() -> Graph:
    return with_settings("prod", LATER)


def statements(graph: Graph, token: str, name: str) -> dict[str, dict[str, Any]]:
    policy = json.loads(graph.only(token, name).inputs["policy"])
    return {one["Sid"]: one for one in policy["Statement"]}


def test_operators_may_read_what_was_given_up() -> None:
    assert unread(later()) == []
    assert (
        later().only("aws:sqs/queue:Queue", "events-consumer-failures").inputs["messageRetentionSeconds"]
        == 14 * 24 * 3600
    )


def test_the_pack_finds_nothing_new() -> None:
    def found(graph: Graph) -> set[tuple[str, str]]:
        return {(one.rule.id, one.urn) for one in verdict(graph)[0] if one.blocks}

    assert found(later()) - found(stack_graph("prod")) == set()


def test_everything_is_known_of_what_it_makes() -> None:
    graph = later()
    assert list(missing(graph.counts)) == []
    assert monthly_cost(graph).unpriced == ()
    assert timeline(graph).guessed == ()
    kept = {store.name: store for store in inventory(graph, purposes(ROOT, "records")).stores}
    assert kept["events-consumer-failures"].purpose.personal is False


def test_no_link_is_missing_and_links_are_told_of_it() -> None:
    chains = trace(later())
    assert [link for chain in chains for link in chain.links if link.state is State.MISSING] == []
    titles = {chain.title for chain in chains}
    assert {"self-managed-nodes to public registries", "self-managed-nodes to the stack's repositories"} <= titles


def test_off_it_makes_nothing() -> None:
    added = {
        "aws:autoscaling/group:Group",
        "aws:globalaccelerator/accelerator:Accelerator",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
    }
    assert not added & set(stack_graph("prod").counts)
    assert added <= set(later().counts)


def test_the_group_s_metrics_are_declared_every_minute() -> None:
    group = later().only("aws:autoscaling/group:Group").inputs
    assert group["metricsGranularity"] == "1Minute"
    assert {"GroupInServiceInstances", "GroupDesiredCapacity", "GroupTotalInstances"} <= set(group["enabledMetrics"])
    assert len(group["enabledMetrics"]) == 8


def test_the_group_leaves_its_size_to_the_autoscaler_and_has_one_image() -> None:
    graph = later()
    assert list(graph.only("aws:autoscaling/group:Group").ignore_changes) == ["desiredCapacity"]
    template = graph.only("aws:ec2/launchTemplate:LaunchTemplate", "self-managed-nodes-template").inputs
    release = MINORS[KUBERNETES.value].node_image.partition("-")[2]
    assert template["imageId"].endswith(f"-standard-{KUBERNETES.value}-v{release}/image_id")


def test_self_managed_nodes_join_their_cluster_and_its_autoscaler_finds_them() -> None:
    graph = later()
    template = graph.only("aws:ec2/launchTemplate:LaunchTemplate", "self-managed-nodes-template").inputs
    group = graph.only("aws:autoscaling/group:Group").inputs
    launch = group["mixedInstancesPolicy"]["launchTemplate"]["launchTemplateSpecification"]
    assert (
        launch["launchTemplateId"]
        == graph.only("aws:ec2/launchTemplate:LaunchTemplate", "self-managed-nodes-template").id
    )
    entry = graph.only("aws:eks/accessEntry:AccessEntry", "self-managed-nodes-entry").inputs
    role = graph.only("aws:iam/role:Role", "self-managed-nodes-node-role")
    assert (entry["principalArn"], entry["type"]) == (role.outputs["arn"], "EC2_LINUX")
    profile = graph.only("aws:iam/instanceProfile:InstanceProfile", "self-managed-nodes-profile")
    assert template["iamInstanceProfile"] == {"arn": profile.outputs["arn"]}
    message = base64.b64decode(template["userData"]).decode()
    head, part = message.split("Content-Type: application/node.eks.aws")
    assert 'multipart/mixed; boundary="strata"' in head
    spec = json.loads(part.partition("--strata--")[0])["spec"]
    cluster = graph.only("aws:eks/cluster:Cluster").outputs
    assert spec["cluster"] == {
        "name": "microservice-prod",
        "apiServerEndpoint": cluster["endpoint"],
        "certificateAuthority": cluster["certificateAuthority"]["data"],
        "cidr": cluster["kubernetesNetworkConfig"]["serviceIpv4Cidr"],
    }
    assert spec["kubelet"]["flags"] == ["--node-labels=kind=spare", "--register-with-taints=spare=yes:NoSchedule"]
    assert "/1.36/amazon-linux-2023/x86_64/" in template["imageId"]
    tags = {tag["key"]: tag["value"] for tag in group["tags"]}
    assert tags["k8s.io/cluster-autoscaler/microservice-prod"] == "owned"
    assert tags["kubernetes.io/cluster/microservice-prod"] == "owned"


def test_they_stand_where_other_nodes_stand_and_are_counted() -> None:
    graph = later()
    (ours,), (others,) = (reach_of(graph).find(name) for name in ("self-managed-nodes", "nodes"))
    assert ours.interfaces == others.interfaces
    (cost,) = [one for one in monthly_cost(graph).resources if one.name == "self-managed-nodes-group"]
    (nodes, *_) = cost.lines
    assert (nodes.label, nodes.quantity) == ("c5.2xlarge nodes", 2 * 730)
    wanted = [one.title for one in quotas(graph) if "vCPUs of on-demand" in one.title]
    assert wanted == ["us-east-1 has room for 40 more vCPUs of on-demand standard instances"]


def test_the_accelerator_leads_to_the_balancer_and_every_name_of_the_origin_to_it() -> None:
    graph = later()
    accelerator = graph.only("aws:globalaccelerator/accelerator:Accelerator")
    listener = graph.only("aws:globalaccelerator/listener:Listener")
    group = graph.only("aws:globalaccelerator/endpointGroup:EndpointGroup").inputs
    balancer = graph.only("aws:lb/loadBalancer:LoadBalancer").outputs["arn"]
    (endpoint,) = group["endpointConfigurations"]
    assert (endpoint["endpointId"], endpoint["clientIpPreservationEnabled"]) == (balancer, True)
    assert (group["listenerArn"], group["trafficDialPercentage"]) == (listener.outputs["arn"], 60)
    assert listener.inputs["portRanges"] == [{"fromPort": 443, "toPort": 443}]
    led = {
        record.inputs["name"]
        for record in graph.of_type("aws:route53/record:Record")
        for alias in record.inputs.get("aliases", ())
        if alias["name"] == accelerator.outputs["dnsName"]
    }
    assert led == {"balancer.records.example.com", "origin.records.example.com"}


def test_nobody_gets_past_the_distribution_by_the_accelerator() -> None:
    """The balancer sees who calls: its group admits CloudFront alone, and its rules want the distribution's header."""
    graph = later()
    before = ways(stack_graph("prod"), INGRESS, "balancer")
    assert ways(graph, INGRESS, "balancer") == before
    assert {who.startswith("pl-") for who, *_ in before} == {True}
    for rule in graph.of_type("aws:lb/listenerRule:ListenerRule"):
        assert [one for one in rule.inputs["conditions"] if "httpHeader" in one]
    reach = reach_of(graph)
    (cdn,) = (place for place in reach.find("cdn") if place.name == "cdn")
    links = [link for link in reach.passed_on(cdn) if link.target.name == "balancer"]
    assert links
    assert all(link.open for link in links)


def test_flow_logs_of_the_accelerator_are_let_in() -> None:
    graph = later()
    attributes = graph.only("aws:globalaccelerator/accelerator:Accelerator").inputs["attributes"]
    policy = statements(graph, "aws:s3/bucketPolicy:BucketPolicy", "access-logs-policy")["AcceleratorFlowLogs"]
    assert policy["Principal"] == {"Service": ["delivery.logs.amazonaws.com"]}
    assert policy["Resource"] == [f"arn:aws:s3:::{attributes['flowLogsS3Bucket']}/*/AWSLogs/123456789012/*"]


def test_other_regions_share_the_requests_when_they_know_the_header() -> None:
    arn = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/balancer/0123456789abcdef"
    with pytest.raises(ProgramError, match=r"globalAccelerator\.elsewhere needs one header in all regions"):
        with_settings("dev", {"globalAccelerator": {"elsewhere": {"us-west-2": arn}}})


def test_the_function_reads_the_topic_as_a_group_of_its_own() -> None:
    graph = later()
    mapping = graph.only("aws:lambda/eventSourceMapping:EventSourceMapping").inputs
    assert mapping["eventSourceArn"] == graph.only("aws:msk/cluster:Cluster").outputs["arn"]
    assert mapping["topics"] == [graph.only("aws:msk/topic:Topic").inputs["name"]]
    assert mapping["amazonManagedKafkaEventSourceConfig"] == {"consumerGroupId": "events"}
    rights = statements(graph, "aws:iam/rolePolicy:RolePolicy", "events-consumer-rights")
    read = rights["ConsumeRecordsAsEvents"]
    assert {arn.rpartition("/")[2] for arn in read["Resource"] if ":topic/" in arn or ":group/" in arn} == {
        "records",
        "events",
    }
    told = graph.only("aws:lambda/function:Function", "events-function").inputs["environment"]["variables"]
    assert told["BUCKET"] == graph.only("aws:s3/bucket:Bucket", "archives-bucket").outputs["bucket"]
    assert (
        "s3:PutObject"
        in statements(graph, "aws:iam/rolePolicy:RolePolicy", "events-execution-policy")["WriteArchives"]["Action"]
    )


def test_pollers_reach_the_brokers_and_whom_they_call_and_nobody_else() -> None:
    graph = later()
    assert ways(graph, EGRESS, "stream") == {("stream", "tcp", 9098, 9098), ("network-endpoints", "tcp", 443, 443)}
    assert ("stream", "tcp", 9098, 9098) in ways(graph, INGRESS, "stream")
    assert ("stream", "tcp", 443, 443) in ways(graph, INGRESS, "network-endpoints")
    for service, action in (("lambda", "lambda:InvokeFunction"), ("sts", "sts:AssumeRole")):
        polled = statements(graph, "aws:ec2/vpcEndpoint:VpcEndpoint", f"network-endpoints-{service}")["OwnPollers"]
        assert (polled["Principal"], polled["Action"]) == ({"Service": ["lambda.amazonaws.com"]}, [action])
        assert all("123456789012" in arn for arn in polled["Resource"])


def test_endpoints_that_nobody_polls_through_let_no_service_in() -> None:
    assert "OwnPollers" not in statements(
        stack_graph("prod"), "aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoints-sts"
    )


def test_what_was_given_up_and_what_fails_is_watched() -> None:
    alarms = {node.name for node in later().of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    assert {"alarms-events-dead-letters", "alarms-events-errors", "alarms-events-throttles"} <= alarms


BAD: list[tuple[dict[str, Any], str]] = [
    ({"events": {}}, "settings.events: needs network.interfaceEndpoints with lambda: no NAT leads where the brokers"),
    (
        {"events": {"group": "microservice"}, "network": {"interfaceEndpoints": ENDPOINTS}},
        "settings.events.group: microservice is the application's",
    ),
    ({"events": {"code": {"runtime": "python3.14"}}}, "settings.events.code: name a folder or an image"),
    ({"events": {"function": {"release": "canary"}}}, "settings.events.function.release: canary is for callers"),
    ({"events": {"prefix": "/events"}}, "settings.events.prefix: "),
    ({"events": {"code": {"folder": "nowhere"}}}, "settings.events.code.folder: "),
    ({"selfManagedNodes": {**SPARE, "capacityType": "SPOT"}}, "settings.selfManagedNodes.capacityType: SPOT is for "),
    ({"selfManagedNodes": {**SPARE, "minSize": 9}}, "settings.selfManagedNodes.minSize: 9 is above maxSize 3"),
    ({"globalAccelerator": {"ownPercent": 101}}, "settings.globalAccelerator.ownPercent: "),
    ({"globalAccelerator": {"elsewhere": {"us-west-2": "alb"}}}, "settings.globalAccelerator.elsewhere.us-west-2: "),
]


@pytest.mark.parametrize(("change", "said"), BAD)
def test_a_bad_value_is_told_with_its_file_and_key(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ProgramError) as refused:
        with_settings("prod", change)
    assert f"Pulumi.prod.yaml: {said}" in str(refused.value)
    assert "\n" not in str(refused.value).strip()
