"""What AWS's own API models say of the inputs of a resource: lengths, patterns, ranges and allowed values.

The models are botocore's, the ones AWS generates its SDKs from. A resource is checked as the request that makes it,
since the Terraform provider passes most arguments through under the API's own names.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import botocore.loaders
import botocore.model

from analyser.graph import Node
from policy.unknown import UNKNOWN

OPERATIONS: Mapping[str, tuple[str, str]] = {
    "aws:acm/certificate:Certificate": ("acm", "RequestCertificate"),
    "aws:amplify/app:App": ("amplify", "CreateApp"),
    "aws:amplify/branch:Branch": ("amplify", "CreateBranch"),
    "aws:apigateway/authorizer:Authorizer": ("apigateway", "CreateAuthorizer"),
    "aws:apigateway/integration:Integration": ("apigateway", "PutIntegration"),
    "aws:apigateway/method:Method": ("apigateway", "PutMethod"),
    "aws:apigateway/restApi:RestApi": ("apigateway", "CreateRestApi"),
    "aws:apigateway/stage:Stage": ("apigateway", "CreateStage"),
    "aws:apigatewayv2/api:Api": ("apigatewayv2", "CreateApi"),
    "aws:apigatewayv2/authorizer:Authorizer": ("apigatewayv2", "CreateAuthorizer"),
    "aws:apigatewayv2/integration:Integration": ("apigatewayv2", "CreateIntegration"),
    "aws:apigatewayv2/route:Route": ("apigatewayv2", "CreateRoute"),
    "aws:apigatewayv2/stage:Stage": ("apigatewayv2", "CreateStage"),
    "aws:appautoscaling/policy:Policy": ("application-autoscaling", "PutScalingPolicy"),
    "aws:appautoscaling/scheduledAction:ScheduledAction": ("application-autoscaling", "PutScheduledAction"),
    "aws:appautoscaling/target:Target": ("application-autoscaling", "RegisterScalableTarget"),
    "aws:backup/vault:Vault": ("backup", "CreateBackupVault"),
    "aws:cfg/recorder:Recorder": ("config", "PutConfigurationRecorder"),
    "aws:cfg/rule:Rule": ("config", "PutConfigRule"),
    "aws:cloudtrail/trail:Trail": ("cloudtrail", "CreateTrail"),
    "aws:cloudwatch/dashboard:Dashboard": ("cloudwatch", "PutDashboard"),
    "aws:cloudwatch/eventRule:EventRule": ("events", "PutRule"),
    "aws:cloudwatch/logDelivery:LogDelivery": ("logs", "CreateDelivery"),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": ("logs", "PutDeliveryDestination"),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": ("logs", "PutDeliverySource"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "CreateLogGroup"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": ("logs", "PutMetricFilter"),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ("logs", "PutResourcePolicy"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch", "PutMetricAlarm"),
    "aws:cloudwatch/queryDefinition:QueryDefinition": ("logs", "PutQueryDefinition"),
    "aws:codebuild/project:Project": ("codebuild", "CreateProject"),
    "aws:codeconnections/connection:Connection": ("codeconnections", "CreateConnection"),
    "aws:codedeploy/application:Application": ("codedeploy", "CreateApplication"),
    "aws:codedeploy/deploymentGroup:DeploymentGroup": ("codedeploy", "CreateDeploymentGroup"),
    "aws:codepipeline/pipeline:Pipeline": ("codepipeline", "CreatePipeline"),
    "aws:cognito/identityPool:IdentityPool": ("cognito-identity", "CreateIdentityPool"),
    "aws:cognito/userPool:UserPool": ("cognito-idp", "CreateUserPool"),
    "aws:cognito/userPoolClient:UserPoolClient": ("cognito-idp", "CreateUserPoolClient"),
    "aws:cognito/userPoolDomain:UserPoolDomain": ("cognito-idp", "CreateUserPoolDomain"),
    "aws:dlm/lifecyclePolicy:LifecyclePolicy": ("dlm", "CreateLifecyclePolicy"),
    "aws:dynamodb/table:Table": ("dynamodb", "CreateTable"),
    "aws:ec2/launchTemplate:LaunchTemplate": ("ec2", "CreateLaunchTemplate"),
    "aws:ec2/securityGroup:SecurityGroup": ("ec2", "CreateSecurityGroup"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("ec2", "CreateVpcEndpoint"),
    "aws:ecr/repository:Repository": ("ecr", "CreateRepository"),
    "aws:ecs/cluster:Cluster": ("ecs", "CreateCluster"),
    "aws:ecs/service:Service": ("ecs", "CreateService"),
    "aws:ecs/taskDefinition:TaskDefinition": ("ecs", "RegisterTaskDefinition"),
    "aws:efs/fileSystem:FileSystem": ("efs", "CreateFileSystem"),
    "aws:eks/accessEntry:AccessEntry": ("eks", "CreateAccessEntry"),
    "aws:eks/addon:Addon": ("eks", "CreateAddon"),
    "aws:eks/cluster:Cluster": ("eks", "CreateCluster"),
    "aws:eks/nodeGroup:NodeGroup": ("eks", "CreateNodegroup"),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": ("eks", "CreatePodIdentityAssociation"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("elasticache", "CreateReplicationGroup"),
    "aws:elasticache/subnetGroup:SubnetGroup": ("elasticache", "CreateCacheSubnetGroup"),
    "aws:elasticache/user:User": ("elasticache", "CreateUser"),
    "aws:elasticache/userGroup:UserGroup": ("elasticache", "CreateUserGroup"),
    "aws:iam/role:Role": ("iam", "CreateRole"),
    "aws:iam/rolePolicy:RolePolicy": ("iam", "PutRolePolicy"),
    "aws:kms/alias:Alias": ("kms", "CreateAlias"),
    "aws:kms/key:Key": ("kms", "CreateKey"),
    "aws:lambda/alias:Alias": ("lambda", "CreateAlias"),
    "aws:lambda/eventSourceMapping:EventSourceMapping": ("lambda", "CreateEventSourceMapping"),
    "aws:lambda/function:Function": ("lambda", "CreateFunction"),
    "aws:lambda/layerVersion:LayerVersion": ("lambda", "PublishLayerVersion"),
    "aws:lambda/permission:Permission": ("lambda", "AddPermission"),
    "aws:lb/listener:Listener": ("elbv2", "CreateListener"),
    "aws:lb/loadBalancer:LoadBalancer": ("elbv2", "CreateLoadBalancer"),
    "aws:lb/targetGroup:TargetGroup": ("elbv2", "CreateTargetGroup"),
    "aws:msk/cluster:Cluster": ("kafka", "CreateCluster"),
    "aws:msk/configuration:Configuration": ("kafka", "CreateConfiguration"),
    "aws:opensearch/domain:Domain": ("opensearch", "CreateDomain"),
    "aws:rds/instance:Instance": ("rds", "CreateDBInstance"),
    "aws:rds/parameterGroup:ParameterGroup": ("rds", "CreateDBParameterGroup"),
    "aws:rds/proxy:Proxy": ("rds", "CreateDBProxy"),
    "aws:rds/subnetGroup:SubnetGroup": ("rds", "CreateDBSubnetGroup"),
    "aws:route53/healthCheck:HealthCheck": ("route53", "CreateHealthCheck"),
    "aws:scheduler/schedule:Schedule": ("scheduler", "CreateSchedule"),
    "aws:secretsmanager/secret:Secret": ("secretsmanager", "CreateSecret"),
    "aws:sesv2/configurationSet:ConfigurationSet": ("sesv2", "CreateConfigurationSet"),
    "aws:sfn/stateMachine:StateMachine": ("stepfunctions", "CreateStateMachine"),
    "aws:sns/topic:Topic": ("sns", "CreateTopic"),
    "aws:sqs/queue:Queue": ("sqs", "CreateQueue"),
    "aws:wafv2/webAcl:WebAcl": ("wafv2", "CreateWebACL"),
    "aws:xray/group:Group": ("xray", "CreateGroup"),
    "aws:xray/samplingRule:SamplingRule": ("xray", "CreateSamplingRule"),
}
"""The call that makes a resource of each type."""

_SUFFIXES = ("name", "identifier", "id")


def refusals(node: Node) -> list[str]:
    """What the service's model does not allow in the known inputs of a resource; one line each."""
    if node.type not in OPERATIONS:
        return []
    service, operation = OPERATIONS[node.type]
    shape = _service(service).operation_model(operation).input_shape
    kind = node.type.rpartition(":")[2]
    return [f"{node.name} ({node.type}) {line}" for line in _structure(node.inputs, shape, "", kind)]


