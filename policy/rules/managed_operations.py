"""Managed services in operation: kept from deletion, backed up, logged, upgraded. One table a question."""

from collections.abc import Iterator

from policy.model import Finding, Level, Resource, Severity, rule
from policy.rules.managed import Input, Table, judged

_AWS = "https://docs.aws.amazon.com/"
_PILLAR = _AWS + "wellarchitected/latest/"
_PROTECTED = (Input("deletionProtection", right=(True,)),)
_A_DAY = (Input("automaticBackupRetentionDays", least=1),)
_MINOR = (Input("autoMinorVersionUpgrade", wrong=(False,)),)
_MINOR_SAID = (Input("autoMinorVersionUpgrade", right=(True,)),)


def _airflow(log: str) -> Input:
    return Input(f"loggingConfiguration.{log}.enabled", right=(True,))


DELETABLE: Table = {
    "aws:cloudtrail/eventDataStore:EventDataStore": (Input("terminationProtectionEnabled", wrong=(False,)),),
    "aws:docdb/globalCluster:GlobalCluster": _PROTECTED,
    "aws:dsql/cluster:Cluster": (Input("deletionProtectionEnabled", right=(True,)),),
    "aws:neptune/globalCluster:GlobalCluster": _PROTECTED,
    "aws:neptunegraph/graph:Graph": (Input("deletionProtection", wrong=(False,)),),
    "aws:networkfirewall/firewall:Firewall": (Input("deleteProtection", right=(True,)),),
    "aws:qldb/ledger:Ledger": (Input("deletionProtection", wrong=(False,)),),
    "aws:rds/globalCluster:GlobalCluster": _PROTECTED,
    "aws:route53domains/domain:Domain": (Input("transferLock", wrong=(False,)),),
    "aws:route53domains/registeredDomain:RegisteredDomain": (Input("transferLock", wrong=(False,)),),
    "aws:verifiedpermissions/policyStore:PolicyStore": (Input("deletionProtection", right=("ENABLED",)),),
    "aws-native:dynamodb:Table": (Input("deletionProtectionEnabled", right=(True,)),),
    "aws-native:neptune:DbCluster": _PROTECTED,
    "aws-native:rds:DbCluster": _PROTECTED,
}
BACKUPS: Table = {
    "aws:fsx/lustreFileSystem:LustreFileSystem": (
        Input(
            "automaticBackupRetentionDays",
            least=1,
            default=0,
            when=("deploymentType", ("PERSISTENT_1", "PERSISTENT_2")),
        ),
    ),
    "aws:fsx/ontapFileSystem:OntapFileSystem": _A_DAY,
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": _A_DAY,
    "aws:fsx/windowsFileSystem:WindowsFileSystem": _A_DAY,
    "aws:keyspaces/table:Table": (Input("pointInTimeRecovery.status", right=("ENABLED",)),),
    "aws:lightsail/database:Database": (Input("backupRetentionEnabled", wrong=(False,)),),
    "aws:memorydb/cluster:Cluster": (Input("snapshotRetentionLimit", least=1, default=0),),
    "aws-native:cassandra:Table": (Input("pointInTimeRecoveryEnabled", right=(True,)),),
    "aws-native:dynamodb:Table": (Input("pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled", right=(True,)),),
    "aws-native:rds:DbCluster": (Input("backupRetentionPeriod", least=1),),
    # Of a replica its source is backed up, of a member its cluster.
    "aws-native:rds:DbInstance": (
        Input(
            "backupRetentionPeriod",
            least=1,
            unless=("sourceDbInstanceIdentifier", "sourceDbClusterIdentifier", "dbClusterIdentifier"),
        ),
    ),
}
LOGS: Table = {
    "aws:athena/workgroup:Workgroup": (Input("configuration.publishCloudwatchMetricsEnabled", wrong=(False,)),),
    "aws:appsync/graphQLApi:GraphQLApi": (Input("logConfig.fieldLogLevel", right=("ERROR", "ALL", "INFO", "DEBUG")),),
    "aws:connect/instance:Instance": (Input("contactFlowLogsEnabled", right=(True,)),),
    "aws:datasync/task:Task": (Input("cloudwatchLogGroupArn"),),
    "aws:kinesisanalyticsv2/application:Application": (Input("cloudwatchLoggingOptions.logStreamArn"),),
    "aws:mq/broker:Broker": (
        Input("logs.general", right=(True,)),
        Input("logs.audit", right=(True,), when=("engineType", ("ActiveMQ", "ACTIVEMQ"))),
    ),
    "aws:mwaa/environment:Environment": (
        *map(_airflow, ("dagProcessingLogs", "schedulerLogs", "taskLogs", "webserverLogs", "workerLogs")),
    ),
    "aws:opensearchingest/pipeline:Pipeline": (Input("logPublishingOptions.isLoggingEnabled", right=(True,)),),
    "aws:transfer/connector:Connector": (Input("loggingRole"),),
    "aws:transfer/server:Server": (
        Input(
            "structuredLogDestinations",
            when=("endpointType", ("PUBLIC", "VPC", "VPC_ENDPOINT")),
            unless=("loggingRole",),
        ),
    ),
}
UPGRADES: Table = {
    "aws:dms/replicationInstance:ReplicationInstance": _MINOR_SAID,
    "aws:memorydb/cluster:Cluster": _MINOR,
    "aws:mq/broker:Broker": _MINOR_SAID,
    "aws:neptune/clusterInstance:ClusterInstance": _MINOR,
    "aws:redshift/cluster:Cluster": (Input("allowVersionUpgrade", wrong=(False,)),),
    "aws-native:rds:DbInstance": _MINOR,
}
ALONE: Table = {
    "aws:dms/replicationInstance:ReplicationInstance": (Input("multiAz", right=(True,)),),
    "aws:mq/broker:Broker": (Input("deploymentMode", right=("ACTIVE_STANDBY_MULTI_AZ", "CLUSTER_MULTI_AZ")),),
    "aws:opensearch/serverlessCollection:ServerlessCollection": (Input("standbyReplicas", wrong=("DISABLED",)),),
    "aws:redshift/cluster:Cluster": (Input("multiAz", right=(True,), when=("clusterType", ("multi-node",))),),
}


