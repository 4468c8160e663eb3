"""A deployment that hangs: Pulumi, Helm, add-ons, stores and services, each from diagnosis to repair."""

from collections.abc import Iterator

from analyser.analyses.drill.kubernetes import connect
from analyser.analyses.drill.model import OPERATOR, Step
from analyser.analyses.drill.names import CLUSTER, RDS, REDIS, SERVICE, mine, region_of, session
from analyser.analyses.drill.zone import cluster_of
from analyser.graph import Graph

_ADDON, _RELEASE = "aws:eks/addon:Addon", "kubernetes:helm.sh/v3:Release"


def stuck(graph: Graph) -> list[Step]:
    """From Pulumi's own state to what it waits for."""
    return [
        *_inside(graph),
        Step("speak to the stack's region", (region_of(graph),), role=OPERATOR),
        *_connected(graph),
        *_state(graph.stack),
        *_releases(graph),
        *_addons(graph),
        *_stores(graph),
        *_services(graph),
    ]


def _inside(graph: Graph) -> Iterator[Step]:
    if into := session(graph):
        yield Step(
            "a session inside the network, in which all that follows is done: the cluster's API answers nowhere else, "
            "and a refresh reads what is in there",
            into,
            "a prompt; where no build of the runner starts, its network or role is what is stuck: a host in the VPC",
        )


def _connected(graph: Graph) -> Iterator[Step]:
    if mine(graph, CLUSTER):
        yield Step("come into the cluster", connect(graph), "an answer", role=OPERATOR)


def _state(stack: str) -> Iterator[Step]:
    export = f"pulumi stack export --stack {stack}"
    yield Step(
        "the update was interrupted, or its lock is held by nobody",
        (
            f"pulumi stack history --stack {stack} --page-size 3",
            f"{export} --file before.json",
            f"pulumi cancel --stack {stack} --yes",
        ),
        see="nobody else's update runs (ask first: cancel ends it); the lock is gone",
        back=f"pulumi stack import --stack {stack} --file before.json",
    )
    yield Step(
        "operations were begun and nobody knows how they ended",
        (
            f"{export} | jq -r '.deployment.pending_operations[]? | .type + \" \" + .resource.urn'",
            f"pulumi refresh --stack {stack} --preview-only",
            f"pulumi refresh --stack {stack} --run-program",
            f"pulumi preview --stack {stack} --diff",
        ),
        see="each that was being created is either in AWS, and refresh asks for its id, or is not, and is cleared; "
        "the preview then changes only what the update was about",
        back=f"pulumi stack import --stack {stack} --file before.json",
    )
    yield Step(
        "the state contradicts itself: a dependency is missing, or resources stand in the wrong order",
        (f"pulumi state repair --stack {stack} --yes", f"pulumi preview --stack {stack}"),
        see="what was put in order is listed; the preview runs again",
        back=f"pulumi stack import --stack {stack} --file before.json",
    )


def _releases(graph: Graph) -> Iterator[Step]:
    for inputs in (node.inputs for node in graph.of_type(_RELEASE)):
        name, namespace = inputs["name"], inputs["namespace"]
        yield Step(
            f"Helm says of {name} that another operation is in progress (pending-install, -upgrade, -rollback)",
            (
                f"helm -n {namespace} history {name}",
                f"helm -n {namespace} rollback {name}",
                f"helm -n {namespace} list --all",
            ),
            see="the last revision was pending and is deployed after the rollback; one that was never deployed has "
            "nothing to go back to: helm uninstall, and the next up makes it anew; never of a chart which was, since "
            "with its definitions go the objects of their kinds: all nodes of Karpenter, all Secrets that were synced",
            back=f"pulumi up --stack {graph.stack} installs what the stack file says",
        )


def _addons(graph: Graph) -> Iterator[Step]:
    for node in mine(graph, _ADDON):
        cluster, addon = node.inputs["clusterName"], node.inputs["addonName"]
        named = f"--cluster-name {cluster} --addon-name {addon}"
        # Not said anew, values could go back to the add-on's own: those that EKS has are said again.
        kept = f"aws eks describe-addon {named} --query addon.configurationValues --output text"
        values = f' --configuration-values "$({kept})"' if node.inputs.get("configurationValues") else ""
        yield Step(
            f"the add-on {addon} is DEGRADED, UPDATE_FAILED or goes on UPDATING",
            (
                f"aws eks describe-addon {named} --query 'addon.[status,addonVersion,health.issues]'",
                f"aws eks update-addon {named} --resolve-conflicts OVERWRITE{values}",
                f"aws eks wait addon-active {named}",
            ),
            see="UPDATING ends by itself, as DEGRADED or ACTIVE, and takes no update before; the issue says whether it "
            "is a field that somebody else owns (OVERWRITE takes it), a role, or no node to run on, which comes first",
            back="none needed: its version and values stay those of the stack",
        )


def _stores(graph: Graph) -> Iterator[Step]:
    for node in mine(graph, RDS):
        name = node.inputs["identifier"]
        yield Step(
            f"PostgreSQL {name} is modifying, or an up waits for it",
            (
                f"aws rds describe-db-instances --db-instance-identifier {name} --query "
                "'DBInstances[0].[DBInstanceStatus,PendingModifiedValues]'",
                f"aws rds describe-events --source-type db-instance --source-identifier {name} --duration 1440",
                f"aws rds wait db-instance-available --db-instance-identifier {name}",
            ),
            see="storage-optimization takes hours and serves meanwhile; a modification ends by itself and nothing "
            "cancels it; storage-full and incompatible-parameters are mended by the setting that they name",
            back="none needed: up again once it is available",
            role=OPERATOR,
        )
    for node in mine(graph, REDIS):
        name = node.inputs["replicationGroupId"]
        yield Step(
            f"Redis {name} is modifying",
            (
                f"aws elasticache describe-replication-groups --replication-group-id {name} --query "
                "'ReplicationGroups[0].[Status,PendingModifiedValues]'",
                f"aws elasticache wait replication-group-available --replication-group-id {name}",
            ),
            see="it ends by itself; until then every other change of it is refused",
            back="none needed: up again once it is available",
            role=OPERATOR,
        )


def _services(graph: Graph) -> Iterator[Step]:
    for node in mine(graph, SERVICE):
        cluster, service = cluster_of(node), node.inputs["name"]
        yield Step(
            f"the service {service} does not get steady",
            (
                f"aws ecs describe-services --cluster {cluster} --services {service} --query "
                "'services[0].[deployments[].[status,rolloutState,rolloutStateReason],events[:5].message]'",
            ),
            see="FAILED: the circuit breaker went back to the revision before, and the events say why tasks stopped",
            back="the former image in the stack file, and up",
            role=OPERATOR,
        )
