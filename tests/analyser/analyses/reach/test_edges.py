"""Small graphs at the edge: balancers, controllers, CloudFront, APIs, and resources reached by their policy alone."""

import json
from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict, ask
from analyser.analyses.reach.graph_view import View
from analyser.analyses.reach.model import Reach
from analyser.analyses.reach.network_policies import Correspondent, NetworkPolicies
from analyser.analyses.reach.place import Pods
from analyser.analyses.reach.security_groups import ANYWHERE
from policy.model import UNKNOWN
from tests.analyser.analyses.reach.made import Made, public

YES, NO, UNSURE = Verdict.YES, Verdict.NO, Verdict.UNKNOWN


def verdict(made: Made, target: str, source: str = "internet", port: int | None = None) -> Verdict:
    return ask(Reach(made.graph()), source, target, port)[0].verdict


def policy(principal: Any, action: str = "*", **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


KINDS = [
    ("aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy", "queueUrl"),
    ("aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy", "arn"),
    ("aws:ecr/repository:Repository", "aws:ecr/repositoryPolicy:RepositoryPolicy", "repository"),
    ("aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy", "keyId"),
    ("aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretPolicy:SecretPolicy", "secretArn"),
]
HOME, OTHER = "123456789012", "210987654321"


@pytest.mark.parametrize(("token", "policies", "by"), KINDS)
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (policy("*"), YES),
        (policy({"AWS": "*"}), YES),
        (policy({"AWS": f"arn:aws:iam::{OTHER}:root"}), YES),
        (policy({"AWS": f"arn:aws:iam::{HOME}:root"}), NO),
        (policy({"Service": "events.amazonaws.com"}), NO),
        (policy("*", Condition={"StringEquals": {"aws:SourceAccount": HOME}}), NO),
        (UNKNOWN, UNSURE),
    ],
)
def test_a_policy_that_lets_strangers_in(token: str, policies: str, by: str, document: Any, expected: Verdict) -> None:
    made = Made()
    thing = made.any(token, "thing")
    assert verdict(made, "thing") is NO
    names: dict[str, Any] = {by: thing}
    made.any(policies, "lets", policy=document, **names)
    assert verdict(made, "thing") is expected


def bucket(**block: Any) -> Made:
    made = Made()
    thing = made.any("aws:s3/bucket:Bucket", "thing", bucket="thing")
    if block:
        made.any("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "block", bucket=thing, **block)
    return made


SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
OPEN = dict.fromkeys(SWITCHES, False)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (OPEN, YES),
        ({**OPEN, "restrictPublicBuckets": True}, NO),
        (dict.fromkeys(SWITCHES, True), NO),
        ({}, UNSURE),
        ({**OPEN, "restrictPublicBuckets": UNKNOWN}, UNSURE),
    ],
)
def test_a_bucket_s_policy(block: dict[str, Any], expected: Verdict) -> None:
    made = bucket(**block)
    made.any("aws:s3/bucketPolicy:BucketPolicy", "lets", bucket="thing", policy=policy("*", "s3:GetObject"))
    assert verdict(made, "thing") is expected


@pytest.mark.parametrize(("ignore", "expected"), [(False, YES), (True, NO)])
def test_a_bucket_s_acl(ignore: bool, expected: Verdict) -> None:
    made = bucket(**{**OPEN, "ignorePublicAcls": ignore})
    made.any("aws:s3/bucketAcl:BucketAcl", "acl", bucket="thing", acl="public-read")
    assert verdict(made, "thing") is expected


@pytest.mark.parametrize(("principal", "expected"), [("*", YES), (OTHER, YES), (HOME, NO), ("s3.amazonaws.com", NO)])
def test_a_function_that_strangers_invoke(principal: str, expected: Verdict) -> None:
    made = Made()
    function = made.add("Function", "worker", module="lambda")
    permission = {"function": function, "principal": principal, "action": "lambda:InvokeFunction"}
    made.add("Permission", "lets", module="lambda", **permission)
    assert verdict(made, "worker") is expected


