"""PostgreSQL restored beside itself, as the stack has it, and then in its place.

The state knows an instance by its resource id, not by its name, so once names have changed places it is told the new:
https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/rds/instance.go (findDBInstanceByID).
Replicas stay with the instance that they were made of, whatever it is called:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RenameInstance.html.
"""

from collections.abc import Iterator

from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import (
    KEPT,
    RDS,
    awaited,
    call,
    given_up,
    kept,
    option,
    planned,
    previewed,
    switch,
    up,
    urn_of,
)
from analyser.analyses.drill.rotate import rotations
from analyser.analyses.drill.writers import start, stop
from analyser.graph import Graph, Node

_COPIES = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
_AVAILABLE = "aws rds wait db-instance-available --db-instance-identifier"


def database(graph: Graph, node: Node, standby: Graph | None) -> Iterator[Step]:
    """Look, restore, see, and either take it away again or make it the stack's, and what copies it a copy of it."""
    name = str(node.inputs["identifier"])
    beside, before = _beside(name, "restored"), _beside(name, "before")
    yield Step(
        f"PostgreSQL {name}: how far back it goes",
        (
            f"aws rds describe-db-instance-automated-backups --db-instance-identifier {name} --query "
            "'DBInstanceAutomatedBackups[].[Status,RestoreWindow,DBInstanceAutomatedBackupsArn]'",
        ),
        see="a window that ends minutes ago; status retained says that the instance itself is gone, and its backups "
        "are not",
    )
    yield Step(
        f"PostgreSQL {name}: restored beside itself as {beside}",
        (_restored(graph, node, beside), awaited(f"{_AVAILABLE} {beside}")),
        see="available; `--restore-time 2026-11-29T12:00:00Z` in place of the latest goes back further, "
        "`--source-db-instance-automated-backups-arn` in place of the source's name restores one that is gone",
        back=f"aws rds modify-db-instance --db-instance-identifier {beside} --no-deletion-protection "
        f"--apply-immediately; aws rds delete-db-instance --db-instance-identifier {beside} "
        "--skip-final-snapshot",
    )
    yield Step(
        f"PostgreSQL {name}: what was restored is right",
        (
            f"aws rds describe-db-instances --db-instance-identifier {beside} --query "
            "'DBInstances[0].[DBSubnetGroup.DBSubnetGroupName,VpcSecurityGroups,DBParameterGroups,MultiAZ,IAMDatabaseAuthenticationEnabled,CACertificateIdentifier,EnabledCloudwatchLogsExports,PubliclyAccessible,Endpoint.Address]'",
        ),
        see="the stack's own groups; what reaches the database reaches this one at the address that is printed, "
        "over TLS alone, and its newest row is as old as was asked for. A drill ends here, with the way back of "
        "the step before, and the log groups that RDS made of the new name are deleted",
    )
    yield from _adopted(graph, node, beside, before)
    yield from _copied(graph, node, before)
    yield from followers(graph, node, before)
    if standby is not None:
        yield from followers(standby, node, before)


def _beside(name: str, word: str) -> str:
    """Another identifier of at most 63 characters."""
    return f"{name[: 62 - len(word)].rstrip('-')}-{word}"


def _restored(graph: Graph, node: Node, beside: str) -> str:
    exports = node.inputs.get("enabledCloudwatchLogsExports") or ()
    return call(
        "aws rds restore-db-instance-to-point-in-time",
        f"--source-db-instance-identifier {node.inputs['identifier']} --target-db-instance-identifier {beside} "
        "--use-latest-restorable-time",
        option(graph, node, "--db-subnet-group-name", "dbSubnetGroupName"),
        option(graph, node, "--vpc-security-group-ids", "vpcSecurityGroupIds"),
        option(graph, node, "--db-parameter-group-name", "parameterGroupName"),
        option(graph, node, "--ca-certificate-identifier", "caCertIdentifier"),
        option(graph, node, "--db-instance-class", "instanceClass"),
        " ".join(
            (
                switch(node, "--multi-az", "multiAz", otherwise="--no-multi-az"),
                "--no-publicly-accessible --copy-tags-to-snapshot --deletion-protection",
                switch(node, "--enable-iam-database-authentication", "iamDatabaseAuthenticationEnabled"),
            )
        ).strip(),
        f"--enable-cloudwatch-logs-exports {' '.join(exports)}" if exports else "",
    )


