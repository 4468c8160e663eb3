"""The home region is lost: the recovery stack is promoted, with nothing of home at hand; and the way back."""

from collections.abc import Iterator

from analyser.analyses.drill import region_state
from analyser.analyses.drill.model import OPERATOR, Step
from analyser.analyses.drill.names import (
    CLUSTER,
    RDS,
    REDIS,
    awaited,
    given_up,
    mine,
    primaries,
    region_of,
    up,
    urn_of,
)  # fmt: skip
from analyser.analyses.drill.writers import READY, rescaled, start, stop
from analyser.analyses.routing import policy
from analyser.graph import Graph, Node

_PROMOTED = "'strata:settings.recovery.promoted'"
_TARGETS = "aws:lb/targetGroup:TargetGroup"
_HOMES = "aws:(iam|route53|acm|cloudfront)/"
"""What us-east-1 alone controls: docs/decisions/0041-recovery-stacks.md."""


def region(home: Graph, standby: Graph) -> list[Step]:
    """Promotion and return, by the commands that each stack needs; ``standby`` is promoted."""
    return [
        _decision(home, standby),
        *region_state.before(home, standby),
        *_promotion(home, standby),
        *region_state.after(home, standby),
        *_return(home, standby),
    ]


def _decision(home: Graph, standby: Graph) -> Step:
    return Step(
        "decide: what home has not sent is lost, and home gets nothing back by itself",
        (region_of(standby), *_lag(standby), f"strata recovery {home.stack}"),
        see="how far the copy was behind when it heard last, and what the loss of the region was said to cost",
        back="nothing was done yet",
        role=OPERATOR,
    )


def _lag(standby: Graph) -> Iterator[str]:
    for node in primaries(standby):
        name = node.inputs["identifier"]
        yield (
            "aws cloudwatch get-metric-statistics --namespace AWS/RDS --metric-name ReplicaLag --dimensions "
            f"Name=DBInstanceIdentifier,Value={name} "
            '--statistics Maximum --period 60 --start-time "$(date -u -d -1hour +%FT%TZ)" --end-time "$(date -u '
            '+%FT%TZ)"'
        )


def _promotion(home: Graph, standby: Graph) -> Iterator[Step]:
    stack = standby.stack
    yield Step(
        "promote",
        (
            f"pulumi config set --stack {stack} --path {_PROMOTED} true",
            f"git commit -m 'Promote {stack}' Pulumi.{stack}.yaml",
            f"pulumi preview --stack {stack} --diff",
            f'pulumi preview --stack {stack} --json | jq -r \'.steps[] | select(.op != "same" and .op != "read") | '
            f".urn' | grep -E '{_HOMES}'",
            *_out_of_datastore(standby),
            *_not_backed_up(standby),
            # What fails keeps back what needs it, and nothing else: https://www.pulumi.com/docs/cli/commands/pulumi_up/
            f"PULUMI_CONTINUE_ON_ERROR=true {up(standby)}",
        ),
        see="beside `promoted` only the images' tags change, where home ran others; the preview deletes nothing that "
        "is protected, and the one after it prints no line: no role, record, certificate or distribution is touched. "
        f"Fails up halfway, `pulumi cancel --stack {stack} --yes` and up again, never refresh while {home.region} is "
        "gone: the stack reads what it knew of home from its own outputs. A migration that fails keeps nobody from "
        "serving: the copy has home's schema",
        back="below, and never by turning promoted back alone: a database that has written follows nobody again",
    )
    yield Step("see that it answers", tuple(_checks(standby)), see=_healthy(standby), role=OPERATOR)
    yield Step(
        "traffic comes by health, without a change of a record",
        (f"strata check {stack}", *(f"dig +short {name}" for name in _names(home))),
        see="its commands say that all is well; names lead to the recovery region as soon as its health checks are "
        "green and home's are red. They stay there when home answers again, and lead home if this region does not "
        "answer: home's writers stay stopped until the way back is gone. No health check is disabled, for Route 53 "
        "takes one that is for well",
        back="below: home's stores, its servers, then promoted: false, and names lead home",
        role=OPERATOR,
    )


def _out_of_datastore(standby: Graph) -> Iterator[str]:
    """A member takes no writes until it is out of its datastore, which no update does
    (docs/decisions/0044-confluence-in-two-regions.md)."""
    for node in mine(standby, REDIS):
        if node.inputs.get("globalReplicationGroupId"):
            name = node.inputs["replicationGroupId"]
            found = (
                f"aws elasticache describe-replication-groups --replication-group-id {name} --query "
                "'ReplicationGroups[0].GlobalReplicationGroupInfo.GlobalReplicationGroupId' --output text"
            )
            yield (
                f'aws elasticache disassociate-global-replication-group --global-replication-group-id "$({found})" '
                f"--replication-group-id {name} --replication-group-region {standby.region}"
            )
            yield awaited(f"aws elasticache wait replication-group-available --replication-group-id {name}")


def _not_backed_up(standby: Graph) -> Iterator[str]:
    """RDS promotes no copy while it is being backed up:
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_PromoteReadReplica.html"""
    for node in mine(standby, RDS):
        yield awaited(f"aws rds wait db-instance-available --db-instance-identifier {node.inputs['identifier']}")