@functools.cache
def _service(name: str) -> botocore.model.ServiceModel:
    return botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(name, "service-2"), name)


def _structure(inputs: Mapping[str, Any], shape: Any, path: str, kind: str = "") -> Iterator[str]:
    members = {re.sub("[^a-z0-9]", "", key.lower()): member for key, member in shape.members.items()}
    for key, value in inputs.items():
        member = _member(key, members, kind if not path else "")
        if member is not None:
            yield from _value(value, member, f"{path}.{key}".lstrip("."))


def _member(key: str, members: Mapping[str, Any], kind: str) -> Any:
    """The API's member for an input: of the same name, or ``bucketName``/``DBInstanceName`` for ``name``."""
    plain = key.lower()
    found = members.get(plain) or members.get(plain.removesuffix("s")) or members.get(f"{plain}s")
    if found is None and plain in _SUFFIXES:
        found = next((m for name, m in members.items() if name.endswith(kind.lower() + plain)), None)
    return found


def _value(value: Any, shape: Any, path: str) -> Iterator[str]:
    """Compares a value with its shape; what is unknown, or of another form than the API's, says nothing."""
    if shape.type_name == "structure" and isinstance(value, list) and len(value) == 1:
        value = value[0]  # a block of the provider's
    form, check = _FORMS.get(shape.type_name, ((), None))
    if check is not None and isinstance(value, form) and value is not UNKNOWN:
        yield from check(value, shape, path)


