"""A deployment that hangs: Pulumi, Helm, add-ons, stores and services, each from diagnosis to repair."""

from collections.abc import Iterator

from analyser.analyses.drill.kubernetes import connect
from analyser.analyses.drill.model import OPERATOR, Step
from analyser.analyses.drill.names import (
    CLUSTER,
    KEPT,
    RDS,
    REDIS,
    SERVICE,
    id_of,
    kept,
    mine,
    reader,
    region_of,
    session,
)
from analyser.analyses.drill.zone import cluster_of
from analyser.graph import Graph

_ADDON, _RELEASE = "aws:eks/addon:Addon", "kubernetes:helm.sh/v3:Release"
_RELEASES, _DISTRIBUTION = (
    "aws:codedeploy/deploymentGroup:DeploymentGroup",
    "aws:cloudfront/distribution:Distribution",
)


def stuck(graph: Graph) -> list[Step]:
    """From Pulumi's own state to what it waits for, and back."""
    before = kept(graph, "before")
    return [
        *_inside(graph),
        Step("speak to the stack's region", (region_of(graph),), role=OPERATOR),
        *_connected(graph),
        *_lock(graph, before),
        *_releases(graph),
        *_clusters(graph),
        *_addons(graph),
        *_stores(graph),
        *_services(graph),
        *_functions(graph),
        *_distributions(graph),
        *_pending(graph, before),
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


def _lock(graph: Graph, before: str) -> Iterator[Step]:
    stack = graph.stack
    back = f"pulumi stack import --stack {stack} --file {before}"
    yield Step(
        "the update was interrupted, or its lock is held by nobody",
        (
            f"pulumi stack history --stack {stack} --page-size 3",
            KEPT,
            f"pulumi stack export --stack {stack} --file {before}",
            f"pulumi cancel --stack {stack} --yes",
        ),
        see="nobody else's update runs (ask first: cancel ends it); the lock is gone",
        back=back,
    )
    yield Step(
        "the state contradicts itself: a dependency is missing, or resources stand in the wrong order",
        (f"pulumi state repair --stack {stack} --yes",),
        see="what was put in order is listed, or that nothing was to be; until then every refresh and preview refuses",
        back=back,
    )


def _pending(graph: Graph, before: str) -> Iterator[Step]:
    """Last, when AWS has ended what it was about: a refresh before would read what goes on changing."""
    stack = graph.stack
    yield Step(
        "operations were begun and nobody knows how they ended",
        (
            f"pulumi stack export --stack {stack} | "
            "jq -r '.deployment.pending_operations[]? | .type + \" \" + .resource.urn'",
            f"pulumi refresh --stack {stack} --preview-only",
            f"pulumi refresh --stack {stack} --run-program",
            f"pulumi preview --stack {stack} --diff",
        ),
        see="each that was being created is either in AWS, and refresh asks for its id, or is not, and is cleared; "
        "the preview then changes only what the update was about",
        back=f"pulumi stack import --stack {stack} --file {before}",
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


def _clusters(graph: Graph) -> Iterator[Step]:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_Update.html"""
    for node in mine(graph, CLUSTER):
        name = node.inputs["name"]
        yield Step(
            f"the cluster {name} or one of its node groups is UPDATING",
            (
                f"aws eks describe-cluster --name {name} --query 'cluster.[status,version,health.issues]'",
                f"aws eks list-nodegroups --cluster-name {name}",
                f"aws eks describe-nodegroup --cluster-name {name} --nodegroup-name <group> --query "
                "'nodegroup.[status,releaseVersion,health.issues]'",
                f"aws eks list-updates --name {name} --nodegroup-name <group>",
                f"aws eks describe-update --name {name} --nodegroup-name <group> --update-id <update> --query "
                "'update.[status,errors]'",
                f"aws eks wait nodegroup-active --cluster-name {name} --nodegroup-name <group>",
                f"aws eks wait cluster-active --name {name}",
            ),
            see="an update that runs is ended by nobody and takes no other beside it: it ends by itself, a node "
            "group's as Failed where a disruption budget held a drain (PodEvictionFailure), back at what it was",
            back="none needed: up again once both are ACTIVE",
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
                f"aws ecs wait services-stable --cluster {cluster} --services {service}",
            ),
            see="IN_PROGRESS ends by itself, as COMPLETED or FAILED: then the circuit breaker went back to the "
            "revision before, and the events say why tasks stopped",
            back="the former image in the stack file, and up",
            role=OPERATOR,
        )


def _functions(graph: Graph) -> Iterator[Step]:
    """https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_StopDeployment.html"""
    groups = sorted(str(node.inputs["deploymentGroupName"]) for node in mine(graph, _RELEASES))
    if not groups or not graph.exports.get("canary"):
        return
    yield Step(
        "a release is in progress, so that an alias weighs two versions",
        (
            f"application=$(pulumi stack output canary --stack {graph.stack} | jq -r .application)",
            f"for group in {' '.join(groups)}; do\n"
            '  aws deploy list-deployments --application-name "$application" --deployment-group-name "$group" '
            "--include-only-statuses Created Queued InProgress Ready\ndone",
            "aws deploy get-deployment --deployment-id <deployment> --query "
            "'deploymentInfo.[status,createTime,errorInformation]'",
            "aws deploy stop-deployment --deployment-id <deployment> --auto-rollback-enabled",
        ),
        see="none in the list: one that runs ends by itself; stopped, its alias is at the version before alone",
        back=f"STACK={graph.stack} delivery/step.sh application begins another, to the newest version",
    )


def _distributions(graph: Graph) -> Iterator[Step]:
    for number, node in enumerate(graph.of_type(_DISTRIBUTION)):
        yield Step(
            f"the distribution {node.name} goes on being deployed",
            (
                *((reader(graph),) if not number else ()),
                f"aws cloudfront get-distribution --id {id_of(node)} --query "
                "'Distribution.[Status,DistributionConfig.Enabled]'",
                f"aws cloudfront wait distribution-deployed --id {id_of(node)}",
            ),
            see="InProgress for some minutes, while edges answer by what they had, and takes changes meanwhile; an "
            "update that was cut off has lost nothing but its wait",
            back="none needed: up again",
        )
