"""The steps of a teardown, in order."""

import json
from collections.abc import Iterator

from analyser.analyses.drill.kubernetes import connect
from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import CLUSTER, KAFKA, SEARCH, id_of, mine, reader, region_of, session
from analyser.analyses.once import ONCE
from analyser.analyses.recovery.vaults_elsewhere import copied_elsewhere, key_check, named
from analyser.analyses.teardown.holders import Holder, holders
from analyser.graph import Graph, Node
from settings.stack import PROJECT

_KEY, _GROUP = "aws:kms/key:Key", "aws:cloudwatch/logGroup:LogGroup"
_PROVIDER, _GITHUB = "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "token.actions.githubusercontent.com"
_BY_AWS = ("/aws/lambda/", "/aws/rds/", "/aws/eks/", "/aws/containerinsights/", "/aws/codebuild/", "/aws/vendedlogs/")
"""Beginnings of log groups that a service writes to once more, and so makes again, while it goes."""
_BY_API = ("API-Gateway-Execution-Logs_", "/aws/apigateway/")
"""The same of API Gateway, whose names have an id of AWS in them."""

_USERS = "aws:cognito/userPool:UserPool"
_FOR_GOOD = {
    _USERS: "the users of user pool {}: no export has their passwords, and a new pool gives each another id (sub)",
    SEARCH: "the indexes of OpenSearch {}: its automated snapshots go with the domain",
    KAFKA: "the messages of Kafka {}: nothing keeps a copy of a topic",
}
"""What a store holds that destroy leaves nothing of:
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-managing-users.html
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-snapshots.html"""


def steps(graph: Graph, standby: str) -> Iterator[Step]:
    """From what leans on the stack to what AWS leaves."""
    if standby:
        yield Step(
            f"{standby} goes first, in a shell of its own: its replicas, members and records lean on this stack",
            (f"strata teardown {standby}",),
            "every step of it is done",
        )
    file = f"{graph.stack}-before.json"
    yield Step(
        "speak to the stack's region, and keep the ids that its state will forget",
        (region_of(graph), f"pulumi stack export --stack {graph.stack} --file {file}", reader(graph, file), "keep=''"),
    )
    yield from _undelivered(graph)
    yield from _unprotected(graph)
    # What is in there writes into buckets, and the session puts its source into one: both before these are emptied.
    yield from _in_cluster(graph)
    yield from map(_emptied, holders(graph))
    yield from _for_good(graph)
    yield from _of_all(graph)
    yield _destroyed(graph)
    yield from _left(graph)


def _undelivered(graph: Graph) -> Iterator[Step]:
    if not _is_own(graph):
        return
    by_workflow = json.loads(graph.config.get("strata:delivery") or "{}").get("by") == "workflow"
    yield Step(
        "no delivery makes it anew: the next commit to main would",
        (f"strata delivery {graph.stack}", *(("gh workflow disable deploy.yml",) if by_workflow else ())),
        see="who deploys it, of which nothing runs now; a pipeline of another stack asks first, and nobody approves"
        + ("; the workflow deploys no other stack until this one's file is gone from main" if by_workflow else ""),
        back="gh workflow enable deploy.yml" if by_workflow else "the stack file as it was",
    )


def _unprotected(graph: Graph) -> Iterator[Step]:
    if not graph.protected:
        return
    names = ", ".join(sorted(node.name for node in graph.protected))
    if not _is_own(graph):
        yield Step(
            f"protection is lifted from {len(graph.protected)} resources: {names}",
            tuple(f"pulumi state unprotect --stack {graph.stack} --yes '{node.urn}'" for node in graph.protected),
            see="the state says so alone: whatever protects in the program has to go too before another update",
            back=f"pulumi up --stack {graph.stack}, of the program as it was",
        )
        return
    yield Step(
        f"protection is lifted from {len(graph.protected)} resources: {names}",
        (
            f"pulumi config set --stack {graph.stack} strata:deletable true",
            f"git commit -m 'Take {graph.stack} away' Pulumi.{graph.stack}.yaml",
            # The runner's own step has the pack, which refuses.
            *session(graph),
            f"pulumi preview --stack {graph.stack} --diff",
            f"pulumi up --stack {graph.stack}",
        ),
        see="nothing is replaced or deleted, and nothing else changes; without --policy-pack, which asks for what is "
        "being lifted",
        back=f"pulumi config rm --stack {graph.stack} strata:deletable; its commit, and the same update",
    )


