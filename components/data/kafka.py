"""An MSK cluster with IAM authentication only."""

from typing import Literal, Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.account import Account
from components.component import Component
from components.drift import ignored
from components.network.network import Network
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.versions import KAFKA
from settings import MisfitError, Problem, Settings
from settings.services.msk import RESOURCE_NAME, InstanceType, Version

IAM_PORT = 9098
_METRICS_PORTS = (11001, 11002)
ZONES = 3
"""In how many zones brokers stand, the same number in each."""
REPLICAS, IN_SYNC = 3, 2
"""How many copies of a message there are, and how many must be written before it counts as written."""
_PROPERTIES = {
    "auto.create.topics.enable": "false",
    "default.replication.factor": str(REPLICAS),
    "min.insync.replicas": str(IN_SYNC),
    "unclean.leader.election.enable": "false",
}
_TIMEOUTS = pulumi.CustomTimeouts(create="3h", update="6h", delete="2h")
"""MSK makes a cluster in half an hour and changes it broker by broker, each of them taking up to an hour."""


class KafkaSettings(Settings):
    """Version and size of an MSK cluster; storage is in GiB of EBS for each broker, at most 16 TiB."""

    kafka_version: Version = KAFKA.value
    """The version; only a higher one can follow."""
    brokers: int = Field(default=3, ge=ZONES, le=30, multiple_of=ZONES)
    """The same number in each of three zones."""
    instance_type: InstanceType = "kafka.m5.large"
    """The class of each broker."""
    storage_gib: int = Field(default=1000, ge=1, le=16_384)
    """Each broker's volume in GiB, which can only grow."""
    max_storage_gib: int = Field(default=4000, ge=2, le=16_384)
    """Up to where MSK grows the storage on its own."""
    storage_target_percent: int = Field(default=60, ge=10, le=80)
    """How full the fullest disk may get before MSK grows all of them:
    https://docs.aws.amazon.com/msk/latest/developerguide/msk-autoexpand-details.html
    """

    @model_validator(mode="after")
    def _can_grow(self) -> Self:
        if self.max_storage_gib <= self.storage_gib:
            raise MisfitError(
                Problem("maxStorageGib", f"{self.max_storage_gib} is not above storageGib ({self.storage_gib})")
            )
        return self


