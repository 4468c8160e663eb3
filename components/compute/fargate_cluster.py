"""An ECS cluster with Fargate and Fargate Spot as its only capacity providers."""

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.statements import Statement
from settings import Name, Settings

ON_DEMAND = "FARGATE"
SPOT = "FARGATE_SPOT"


class FargateClusterSettings(Settings):
    """The cluster's name, which is fixed in AWS: unique in the account and region."""

    cluster_name: Name
    """The name in AWS; another one replaces the cluster with its services."""


class FargateCluster(Component):
    """A cluster with Container Insights, on-demand and Spot capacity, and disks encrypted with a key of its own.

    Production is measured down to the single task (enhanced Container Insights), other environments by service:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cloudwatch-container-insights.html
    Nothing runs on it until a service says so. Should somebody start a task with ECS Exec, the session is encrypted
    and recorded under ``log_key``, whose policy must let CloudWatch Logs in (``log_groups``).
    """

    def __init__(
        self,
        name: str,
        settings: FargateClusterSettings,
        *,
        account: Account,
        log_key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        sessions = LogGroup(self.child("sessions"), account=account, key=log_key, opts=self.child_options())
        storage = Key(
            self.child("storage"),
            account=account,
            purpose=f"Disks of the tasks of {settings.cluster_name}",
            usable_by=_task_storage(account, settings.cluster_name),
            opts=self.child_options(),
        )
        cluster = aws.ecs.Cluster(
            self.child("cluster"),
            name=settings.cluster_name,
            settings=[{"name": "containerInsights", "value": "enhanced" if account.is_prod else "enabled"}],
            configuration={
                "execute_command_configuration": {
                    "kms_key_id": log_key.arn,
                    "logging": "OVERRIDE",
                    "log_configuration": {
                        "cloud_watch_encryption_enabled": True,
                        "cloud_watch_log_group_name": sessions.log_group_name,
                    },
                },
                "managed_storage_configuration": {"fargate_ephemeral_storage_kms_key_id": storage.arn},
            },
            opts=self.child_options(),
        )
        aws.ecs.ClusterCapacityProviders(
            self.child("capacity"),
            cluster_name=cluster.name,
            capacity_providers=[ON_DEMAND, SPOT],
            default_capacity_provider_strategies=[{"capacity_provider": ON_DEMAND, "weight": 1}],
            opts=self.child_options(),
        )
        self.arn = cluster.arn
        self.cluster_name = cluster.name
        self.register_outputs({"arn": self.arn, "clusterName": self.cluster_name})


def _task_storage(account: Account, cluster_name: str) -> list[Statement]:
    """Lets Fargate encrypt the disks of one cluster's tasks.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html
    """
    of_cluster = {
        "kms:EncryptionContext:aws:ecs:clusterAccount": account.id,
        "kms:EncryptionContext:aws:ecs:clusterName": cluster_name,
    }
    fargate = {"Service": ["fargate.amazonaws.com"]}
    return [
        Statement(
            "TaskStorage",
            ["kms:GenerateDataKeyWithoutPlaintext"],
            ["*"],
            {"StringEquals": of_cluster},
            principals=fargate,
        ),
        Statement(
            "TaskStorageGrants",
            ["kms:CreateGrant"],
            ["*"],
            {"StringEquals": of_cluster, "ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt"]}},
            principals=fargate,
        ),
    ]
