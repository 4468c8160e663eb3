"""What the designs of records and MDReader said that they would cost, in USD a month, and why it is not so."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """Lines of the estimate: by the start of the resource's type, and parts of the line's label and resource's name."""

    type: str = ""
    label: str = ""
    name: str = ""


@dataclass(frozen=True)
class TableLine:
    """One line of a table, from ``low`` to ``high``; the first line that a part of the estimate fits gets it."""

    name: str
    low: float
    high: float
    parts: tuple[Part, ...]
    why: str
    """Why the estimate differs."""


@dataclass(frozen=True)
class Table:
    """A published cost table with its stated total."""

    title: str
    lines: tuple[TableLine, ...]
    low: float
    high: float
    why: str
    whole: bool = True
    """Whether it meant to hold everything, so that what it lacks is told."""


_INSTANCE = "aws:rds/instance:Instance"
_BACKUPS = (Part("aws:rds/", "backups"), Part("aws:backup/"), Part("aws:elasticache/", "Snapshots"))
_CACHE = (Part("aws:elasticache/"),)
_NODES = (Part("aws:eks/nodeGroup"), Part("kubernetes:karpenter.sh"))
_WATCHED = (Part("aws:cloudwatch/"), Part("", "Custom metrics"), Part("", "Traces"))
_TRANSFER = (
    Part("aws:cloudfront/"), Part("", "Data to the internet"), Part("", "Data through"),
    Part("", "Data to the recovery region"),
)  # fmt: skip

_RECORDS = Table(
    "The design's monthly breakdown, reserved",
    (
        TableLine("EKS: control plane", 73, 73, (Part("aws:eks/cluster"),), "the same, 730 hours at $0.10"),
        TableLine(
            "EKS: worker nodes", 900, 900, _NODES,
            "three c5.2xlarge cost $744.60 on demand, less than the table has them reserved; disks and detailed "
            "monitoring are in the estimate",
        ),
        TableLine(
            "EKS: data transfer", 127, 127, _TRANSFER,
            "1 TB at $0.085 as in the design; its requests, the origin shield and data through NAT and endpoints "
            "come on top",
        ),
        TableLine("RDS: backup storage", 200, 200, _BACKUPS, "2 TB beyond the free one in RDS, and 1 TB in AWS Backup"),
        TableLine(
            "RDS: read replicas", 1400, 1400, (Part(_INSTANCE, name="replica"),),
            "on demand, where the table has them reserved; each has 1 TB, 16,000 IOPS and 1,000 MiB/s of its own",
        ),
        TableLine(
            "RDS: primary instance", 1600, 1600, (Part(_INSTANCE),),
            "on demand; Multi-AZ pays instance, storage, IOPS and throughput twice",
        ),
        TableLine(
            "ElastiCache", 450, 450, _CACHE,
            "three cache.r6g.xlarge are $900.09 on demand; 40 % less, as the design reserves, would be $540",
        ),
        TableLine(
            "MSK", 600, 600, (Part("aws:msk/"),),
            "three brokers are $459.90 and their 3 TB $300.00; MSK has no reservations",
        ),
        TableLine(
            "S3 and EBS", 150, 150, (Part("aws:s3/"), Part("aws:dlm/"), Part("kubernetes:core", "gp3")),
            "as much as the assumptions say that buckets hold (bucketGb); disks of nodes are with the nodes",
        ),
        TableLine("CloudWatch", 200, 200, _WATCHED, "as much as the assumptions say (logsGb, customMetrics)"),
    ),
    5700, 5700, "the table is with reserved instances, the estimate on demand",
)  # fmt: skip

_RECORDS_ON_DEMAND = Table(
    "The design's on-demand prices",
    (
        TableLine("EKS nodes (c5.2xlarge)", 1500, 1500, _NODES, "three at $0.34 an hour are $744.60"),
        TableLine(
            "RDS PostgreSQL", 5400, 5400, (Part("aws:rds/"),),
            "at $1.00 an hour: two instances for Multi-AZ, two replicas, and their storage",
        ),
        TableLine("ElastiCache", 750, 750, _CACHE, "three at $0.411 an hour"),
    ),
    7650, 7650, "the three things that the table has", whole=False,
)  # fmt: skip

_MDREADER = Table(
    "The design's estimate",
    (
        TableLine(
            "RDS PostgreSQL", 15, 25, (Part(_INSTANCE),),
            "db.t3.micro at $0.018 an hour is $13.14; the table forgets that Multi-AZ doubles instance and storage",
        ),
        TableLine("ElastiCache Redis", 20, 30, _CACHE, "two cache.t3.micro at $0.017 an hour"),
        TableLine(
            "Lambda", 5, 15, (Part("aws:lambda/"),),
            "1M calls of 200 ms on arm64 are less, without provisioned concurrency",
        ),
        TableLine("API Gateway", 3, 5, (Part("aws:apigateway"),), "$3.50 for 1M requests; WebSockets come on top"),
        TableLine(
            "S3", 5, 10, (Part("aws:s3/"),), "as much as the assumptions say (bucketGb), aged into cheaper classes"
        ),
        TableLine("CloudFront", 80, 100, _TRANSFER[:2], "1 TB at $0.085, and requests"),
        TableLine(
            "ECS Fargate", 30, 50, (Part("aws:ecs/service"),),
            "two tasks of half a vCPU on demand; on ARM they are a fifth cheaper",
        ),
        TableLine("Cognito", 5, 5, (Part("aws:cognito/"),), "1,000 users at $0.0055 before tiers; Plus is $0.02"),
        TableLine("CloudWatch", 5, 10, _WATCHED, "every alarm is $0.10, every dashboard $3.00, a GB of logs $0.50"),
        TableLine("Route 53", 0.5, 0.5, (Part("aws:route53/"),), "one zone; a health check of HTTPS is $1.50"),
        TableLine("SES", 1, 1, (Part("aws:sesv2/"),), "10,000 mails"),
    ),
    170, 250, "the sum of what the table names",
)  # fmt: skip

TABLES: Mapping[str, tuple[Table, ...]] = {
    "records": (_RECORDS, _RECORDS_ON_DEMAND),
    "mdreader": (_MDREADER,),
}
"""The tables of each system's design."""