def _adopted(graph: Graph, node: Node, beside: str, before: str) -> Iterator[Step]:
    name, stack = node.inputs["identifier"], graph.stack
    before_it, after_it = kept(graph, f"{name}-before"), kept(graph, f"{name}-after")
    managed = bool(node.inputs.get("manageMasterUserPassword"))
    rename = "aws rds modify-db-instance --apply-immediately --db-instance-identifier"
    yield Step(
        f"PostgreSQL {name}: writes stop, and the names change places; the protected instance stays as {before}",
        (
            *stop(graph),
            *_pooled(graph, node, "deregister"),
            f"{rename} {name} --new-db-instance-identifier {before}",
            awaited(f"{_AVAILABLE} {before}"),
            f"{rename} {beside} --new-db-instance-identifier {name}",
            awaited(f"{_AVAILABLE} {name}"),
            *_pooled(graph, node, "register"),
        ),
        see="the wait says that there is no such instance until the new name is known, about ten minutes each; the "
        f"address of the stack is the restored one's. A {before} of an earlier time is deleted first",
        back=f"the same commands with the names the other way round: {name} to {beside}, {before} to {name}",
    )
    yield Step(
        f"PostgreSQL {name}: the state is told which instance it is",
        (
            KEPT,
            f"pulumi stack export --stack {stack} --file {before_it}",
            f"resource=$(aws rds describe-db-instances --db-instance-identifier {name} --query "
            "'DBInstances[0].DbiResourceId' --output text)",
            f'jq --arg urn {urn_of(node)} --arg id "$resource" \'(.deployment.resources[] | select(.urn == '
            f"$urn) | .id) = $id' {before_it} > {after_it}",
            f"pulumi stack import --stack {stack} --file {after_it}",
            f"pulumi refresh --stack {stack} --target {urn_of(node)}",
            previewed(graph),
        ),
        see="refresh shows another resource id, no monitoring and fewer days of backups: a restore brings none of "
        "these. The preview updates the instance in place, and the policies that name its resource id, without "
        "which nobody signs in by IAM; it replaces nothing",
        back=f"pulumi stack import --stack {stack} --file {before_it}",
    )
    yield Step(
        f"PostgreSQL {name}: the stack as it was, with the restored data",
        (*([up(graph)] * (2 if managed else 1)), *rotations(graph, node), *start(graph)),
        see="a preview changes nothing; the master password is one that the secret has"
        + (", which the first up has RDS make, and of which the second tells who reads it" if managed else "")
        + f"; requests are answered. {before} is kept until nobody needs it, then deleted with a final snapshot",
        back="the step before's, after writes have stopped again",
    )


def _pooled(graph: Graph, node: Node, verb: str) -> Iterator[str]:
    """A proxy's target taken out while its name goes from one instance to the other, and given back."""
    for target in graph.of_type("aws:rds/proxyTarget:ProxyTarget"):
        if target.inputs.get("dbInstanceIdentifier") == node.inputs["identifier"]:
            proxy = target.inputs["dbProxyName"]
            named = f"--db-proxy-name {proxy} --db-instance-identifiers {node.inputs['identifier']}"
            yield f"aws rds {verb}-db-proxy-targets {named}"
            if verb == "register":
                yield f"aws rds describe-db-proxy-targets --db-proxy-name {proxy} --query 'Targets[].TargetHealth'"


def _copied(graph: Graph, node: Node, before: str) -> Iterator[Step]:
    """Backups in another region, which RDS goes on taking of the instance that has another name now."""
    copies = [one for one in graph.of_type(_COPIES) if one.inputs.get("sourceDbInstanceArn") == node.outputs.get("arn")]
    for copy in copies:
        yield Step(
            f"backups in {copy.inputs.get('region')} are still those of {before}: the restored one's are begun",
            (f"pulumi state delete --stack {graph.stack} --yes --force {urn_of(copy)}", up(graph)),
            see="the preview makes this alone; those of the former instance stay for as long as they are kept",
            back="none needed",
        )


def followers(graph: Graph, source: Node, before: str) -> Iterator[Step]:
    """The instances of a stack, in whichever region it is, that follow the one that has another name now."""
    known = (source.inputs["identifier"], source.outputs.get("arn"))
    for node in graph.of_type(RDS):
        if node.inputs.get("replicateSourceDb") in known:
            name = node.inputs["identifier"]
            yield Step(
                f"{name} ({graph.stack}) still follows {before}: it is made anew of the restored one",
                tuple(renewed(graph, node)),
                see="refresh drops it from the state, and the preview makes it alone; until it is back nothing reads "
                "from it, and what stands by has no copy",
                back="none: it holds nothing of its own",
            )


def renewed(graph: Graph, node: Node) -> Iterator[str]:
    """A copy deleted by hand and made by the next update: a replacement would make the new one first, whose name is
    taken."""
    yield from given_up(graph, node, "--skip-final-snapshot")
    yield f"pulumi refresh --stack {graph.stack} --target {urn_of(node)}"
    yield planned(graph)
    yield up(graph)
