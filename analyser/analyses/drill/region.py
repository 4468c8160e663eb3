"""The home region is lost: the recovery stack is promoted, with nothing of home at hand; and the way back."""

from collections.abc import Iterator

from analyser.analyses.drill.model import OPERATOR, Step
from analyser.analyses.drill.names import CLUSTER, RDS, mine, primaries, region_of
from analyser.analyses.routing import policy
from analyser.graph import Graph

_PROMOTED = "'strata:settings.recovery.promoted'"


def region(home: Graph, standby: Graph) -> list[Step]:
    """Promotion and return, by the commands that each stack needs; the two are the same graph where only it is "
    "known."""
    return [*_before(home, standby), *_promotion(home, standby), *_return(home, standby)]


def _before(home: Graph, standby: Graph) -> Iterator[Step]:
    yield Step(
        "decide: what home has not sent is lost, and home gets nothing back by itself",
        (region_of(standby), *_lag(standby), f"strata recovery {home.stack}"),
        see="how far the copy was behind when it heard last, and what the loss of the region was said to cost",
        back="nothing was done yet",
        role=OPERATOR,
    )
    yield Step(
        f"the copy of the state in {standby.region}, which needs nothing of {home.region}",
        (
            f'export PULUMI_BACKEND_URL="s3://<bucket>?region={standby.region}"',
            'pulumi login "$PULUMI_BACKEND_URL"',
            f"pulumi stack select {standby.stack}",
            f"pulumi stack output --stack {standby.stack}",
        ),
        see=f"the outputs of {standby.stack} as its last up left them",
        back="log in to the former place; nothing was written",
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
            f"pulumi preview --stack {stack} --diff",
            _up(standby),
        ),
        see="the preview touches no role, record, certificate or distribution and deletes nothing that is "
        "protected; fails up halfway, up again: the stack reads what it knew of home from its own outputs",
        back="below, and never by turning promoted back alone: a database that has written follows nobody again",
    )
    yield Step("see that it answers", tuple(_checks(standby)), see=_healthy(), role=OPERATOR)
    yield Step(
        "traffic comes by health, without a change of a record",
        (f"strata check {stack}", *(f"dig +short {name}" for name in _names(home))),
        see="its commands say that all is well; names lead to the recovery region as soon as its health checks are "
        "green and home's are red",
        role=OPERATOR,
    )


def _up(standby: Graph) -> str:
    inside = bool(standby.of_type(CLUSTER))
    return f"STACK={standby.stack} delivery/in-vpc.sh" if inside else f"pulumi up --stack {standby.stack}"


def _checks(standby: Graph) -> Iterator[str]:
    for node in mine(standby, RDS):
        name = node.inputs["identifier"]
        yield (
            f"aws rds describe-db-instances --db-instance-identifier {name} --query "
            "'DBInstances[0].[DBInstanceStatus,ReadReplicaSourceDBInstanceIdentifier,MultiAZ]'"
        )
    for node in mine(standby, "aws:lb/targetGroup:TargetGroup"):
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


def _healthy() -> str:
    return "databases are available and follow nobody, targets are healthy, the cluster is ACTIVE"


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
        "going back is a promotion in the other direction, in a quiet hour: writes stop, home takes what was "
        "written here",
        (f"strata drill {home.stack} restore", f"pulumi preview --stack {home.stack} --refresh"),
        see="home's stores hold what the recovery region wrote (its runbook says how), or the loss is decided; the "
        "preview of home makes only that change",
        back="stay promoted, for as long as the stack file says so",
    )
    stack = standby.stack
    yield Step(
        "stand by again: what was promoted follows nobody, and is made anew as a copy of home's",
        (
            f"pulumi config set --stack {stack} --path {_PROMOTED} false",
            *(f"pulumi state unprotect --stack {stack} --yes '{node.urn}'" for node in mine(standby, RDS)),
            *(
                f"aws rds modify-db-instance --db-instance-identifier {node.inputs['identifier']} "
                "--no-deletion-protection --apply-immediately"
                for node in mine(standby, RDS)
            ),
            f"pulumi preview --stack {stack} --diff"
            + "".join(f" --replace '{node.urn}'" for node in mine(standby, RDS)),
            f"pulumi up --stack {stack}" + "".join(f" --replace '{node.urn}'" for node in mine(standby, RDS)),
        ),
        see="names answer from home, and replication runs again: its lag falls to seconds",
        back="promoted: true again, as above, as long as nothing was replaced",
    )