@rule(
    "managed-deletion-protection",
    title="Managed services are not deleted at one stroke",
    severity=Severity.MEDIUM,
    types=DELETABLE,
    frameworks={"FSBP": "NetworkFirewall.9", "Checkov": ("CKV_AWS_172", "CKV_AWS_344", "CKV_AWS_377")},
    remedy="Set the input that is named.",
    link=_PILLAR + "reliability-pillar/rel_backing_up_data_identified_backups_data.html",
    level=Level.MANDATORY_IN_PROD,
)
def deletion_protection(service: Resource) -> Iterator[Finding]:
    """What has to be unlocked first is not deleted by a mistake in a program, nor by one stolen right."""
    return judged(service, DELETABLE, "can be deleted at one stroke")


@rule(
    "managed-backups",
    title="Managed services keep backups",
    severity=Severity.MEDIUM,
    types=BACKUPS,
    frameworks={"Well-Architected": "REL09-BP03"},
    remedy="Set the input that is named.",
    link=_PILLAR + "reliability-pillar/rel_backing_up_data_automated_backups_data.html",
    level=Level.MANDATORY_IN_PROD,
)
def backups(service: Resource) -> Iterator[Finding]:
    """Replicas copy a mistake at once; what was yesterday only a backup knows."""
    return judged(service, BACKUPS, "keeps no backups")


@rule(
    "managed-logs",
    title="Managed services write logs",
    severity=Severity.MEDIUM,
    types=LOGS,
    frameworks={
        "FSBP": ("AppSync.2", "Athena.4", "Connect.2", "DataSync.1", "MQ.2", "Transfer.3"),
        "Checkov": (
            "CKV_AWS_48",
            "CKV_AWS_193",
            "CKV_AWS_194",
            "CKV_AWS_197",
            "CKV_AWS_242",
            "CKV_AWS_243",
            "CKV_AWS_244",
        ),
        "Well-Architected": "SEC04-BP01",
    },
    remedy="Set the input that is named.",
    link=_PILLAR + "security-pillar/sec_detect_investigate_events_app_service_logging.html",
    level=Level.MANDATORY_IN_PROD,
)
def logs(service: Resource) -> Iterator[Finding]:
    """Who did what is answered by nothing else once something has happened."""
    return judged(service, LOGS, "writes no log")


@rule(
    "managed-minor-upgrades",
    title="Managed services take minor versions by themselves",
    severity=Severity.MEDIUM,
    types=UPGRADES,
    frameworks={"FSBP": ("DMS.6", "Redshift.6"), "Checkov": ("CKV_AWS_141", "CKV_AWS_207", "CKV_AWS_222")},
    remedy="Set the input that is named.",
    link=_PILLAR + "security-pillar/sec_protect_compute_vulnerability_management.html",
    level=Level.MANDATORY_IN_PROD,
)
def minor_upgrades(service: Resource) -> Iterator[Finding]:
    """Minor versions mend known flaws; whoever upgrades by hand does so when it is too late."""
    return judged(service, UPGRADES, "keeps versions with known flaws")


@rule(
    "managed-several-zones",
    title="Managed services stand in several zones",
    severity=Severity.LOW,
    types=ALONE,
    frameworks={"FSBP": ("DMS.13", "Redshift.18"), "Security Hub": ("MQ.5", "MQ.6"), "Well-Architected": "REL10-BP01"},
    remedy="Set the input that is named.",
    link=_PILLAR + "reliability-pillar/rel_fault_isolation_multiaz_region_system.html",
    level=Level.ADVISORY,
)
def several_zones(service: Resource) -> Iterator[Finding]:
    """A zone that fails takes with it what stands there alone."""
    return judged(service, ALONE, "stands in one zone")
