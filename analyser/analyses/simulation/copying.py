"""Whether what copies may do so, and whether its copies can be gone back in: rights, keys, versions and points in time.

What a role may do is judged as ``strata can`` does. A no counts where it stands for itself: policies whose content is
not in the graph, such as AWS's own for AWS Backup, may allow what is asked.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from analyser.analyses.reach.graph_view import View
from analyser.analyses.recovery.buckets import sealing_key, versions_kept
from analyser.analyses.recovery.plans import PLAN, region_and_account, too_short
from analyser.analyses.rights.decide import Answer, decide
from analyser.analyses.rights.principal import principal
from analyser.analyses.rights.target import target
from analyser.analyses.simulation.model import Fault, Pair
from analyser.graph import Graph, Node

_ROLE = "aws:iam/role:Role"
_READ, _LIST = ("s3:GetObjectVersionForReplication",), ("s3:GetReplicationConfiguration", "s3:ListBucket")
_WEEK = 7
"""Days for which an old version has to stay at the least: restores are tried once a week, and show by then at the
latest that what was written is wrong (docs/decisions/0046-backups-that-are-restored.md)."""


def copying(pair: Pair) -> Iterator[Fault]:
    """All that keeps copies from being made or from being used."""
    view = View(pair.home)
    yield from _replication(pair.home, view)
    yield from _backups(pair.home, view)
    yield from _keys(pair.home, view)
    yield from _versions(pair.home)
    yield from _deletes(pair.home)
    for graph in (pair.home, pair.standby):
        yield from _lasting(graph)
    yield from _tables(pair.home)


def _refused(view: View, who: str, asked: Iterable[tuple[str, str]], service: str = "") -> Iterator[str]:
    """Which of some actions somebody is known not to be allowed, in words; keys are used through a service."""
    for action, arn in asked:
        through = {"kms:viaservice": f"{service}.{region_and_account(arn)[0]}.amazonaws.com"} if service else {}
        found = decide(principal(view, who), action, target(view, arn, action), through)
        if found.answer is Answer.NO:
            yield f"may not {action} on {arn}: {found.because}"


def _replication(home: Graph, view: View) -> Iterator[Fault]:
    """The role of S3's replication, on both sides.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    for found in home.of_type("aws:s3/bucketReplicationConfig:BucketReplicationConfig"):
        role = _made(home, _ROLE, found.inputs.get("role"))
        source = _named(home, found.inputs.get("bucket"))
        if role is None or source is None:
            continue
        for rule in found.inputs.get("rules") or ():
            asked = _of_rule(home, source, rule)
            for said in _refused(view, str(found.inputs["role"]), asked, "s3"):
                yield Fault("right", f"{home.stack}: {found.name}", f"its role {role.name} {said}")
        for said in _refused(view, "s3.amazonaws.com", [("sts:AssumeRole", str(found.inputs["role"]))]):
            yield Fault("right", f"{home.stack}: {found.name}", f"S3 {said}")


def _of_rule(home: Graph, source: Node, rule: dict[str, Any]) -> Iterator[tuple[str, str]]:
    target = rule.get("destination") or {}
    own, copy = str(source.outputs.get("arn")), str(target.get("bucket"))
    yield from ((action, own) for action in _LIST)
    yield from ((action, f"{own}/*") for action in _READ)
    yield "s3:ReplicateObject", f"{copy}/*"
    if (rule.get("deleteMarkerReplication") or {}).get("status") == "Enabled":
        yield "s3:ReplicateDelete", f"{copy}/*"
    sealed = sealing_key(home, source)
    if sealed:
        yield "kms:Decrypt", sealed
    key = (target.get("encryptionConfiguration") or {}).get("replicaKmsKeyId")
    if key:
        yield "kms:Encrypt", str(key)


def _backups(home: Graph, view: View) -> Iterator[Fault]:
    """The role by which AWS Backup copies to other vaults, as far as its policies are known, and the policies of vaults
    that let nobody copy or restore what is in them.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html#copy-action-permissions
    """
    plans = {plan.id: plan for plan in home.of_type(PLAN)}
    for selection in home.of_type("aws:backup/selection:Selection"):
        role = _made(home, _ROLE, selection.inputs.get("iamRoleArn"))
        plan = plans.get(str(selection.inputs.get("planId")))
        if role is None or plan is None:
            continue
        vaults = [
            copy.get("destinationVaultArn") for rule in plan.inputs["rules"] for copy in rule.get("copyActions") or ()
        ]
        asked = [("backup:CopyIntoBackupVault", str(vault)) for vault in vaults]
        for said in _refused(view, str(selection.inputs["iamRoleArn"]), asked):
            yield Fault("right", f"{home.stack}: {selection.name}", f"its role {role.name} {said}")
    for vault in home.of_type("aws:backup/vault:Vault"):
        arn = str(vault.outputs.get("arn"))
        asked = [(action, arn) for action in ("backup:CopyFromBackupVault", "backup:StartRestoreJob")]
        for said in _refused(view, _root(arn), asked):
            yield Fault("right", f"{home.stack}: {vault.name}", f"the account {said}")