def nlb(target_type: str, cidr: str, *, groups: bool = False, **group: Any) -> Made:
    """A network load balancer before a machine in a private subnet."""
    made, vpc, outer = public()
    inner = made.subnet(vpc, "inner", "10.0.2.0/24")
    own = [made.group(vpc, "front", 443)] if groups else []
    rule: dict[str, Any] = {"securityGroups": own} if cidr == "group" else {}
    guard = made.group(vpc, "guard", 443, "192.0.2.1/32" if cidr == "group" else cidr, **rule)
    vm = made.add("Instance", "vm", subnetId=inner, vpcSecurityGroupIds=[guard], privateIp="10.0.2.7")
    balancer = made.add(
        "LoadBalancer", "front-door", module="lb", loadBalancerType="network", subnets=[outer], securityGroups=own
    )
    targets = made.add("TargetGroup", "targets", module="lb", port=443, protocol="TCP", targetType=target_type, **group)
    action = {"type": "forward", "targetGroupArn": targets}
    made.add(
        "Listener", "https", module="lb", loadBalancerArn=balancer, port=443, protocol="TCP", defaultActions=[action]
    )
    named = vm if target_type == "instance" else "10.0.2.7"
    made.add("TargetGroupAttachment", "joins", module="lb", targetGroupArn=targets, targetId=named, port=443)
    return made


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (nlb("instance", "0.0.0.0/0"), YES),
        (nlb("instance", "10.0.0.0/16"), NO),
        (nlb("instance", "10.0.0.0/16", preserveClientIp="false"), YES),
        (nlb("ip", "10.0.0.0/16"), YES),
        (nlb("ip", "10.0.0.0/16", preserveClientIp="true"), NO),
        (nlb("instance", "group", groups=True), YES),
    ],
)
def test_a_network_balancer_with_and_without_its_client_s_address(made: Made, expected: Verdict) -> None:
    assert verdict(made, "vm", port=443) is expected


def test_a_listener_that_forwards_to_something_else() -> None:
    made = nlb("instance", "10.0.0.0/16")
    action = {"type": "forward", "targetGroupArn": UNKNOWN}
    made.add("Listener", "more", module="lb", loadBalancerArn="id-front-door", port=80, defaultActions=[action])
    made.add("Instance", "other", subnetId="subnet-inner", vpcSecurityGroupIds=["sg-guard"])
    assert verdict(made, "other", port=443) is UNSURE


@pytest.mark.parametrize(("internal", "expected"), [(False, YES), (True, NO), (UNKNOWN, UNSURE)])
def test_a_classic_balancer(internal: Any, expected: Verdict) -> None:
    made, vpc, outer = public()
    vm = made.add("Instance", "vm", subnetId=outer, vpcSecurityGroupIds=[made.group(vpc, "guard", 8080, "10.0.0.0/16")])
    listener = {"lbPort": 80, "lbProtocol": "http", "instancePort": 8080, "instanceProtocol": "http"}
    made.add(
        "LoadBalancer", "front-door", module="elb", subnets=[outer], internal=internal, instances=[vm],
        listeners=[listener], securityGroups=[made.group(vpc, "front", 80)],
    )  # fmt: skip
    assert verdict(made, "vm", port=8080) is expected


def cluster(**annotations: str) -> Made:
    made = Made()
    spec = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"ports": [{"containerPort": 8080}]}]}}
    made.any("kubernetes:apps/v1:Deployment", "web", metadata={"name": "web"}, spec={"template": spec})
    return made


def service(made: Made, kind: str, annotations: dict[str, Any]) -> None:
    spec = {"type": kind, "selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}
    made.any("kubernetes:core/v1:Service", "door", metadata={"name": "door", "annotations": annotations}, spec=spec)


SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme"


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        ({}, YES),
        ({SCHEME: "internet-facing"}, YES),
        ({SCHEME: "internal"}, NO),
        ({"service.beta.kubernetes.io/aws-load-balancer-internal": "true"}, NO),
        ({"service.beta.kubernetes.io/aws-load-balancer-type": "external"}, NO),
        ({SCHEME: UNKNOWN}, UNSURE),
    ],
)
def test_a_service_of_type_load_balancer(annotations: dict[str, Any], expected: Verdict) -> None:
    made = cluster()
    service(made, "LoadBalancer", annotations)
    assert verdict(made, "web") is expected


