"""What all systems on EKS share: cluster, nodes, add-ons, the key of volumes, and the deployment runner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from components.compute.access_entries import ClusterAccess
from components.compute.addons import Addons, AddonsSettings
from components.compute.cluster import Cluster, ClusterSettings
from components.compute.node_group import NodeGroup
from components.compute.node_settings import NodeGroupSettings
from components.data.bucket import Bucket
from components.data.log_bucket import LogBucket
from components.network.network import Network, NetworkSettings
from components.operations.deployment_runner import DeploymentRunner, DeploymentRunnerSettings
from components.security.deployment_role import PLAN_ROLE, deployment_role_arn
from components.security.human_access import HumanAccess
from components.security.key import Key, account_volumes
from components.security.operator_role import OPERATORS, OperatorRole
from components.statements import Grant, Statement
from components.workloads.operator_rights import OperatorRights
from settings import Problem
from systems.foundation import Stack


@dataclass(frozen=True)
class Compute:
    """A cluster that pods can run in."""

    cluster: Cluster
    volumes_key: Key
    """The key of nodes' and pods' volumes."""
    ready: list[pulumi.Resource]
    """What pods need before they can start."""
    operators: OperatorRole
    operate: Grant
    """What the operators' role may do with the cluster and its groups of nodes."""
    operator_rights: OperatorRights
    runner: DeploymentRunner | None

    @property
    def outputs(self) -> dict[str, Any]:
        """What a deployer needs to know, by the names of stack outputs."""
        started = {"deploymentRunner": self.runner.started_by} if self.runner else {}
        return {
            "clusterName": self.cluster.cluster_name,
            "operatorsRoleArn": self.operators.arn,
            **started,
        }


def without_a_way_out(
    runner: DeploymentRunnerSettings | None, network: NetworkSettings, where: str = ""
) -> Problem | None:
    """Why a runner, whose settings lie at ``where``, could call nobody in such a network; None where it can."""
    if runner is None or network.nat != "none":
        return None
    said = "needs network.nat: builds fetch plugins and charts; or null where a VPN leads to the cluster"
    return Problem(f"{where}runner", said)


def make_compute(
    stack: Stack[object],
    *,
    system: str,
    network: Network,
    people: HumanAccess,
    cluster: ClusterSettings,
    groups: Mapping[str, NodeGroupSettings],
    addons: AddonsSettings,
    runner: DeploymentRunnerSettings | None,
    access_logs: LogBucket,
    mounts: Sequence[Grant] = (),
    volume_users: Sequence[Statement] = (),
    kept_logs: Bucket | None = None,
) -> Compute:
    """A cluster, its managed node groups by logical name, and the add-ons; ``people`` may look at what runs there,
    operators also drain nodes and restart what a system names.

    With a ``runner``, the cluster's API opens to it, and lets the role that plans look at all of it, Secrets too, in
    which Helm keeps its releases. ``mounts`` are file systems that pods mount through the EFS
    driver, ``volume_users`` others that read what is on volumes, as those who take copies of their backups;
    ``kept_logs`` is where what containers log is kept beside CloudWatch.
    """
    volumes = Key(
        "volumes-key",
        account=stack.account,
        purpose=f"Volumes of the {system} system's nodes and pods",
        usable_by=[*account_volumes(stack.account), *volume_users],
    )
    operators = OperatorRole("operators", account=stack.account)
    planner = deployment_role_arn(stack.account, PLAN_ROLE)
    made = Cluster(
        "cluster",
        cluster,
        account=stack.account,
        network=network,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        access={
            "people": ClusterAccess(people.arn, "AmazonEKSViewPolicy"),
            "operators": ClusterAccess(operators.arn, "AmazonEKSViewPolicy", groups=[OPERATORS]),
            **({"planner": ClusterAccess(planner, "AmazonEKSAdminViewPolicy")} if runner else {}),
        },
    )
    nodes = [
        NodeGroup(name, settings, account=stack.account, network=network, cluster=made, key=volumes)
        for name, settings in groups.items()
    ]
    running = Addons(
        "addons",
        addons,
        account=stack.account,
        cluster=made,
        nodes=nodes,
        log_key=stack.keys.logs,
        mounts=mounts,
        kept_logs=kept_logs,
    )
    deploying = None
    if runner is not None:
        deploying = DeploymentRunner(
            "deployment-runner",
            runner,
            account=stack.account,
            network=network,
            key=stack.keys.data,
            log_key=stack.keys.logs,
            access_logs=access_logs,
            cluster_name=cluster.name,
        )
        made.allow(deploying)
    rights = OperatorRights("operator-rights", cluster=made)
    operate = Grant(made.describe, *(group.operate for group in nodes))
    return Compute(made, volumes, [*nodes, running], operators, operate, rights, deploying)
