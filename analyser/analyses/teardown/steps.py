"""The steps of a teardown, in order."""

import json
from collections.abc import Iterator

from analyser.analyses.drill.kubernetes import connect
from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import CLUSTER, KAFKA, KEPT, SEARCH, id_of, kept, mine, reader, region_of, session
from analyser.analyses.once import ONCE
from analyser.analyses.teardown.holders import Holder, holders, is_own, locks
from analyser.analyses.teardown.leftovers import left
from analyser.graph import Graph, Node

_PROVIDER, _GITHUB = "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "token.actions.githubusercontent.com"
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
    file = kept(graph, "before")
    yield Step(
        "speak to the stack's region, and keep the ids that its state will forget",
        (
            region_of(graph),
            KEPT,
            f"pulumi stack export --stack {graph.stack} --file {file}",
            reader(graph, file),
            "keep=''",
        ),
    )
    yield from _undelivered(graph)
    yield from _unprotected(graph)
    # What is in there writes into buckets, and the session puts its source into one: both before these are emptied.
    yield from _in_cluster(graph)
    yield from map(_emptied, holders(graph))
    yield from _for_good(graph)
    yield from _of_all(graph)
    yield _destroyed(graph)
    yield from left(graph)
    yield _forgotten(graph)


def _undelivered(graph: Graph) -> Iterator[Step]:
    if not is_own(graph):
        return
    by_workflow = _by_workflow(graph)
    yield Step(
        "no delivery makes it anew: the next commit to main would",
        (f"strata delivery {graph.stack}", *(("gh workflow disable deploy.yml",) if by_workflow else ())),
        see="who deploys it, of which nothing runs now; a pipeline of another stack asks first, and nobody approves"
        + ("; the workflow deploys no other stack until this one's file is gone from main" if by_workflow else ""),
        back="gh workflow enable deploy.yml" if by_workflow else "the stack file as it was",
    )


def _by_workflow(graph: Graph) -> bool:
    return bool(json.loads(graph.config.get("strata:delivery") or "{}").get("by") == "workflow")


def _unprotected(graph: Graph) -> Iterator[Step]:
    if not graph.protected:
        return
    names = ", ".join(sorted(node.name for node in graph.protected))
    if not is_own(graph):
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
        see="nothing is replaced, and nothing else changes; "
        + ("deleted are the locks and policies of vaults alone; " if locks(graph) else "nothing is deleted; ")
        + "without --policy-pack, which asks for what is being lifted",
        back=f"pulumi config rm --stack {graph.stack} strata:deletable; its commit, and the same update",
    )


def _emptied(holder: Holder) -> Step:
    keep = " ".join(f"--exclude={urn}" for urn in (holder.node.urn, *holder.settings))
    told = f" ({holder.locked})" if holder.locked else ""
    return Step(
        f"{holder.kind} {holder.name} is emptied, or kept{told}",
        (holder.look(), *holder.free(), holder.empty(), *holder.lock(), f"keep=\"$keep \"'{keep}'"),
        see="empty: nothing but what the stack itself made is in it, and it goes with destroy. Kept: "
        + ("the lock again, and the last command" if holder.lock() else "the last command alone")
        + ", and destroy leaves it with its policy and settings, and whatever these need"
        + (_DELEGATED if holder.kind == "zone" else ""),
        back="none for what was deleted; what was kept comes back into a stack by pulumi import",
    )


def _for_good(graph: Graph) -> Iterator[Step]:
    """Stores without a last snapshot or a window of recovery: kept, or gone at once."""
    for token, what in _FOR_GOOD.items():
        for node in mine(graph, token):
            look = f"aws cognito-idp list-users --user-pool-id {id_of(node)} > {kept(graph, node.name)}"
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
    stack, inside = graph.stack, bool(is_own(graph) and session(graph))
    if mine(graph, CLUSTER):
        yield Step(
            "what is in the cluster, from inside its network: controllers take away the balancers, targets, nodes and "
            "volumes that they made, while they and their rights are there",
            (
                # Where protection was lifted, it was in a session, which this goes on in.
                *(session(graph) if is_own(graph) and not graph.protected else ()),
                *(connect(graph) if is_own(graph) else ()),
                f"pulumi destroy --stack {stack} --target '**$kubernetes:**' --target-dependents",
                "kubectl get ingress,service,pvc --all-namespaces",
                "aws elbv2 describe-load-balancers --query 'LoadBalancers[].LoadBalancerName'",
            ),
            see="no Ingress, no Service of type LoadBalancer and no claim is left, and no balancer named k8s-…"
            + ("; `codebuild-resume` ends the session, and what follows is done in the shell before it" * inside),
            back=f"pulumi up --stack {stack}",
        )


def _destroyed(graph: Graph) -> Step:
    stack = graph.stack
    again = f"again: `strata drill {stack} stuck`" if is_own(graph) else "again"
    return Step(
        "the rest, from anywhere; never with --skip-preview, which deletes all else before it meets what is protected",
        # A shell that knows of nothing to keep is not the one in which it was said.
        (f"pulumi destroy --stack {stack} ${{keep?}}",),
        see="it ends with everything deleted; another shell has no `keep`, and deletes nothing until all that is kept "
        "is said in it too; a bucket to which something still wrote, as S3 does with access logs for hours, or a vault "
        "that its plan filled in the meantime, is emptied once more; a subnet, group or VPC that waits for over an "
        f"hour holds what the next step lists; interrupted or refused, {again}",
        back=f"pulumi up --stack {stack} makes the stack anew, empty; stores come back from what survives",
    )


def _forgotten(graph: Graph) -> Step:
    stack = graph.stack
    file = f"git commit -m '{stack} is gone' Pulumi.{stack}.yaml"
    again = "gh workflow enable deploy.yml"
    return Step(
        "the stack itself, with its history" + (" and its file" if is_own(graph) else ""),
        (
            f"pulumi stack rm {stack}",
            *((file,) if is_own(graph) else ()),
            *((again,) if is_own(graph) and _by_workflow(graph) else ()),
        ),
        see="it is refused while the state holds anything; with --force it forgets what is kept, which stays in AWS"
        + ("; main is without its file before anything is deployed again" if is_own(graph) else ""),
        back="pulumi stack init, and pulumi import of what is there",
    )