@pytest.mark.parametrize(
    ("named", "scheme", "expected"),
    [("alb", "internet-facing", YES), ("alb", "", NO), ("nginx", "internet-facing", UNSURE)],
)
def test_an_ingress(named: str, scheme: str, expected: Verdict) -> None:
    made = cluster()
    service(made, "ClusterIP", {})
    path = {"backend": {"service": {"name": "door", "port": {"number": 80}}}}
    annotations = {"alb.ingress.kubernetes.io/scheme": scheme} if scheme else {}
    made.any(
        "kubernetes:networking.k8s.io/v1:Ingress", "entry", metadata={"name": "entry", "annotations": annotations},
        spec={"ingressClassName": named, "rules": [{"http": {"paths": [path]}}]},
    )  # fmt: skip
    assert verdict(made, "web") is expected


def test_a_type_that_nobody_models() -> None:
    made, vpc, subnet = public()
    vm = made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[made.group(vpc)])
    assert verdict(made, "vm", port=22) is NO
    made.add("TargetGroupAttachment", "at", module="vpclattice", target={"id": vm})
    answer = ask(Reach(made.graph()), "internet", "vm", 22)[0]
    assert answer.verdict is UNSURE
    assert "aws:vpclattice/targetGroupAttachment:TargetGroupAttachment at names vm" in answer.not_known[0]


@pytest.mark.parametrize(("inbound", "expected"), [("10.0.0.0/16", YES), ("192.168.0.0/16", NO)])
def test_a_vpc_origin(inbound: str, expected: Verdict) -> None:
    made, vpc, _ = public()
    inner = made.subnet(vpc, "inner", "10.0.2.0/24")
    guard = made.group(vpc, "guard", 80, inbound)
    balancer = made.add("LoadBalancer", "inside", module="lb", internal=True, subnets=[inner], securityGroups=[guard])
    made.add("Listener", "http", module="lb", loadBalancerArn=balancer, port=80, protocol="HTTP")
    config = {"arn": made.arn("inside"), "originProtocolPolicy": "http-only"}
    origin = made.add("VpcOrigin", "way", module="cloudfront", vpcOriginEndpointConfig=config)
    entry = {"originId": "app", "domainName": "inside.example", "vpcOriginConfig": {"vpcOriginId": origin}}
    made.add(
        "Distribution", "cdn", module="cloudfront", enabled=True, origins=[entry],
        defaultCacheBehavior={"targetOriginId": "app"},
    )  # fmt: skip
    assert verdict(made, "inside", port=80) is expected


def test_an_origin_access_identity() -> None:
    made = bucket(**dict.fromkeys(SWITCHES, True))
    arn = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"
    path = "origin-access-identity/cloudfront/E1"
    outputs = {"iamArn": arn, "cloudfrontAccessIdentityPath": path}
    made.any("aws:cloudfront/originAccessIdentity:OriginAccessIdentity", "who", outputs=outputs)
    made.nodes[0].outputs["bucketRegionalDomainName"] = "thing.s3.amazonaws.com"
    entry = {"originId": "s3", "domainName": "thing.s3.amazonaws.com", "s3OriginConfig": {"originAccessIdentity": path}}
    behaviour = {"targetOriginId": "s3"}
    made.add("Distribution", "cdn", module="cloudfront", origins=[entry], defaultCacheBehavior=behaviour)
    assert verdict(made, "thing") is NO
    made.any("aws:s3/bucketPolicy:BucketPolicy", "lets", bucket="thing", policy=policy({"AWS": arn}, "s3:GetObject"))
    assert verdict(made, "thing") is YES


EXCEPT = ["0.0.0.0/1", "128.0.0.0/1"]


