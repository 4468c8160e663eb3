"""AWS's metrics that alarms and dashboards name: unit, dimensions, fitting statistics, and the page that says so.

Statistics are those that the page of the metric calls useful; of a count that is one for each event, sums; of times,
percentiles as well. ``levels`` are numbers of things there are, published once a period by each of several places: a
sum over one period is right, and one over more is as many times too high. ``edge`` families are published in us-east-1,
wherever the stack is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Unit = Literal[
    "Count", "Percent", "Ratio", "Seconds", "Milliseconds", "Bytes", "Mebibytes", "Bytes/Second", "USD", "Flag"
]
SUMS = frozenset({"Sum"})
SPREAD = frozenset({"Average", "Minimum", "Maximum"})
TIMES = frozenset({"Average", "Maximum", "p50", "p90", "p95", "p99"})
_DOCS = "https://docs.aws.amazon.com"


@dataclass(frozen=True)
class Family:
    """Metrics of one namespace on one page."""

    source: str
    dimensions: tuple[tuple[str, ...], ...]
    metrics: Mapping[str, tuple[Unit, frozenset[str]]]
    publishes: int = 60
    levels: frozenset[str] = field(default_factory=frozenset)
    edge: bool = False
    within: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)


_COUNTED: tuple[Unit, frozenset[str]] = ("Count", SUMS)
_HOW_MANY: tuple[Unit, frozenset[str]] = ("Count", SPREAD)
_PERCENT: tuple[Unit, frozenset[str]] = ("Percent", SPREAD)
_MS: tuple[Unit, frozenset[str]] = ("Milliseconds", TIMES)
_LAG: tuple[Unit, frozenset[str]] = ("Seconds", SPREAD)

FAMILIES: dict[str, list[Family]] = {
    "AWS/ApiGateway": [
        Family(
            f"{_DOCS}/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html",
            (("ApiName", "Stage"),),
            {
                **dict.fromkeys(("4XXError", "5XXError", "Count", "CacheHitCount", "CacheMissCount"), _COUNTED),
                **dict.fromkeys(("Latency", "IntegrationLatency"), _MS),
            },
            # An answer that takes longer is ended: quotas of REST APIs.
            within=dict.fromkeys(("Latency", "IntegrationLatency"), (0, 29_000)),
        ),
        Family(
            f"{_DOCS}/apigateway/latest/developerguide/apigateway-websocket-api-logging.html",
            (("ApiId", "Stage"),),
            {
                **dict.fromkeys(
                    ("ConnectCount", "MessageCount", "ClientError", "IntegrationError", "ExecutionError"), _COUNTED
                ),
                "IntegrationLatency": _MS,
            },
            within={"IntegrationLatency": (0, 29_000)},
        ),
    ],
    "AWS/ApplicationELB": [
        Family(
            f"{_DOCS}/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
            (("LoadBalancer",), ("LoadBalancer", "TargetGroup")),
            {
                **dict.fromkeys(
                    (
                        "ActiveConnectionCount",
                        "NewConnectionCount",
                        "RequestCount",
                        "HTTPCode_ELB_5XX_Count",
                        "HTTPCode_Target_5XX_Count",
                    ),
                    _COUNTED,
                ),
                "TargetResponseTime": ("Seconds", TIMES),
            },
            levels=frozenset({"ActiveConnectionCount"}),
            within={"TargetResponseTime": (0, 60)},
        ),
        Family(
            f"{_DOCS}/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
            (("LoadBalancer", "TargetGroup"),),
            {"UnHealthyHostCount": _HOW_MANY},
        ),
    ],
    "AWS/Backup": [
        Family(
            f"{_DOCS}/aws-backup/latest/devguide/cloudwatch.html",
            (("BackupVaultName",), ("BackupVaultName", "ResourceType")),
            dict.fromkeys(
                ("NumberOfBackupJobsCompleted", "NumberOfBackupJobsFailed", "NumberOfRestoreJobsFailed"), _COUNTED
            ),
            publishes=300,
        )
    ],
    "AWS/Billing": [
        Family(
            f"{_DOCS}/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html",
            (("Currency",), ("Currency", "ServiceName")),
            {"EstimatedCharges": ("USD", frozenset({"Maximum"}))},
            publishes=21_600,
            edge=True,
        )
    ],
    "AWS/CloudFront": [
        Family(
            f"{_DOCS}/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html",
            (("DistributionId", "Region"),),
            {"5xxErrorRate": ("Percent", frozenset({"Average"}))},
            edge=True,
        )
    ],
    "AWS/DynamoDB": [
        Family(
            f"{_DOCS}/amazondynamodb/latest/developerguide/metrics-dimensions.html",
            (("TableName",),),
            dict.fromkeys(
                (
                    "ConsumedReadCapacityUnits",
                    "ConsumedWriteCapacityUnits",
                    "ReadThrottleEvents",
                    "WriteThrottleEvents",
                ),
                _COUNTED,
            ),
        ),
        Family(
            f"{_DOCS}/amazondynamodb/latest/developerguide/metrics-dimensions.html",
            (("ReceivingRegion", "TableName"),),
            {"ReplicationLatency": _MS},
        ),
    ],
    "AWS/ECS": [
        Family(
            f"{_DOCS}/AmazonECS/latest/developerguide/available-metrics.html",
            (("ClusterName", "ServiceName"),),
            dict.fromkeys(("CPUUtilization", "MemoryUtilization"), _PERCENT),
        )
    ],
    "AWS/EKS": [
        Family(
            f"{_DOCS}/eks/latest/userguide/cloudwatch.html",
            (("ClusterName",),),
            {"apiserver_request_total_5XX": _COUNTED},
        )
    ],
    "AWS/ES": [
        Family(
            f"{_DOCS}/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html",
            (("ClientId", "DomainName"),),
            {
                "5xx": _COUNTED,
                **dict.fromkeys(
                    (
                        "AutomatedSnapshotFailure",
                        "ClusterIndexWritesBlocked",
                        "ClusterStatus.red",
                        "ClusterStatus.yellow",
                        "KMSKeyError",
                        "KMSKeyInaccessible",
                    ),
                    ("Flag", frozenset({"Minimum", "Maximum"})),
                ),
                **dict.fromkeys(
                    ("CPUUtilization", "JVMMemoryPressure", "OldGenJVMMemoryPressure"),
                    ("Percent", frozenset({"Average", "Maximum"})),
                ),
                "FreeStorageSpace": ("Mebibytes", frozenset({*SPREAD, "Sum"})),
                "Nodes": _HOW_MANY,
                **dict.fromkeys(("SearchLatency", "IndexingLatency"), ("Milliseconds", TIMES)),
                # Operations a minute on each node.
                **dict.fromkeys(("SearchRate", "IndexingRate"), ("Count", frozenset({"Average", "Maximum", "Sum"}))),
            },
        )
    ],
    "AWS/ElastiCache": [
        Family(
            f"{_DOCS}/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html",
            (("CacheClusterId",),),
            {
                **dict.fromkeys(("CPUUtilization", "EngineCPUUtilization", "DatabaseMemoryUsagePercentage"), _PERCENT),
                "Evictions": _COUNTED,
                "ReplicationLag": _LAG,
                **dict.fromkeys(("NetworkBytesIn", "NetworkBytesOut"), ("Bytes", SUMS)),
            },
        )
    ],
    "AWS/Events": [
        Family(
            f"{_DOCS}/eventbridge/latest/userguide/eb-monitoring.html", (("RuleName",),), {"TriggeredRules": _COUNTED}
        )
    ],
    "AWS/Kafka": [
        Family(
            f"{_DOCS}/msk/latest/developerguide/metrics-details.html",
            (("Cluster Name",),),
            dict.fromkeys(("ActiveControllerCount", "OfflinePartitionsCount"), _HOW_MANY),
        ),
        Family(
            f"{_DOCS}/msk/latest/developerguide/metrics-details.html",
            (("Broker ID", "Cluster Name"),),
            {"KafkaDataLogsDiskUsed": _PERCENT, "UnderReplicatedPartitions": _HOW_MANY},
        ),
    ],
    "AWS/Lambda": [
        Family(
            f"{_DOCS}/lambda/latest/dg/monitoring-metrics-types.html",
            (("FunctionName",),),
            {
                **dict.fromkeys(("DeadLetterErrors", "Errors", "Throttles"), _COUNTED),
                "ConcurrentExecutions": ("Count", frozenset({"Maximum"})),
                **dict.fromkeys(("Duration", "IteratorAge"), _MS),
            },
        )
    ],
    "AWS/RDS": [
        Family(
            f"{_DOCS}/AmazonRDS/latest/UserGuide/rds-metrics.html",
            (("DBInstanceIdentifier",),),
            {
                "CPUUtilization": _PERCENT,
                "DatabaseConnections": _HOW_MANY,
                "FreeStorageSpace": ("Bytes", SPREAD),
                "ReplicaLag": _LAG,
            },
        ),
        Family(
            f"{_DOCS}/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html",
            (("DBInstanceIdentifier",),),
            {"ACUUtilization": _PERCENT, "AuroraReplicaLag": _MS, "RDSToAuroraPostgreSQLReplicaLag": _LAG},
        ),
    ],
    "AWS/Route53": [
        Family(
            f"{_DOCS}/Route53/latest/DeveloperGuide/monitoring-health-checks.html",
            (("HealthCheckId",),),
            {"HealthCheckStatus": ("Flag", frozenset({"Minimum"}))},
            edge=True,
        )
    ],
    "AWS/SES": [
        Family(
            f"{_DOCS}/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html",
            ((),),
            dict.fromkeys(("Reputation.BounceRate", "Reputation.ComplaintRate"), ("Ratio", frozenset({"Average"}))),
        )
    ],
    "AWS/SQS": [
        Family(
            f"{_DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html",
            (("QueueName",),),
            {"ApproximateNumberOfMessagesVisible": _HOW_MANY},
        )
    ],
    "AWS/States": [
        Family(
            f"{_DOCS}/step-functions/latest/dg/procedure-cw-metrics.html",
            (("StateMachineArn",),),
            {"ExecutionsFailed": _COUNTED},
        )
    ],
    "AWS/WAFV2": [
        Family(
            f"{_DOCS}/waf/latest/developerguide/waf-metrics.html",
            (("Rule", "WebACL"),),
            {"BlockedRequests": _COUNTED},
            edge=True,
        ),
        Family(
            f"{_DOCS}/waf/latest/developerguide/waf-metrics.html",
            (("Region", "Rule", "WebACL"),),
            {"BlockedRequests": _COUNTED},
        ),
    ],
    "ContainerInsights": [
        Family(
            f"{_DOCS}/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-EKS.html",
            (("ClusterName",),),
            {
                "cluster_failed_node_count": _HOW_MANY,
                **dict.fromkeys(
                    ("node_cpu_utilization", "node_filesystem_utilization", "node_memory_utilization"), _PERCENT
                ),
            },
        )
    ],
    "ECS/ContainerInsights": [
        Family(
            f"{_DOCS}/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html",
            (("ClusterName", "ServiceName"),),
            {
                **dict.fromkeys(("DesiredTaskCount", "PendingTaskCount", "RunningTaskCount"), _HOW_MANY),
                **dict.fromkeys(("NetworkRxBytes", "NetworkTxBytes"), ("Bytes/Second", SPREAD)),
            },
        )
    ],
}
OWN = [
    Family(
        "functions/collaboration/collaboration/metrics.py",
        (("Service",),),
        dict.fromkeys(("Failed", "Refused", "Rejected", "Missed"), _COUNTED),
    ),
    Family("services/records/records/metrics.py", (("Path",),), {"Latency": _MS}),
    Family(
        "services/records/records/server.py",
        ((),),
        {
            "Unavailable": _COUNTED,
            **dict.fromkeys(("OutboxBehind", "ReaderLag"), _LAG),
            **dict.fromkeys(("OutboxWaiting", "ReadersLeftOut"), _HOW_MANY),
        },
    ),
    Family(
        "services/records/records/maintenance.py",
        ((),),
        {"DaysAhead": _HOW_MANY, "Maintained": _COUNTED},
        publishes=86_400,
    ),
]
"""What the shipped functions and services publish, and alarms watch."""
LEVELS, PEAKS = {"Connections", "Present"}, {"OnPage"}
GAUGES = {*OWN[1].metrics, *OWN[2].metrics, "DaysAhead"} - {"Unavailable"}
"""What is summed nowhere, and graphed by itself."""