def _is_own(graph: Graph) -> bool:
    """Whether this is a stack of Strata's, which has its settings, tags and pages."""
    return graph.project == PROJECT


def _emptied(holder: Holder) -> Step:
    keep = " ".join(f"--exclude={urn}" for urn in (holder.node.urn, *holder.settings))
    told = f" ({holder.locked})" if holder.locked else ""
    return Step(
        f"{holder.kind} {holder.name} is emptied, or kept{told}",
        (holder.look(), *holder.free(), holder.empty(), f"keep=\"$keep \"'{keep}'"),
        see="empty: nothing but what the stack itself made is in it, and it goes with destroy. Kept: the last command "
        "alone, and destroy leaves it with its policy and settings, and whatever these need"
        + (_DELEGATED if holder.kind == "zone" else ""),
        back="none for what was deleted; what was kept comes back into a stack by pulumi import",
    )


def _for_good(graph: Graph) -> Iterator[Step]:
    """Stores without a last snapshot or a window of recovery: kept, or gone at once."""
    for token, what in _FOR_GOOD.items():
        for node in mine(graph, token):
            look = f"aws cognito-idp list-users --user-pool-id {id_of(node)} > {graph.stack}-{node.name}.json"
            yield Step(
                f"{what.format(node.name)}; gone for good, unless it is kept",
                (*((look,) if token == _USERS else ()), f"keep=\"$keep \"'--exclude={node.urn}'"),
                see="kept: by the last command, destroy leaves it, and whatever it needs; else whoever owns what is "
                "lost has said so",
                back="none once destroy ran",
            )


def _of_all(graph: Graph) -> Iterator[Step]:
    """What an account takes one of, so that its other stacks lean on this one's."""
    trusts = [node for node in graph.of_type(_PROVIDER) if _GITHUB in str(node.inputs.get("url"))]
    kept: list[tuple[Node, str, tuple[str, ...]]] = [(node, "that GitHub's workflows deploy", ()) for node in trusts]
    for node in graph.resources:
        if node.type in ONCE and (serves := ONCE[node.type].serves):
            kept.append((node, serves, ONCE[node.type].beside))
    for node, serves, beside in kept:
        urns = [node.urn, *(one.urn for token in beside for one in graph.of_type(token))]
        yield Step(
            f"{node.name} is kept, unless this is the last stack of the account that takes it: one serves all stacks "
            + serves,
            (f"keep=\"$keep \"'{' '.join(f'--exclude={urn}' for urn in urns)}'",),
            see="destroy leaves it; another stack takes it into its file and by pulumi import, and its updates go on",
        )


_DELEGATED = (
    ". Validation records that a recovery stack left are in it too. Its delegation, at the registrar or in the zone "
    "above, goes before it, or whoever is given the same name servers answers for the name"
)


def _in_cluster(graph: Graph) -> Iterator[Step]:
    stack = graph.stack
    if mine(graph, CLUSTER):
        yield Step(
            "what is in the cluster, from inside its network: controllers take away the balancers, targets, nodes and "
            "volumes that they made, while they and their rights are there",
            (
                *((*session(graph), *connect(graph)) if _is_own(graph) else ()),
                f"pulumi destroy --stack {stack} --target '**$kubernetes:**' --target-dependents",
                "kubectl get ingress,service,pvc --all-namespaces",
                "aws elbv2 describe-load-balancers --query 'LoadBalancers[].LoadBalancerName'",
            ),
            see="no Ingress, no Service of type LoadBalancer and no claim is left, and no balancer named k8s-…",
            back=f"pulumi up --stack {stack}",
        )


