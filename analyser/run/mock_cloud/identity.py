"""The id, physical name and ARN that AWS would give a resource.

ARN forms: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import hashlib
from functools import cached_property
from typing import Any

from policy.unknown import UNKNOWN

ACCOUNT_ID = "123456789012"

NAMES = (
    "name", "bucket", "identifier", "clusterIdentifier", "replicationGroupId", "clusterName", "domainName",
    "functionName", "dashboardName", "alarmName", "repositoryName",
)  # fmt: skip
"""Properties that hold a resource's physical name, which AWS or Pulumi makes where none is given."""
_EC2_IDS = {
    "Vpc": "vpc", "Subnet": "subnet", "SecurityGroup": "sg", "RouteTable": "rtb", "InternetGateway": "igw",
    "NatGateway": "nat", "Eip": "eipalloc", "VpcEndpoint": "vpce", "LaunchTemplate": "lt", "FlowLog": "fl",
    "NetworkAcl": "acl", "Instance": "i", "Ami": "ami", "VpcPeeringConnection": "pcx",
    "SecurityGroupIngressRule": "sgr", "SecurityGroupEgressRule": "sgr",
}  # fmt: skip
# {id}, {name}: the resource's own; {within}: what is so called in the cluster {name}; {hash}: 16 hexadecimal digits;
# {uuid}. The region is left out of global services.
ARNS = {
    "acm/certificate": "acm:{region}:{account}:certificate/{uuid}",
    "amplify/app": "amplify:{region}:{account}:apps/{id}",
    "apigateway/restApi": "apigateway:{region}::/restapis/{id}",
    "apigatewayv2/api": "apigateway:{region}::/apis/{id}",
    "appautoscaling/policy": "autoscaling:{region}:{account}:scalingPolicy:{uuid}",
    "autoscaling/group": "autoscaling:{region}:{account}:autoScalingGroup:{uuid}:autoScalingGroupName/{name}",
    "backup/plan": "backup:{region}:{account}:backup-plan:{uuid}",
    "backup/vault": "backup:{region}:{account}:backup-vault:{name}",
    "budgets/budget": "budgets::{account}:budget/{name}",
    "cloudfront/distribution": "cloudfront::{account}:distribution/{id}",
    "cloudwatch/dashboard": "cloudwatch::{account}:dashboard/{name}",
    "cloudwatch/eventRule": "events:{region}:{account}:rule/{name}",
    "cloudwatch/logGroup": "logs:{region}:{account}:log-group:{name}",
    "cloudwatch/metricAlarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "cognito/userPool": "cognito-idp:{region}:{account}:userpool/{id}",
    "costexplorer/anomalyMonitor": "ce::{account}:anomalymonitor/{uuid}",
    "dynamodb/table": "dynamodb:{region}:{account}:table/{name}",
    "ecr/repository": "ecr:{region}:{account}:repository/{name}",
    "ecs/service": "ecs:{region}:{account}:service/{cluster}/{name}",
    "ecs/cluster": "ecs:{region}:{account}:cluster/{name}",
    "efs/fileSystem": "elasticfilesystem:{region}:{account}:file-system/{id}",
    "eks/addon": "eks:{region}:{account}:addon/{name}/{within}/{uuid}",
    "eks/cluster": "eks:{region}:{account}:cluster/{name}",
    "eks/fargateProfile": "eks:{region}:{account}:fargateprofile/{name}/{within}/{uuid}",
    "eks/nodeGroup": "eks:{region}:{account}:nodegroup/{name}/{within}/{uuid}",
    "elasticache/parameterGroup": "elasticache:{region}:{account}:parametergroup:{name}",
    "elasticache/replicationGroup": "elasticache:{region}:{account}:replicationgroup:{name}",
    "elasticache/subnetGroup": "elasticache:{region}:{account}:subnetgroup:{name}",
    "elasticache/user": "elasticache:{region}:{account}:user:{name}",
    "elasticache/userGroup": "elasticache:{region}:{account}:usergroup:{name}",
    "iam/group": "iam::{account}:group/{name}",
    "iam/instanceProfile": "iam::{account}:instance-profile/{name}",
    "iam/openIdConnectProvider": "iam::{account}:oidc-provider/{name}",
    "iam/policy": "iam::{account}:policy/{name}",
    "iam/role": "iam::{account}:role/{name}",
    "iam/samlProvider": "iam::{account}:saml-provider/{name}",
    "iam/user": "iam::{account}:user/{name}",
    "kinesis/firehoseDeliveryStream": "firehose:{region}:{account}:deliverystream/{name}",
    "kinesis/stream": "kinesis:{region}:{account}:stream/{name}",
    "kms/key": "kms:{region}:{account}:key/{id}",
    "lambda/function": "lambda:{region}:{account}:function:{name}",
    "lb/listener": "elasticloadbalancing:{region}:{account}:listener/app/{name}/{hash}/{hash}",
    "lb/loadBalancer": "elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{hash}",
    "lb/targetGroup": "elasticloadbalancing:{region}:{account}:targetgroup/{name}/{hash}",
    "msk/cluster": "kafka:{region}:{account}:cluster/{name}/{uuid}",
    "msk/configuration": "kafka:{region}:{account}:configuration/{name}/{uuid}",
    "opensearch/domain": "es:{region}:{account}:domain/{name}",
    "rds/cluster": "rds:{region}:{account}:cluster:{name}",
    "rds/instance": "rds:{region}:{account}:db:{name}",
    "rds/parameterGroup": "rds:{region}:{account}:pg:{name}",
    "rds/proxy": "rds:{region}:{account}:db-proxy:prx-{hash}",
    "rds/subnetGroup": "rds:{region}:{account}:subgrp:{name}",
    "route53/healthCheck": "route53:::healthcheck/{id}",
    "route53/zone": "route53:::hostedzone/{id}",
    "s3/accessPoint": "s3:{region}:{account}:accesspoint/{name}",
    "s3/bucket": "s3:::{name}",
    "secretsmanager/secret": "secretsmanager:{region}:{account}:secret:{name}-{hash:.6}",
    "sfn/stateMachine": "states:{region}:{account}:stateMachine:{name}",
    "sns/topic": "sns:{region}:{account}:{name}",
    "sqs/queue": "sqs:{region}:{account}:{name}",
    "ssm/parameter": "ssm:{region}:{account}:parameter/{name}",
    "wafv2/webAcl": "wafv2:{region}:{account}:regional/webacl/{name}/{uuid}",
}
"""ARNs in the form of their service, by the path of the type; of any other type what is made up is only alike."""
_SERVICES = {"ebs": "ec2", "vpc": "ec2", "cfg": "config", "lb": "elasticloadbalancing", "msk": "kafka"}
_ID_IS_NAME = {
    "cloudwatch/logGroup", "dynamodb/table", "ecr/repository", "eks/cluster", "elasticache/parameterGroup",
    "elasticache/replicationGroup", "iam/group", "iam/instanceProfile", "iam/role", "iam/user", "rds/cluster",
    "rds/parameterGroup", "rds/subnetGroup", "s3/bucket",
}  # fmt: skip
_ID_IS_ARN = {
    "acm/certificate", "iam/openIdConnectProvider", "iam/policy", "lb/listener", "lb/loadBalancer", "lb/targetGroup",
    "msk/cluster", "msk/configuration", "secretsmanager/secret", "sns/topic",
}  # fmt: skip


