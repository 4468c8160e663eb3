"""The few facts that tell one resource from another of its type: size, class, version, address, retention."""

from collections.abc import Callable, Mapping
from typing import Any

from analyser.graph import Node
from policy.unknown import UNKNOWN

Fact = Callable[[Mapping[str, Any]], str]

_LONG = 10_000


def facts(node: Node) -> list[str]:
    """The distinguishing facts of a resource, most significant first; empty for types without any."""
    return [text for fact in _FACTS.get(node.type, ()) if (text := fact(node.inputs))]


def is_telling(node: Node) -> bool:
    """Whether the resource belongs in a summary of its component."""
    return node.type in _TELLING and bool(facts(node))


def _read(inputs: Any, path: str) -> Any:
    value = inputs
    for step in path.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
        if value is UNKNOWN:
            return None
    return value


def _show(path: str, form: str = "{}") -> Fact:
    """A value in words; lists by their members, numbers too long to read at a glance with separators."""

    def fact(inputs: Mapping[str, Any]) -> str:
        value = _read(inputs, path)
        if isinstance(value, list):
            value = " ".join(str(item) for item in value if item is not UNKNOWN)
        if value is None or value == "" or isinstance(value, bool):
            return ""
        return form.format(f"{value:,}" if isinstance(value, int) and value >= _LONG else value)

    return fact


def _number(path: str, noun: str, rest: str = "") -> Fact:
    """A number of things, which may be one."""

    def fact(inputs: Mapping[str, Any]) -> str:
        value = _read(inputs, path)
        return f"{value} {noun}{'' if value == 1 else 's'}{rest}" if isinstance(value, int) else ""

    return fact


def _flag(path: str, words: str, wanted: Any = True) -> Fact:
    return lambda inputs: words if _read(inputs, path) == wanted else ""


def _count(path: str, words: str) -> Fact:
    def fact(inputs: Mapping[str, Any]) -> str:
        value = _read(inputs, path)
        return f"{len(value)} {words}" if isinstance(value, list) and value else ""

    return fact


def _span(low: str, high: str, words: str) -> Fact:
    def fact(inputs: Mapping[str, Any]) -> str:
        first, last = _read(inputs, low), _read(inputs, high)
        return "" if first is None or last is None else f"{first} to {last} {words}"

    return fact


def _ports(inputs: Mapping[str, Any]) -> str:
    first, last = _read(inputs, "fromPort"), _read(inputs, "toPort")
    protocol = _read(inputs, "ipProtocol")
    if first is None:
        return "all ports" if protocol == "-1" else ""
    return f"{protocol} {first}" if first == last else f"{protocol} {first}-{last}"


def _endpoint(inputs: Mapping[str, Any]) -> str:
    """The service behind an endpoint, without the region's prefix."""
    service = _read(inputs, "serviceName")
    return ".".join(service.split(".")[3:]) if isinstance(service, str) else ""