class Kafka(Component):
    """Brokers in three zones of the data tier, encrypted with ``key`` at rest and by TLS between all parties.

    Clients sign in by IAM and may do what a ``KafkaTopic`` grants; there is no other way in. Topics are made on
    purpose. Brokers log to a group under ``log_key`` and offer their metrics to whom ``allow_monitoring`` lets in. They
    reach each other over MSK's own network, not through the security group.

    MSK grows the storage and cannot shrink it: the declared size is only the first. Raises ValueError when the network
    has fewer than three zones.
    """

    def __init__(
        self,
        name: str,
        settings: KafkaSettings,
        *,
        account: Account,
        network: Network,
        key: Key,
        log_key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if len(network.zones) < ZONES:
            raise ValueError(f"Kafka needs {ZONES} zones; the network has {', '.join(network.zones)}")
        self._account = account
        self._security_group = SecurityGroup(
            name, vpc_id=network.vpc_id, description=f"Kafka brokers of {name}", opts=self.child_options()
        )
        logs = LogGroup(
            self.child("broker-logs"),
            account=account,
            key=log_key,
            log_group_name=f"/aws/vendedlogs/msk/{pulumi.get_stack()}-{name}",
            opts=self.child_options(),
        )
        configuration = aws.msk.Configuration(
            self.child("configuration"),
            description="Durable topics, made on purpose",
            server_properties="\n".join(f"{key}={value}" for key, value in _PROPERTIES.items()),
            opts=self.child_options(),
        )
        subnets = [network.data_subnet_ids[zone] for zone in network.zones[:ZONES]]
        self._cluster = aws.msk.Cluster(
            self.child("cluster"),
            kafka_version=settings.kafka_version,
            number_of_broker_nodes=settings.brokers,
            broker_node_group_info={
                "instance_type": settings.instance_type,
                "client_subnets": subnets,
                "security_groups": [self._security_group.security_group_id],
                "storage_info": {"ebs_storage_info": {"volume_size": settings.storage_gib}},
                "connectivity_info": {"public_access": {"type": "DISABLED"}},
            },
            configuration_info={"arn": configuration.arn, "revision": configuration.latest_revision},
            client_authentication={"sasl": {"iam": True, "scram": False}, "unauthenticated": False},
            encryption_info={
                "encryption_at_rest_kms_key_arn": key.arn,
                "encryption_in_transit": {"client_broker": "TLS", "in_cluster": True},
            },
            # The level that Security Hub asks for (MSK.2).
            enhanced_monitoring="PER_TOPIC_PER_BROKER",
            open_monitoring={
                "prometheus": {
                    "jmx_exporter": {"enabled_in_broker": True},
                    "node_exporter": {"enabled_in_broker": True},
                }
            },
            logging_info={"broker_logs": {"cloudwatch_logs": {"enabled": True, "log_group": logs.log_group_name}}},
            opts=self.child_options(ignore_changes=ignored("aws:msk/cluster:Cluster"), custom_timeouts=_TIMEOUTS),
        )
        self._scale_storage(settings)
        self.port = IAM_PORT
        self.arn = self._cluster.arn
        self.cluster_name = self._cluster.cluster_name
        self.brokers = settings.brokers
        self.bootstrap_brokers = self._cluster.bootstrap_brokers_sasl_iam
        self.register_outputs({"bootstrapBrokers": self.bootstrap_brokers, "clusterName": self.cluster_name})

    def allow(self, client: HasSecurityGroup) -> None:
        """Lets ``client`` open connections to the brokers, where they ask for IAM authentication."""
        self._security_group.allow(client, IAM_PORT, f"Kafka {self.name}")

    def allow_pollers(self, endpoints: SecurityGroup) -> None:
        """Lets Lambda's pollers, which use the brokers' own security group, reach the brokers and AWS by ``endpoints``.

        https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html
        """
        self._security_group.allow(self._security_group, IAM_PORT, f"Pollers of Lambda to Kafka {self.name}")
        endpoints.allow(self._security_group, 443, f"Pollers of Lambda beside Kafka {self.name}")

    def allow_monitoring(self, client: HasSecurityGroup) -> None:
        """Lets a Prometheus at ``client`` read the brokers' metrics, which MSK serves without TLS."""
        self._security_group.allow_ports(client, *_METRICS_PORTS, f"Metrics of Kafka {self.name}")

    def resource_arn(self, kind: Literal["group", "topic"], called: str) -> pulumi.Output[str]:
        """The ARN of a topic or a consumer group; ``name`` is taken literally, so wildcards are no pattern.

        https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html#msk-iam-resources
        """
        if not RESOURCE_NAME.fits(called):
            raise ValueError(f"{called!r} is not the name of a {kind}: letters, digits, dots, underscores and hyphens")
        cluster = self._cluster
        return pulumi.Output.concat(
            self._account.arn("kafka", f"{kind}/"), cluster.cluster_name, "/", cluster.cluster_uuid, "/", called
        )

    def _scale_storage(self, settings: KafkaSettings) -> None:
        """https://docs.aws.amazon.com/msk/latest/developerguide/msk-autoexpand.html"""
        target = aws.appautoscaling.Target(
            self.child("storage"),
            service_namespace="kafka",
            scalable_dimension="kafka:broker-storage:VolumeSize",
            resource_id=self._cluster.arn,
            min_capacity=1,
            max_capacity=settings.max_storage_gib,
            opts=self.child_options(),
        )
        aws.appautoscaling.Policy(
            self.child("storage-policy"),
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration={
                "predefined_metric_specification": {"predefined_metric_type": "KafkaBrokerStorageUtilization"},
                "target_value": settings.storage_target_percent,
                "disable_scale_in": True,
            },
            opts=self.child_options(),
        )