class Identity:
    """What one resource is called, made of its type, logical name and inputs alone."""

    def __init__(self, token: str, name: str, inputs: dict[str, Any], region: str) -> None:
        self.token = token
        self.path, _, self.kind = token.split(":", 1)[1].rpartition(":")
        self.service = self.path.split("/")[0]
        self.logical_name = name
        self.inputs = inputs
        self.region: str = _text(inputs.get("region")) or region
        self.digest = hashlib.sha256(f"{token}{name}".encode()).hexdigest()

    @cached_property
    def name(self) -> str:
        """The physical name: the one given, or the logical name with a suffix as Pulumi's auto-naming makes it."""
        given = (_text(self.inputs.get(key)) for key in NAMES)
        return next((name for name in given if name), f"{self.logical_name}-{self.digest[:7]}")

    @cached_property
    def uuid(self) -> str:
        """Five groups of hexadecimal digits."""
        digest = self.digest
        return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))

    @cached_property
    def id(self) -> str:
        """The id in the form that the service gives it."""
        if self.service in ("ec2", "vpc"):
            return f"{_EC2_IDS.get(self.kind, self.kind.lower())}-{self.digest[:17]}"
        if self.path in _ID_IS_NAME:
            return self.name
        if self.path in _ID_IS_ARN:
            return self.arn
        if self.path == "sqs/queue":
            return f"https://sqs.{self.region}.amazonaws.com/{ACCOUNT_ID}/{self.name}"
        if self.path in ("kms/key", "wafv2/webAcl"):
            return self.uuid
        if self.path in ("cloudfront/distribution", "route53/zone"):
            return f"{self.kind[0].replace('D', 'E')}{self.digest[:13].upper()}"
        if self.path == "cognito/userPool":
            return f"{self.region}_{self.digest[:9]}"
        return f"{self.logical_name}-{self.digest[:7]}"

    @cached_property
    def arn(self) -> str:
        """The ARN in the form that the service gives it."""
        form = ARNS.get(self.path)
        if form is None:
            service = _SERVICES.get(self.service, self.service)
            kind = self.kind[0].lower() + self.kind[1:]
            return f"arn:{self.partition}:{service}:{self.region}:{ACCOUNT_ID}:{kind}/{self.id}"
        identifier = "" if self.path in _ID_IS_ARN else self.id
        filled = form.format(
            region=self.region,
            account=ACCOUNT_ID,
            name=self.name,
            id=identifier,
            uuid=self.uuid,
            hash=self.digest[:16],
            cluster=_text(self.inputs.get("cluster")).rpartition("/")[2] or "default",
            within=self._within,
        )
        return f"arn:{self.partition}:{filled}"

    @property
    def _within(self) -> str:
        """What an add-on or a group of nodes is called in its cluster; of a group often only the beginning is given."""
        given = _text(self.inputs.get("addonName")) or _text(self.inputs.get("nodeGroupName"))
        return given or f"{_text(self.inputs.get('nodeGroupNamePrefix'))}{self.digest[:26]}"

    @property
    def partition(self) -> str:
        """The AWS partition of the region."""
        return "aws-us-gov" if "gov" in self.region else "aws-cn" if self.region.startswith("cn-") else "aws"


def _text(value: Any) -> str:
    return value if value is not UNKNOWN and isinstance(value, str) else ""