def _keys(home: Graph, view: View) -> Iterator[Fault]:
    """Keys of copies whose policy does not let the account in, and so nobody who copies by its roles."""
    for key in home.of_type("aws:kms/key:Key"):
        arn = str(key.outputs.get("arn"))
        if key.inputs.get("region") in (None, home.region) or not key.inputs.get("policy"):
            continue
        for said in _refused(view, _root(arn), [("kms:Encrypt", arn), ("kms:Decrypt", arn)]):
            yield Fault("right", f"{home.stack}: {key.name}", f"the account {said}")


def _root(arn: str) -> str:
    """Who stands for the account of an ARN, whom nothing but a policy of the resource itself keeps out."""
    _, partition, _, _, account, *_ = arn.split(":")
    return f"arn:{partition}:iam::{account}:root"


def _versions(home: Graph) -> Iterator[Fault]:
    """Old versions of copied objects that go before anybody sees what is wrong with the new ones, on either side."""
    for found in home.of_type("aws:s3/bucketReplicationConfig:BucketReplicationConfig"):
        source = _named(home, found.inputs.get("bucket"))
        arns = [(rule.get("destination") or {}).get("bucket") for rule in found.inputs.get("rules") or ()]
        copies = [bucket for bucket in home.of_type("aws:s3/bucket:Bucket") if bucket.outputs.get("arn") in arns]
        for bucket in (*([source] if source else ()), *copies):
            days = versions_kept(home, bucket)
            if days is not None and days < _WEEK:
                said = f"drops old versions after {days:g} days; wrong writes are copied as well"
                yield Fault("versions", f"{home.stack}: {bucket.name}", said)


def _deletes(home: Graph) -> Iterator[Fault]:
    """Copies in which what was deleted at home is there again: S3 copies a marker of a deletion only where it is told.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-marker-replication.html
    """
    for found in home.of_type("aws:s3/bucketReplicationConfig:BucketReplicationConfig"):
        for rule in found.inputs.get("rules") or ():
            if (rule.get("deleteMarkerReplication") or {}).get("status") != "Enabled":
                said = f"rule {rule.get('id')} copies no deletions: what was deleted at home is there once promoted"
                yield Fault("deletes", f"{home.stack}: {found.name}", said)


def _lasting(graph: Graph) -> Iterator[Fault]:
    """Backups, and copies of them, that are gone before the next is there."""
    for plan in graph.of_type(PLAN):
        for rule in plan.inputs.get("rules") or ():
            for vault, days in too_short(rule):
                name = vault.rpartition(":")[2]
                said = f"rule {rule.get('ruleName')} keeps in {name} for {days:g} days what comes later than that again"
                yield Fault("vault", f"{graph.stack}: {plan.name}", said)


def _tables(home: Graph) -> Iterator[Fault]:
    """Replicas of tables that lack what the table has, which each has of its own: recovery to a point in time, and
    protection from deletion.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
    """
    for table in home.of_type("aws:dynamodb/table:Table"):
        recovers = (table.inputs.get("pointInTimeRecovery") or {}).get("enabled")
        for replica in table.inputs.get("replicas") or ():
            where, which = f"{home.stack}: {table.name}", f"its replica in {replica.get('regionName')}"
            if recovers and not replica.get("pointInTimeRecovery"):
                yield Fault("point in time", where, f"{which} has no recovery to one")
            if table.inputs.get("deletionProtectionEnabled") and not replica.get("deletionProtectionEnabled"):
                yield Fault("protection", where, f"{which} is not protected from deletion, as the table is")


def _made(home: Graph, token: str, arn: Any) -> Node | None:
    return next((node for node in home.of_type(token) if arn and node.outputs.get("arn") == arn), None)


def _named(home: Graph, bucket: Any) -> Node | None:
    buckets = home.of_type("aws:s3/bucket:Bucket")
    return next((node for node in buckets if bucket in (node.id, node.outputs.get("bucket"))), None)