def _list(value: list[Any], shape: Any, path: str) -> Iterator[str]:
    yield from _bounds(len(value), shape, path, "entries")
    for index, each in enumerate(value):
        yield from _value(each, shape.member, f"{path}[{index}]")


def _map(value: Mapping[str, Any], shape: Any, path: str) -> Iterator[str]:
    for key, each in value.items():
        yield from _value(key, shape.key, f"{path} key")
        yield from _value(each, shape.value, f"{path}.{key}")


def _number(value: float, shape: Any, path: str) -> Iterator[str]:
    yield from _bounds(value, shape, path, "")


def _text(value: str, shape: Any, path: str) -> Iterator[str]:
    yield from _bounds(len(value), shape, path, "characters")
    pattern = shape.metadata.get("pattern")
    if pattern and not _matches(pattern, value):
        yield f"{path}: {value!r} does not match {pattern}"
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield f"{path}: {value!r} is none of {', '.join(allowed)}"


def _bounds(size: float, shape: Any, path: str, unit: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < float(low):
        yield f"{path}: {size} {unit} is below {low}"
    if high is not None and size > float(high):
        yield f"{path}: {size} {unit} is above {high}"


def _matches(pattern: str, value: str) -> bool:
    """Whether a value matches a pattern as Java reads it, in which the models are written."""
    for java, python in (("\\p{L}", "^\\W\\d_"), ("\\p{Z}", "\\s"), ("\\p{N}", "\\d")):
        pattern = pattern.replace(java, python)
    try:
        return re.fullmatch(pattern, value, re.DOTALL) is not None
    except re.error:
        return True


_NUMBER = ((int, float), _number)
_FORMS: dict[str, Any] = {
    "structure": (Mapping, _structure),
    "list": (list, _list),
    "map": (Mapping, _map),
    "string": (str, _text),
    "integer": _NUMBER,
    "long": _NUMBER,
    "float": _NUMBER,
    "double": _NUMBER,
}
