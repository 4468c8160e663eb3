"""What AWS calls the services that a picture shows, and which icon each has."""

from typing import NamedTuple

from analyser.analyses.reach.place import Kind, Place


class Service(NamedTuple):
    """A service's name as AWS writes it, and an icon of ``icons.py``."""

    name: str
    icon: str


_OF_TYPES = {
    "aws:acm/": Service("AWS Certificate Manager", "key"),
    "aws:amplify/": Service("AWS Amplify", "globe"),
    "aws:apigateway": Service("Amazon API Gateway", "door"),
    "aws:autoscaling/": Service("Amazon EC2", "chip"),
    "aws:backup/": Service("AWS Backup", "safe"),
    "aws:cloudfront/": Service("Amazon CloudFront", "globe"),
    "aws:codebuild/": Service("AWS CodeBuild", "wrench"),
    "aws:cognito/": Service("Amazon Cognito", "person"),
    "aws:docdb/": Service("Amazon DocumentDB", "cylinder"),
    "aws:dynamodb/": Service("Amazon DynamoDB", "table"),
    "aws:ec2/": Service("Amazon EC2", "chip"),
    "aws:ecr/": Service("Amazon ECR", "box"),
    "aws:ecs/": Service("Amazon ECS", "box"),
    "aws:efs/": Service("Amazon EFS", "bucket"),
    "aws:eks/": Service("Amazon EKS", "wheel"),
    "aws:elasticache/": Service("Amazon ElastiCache", "cylinder"),
    "aws:elb/": Service("Elastic Load Balancing", "fork"),
    "aws:kinesis/": Service("Amazon Kinesis", "stream"),
    "aws:lambda/": Service("AWS Lambda", "lambda"),
    "aws:lb/": Service("Elastic Load Balancing", "fork"),
    "aws:msk/": Service("Amazon MSK", "stream"),
    "aws:opensearch": Service("Amazon OpenSearch Service", "table"),
    "aws:rds/proxy": Service("Amazon RDS Proxy", "fork"),
    "aws:rds/": Service("Amazon RDS", "cylinder"),
    "aws:route53/": Service("Amazon Route 53", "sign"),
    "aws:s3/": Service("Amazon S3", "bucket"),
    "aws:sfn/": Service("AWS Step Functions", "wheel"),
    "aws:sns/": Service("Amazon SNS", "bell"),
    "aws:sqs/": Service("Amazon SQS", "stream"),
    "aws:wafv2/": Service("AWS WAF", "shield"),
    "eks:": Service("Amazon EKS", "wheel"),
    "kubernetes:": Service("Amazon EKS", "wheel"),
}
"""By how the type of a resource begins, the first that fits; names as on https://aws.amazon.com/products/."""
_OF_KINDS = {Kind.INTERNET: Service("internet", "person"), Kind.PODS: Service("Amazon EKS", "wheel")}
_PARTS = {Kind.PODS: "pods", Kind.NODES: "nodes", Kind.API_SERVER: "API server", Kind.TASKS: "tasks"}
"""What of a service a place is, where its name alone does not say it."""


def service_of(place: Place) -> Service:
    """The service that a place is of, with the part of it; its kind where AWS has no name that is known here."""
    token = place.urns[0].split("::")[-2].rpartition("$")[2] if place.urns else ""
    found = service_of_type(token) or _OF_KINDS.get(place.kind) or Service(str(place.kind), "box")
    part = _PARTS.get(place.kind, "")
    return Service(f"{found.name} {part}".strip(), found.icon)


def service_of_type(token: str) -> Service | None:
    """The service that a type of resources is of; None for one that is not known here."""
    return next((service for begins, service in _OF_TYPES.items() if token.startswith(begins)), None)