def _checks(standby: Graph) -> Iterator[str]:
    for node in mine(standby, RDS):
        name = node.inputs["identifier"]
        yield (
            f"aws rds describe-db-instances --db-instance-identifier {name} --query "
            "'DBInstances[0].[DBInstanceStatus,ReadReplicaSourceDBInstanceIdentifier,MultiAZ]'"
        )
    for node in mine(standby, _TARGETS):
        named = (
            '$(aws elbv2 describe-target-groups --query "TargetGroups[?starts_with(TargetGroupName, '
            f"'{node.name}')].TargetGroupArn | [0]\" --output text)"
        )
        name = node.inputs.get("name")
        arn = (
            f"$(aws elbv2 describe-target-groups --names {name} --query 'TargetGroups[0].TargetGroupArn' --output text)"
            if name
            else named
        )
        yield (
            f'aws elbv2 describe-target-health --target-group-arn "{arn}" --query '
            "'TargetHealthDescriptions[].TargetHealth.State'"
        )
    for node in mine(standby, CLUSTER):
        yield f"aws eks describe-cluster --name {node.inputs['name']} --query cluster.status"


def _healthy(standby: Graph) -> str:
    kinds = {
        RDS: "databases are available and follow nobody",
        _TARGETS: "targets are healthy",
        CLUSTER: "the cluster is ACTIVE",
    }
    return ", ".join(text for token, text in kinds.items() if mine(standby, token))


def _names(home: Graph) -> list[str]:
    """The names of the home stack that lead by health."""
    found = {
        str(node.inputs["name"])
        for node in home.of_type("aws:route53/record:Record")
        if policy(node) and isinstance(node.inputs.get("name"), str)
    }
    return sorted(found)


def _return(home: Graph, standby: Graph) -> Iterator[Step]:
    yield Step(
        "going back is a promotion in the other direction, in a quiet hour: writes stop here as well",
        (*region_state.at(standby), *stop(standby)),
        see=f"nothing of either stack writes, and requests fail from now on{region_state.left(standby)}",
        back="; ".join(start(standby)) or "nothing was stopped",
    )
    yield Step(
        "home takes what was written here",
        (f"strata drill {home.stack} restore", f"pulumi preview --stack {home.stack} --refresh"),
        see="home's stores hold what the recovery region wrote (its runbook says how), or the loss is decided; the "
        "preview of home makes only that change",
        back="stay promoted, for as long as the stack file says so",
    )
    yield Step(
        "home serves: what was stopped of it starts again",
        (*region_state.at(home), *start(home)),
        see="tasks, pods and functions of home run with its own data; nothing is written here any more, or it is lost"
        f"{region_state.left(home)}",
        back="; ".join(stop(home)) or "nothing was started",
    )
    stack = standby.stack
    members, made = [], []
    for node in mine(standby, REDIS):
        (members if node.inputs.get("globalReplicationGroupId") else made).append(node)
    unready = mine(standby, READY)
    copies = sorted(mine(standby, RDS), key=lambda node: not node.inputs.get("replicateSourceDb"))
    yield Step(
        "stand by again: what was promoted follows nobody, and is made anew as a copy of home's",
        (
            f"pulumi config set --stack {stack} --path {_PROMOTED} false",
            f"git commit -m 'Stand by again' Pulumi.{stack}.yaml",
            *(line for node in copies for line in given_up(standby, node, _last(node))),
            *(line for node in members for line in _member_given_up(standby, node)),
            *(f"pulumi refresh --stack {stack} --target {urn_of(node)}" for node in (*copies, *members, *unready)),
            # Its datastore's member is made anew, where it has one; a cache that the promotion made goes with up.
            *(f"pulumi state unprotect --stack {stack} --yes {urn_of(node)}" for node in made if node.protect),
            f"pulumi preview --stack {stack} --diff",
            up(standby),
            *rescaled(standby),
            "gh workflow enable deploy.yml",
        ),
        see="what was promoted is gone but for its last snapshots, and refresh drops it from the state; the preview "
        "deletes nothing else that is protected; names answer from home, and replication runs again: its lag falls to "
        "seconds. The commits of both are on main before anything deploys",
        back="promoted: true again, as above, as long as nothing was deleted; after that the last snapshots",
    )


def _member_given_up(standby: Graph, node: Node) -> Iterator[str]:
    """A member that left its datastore joins none again, so another is made in its place:
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Console.html"""
    name = node.inputs["replicationGroupId"]
    named = f"--replication-group-id {name} --region {standby.region}"
    yield (
        f"aws elasticache delete-replication-group {named} --final-snapshot-identifier "
        f"{name}-promoted-$(date +%Y%m%d%H%M)"
    )
    yield awaited(f"aws elasticache wait replication-group-deleted {named}")


def _last(node: Node) -> str:
    """RDS takes no last snapshot of what follows another, so readers of the promoted one have none."""
    if node.inputs.get("replicateSourceDb"):
        return "--skip-final-snapshot"
    return f"--final-db-snapshot-identifier {node.inputs['identifier']}-promoted-$(date +%Y%m%d%H%M)"
