"""Single resources to price, at prices pinned here, so that a refreshed snapshot changes no hand-computed bill."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from analyser.analyses.cost.item import Item
from analyser.analyses.cost.known_costs import pricer
from analyser.analyses.cost.price_snapshot import NoPriceError
from analyser.analyses.cost.result import Line, Price
from analyser.graph import Graph, Node
from settings import Usage

US = {
    "apprunner.memory": 0.007, "apprunner.vcpu": 0.064, "elb.data": 0.008, "elb.hours": 0.025,
    "amplify.firewall": 15.0, "apigateway.http": 1.0, "backup.aurora": 0.021, "backup.dynamodb": 0.1,
    "backup.ebs": 0.05, "backup.efs": 0.05, "backup.restore-dynamodb": 0.15, "backup.restore-test": 1.5,
    "backup.s3": 0.05, "cloudwatch.observations": 0.21, "eks.extended": 0.5,
    "logs.ingested-INFREQUENT_ACCESS": 0.25, "nlb.hours": 0.0225, "nlb.lcu": 0.006, "rds.export": 0.01,
    "rds.extended": 0.1, "rds.extended-year3": 0.2,
    "route53.check-elsewhere": 0.75, "route53.check-option-elsewhere": 2.0,
    "s3.INTELLIGENT_TIERING": 0.023, "s3.transition-DEEP_ARCHIVE": 0.05, "s3.transition-GLACIER": 0.03,
    "s3.transition-INTELLIGENT_TIERING": 0.01, "s3.transition-STANDARD_IA": 0.01,
    "alb.hours": 0.0225, "alb.lcu": 0.008, "amplify.build": 0.01, "amplify.data": 0.15,
    "apigateway.cache-0.5": 0.02, "apigateway.cache-1.6": 0.038, "apigateway.messages": 1.0,
    "apigateway.minutes": 0.25, "apigateway.requests": 3.5, "backup.rds": 0.095, "bedrock.nova-lite-input": 0.06,
    "bedrock.nova-lite-output": 0.24, "cloudfront.data": 0.085, "cloudfront.functions": 0.1,
    "cloudfront.requests": 1.0, "cloudfront.shield": 0.75, "cloudtrail.data-events": 1.0, "cloudwatch.alarm": 0.1,
    "cloudwatch.alarm-fast": 0.3, "cloudwatch.dashboard": 3.0, "cloudwatch.metric": 0.3,
    "codebuild.arm-SMALL": 0.0034, "codebuild.linux-MEDIUM": 0.01, "codebuild.linux-SMALL": 0.005,
    "codepipeline.minutes": 0.002, "codepipeline.v1": 1.0, "cognito.ESSENTIALS": 0.015, "cognito.LITE": 0.0055,
    "cognito.PLUS": 0.02, "config.evaluations": 0.001, "config.items": 0.003, "dax.t3.small": 0.04,
    "dynamodb.pitr": 0.2, "dynamodb.rcu": 0.00013, "dynamodb.reads": 0.125, "dynamodb.replica-writes": 0.625,
    "dynamodb.storage": 0.25, "dynamodb.wcu": 0.00065, "dynamodb.writes": 0.625, "ebs.gp2": 0.1, "ebs.gp3": 0.08,
    "ebs.gp3-iops": 0.005, "ebs.gp3-throughput": 0.04, "ebs.snapshot": 0.05, "ec2.c5.2xlarge": 0.34,
    "ec2.m5.xlarge": 0.192, "ec2.t3.large": 0.0832, "ec2.t3.medium": 0.0416, "ecr.storage": 0.1, "efs.storage": 0.3,
    "eks.cluster": 0.1, "elasticache.backup": 0.085, "elasticache.r6g.large": 0.206, "elasticache.r6g.xlarge": 0.411,
    "elasticache.t3.micro": 0.017, "endpoint.data": 0.01, "endpoint.hours": 0.01, "fargate-spot.memory-ARM64": 0.001068,
    "fargate-spot.vcpu-ARM64": 0.009714, "fargate.memory-ARM64": 0.00356, "fargate.memory-X86_64": 0.004445,
    "fargate.vcpu-ARM64": 0.03238, "fargate.vcpu-X86_64": 0.04048, "ipv4.hours": 0.005, "kms.key": 1.0,
    "kms.requests": 3.0, "lambda.duration-arm64": 0.0000133334, "lambda.duration-x86_64": 0.0000166667,
    "lambda.duration-provisioned-arm64": 0.0000077778,
    "lambda.provisioned-arm64": 0.0000033334, "lambda.requests": 0.2, "logs.ingested": 0.5, "logs.stored": 0.03,
    "msk.m5.large": 0.21, "msk.storage": 0.1, "msk.t3.small": 0.0456, "nat.data": 0.045, "nat.hours": 0.045,
    "kinesis.on-demand": 0.04, "kinesis.shard": 0.015, "kinesis.shard-extended": 0.02, "mq.m5.large": 0.288,
    "redshift.ra3.xlplus": 1.086,
    "opensearch.gp3": 0.122, "opensearch.m6g.large": 0.128, "opensearch.r6g.large": 0.167,
    "opensearch.t3.medium": 0.073, "rds.aurora-backup": 0.021, "rds.aurora-io": 0.2,
    "rds.aurora-storage": 0.1, "rds.backup": 0.095, "rds.gp3": 0.115, "rds.gp3-iops": 0.02,
    "rds.gp3-throughput": 0.08, "rds.proxy": 0.015, "rds.r5.2xlarge": 1.0, "rds.r5.xlarge": 0.5, "rds.t3.micro": 0.018,
    "route53.check": 0.5, "route53.check-option": 1.0, "route53.zone": 0.5, "s3.DEEP_ARCHIVE": 0.00099,
    "s3.GLACIER": 0.0036, "s3.STANDARD": 0.023, "s3.STANDARD_IA": 0.0125, "s3.reads": 0.0004, "s3.writes": 0.005,
    "secretsmanager.secret": 0.4, "ses.mail": 0.1, "ssm.parameter": 0.05, "sns.requests": 0.5, "sqs.requests": 0.4,
    "states.transitions": 0.025, "transfer.internet": 0.09, "transfer.region": 0.02, "waf.acl": 5.0,
    "waf.requests": 0.6, "waf.rule": 1.0, "xray.traces": 5.0,
}  # fmt: skip
EU = {"nat.hours": 0.048, "nat.data": 0.048, "alb.hours": 0.0252, "alb.lcu": 0.008, "ipv4.hours": 0.005}
PINNED: Mapping[str, Mapping[str, float]] = {"us-east-1": US, "us-west-2": US, "eu-west-1": EU}


def pinned(sku: str, region: str) -> Price:
    """The price of a SKU in these tests."""
    try:
        return Price(sku, PINNED[region][sku], "unit", region, "2026-11-21", "https://aws.amazon.com", verified=True)
    except KeyError:
        raise NoPriceError(f"no price of {sku} in {region}") from None


def node(token: str, inputs: Mapping[str, Any] | None = None, name: str = "it", **fields: Any) -> Node:
    """A resource as the recorder would have it."""
    urn = f"urn:pulumi:test::strata::{token}::{name}"
    return replace(Node(urn=urn, type=token, name=name, inputs=dict(inputs or {}), outputs={}, id=name), **fields)


def lines(
    token: str,
    inputs: Mapping[str, Any] | None = None,
    *beside: Node,
    usage: Usage | None = None,
    region: str = "us-east-1",
    **fields: Any,
) -> list[Line]:
    """The bill of one resource in a graph with ``beside``."""
    own = node(token, inputs, **fields)
    graph = Graph("strata", "test", [own, *beside], {}, region=region)
    return list(_priced(Item(own, graph, region, usage or Usage())))


def _priced(item: Item) -> Iterator[Line]:
    priced = pricer(item.node.type)
    assert priced, f"{item.node.type} has no price"
    return priced(item)


def bill(token: str, inputs: Mapping[str, Any] | None = None, *beside: Node, **options: Any) -> dict[str, float]:
    """USD a month by label, to a hundredth of a cent, without what costs nothing."""
    found = {line.label: round(line.usd, 4) for line in lines(token, inputs, *beside, **options)}
    return {label: usd for label, usd in found.items() if usd}