@pytest.mark.parametrize(("spared", "expected"), [(EXCEPT, NO), (EXCEPT[:1], YES), ([], YES)])
def test_a_network_policy_with_exceptions(spared: list[str], expected: Verdict) -> None:
    made, vpc, _ = public()
    inner = made.subnet(vpc, "inner", "10.0.2.0/24")
    made.route(inner, "0.0.0.0/0", natGatewayId=made.add("NatGateway", "nat", subnetId="subnet-public"))
    config = {"vpcConfig": {"subnetIds": [inner], "clusterSecurityGroupId": "sg-eks"}}
    made.add("Cluster", "eks", module="eks", **config)
    made.add("NodeGroup", "nodes", module="eks", clusterName="id-eks", subnetIds=[inner])
    addon = {"addonName": "vpc-cni", "configurationValues": '{"enableNetworkPolicy": "true"}'}
    made.add("Addon", "cni", module="eks", **addon)
    spec = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{}]}}
    made.any("kubernetes:apps/v1:Deployment", "web", metadata={"name": "web"}, spec={"template": spec})
    egress = [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": spared}}]}]
    limits = {"podSelector": {}, "policyTypes": ["Egress"], "egress": egress}
    made.any("kubernetes:networking.k8s.io/v1:NetworkPolicy", "limits", metadata={"name": "limits"}, spec=limits)
    assert verdict(made, "internet", source="web") is expected


def test_a_network_policy_of_one_direction_says_nothing_of_the_other() -> None:
    made = Made()
    spec = {"podSelector": {}, "policyTypes": ["Egress"]}
    made.any("kubernetes:networking.k8s.io/v1:NetworkPolicy", "limits", metadata={"name": "limits"}, spec=spec)
    policies = NetworkPolicies(View(made.graph()))
    pods, other = Pods("default", {}), Correspondent("a client", ANYWHERE)
    out = policies.out(pods, other, 443)
    assert out is not None
    assert out.missing
    assert policies.into(pods, other, 443) is None


@pytest.mark.parametrize(("port", "expected"), [(None, NO), (443, YES), (80, NO), (UNKNOWN, UNSURE)])
def test_a_balancer_answers_where_it_has_a_listener(port: Any, expected: Verdict) -> None:
    made, vpc, outer = public()
    every = made.group(vpc, "every", protocol="-1")
    balancer = made.add("LoadBalancer", "front-door", module="lb", subnets=[outer], securityGroups=[every])
    if port is not None:
        made.add("Listener", "listens", module="lb", loadBalancerArn=balancer, port=port, protocol="HTTPS")
    assert verdict(made, "front-door", port=443) is expected


@pytest.mark.parametrize(("enabled", "expected"), [(True, YES), (False, NO), (UNKNOWN, UNSURE)])
def test_a_distribution_that_is_off(enabled: Any, expected: Verdict) -> None:
    made = Made()
    made.add("Distribution", "cdn", module="cloudfront", enabled=enabled)
    assert verdict(made, "cdn") is expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"type": "ingress"}, YES),
        ({"type": "egress"}, NO),
        ({"type": UNKNOWN}, UNSURE),
        ({"type": "ingress", "cidrBlocks": UNKNOWN}, UNSURE),
        ({"type": "ingress", "protocol": UNKNOWN}, UNSURE),
        ({"type": "ingress", "securityGroupId": UNKNOWN}, UNSURE),
        ({"type": "ingress", "fromPort": 80, "toPort": 80}, NO),
    ],
)
def test_a_rule_of_which_not_all_is_known(rule: dict[str, Any], expected: Verdict) -> None:
    made, vpc, subnet = public(mapPublicIpOnLaunch=True)
    group = made.group(vpc, "guard", port=None)
    made.add("Instance", "vm", subnetId=subnet, vpcSecurityGroupIds=[group])
    whole: dict[str, Any] = {
        "securityGroupId": group,
        "protocol": "tcp",
        "fromPort": 22,
        "toPort": 22,
        "cidrBlocks": ["0.0.0.0/0"],
    }
    made.add("SecurityGroupRule", "rule", **{**whole, **rule})
    assert verdict(made, "vm", port=22) is expected