def _destroyed(graph: Graph) -> Step:
    stack = graph.stack
    again = f"again: `strata drill {stack} stuck`" if _is_own(graph) else "again"
    return Step(
        "the rest, from anywhere; never with --skip-preview, which deletes all else before it meets what is protected",
        (f"pulumi destroy --stack {stack} $keep",),
        see="it ends with everything deleted; a bucket to which something still wrote, as S3 does with access logs for "
        f"hours, is emptied once more; a subnet that waits for over an hour holds an interface that nobody uses "
        f"(the next step lists them: aws ec2 delete-network-interface); interrupted or refused, {again}",
        back=f"pulumi up --stack {stack} makes the stack anew, empty; stores come back from what survives",
    )


def _left(graph: Graph) -> Iterator[Step]:
    made = sorted(set(_made_again(graph)))
    tagged = (
        f"aws resourcegroupstaggingapi get-resources --tag-filters Key=stack,Values={graph.stack} "
        "--query 'ResourceTagMappingList[].ResourceARN'",
    )
    own = _is_own(graph)
    yield Step(
        "what AWS leaves, or made again: log groups to which a service wrote its last lines, network interfaces of "
        "functions and nodes that end later" + (", and whatever has the stack's tag" if own else ""),
        (
            *(f"aws logs delete-log-group --log-group-name {name} --region {region}" for name, region in made),
            "aws ec2 describe-network-interfaces --filters Name=status,Values=available "
            "--query 'NetworkInterfaces[].[NetworkInterfaceId,Description]'",
            *(tagged if own else ()),
        ),
        see="a log group that is not there is said so, which is well; interfaces of functions go by themselves within "
        "the hour" + ("; with the tag there is only what survives on purpose" if own else ""),
    )
    yield from map(_elsewhere, sorted(copied_elsewhere(graph)))
    kept = [node for node in graph.of_type(_KEY) if node.options.get("retainOnDelete")]
    if kept:
        yield Step(
            "keys, when the last snapshot, backup and object under them is gone, and not before",
            tuple(
                f"aws kms schedule-key-deletion --key-id {id_of(node)} "
                f"--region {node.inputs.get('region') or graph.region}"
                for node in kept
            ),
            see="PendingDeletion for as long as the key says",
            back="aws kms cancel-key-deletion --key-id <key>",
        )
    yield Step(
        "the stack itself, with its history",
        (f"pulumi stack rm {graph.stack}",),
        see="it is refused while the state holds anything; with --force it forgets what is kept, which stays in AWS",
        back="pulumi stack init, and pulumi import of what is there",
    )


def _made_again(graph: Graph) -> Iterator[tuple[str, str]]:
    """Name, as a shell is given it, and region of each log group that a service makes while it goes.

    ECS makes that of its insights by itself, for ever:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-reference-performance-logs-ECS.html
    """
    for node in graph.of_type(_GROUP):
        name, region = str(node.inputs.get("name")), str(node.inputs.get("region") or graph.region)
        if name.startswith(_BY_API):
            yield id_of(node), region
        elif name.startswith(_BY_AWS):
            yield name, region
    for node in mine(graph, "aws:ecs/cluster:Cluster"):
        for setting in node.inputs.get("settings") or ():
            if setting.get("name") == "containerInsights" and setting.get("value") != "disabled":
                yield f"/aws/ecs/containerinsights/{node.inputs['name']}/performance", graph.region


def _elsewhere(vault: str) -> Step:
    """A vault of another account outlives the stack on purpose; nothing of this account ends it."""
    return Step(
        f"copies in the vault {vault} stay: the other account looks, and takes none from this one any more",
        (
            "COPIES='<profile of the other account>'",
            f"aws backup list-recovery-points-by-backup-vault {named(vault)} "
            "--query 'RecoveryPoints[].[RecoveryPointArn,CalculatedLifecycle.DeleteAt,EncryptionKeyArn]'",
            key_check(vault),
            f"aws backup get-backup-vault-access-policy {named(vault)} --query Policy --output text",
            f"aws backup delete-backup-vault-access-policy {named(vault)}",
        ),
        see="each copy's last day, and CUSTOMER Enabled of the key without which none can be read, kept for as long; a "
        "policy that lets other accounts in too is put back without this one's statement instead of deleted",
        back=f"aws backup put-backup-vault-access-policy {named(vault)} --policy file://policy.json, as "
        "`strata check --before` makes it",
    )