_TELLING: dict[str, tuple[Fact, ...]] = {
    "aws:acm/certificate:Certificate": (_show("domainName"),),
    "aws:apigatewayv2/api:Api": (_show("protocolType"),),
    "aws:autoscaling/group:Group": (_span("minSize", "maxSize", "instances"),),
    "aws:backup/plan:Plan": (_show("rules.schedule"), _show("rules.lifecycle.deleteAfter", "kept {} d")),
    "aws:budgets/budget:Budget": (_show("limitAmount", "{} USD"), _show("timeUnit")),
    "aws:cloudfront/distribution:Distribution": (
        _show("aliases"), _count("origins", "origins"), _show("priceClass"), _show("httpVersion"),
    ),
    "aws:dynamodb/table:Table": (_show("billingMode"), _show("hashKey"), _show("rangeKey")),
    "aws:ec2/instance:Instance": (_show("instanceType"),),
    "aws:ec2/natGateway:NatGateway": (lambda _: "NAT gateway",),
    "aws:ec2/subnet:Subnet": (_show("cidrBlock"),),
    "aws:ec2/vpc:Vpc": (_show("cidrBlock"),),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (_endpoint,),
    "aws:ecr/repository:Repository": (_show("name"), _show("imageTagMutability")),
    "aws:ecs/service:Service": (_number("desiredCount", "task"), _show("launchType")),
    "aws:ecs/taskDefinition:TaskDefinition": (_show("cpu", "{} CPU"), _show("memory", "{} MiB")),
    "aws:efs/fileSystem:FileSystem": (_show("throughputMode"),),
    "aws:eks/addon:Addon": (_show("addonName"), _show("addonVersion")),
    "aws:eks/cluster:Cluster": (
        _show("name"), _show("version", "Kubernetes {}"), _flag("vpcConfig.endpointPublicAccess", "private", False),
    ),
    "aws:eks/nodeGroup:NodeGroup": (
        _show("instanceTypes"), _span("scalingConfig.minSize", "scalingConfig.maxSize", "nodes"),
        _show("capacityType"), _show("amiType"),
    ),
    "aws:elasticache/parameterGroup:ParameterGroup": (_show("family"), _count("parameters", "parameters")),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        _show("nodeType"), _show("engine"), _show("engineVersion"), _number("numNodeGroups", "shard"),
        _number("replicasPerNodeGroup", "replica", " each"), _flag("multiAzEnabled", "Multi-AZ"),
    ),
    "aws:kinesis/stream:Stream": (_number("shardCount", "shard"), _show("streamModeDetails.streamMode")),
    "aws:lambda/function:Function": (_show("runtime"), _show("memorySize", "{} MiB"), _show("timeout", "{} s")),
    "aws:lb/listener:Listener": (_show("protocol"), _show("port", "port {}")),
    "aws:lb/loadBalancer:LoadBalancer": (_show("loadBalancerType"), _flag("internal", "internal")),
    "aws:lb/targetGroup:TargetGroup": (_show("protocol"), _show("port", "port {}"), _show("targetType")),
    "aws:msk/cluster:Cluster": (
        _show("brokerNodeGroupInfo.instanceType"), _number("numberOfBrokerNodes", "broker"),
        _show("brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize", "{} GiB each"),
        _show("kafkaVersion", "Kafka {}"),
    ),
    "aws:opensearch/domain:Domain": (
        _show("clusterConfig.instanceType"), _number("clusterConfig.instanceCount", "node"),
        _show("ebsOptions.volumeSize", "{} GiB each"), _show("engineVersion"),
    ),
    "aws:rds/cluster:Cluster": (_show("engine"), _show("engineVersion")),
    "aws:rds/clusterInstance:ClusterInstance": (_show("instanceClass"),),
    "aws:rds/instance:Instance": (
        _show("instanceClass"), _show("allocatedStorage", "{} GiB"), _show("storageType"), _show("iops", "{} IOPS"),
        _show("engine"), _show("engineVersion"), _flag("multiAz", "Multi-AZ"),
    ),
    "aws:route53/zone:Zone": (_show("name"),),
    "aws:s3/bucket:Bucket": (_show("bucket"),),
    "aws:sqs/queue:Queue": (_flag("fifoQueue", "FIFO"),),
    "aws:wafv2/webAcl:WebAcl": (_show("scope"), _count("rules", "rules")),
    "kubernetes:apps/v1:Deployment": (
        _number("spec.replicas", "replica"), _show("spec.template.spec.containers.image"),
    ),
    "kubernetes:batch/v1:CronJob": (_show("spec.schedule"),),
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": (_span("spec.minReplicas", "spec.maxReplicas", "pods"),),
    "kubernetes:helm.sh/v3:Release": (_show("name"), _show("version")),
    "kubernetes:karpenter.sh/v1:NodePool": (_show("spec.limits.cpu", "up to {} vCPU"),),
}  # fmt: skip
_FACTS: dict[str, tuple[Fact, ...]] = {
    **_TELLING,
    "aws:cloudwatch/logGroup:LogGroup": (_show("name"), _show("retentionInDays", "{} d")),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (_show("metricName"), _show("comparisonOperator"), _show("threshold")),
    "aws:ec2/launchTemplate:LaunchTemplate": (
        _show("blockDeviceMappings.ebs.volumeSize", "{} GiB"), _show("blockDeviceMappings.ebs.volumeType"),
        _flag("metadataOptions.httpTokens", "IMDSv2", "required"),
    ),
    "aws:ec2/route:Route": (_show("destinationCidrBlock"),),
    "aws:ec2/securityGroup:SecurityGroup": (_show("description"),),
    "aws:iam/role:Role": (_show("description"),),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (_show("policyArn"),),
    "aws:kms/key:Key": (_show("description"),),
    "aws:rds/parameterGroup:ParameterGroup": (_show("family"), _count("parameters", "parameters")),
    "aws:route53/record:Record": (_show("type"), _show("name")),
    "aws:secretsmanager/secret:Secret": (_show("description"),),
    "aws:sns/topicSubscription:TopicSubscription": (_show("protocol"), _show("endpoint")),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (_ports, _show("cidrIpv4"), _show("description")),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (_ports, _show("cidrIpv4"), _show("description")),
    "kubernetes:core/v1:Service": (_show("spec.type"), _show("spec.ports.port", "port {}")),
}  # fmt: skip
