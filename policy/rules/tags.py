"""Tags that an organisation asks for, by policy configuration."""

from collections.abc import Iterator

from pydantic import Field

from policy.model import Finding, Level, Resource, RuleConfig, Severity, rule

# What costs money or holds data; each has a map `tags` that the provider updates in place.
_TYPES = (
    "aws:apigateway/stage:Stage",
    "aws:apigatewayv2/stage:Stage",
    "aws:backup/vault:Vault",
    "aws:cloudfront/distribution:Distribution",
    "aws:codebuild/project:Project",
    "aws:dynamodb/table:Table",
    "aws:ec2/eip:Eip",
    "aws:ec2/instance:Instance",
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "aws:ecr/repository:Repository",
    "aws:ecs/cluster:Cluster",
    "aws:ecs/service:Service",
    "aws:efs/fileSystem:FileSystem",
    "aws:eks/cluster:Cluster",
    "aws:eks/nodeGroup:NodeGroup",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:kinesis/stream:Stream",
    "aws:kms/key:Key",
    "aws:lambda/function:Function",
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:msk/cluster:Cluster",
    "aws:opensearch/domain:Domain",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:redshift/cluster:Cluster",
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
    "aws:sns/topic:Topic",
    "aws:sqs/queue:Queue",
    "aws:wafv2/webAcl:WebAcl",
)


class RequiredTags(RuleConfig):
    """What must be tagged."""

    tags: dict[str, str] = Field(
        default={}, description="Tags that resources carry, by key; the value is what remediation sets, empty for none"
    )


@rule(
    "tags-required",
    title="Resources carry the tags that the organisation asks for",
    severity=Severity.LOW,
    types=_TYPES,
    frameworks={
        "Security Hub": ("DynamoDB.5", "EC2.38", "EC2.46", "Lambda.6", "RDS.30"),
        "Well-Architected": "COST03-BP02",
    },
    remedy="Set the tag, for a whole stack by aws:defaultTags.",
    link="https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
    level=Level.ADVISORY,
    config=RequiredTags,
    mends=["tags"],
)
def required_tags(resource: Resource, config: RequiredTags) -> Iterator[Finding]:
    """Whose it is and who pays is asked when nobody remembers. A tag that is there keeps its value.

    The engine shows the pack a resource's tags with aws:defaultTags merged in.
    """
    for key, value in config.tags.items():
        path = f'tags["{key}"]'
        if resource.lacks(path):
            yield Finding(f"has no tag {key}", path, mend=value or None)
