"""What is put into every map and list of the settings, and what of a stack may change by it.

Rows are by the field, as ``fields.Field.name`` has it; one that is in no row fails ``test_inserted.py``. An entry goes
to the front and another one between those that are there, wherever the order means nothing, so that what is made by
its place instead of its name is found.
"""

from collections.abc import Mapping
from typing import Any

from tests.scenarios.opened import OWN_CODE
from tests.scenarios.row import Row

_ACL = ("aws:wafv2/webAcl:WebAcl rules",)
_AGES = ("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration rules",)
_CORS = ("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration corsRules",)
_ANSWERS = (
    "aws:apigateway/deployment:Deployment triggers",
    "aws:apigateway/integrationResponse:IntegrationResponse responseTemplates",
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy corsConfig",
    "aws:lambda/function:Function environment.variables.CORS_ORIGINS",
)
_ROLE = "aws:iam/rolePolicy:RolePolicy policy"
_OWN_ROLE = ("aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy")
_EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_NODES = "aws:eks/nodeGroup:NodeGroup"
_TASK = "aws:ecs/taskDefinition:TaskDefinition containerDefinitions"
_PODS = ("kubernetes:apps/v1:Deployment spec.template.spec",)
_COLLECTOR = (
    "kubernetes:apps/v1:Deployment spec.template.metadata.annotations",
    "kubernetes:core/v1:ConfigMap data",
    _TASK,
)
_IMAGES = ("aws:ecr/replicationConfiguration:ReplicationConfiguration replicationConfiguration.rules",)
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
_CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
_POOL = ("kubernetes:karpenter.sh/v1:NodePool spec",)
_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_BALANCER = "arn:aws:elasticloadbalancing:{0}:123456789012:loadbalancer/app/records/0a1b2c3d4e5f6071"
_PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEK8I6H4rEXTbhQSFrHIlNeXJo8Q9M
mSuhMvc8y3vEEHMmhx5D4rOIv7gqE1gTCmeGxGdVxPqE6gOHyKDyNf8Kvw==
-----END PUBLIC KEY-----
"""


def _any(form: str, **more: Any) -> Row:
    """Four texts of a form, all of which mean the same."""
    first, second, middle, last = (form.format(letter) for letter in "abmz")
    return Row(middle, first, (second, last), **more)


def _group(name: str) -> tuple[str, Any]:
    return name, {
        "name": name, "workerPolicy": "standard", "instanceTypes": ["r5.large"], "minSize": 1, "maxSize": 2,
        "desiredSize": 1,
    }  # fmt: skip


def _age(days: int, storage_class: str) -> dict[str, Any]:
    return {"days": days, "storageClass": storage_class}


def _handmade(name: str) -> tuple[str, Any]:
    return name, {"purpose": f"The key of {name}", "variable": f"{name.upper()}_KEY"}


_AGES_ROW = Row(
    before=(_age(2, "INTELLIGENT_TIERING"), _age(4, "GLACIER")),
    whole=True,
    front=_age(1, "STANDARD_IA"),
    middle=_age(3, "GLACIER_IR"),
    changes=_AGES,
)


def _zones(third: int) -> Row:
    """Ranges of a tier, whose first two numbers are those of the VPC."""
    ranges = {zone: f"{{}}.{third + place}.0/24" for place, zone in enumerate("abcde")}
    return Row(
        before=(("b", ranges["b"]), ("d", ranges["d"]), ("e", ranges["e"])),
        whole=True,
        front=("a", ranges["a"]),
        middle=("c", ranges["c"]),
        beside={"zoneOrder": ["b", "d", "e"]},
        changes=(
            "aws:codebuild/project:Project vpcConfig.subnets",
            f"{_ENDPOINT} routeTableIds",
            f"{_ENDPOINT} subnetIds",
            "aws:ecs/service:Service networkConfiguration.subnets",
            "aws:eks/cluster:Cluster vpcConfig.subnetIds",
            "aws:elasticache/subnetGroup:SubnetGroup subnetIds",
            _ROLE,
            "aws:lambda/function:Function vpcConfig.subnetIds",
            "aws:lb/loadBalancer:LoadBalancer subnets",
            "aws:rds/subnetGroup:SubnetGroup subnetIds",
            f"{_POLICY} spec",
            f"{_NODES} subnetIds",
            "aws:autoscaling/group:Group vpcZoneIdentifiers",
            "aws:dax/subnetGroup:SubnetGroup subnetIds",
            "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass spec.subnetSelectorTerms",
        ),
        adds=(
            "aws:ec2/eip:Eip",
            "aws:ec2/natGateway:NatGateway",
            "aws:ec2/route:Route",
            "aws:ec2/routeTable:RouteTable",
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "aws:ec2/subnet:Subnet",
            "aws:efs/mountTarget:MountTarget",
            _RULE,
        ),
    )


ROWS: Mapping[str, Row] = {
    "AmplifyAppSettings.prefixes": Row(
        "docs",
        before=("www",),
        changes=("aws:amplify/app:App customRules", "aws:amplify/domainAssociation:DomainAssociation subDomains"),
    ),
    "ClusterSettings.apiClients": Row(
        ("m-vpn", "10.8.0.0/24"),
        ("a-vpn", "10.9.0.0/24"),
        (("b-vpn", "10.10.0.0/24"), ("z-vpn", "10.11.0.0/24")),
        adds=(_RULE,),
    ),
    "CodeSettings.layers": _any(
        "arn:aws:lambda:us-east-1:123456789012:layer:{}:1", changes=("aws:lambda/function:Function layers",)
    ),
    "ConfigRecorderSettings.rules": Row("ENCRYPTED_VOLUMES", "ACCESS_KEYS_ROTATED", adds=("aws:cfg/rule:Rule",)),
    "ContentSecurityPolicy.sources": Row(
        ("media-src", ("'self'",)),
        ("frame-src", ("'self'",)),
        (("img-src", ("'self'",)), ("worker-src", ("'self'",))),
        changes=("aws:amplify/app:App customHeaders",),
    ),
    "ContentSecurityPolicy.sources.*": _any("https://{}.example.com", changes=("aws:amplify/app:App customHeaders",)),
    "CorsRule.exposeHeaders": _any("x-{}", changes=_CORS),
    "CorsRule.headers": _any("x-{}", changes=_CORS),
    "CorsRule.methods": Row("HEAD", None, ("GET", "PUT"), changes=_CORS),
    "CorsRule.origins": _any("https://{}.example.com", changes=(*_CORS, *_ANSWERS)),
    "FileSystemSettings.accessPoints": Row(
        ("middle", {"path": "/middle"}),
        ("attachments", {"path": "/attachments"}),
        (("z", {"path": "/z"}),),
        adds=("aws:efs/accessPoint:AccessPoint",),
    ),
    "FirewallSettings.blockedPaths": _any("/{}", changes=_ACL),
    "FirewallSettings.documentPaths": _any("/{}", changes=_ACL),
    "FirewallSettings.hosts": _any("{}.example.com", changes=_ACL),
    "FirewallSettings.managedGroups": Row(
        "SQLiRuleSet",
        None,
        ("AmazonIpReputationList", "CommonRuleSet", "KnownBadInputsRuleSet"),
        whole=True,
        changes=_ACL,
    ),
    "GithubRoleSettings.also": _any("other-{}", changes=("aws:iam/role:Role assumeRolePolicy",)),
    "GlobalAcceleratorSettings.elsewhere": Row(
        ("eu-west-1", _BALANCER.format("eu-west-1")),
        ("ap-south-1", _BALANCER.format("ap-south-1")),
        (("ca-central-1", _BALANCER.format("ca-central-1")), ("us-west-2", _BALANCER.format("us-west-2"))),
        adds=("aws:globalaccelerator/endpointGroup:EndpointGroup",),
    ),
    "LifecycleSettings.noncurrentTransitions": _AGES_ROW,
    "LifecycleSettings.transitions": _AGES_ROW,
    "NetworkSettings.data": _zones(20),
    "NetworkSettings.gatewayEndpoints": Row("dynamodb", before=("s3",), whole=True, adds=(_ENDPOINT,)),
    "NetworkSettings.interfaceEndpoints": Row("sqs", "kms", ("ssm", "sts"), adds=(_ENDPOINT,)),
    "NetworkSettings.private": _zones(10),
    "NetworkSettings.public": _zones(1),
    "NodeGroupSettings.instanceTypes": Row(
        "m5.xlarge",
        None,
        ("c5.xlarge", "t3.xlarge"),
        whole=True,
        changes=(f"{_NODES} instanceTypes", "aws:autoscaling/group:Group mixedInstancesPolicy"),
    ),
    "NodeGroupSettings.labels": Row(
        ("m", "1"),
        ("a", "1"),
        (("b", "1"), ("z", "1")),
        changes=(f"{_NODES} labels", "aws:ec2/launchTemplate:LaunchTemplate userData"),
    ),
    "NodeGroupSettings.taints": Row(
        {"key": "m", "value": "1"},
        {"key": "a", "value": "1"},
        ({"key": "b", "value": "1"}, {"key": "z", "value": "1"}),
        changes=(f"{_NODES} taints", "aws:ec2/launchTemplate:LaunchTemplate userData"),
    ),
    "NodePoolSettings.architectures": Row("arm64", None, ("amd64",), whole=True, changes=_POOL),
    "NodePoolSettings.capacityTypes": Row("spot", None, ("on-demand",), whole=True, changes=_POOL),
    "NodePoolSettings.instanceCategories": Row("m", "c", ("r",), whole=True, changes=_POOL),
    "NoticesSettings.emails": _any("{}@example.com", adds=("aws:sns/topicSubscription:TopicSubscription",)),
    "PodSettings.scratch": Row("/middle", "/a", ("/tmp", "/z"), changes=_PODS),
    "PodSettings.secrets": Row(
        ("M", {"secret": "m", "key": "k"}),
        ("A", {"secret": "a", "key": "k"}),
        (("B", {"secret": "b", "key": "k"}), ("Z", {"secret": "z", "key": "k"})),
        changes=_PODS,
    ),
    "PodSettings.shared": Row(("/m", "m"), ("/a", "a"), (("/b", "b"), ("/z", "z")), changes=_PODS),
    "RegistrySettings.repositories": _any(
        "{}-images", adds=("aws:ecr/lifecyclePolicy:LifecyclePolicy", "aws:ecr/repository:Repository")
    ),
    "StorageClassSettings.tags": Row(
        ("m", "1"),
        ("a", "1"),
        (("b", "1"), ("z", "1")),
        changes=("kubernetes:storage.k8s.io/v1:StorageClass parameters",),
    ),
    "TaskSettings.scratch": Row(("/m", 8), ("/a", 8), (("/z", 8),), changes=(_TASK,)),
    "TracingSettings.groups": Row(
        ("m", "error"), ("a", "fault"), (("b", "throttle"), ("z", "responsetime > 5")), adds=("aws:xray/group:Group",)
    ),
    "TracingSettings.rules": Row(
        ("m", {"priority": 50, "urlPath": "/m"}),
        ("a", {"priority": 40, "urlPath": "/a"}),
        (("z", {"priority": 60, "urlPath": "/z"}),),
        changes=_COLLECTOR,
        adds=("aws:xray/samplingRule:SamplingRule",),
    ),
    "UserPoolClientSettings.callbackUrls": _any("https://{}.example.com/", changes=(f"{_CLIENT} callbackUrls",)),
    "UserPoolClientSettings.logoutUrls": _any("https://{}.example.com/", changes=(f"{_CLIENT} logoutUrls",)),
    "collaboration.SystemSettings.secrets": Row(
        _handmade("middle"),
        _handmade("a"),
        (_handmade("z"),),
        changes=(_ROLE,),
        adds=("aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretPolicy:SecretPolicy"),
    ),
    "confluence.Copies.images": _any("{}-images", changes=_IMAGES),
    "confluence.EksModel.groups": Row(
        _group("middle"),
        _group("a"),
        (_group("z"),),
        changes=(_ROLE,),
        adds=(
            _NODES,
            "aws:ec2/launchTemplate:LaunchTemplate",
            "aws:iam/role:Role",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        ),
    ),
    "confluence.LambdaModel.code": Row(
        ("document", OWN_CODE),
        ("auth", OWN_CODE),
        (("search", OWN_CODE), ("user", OWN_CODE)),
        changes=("aws:lambda/function:Function code",),
    ),
    "confluence.LambdaModel.subnets": Row(
        ("document", "data"),
        ("auth", "private"),
        (("collaboration", "private"), ("user", "private")),
        changes=("aws:lambda/function:Function vpcConfig",),
    ),
    "mdreader.SystemSettings.fileSigners": Row(
        ("middle", _PUBLIC_KEY),
        ("a", _PUBLIC_KEY),
        (("z", _PUBLIC_KEY),),
        changes=("aws:cloudfront/keyGroup:KeyGroup items",),
        adds=("aws:cloudfront/publicKey:PublicKey",),
    ),
    "copies.CopiesSettings.images": _any("{}-images", changes=_IMAGES),
    "records.CopiesSettings.images": _any("{}-images", changes=_IMAGES),
    "records.FargateSettings.uses": Row(
        "cache",
        "archives",
        ("database", "stream"),
        whole=True,
        changes=(_ROLE, "kubernetes:core/v1:ConfigMap data"),
        adds=(_EGRESS, _RULE),
    ),
    "records.SystemSettings.fargate": Row(
        ("middle", {}),
        ("a", {}),
        (("b", {}), ("z", {})),
        changes=(_ROLE, f"{_POLICY} spec"),
        adds=(
            "aws:ec2/securityGroup:SecurityGroup",
            "aws:eks/fargateProfile:FargateProfile",
            *_OWN_ROLE,
            _EGRESS,
            _RULE,
            "kubernetes:core/v1:ConfigMap",
            "kubernetes:core/v1:LimitRange",
            "kubernetes:core/v1:Namespace",
            "kubernetes:core/v1:ResourceQuota",
            "kubernetes:core/v1:ServiceAccount",
            _POLICY,
            "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy",
        ),
    ),
}
"""By field. One without ``front`` says more by its first entry than by the others, or has no more values."""
