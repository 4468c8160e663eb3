"""Each fault that is put into a pair of stacks that has none makes the simulated loss of the region fail."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from analyser.analyses.once import IMAGE_COPIES
from analyser.analyses.simulation import Outcome, Pair, simulate
from analyser.graph import Node
from tests.analyser.analyses.simulation.made import (
    ACCOUNT,
    ALARM,
    CHECK,
    DEPLOYMENT,
    HOME,
    KEY,
    OTHER,
    REPLICATES,
    ROLE,
    VAULT_OF_COPIES,
    VAULT_POLICY,
    Change,
    arn,
    changed,
    graph,
    key,
    let_in,
    more,
    node,
    old_versions,
    pair,
    plus,
    policy,
    rights,
    role,
    seeded,
    taken,
    told,
    trust,
)  # fmt: skip


def first_rule(name: str, **inputs: Any) -> Change:
    """Gives the first rule of a resource of several other inputs."""

    def change(one: Node) -> Node:
        rules = one.inputs["rules"] if one.name == name else []
        return replace(one, inputs={**one.inputs, "rules": [{**rules[0], **inputs}, *rules[1:]]}) if rules else one

    return change


def kept_copy(days: int) -> dict[str, Any]:
    return {"destinationVaultArn": VAULT_OF_COPIES, "lifecycle": {"deleteAfter": days}}


def region(of: Pair) -> Outcome:
    (found,) = (each for each in simulate(of.home, of) if each.what == f"region {HOME}")
    return found


@pytest.mark.parametrize(
    "changed",
    [
        lambda of: of,
        lambda of: _calculated(of, 1),
        lambda of: _pulls(of, []),
        lambda of: _pulls(of, ["a/", "shop/"]),
        lambda of: _placed(of, GROUP, "ab"),
        lambda of: _sized(of, "instanceClass", "db.m5.xlarge", "db.r6g.large"),
        lambda of: _told_of_copies(of),
        lambda of: seeded(of, home=first_rule("plan", lifecycle={"coldStorageAfter": 30, "deleteAfter": 120})),
    ],
    ids=[
        "plain",
        "calculated",
        "images",
        "images by prefix",
        "two zones",
        "as much memory",
        "copies that fail are told",
        "cold",
    ],
)
def test_nothing_is_wrong_with_the_pair(changed: Callable[[Pair], Pair]) -> None:
    found = region(changed(pair()))
    assert (found.faults, found.failing, found.silent, found.broken) == ((), (), (), ())
    assert found.holds


def _role_of_promotion(of: Pair) -> Pair:
    extra = node("shop-dr", ROLE, "late", arn=role("late"))
    return seeded(plus(of, extra), promoted=told("identity", roleArn=role("late")))


COPIED = {
    "status": "Enabled",
    "destination": {"bucket": "arn:aws:s3:::copy", "encryptionConfiguration": {"replicaKmsKeyId": key(HOME)}},
}
BARE = {
    "status": "Enabled",
    "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
    "destination": {"bucket": "arn:aws:s3:::copy"},
}
AT_HOME = {
    "ruleName": "daily",
    "schedule": "cron(0 7 ? * * *)",
    "copyActions": [{"destinationVaultArn": arn("backup", "backup-vault:copies")}],
}


def _without(action: str) -> Callable[[Pair], Pair]:
    """The role that replicates may do all but one thing."""
    left = {each: where for each, where in REPLICATES.items() if each != action}
    return lambda of: seeded(of, home=told("copier-policy", policy=rights(left)))


def _locked(of: Pair) -> Pair:
    lock = {"backupVaultName": "copies", "maxRetentionDays": 7}
    kept = {
        "ruleName": "daily",
        "copyActions": [{"destinationVaultArn": VAULT_OF_COPIES, "lifecycle": {"deleteAfter": 35}}],
    }
    return seeded(more(of, node("shop", LOCK, "lock", lock)), home=told("plan", rules=[kept]))


def _off(token: str, **inputs: Any) -> Callable[[Pair], Pair]:
    """Something that home has as well, which is off once promoted."""
    return lambda of: plus(more(of, node("shop", token, "one")), node("shop-dr", token, "one", inputs))


def _beside(of: Pair, token: str, inputs: dict[str, Any]) -> Pair:
    """The same in both stacks, promoted or not."""
    there = node("shop-dr", token, "one", inputs)
    beside = graph(of.standby.stack, of.standby.region, [*of.standby, there], reads=of.standby.reads)
    after = plus(more(of, node("shop", token, "one", inputs)), there)
    return Pair(after.home, beside, after.promoted)


def _calculated(of: Pair, least: int) -> Pair:
    """The primary's check is calculated from one that asks at a name of home's own, and so many have to be well."""
    said = told("well", childHealthchecks=["answers"], childHealthThreshold=least)
    return seeded(more(of, node("shop", CHECK, "answers", {"fqdn": "shop.example"})), home=said)


def _closed(action: str) -> Node:
    """A policy of the vault of copies that denies something to everybody."""
    denied = {"Effect": "Deny", "Action": action, "Resource": "*", "Principal": "*"}
    told = {"region": OTHER, "backupVaultName": "copies-vault", "policy": policy(denied)}
    return node("shop", VAULT_POLICY, "closed", told)


def _vault_key(of: Pair) -> Pair:
    """The vault of copies is under a key of its own."""
    own = node("shop", KEY, "vault-key", {"region": OTHER}, arn=arn("kms", "key/vault", OTHER))
    return seeded(more(of, own), home=told("copies-vault", kmsKeyArn=own.outputs["arn"]))


def _pulls(of: Pair, begins: list[str], *, region: str = OTHER, account: str = ACCOUNT) -> Pair:
    """The promoted pods run an image that the registry copies by a rule for these prefixes, all if there are none."""
    filters = [{"filter": each, "filterType": "PREFIX_MATCH"} for each in begins]
    rule = {"destinations": [{"region": region, "registryId": account}], "repositoryFilters": filters}
    image = f"{ACCOUNT}.dkr.ecr.{OTHER}.amazonaws.com/shop/web:1"
    copied = node("shop", IMAGE_COPIES, "copied-images", {"replicationConfiguration": {"rules": [rule]}})
    return seeded(more(of, copied), promoted=told("shop", image=image))


def _subnet(stack: str, zone: str) -> Node:
    where = f"{HOME if stack == 'shop' else OTHER}{zone}"
    return node(stack, "aws:ec2/subnet:Subnet", f"subnet-{zone}", {"availabilityZone": where})


def _placed(of: Pair, token: str, here: str) -> Pair:
    """Both stacks have two zones, a and b; something stands in both at home, and in some of them once promoted."""
    for zone in "ab":
        of = plus(more(of, _subnet("shop", zone)), _subnet("shop-dr", zone))
    there = {stack: [f"subnet-{zone}" for zone in zones] for stack, zones in (("shop", "ab"), ("shop-dr", here))}
    one, other = (node(stack, token, "one", {"subnetIds": names}) for stack, names in there.items())
    return plus(more(of, one), other)


def _sized(of: Pair, key: str, at_home: Any, here: Any) -> Pair:
    return seeded(of, home=told("database", **{key: at_home}), promoted=told("database", **{key: here}))


def _told_of_copies(of: Pair, *, target: bool = True, **inputs: Any) -> Pair:
    """Home's rule of failed copies, and an alarm on it, with a target or without."""
    pattern = {"name": "failed", "eventPattern": '{"source": ["aws.backup"]}', **inputs}
    rule = node("shop", "aws:cloudwatch/eventRule:EventRule", "failed", pattern)
    rings = {"metricName": "TriggeredRules", "dimensions": {"RuleName": "failed"}}
    of = more(more(of, rule), node("shop", ALARM, "copies-failed", rings))
    return more(of, node("shop", "aws:cloudwatch/eventTarget:EventTarget", "to", {"rule": "failed"})) if target else of


PROTECTED = {"regionName": OTHER, "kmsKeyArn": key(OTHER), "pointInTimeRecovery": True}
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
FUNCTION, MAPPING = "aws:lambda/function:Function", "aws:lambda/eventSourceMapping:EventSourceMapping"
STRANGER = "999999999999"
NO_POINT_IN_TIME = [{"regionName": OTHER, "kmsKeyArn": key(OTHER), "pointInTimeRecovery": False}]
SERVICE, NODES = "aws:ecs/service:Service", "aws:eks/nodeGroup:NodeGroup"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
PODS = node("shop", DEPLOYMENT, "shop", {"spec": {"replicas": 2}})
GROUP = "aws:rds/subnetGroup:SubnetGroup"
OFF: dict[str, dict[str, Any]] = {
    FUNCTION: {"reservedConcurrentExecutions": 0},
    MAPPING: {"enabled": False},
    "aws:cloudwatch/eventRule:EventRule": {"state": "DISABLED"},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"actionsEnabled": False},
    "aws:scheduler/schedule:Schedule": {"state": "DISABLED"},
    "aws:appautoscaling/target:Target": {"maxCapacity": 0},
    "kubernetes:apps/v1:StatefulSet": {"spec": {"replicas": 0}},
    "kubernetes:batch/v1:CronJob": {"spec": {"suspend": True}},
}
SEEDS: dict[str, tuple[str, Callable[[Pair], Pair]]] = {
    "a replica without a key of its region": ("key", lambda of: seeded(of, standby=told("database", kmsKeyId=None))),
    "a replica with a key of another region": (
        "key",
        lambda of: seeded(of, standby=told("database", kmsKeyId=key(HOME))),
    ),
    "a replica with a key that nobody makes": (
        "key",
        lambda of: seeded(of, standby=told("database", kmsKeyId=arn("kms", "key/gone", OTHER))),
    ),
    "copies of objects with a key of another region": (
        "key",
        lambda of: seeded(of, home=told("copies", rules=[COPIED])),
    ),
    "a copy of a secret with a key of another region": (
        "key",
        lambda of: seeded(of, home=told("password", replicas=[{"region": OTHER, "kmsKeyId": key(HOME)}])),
    ),
    "a secret without a replica": ("secret", lambda of: seeded(of, home=told("password", replicas=[]))),
    "a record without a health check": ("name", lambda of: seeded(of, home=told("primary", healthCheckId=None))),
    "a record of home that follows its targets alone": (
        "name",
        lambda of: seeded(
            of, home=told("primary", healthCheckId=None, aliases=[{"name": "a", "evaluateTargetHealth": True}])
        ),
    ),
    "a record whose health check is not there": ("name", lambda of: seeded(of, home=taken("well"))),
    "a weighted record without a health check": (
        "name",
        lambda of: seeded(of, standby=told("api-here", healthCheckId=None)),
    ),
    "a record whose health check is switched off": ("name", lambda of: seeded(of, home=told("well", disabled=True))),
    "weighted records without any weight": (
        "name",
        lambda of: seeded(of, standby=told("api-here", weightedRoutingPolicies=[{"weight": 0}])),
    ),
    "a replica with a key that is switched off": (
        "key",
        lambda of: seeded(of, standby=told("own-key", isEnabled=False), promoted=told("own-key", isEnabled=False)),
    ),
    "copies of sealed objects without a key": ("key", lambda of: seeded(of, home=told("copies", rules=[BARE]))),
    "nothing that leads there": (
        "name",
        lambda of: seeded(of, home=taken("primary", "api"), standby=taken("secondary", "api-here")),
    ),
    "a role that only the home region's pods have": ("role", lambda of: seeded(of, promoted=taken("identity"))),
    "a role that is made by the promotion": ("role", _role_of_promotion),
    "a role that nobody makes": ("role", lambda of: seeded(of, promoted=told("identity", roleArn=role("gone")))),
    "the home stack's outputs, needed at promotion": ("reference", lambda of: Pair(of.home, of.standby, of.standby)),
    "a promotion that makes a role": ("promotion", lambda of: plus(of, node("shop-dr", ROLE, "new", arn=role("new")))),
    "a promotion that changes a record": (
        "promotion",
        lambda of: seeded(of, promoted=told("secondary", aliases=[{"name": "c"}])),
    ),
    "a promotion that makes a distribution": (
        "promotion",
        lambda of: plus(of, node("shop-dr", "aws:cloudfront/distribution:Distribution", "cdn")),
    ),
    "a promotion that makes something in the home region": (
        "promotion",
        lambda of: plus(of, node("shop-dr", "aws:sns/topic:Topic", "topic", {"region": HOME})),
    ),
    "a promotion that changes nothing": ("promotion", lambda of: Pair(of.home, of.promoted, of.promoted)),
    "a vault of copies that nobody makes": ("vault", lambda of: seeded(of, home=taken("copies-vault"))),
    **{f"objects whose role lacks {action}": ("right", _without(action)) for action in REPLICATES},
    "a role of AWS Backup without rights on the vault of copies": (
        "right",
        lambda of: seeded(of, home=told("keeper-policy", policy=rights({"backup:StartBackupJob": "*"}))),
    ),
    "a vault of copies whose policy lets nobody copy into it": (
        "right",
        lambda of: more(of, _closed("backup:CopyIntoBackupVault")),
    ),
    "a vault of copies that nobody restores from": ("right", lambda of: more(of, _closed("backup:StartRestoreJob"))),
    "a vault that nobody copies from": ("right", lambda of: more(of, _closed("backup:CopyFromBackupVault"))),
    "a vault of copies with a key that is switched off": (
        "key",
        lambda of: seeded(_vault_key(of), home=told("vault-key", isEnabled=False)),
    ),
    "a vault of copies with a key that nobody makes": (
        "key",
        lambda of: seeded(_vault_key(of), home=taken("vault-key")),
    ),
    "a role that S3 may not become": (
        "right",
        lambda of: seeded(of, home=told("copier", assumeRolePolicy=trust("ec2"))),
    ),
    "a key of copies that leaves it to another account": (
        "right",
        lambda of: seeded(of, home=told("other-key", policy=let_in(STRANGER))),
    ),
    "old versions that go after a day": ("versions", lambda of: seeded(of, home=told("age", **old_versions(1)))),
    "copied old versions that go after a day": (
        "versions",
        lambda of: seeded(of, home=told("copy-age", **old_versions(1))),
    ),
    "deletions that are not copied": (
        "deletes",
        lambda of: seeded(of, home=first_rule("copies", deleteMarkerReplication={"status": "Disabled"})),
    ),
    "deletions of which nothing is said": (
        "deletes",
        lambda of: seeded(of, home=first_rule("copies", deleteMarkerReplication=None)),
    ),
    "copies of daily backups that are gone after a day": (
        "vault",
        lambda of: seeded(of, home=first_rule("plan", copyActions=[kept_copy(1)])),
    ),
    "backups of a month that are gone after a week": (
        "vault",
        lambda of: seeded(of, home=first_rule("plan", schedule="cron(0 7 1 * ? *)", lifecycle={"deleteAfter": 7})),
    ),
    "a replica of a table without recovery to a point in time": (
        "point in time",
        lambda of: seeded(of, home=told("state", replicas=NO_POINT_IN_TIME)),
    ),
    "a health check that says the contrary": ("name", lambda of: seeded(of, home=told("well", invertHealthcheck=True))),
    "a health check at a name that leads nowhere": (
        "name",
        lambda of: seeded(of, standby=told("taken-over", fqdn="promoted.shop.example")),
    ),
    "records of which none is the primary": (
        "name",
        lambda of: seeded(of, home=told("primary", failoverRoutingPolicies=[{"type": "SECONDARY"}])),
    ),
    "a primary without a secondary": ("name", lambda of: seeded(of, standby=taken("secondary"))),
    "records with one set identifier": (
        "name",
        lambda of: seeded(of, home=told("api", setIdentifier="one"), standby=told("api-here", setIdentifier="one")),
    ),
    "a calculated check of which nothing has to be well": ("name", lambda of: _calculated(of, 0)),
    "a calculated check of which more has to be well than there is": ("name", lambda of: _calculated(of, 3)),
    "a calculated check of what nobody makes": (
        "name",
        lambda of: seeded(_calculated(of, 1), home=taken("answers")),
    ),
    "a calculated check of what is switched off": (
        "name",
        lambda of: seeded(_calculated(of, 1), home=told("answers", disabled=True)),
    ),
    "a calculated check of a name that leads nowhere": (
        "name",
        lambda of: seeded(_calculated(of, 1), home=told("answers", fqdn="gone.shop.example")),
    ),
    "a home that is well once it is taken over": (
        "name",
        lambda of: seeded(
            _calculated(of, 1), home=told("answers", fqdn="b.example"), standby=told("api-here", name="b.example")
        ),
    ),
    "an image that the registry copies nowhere": (
        "image",
        lambda of: seeded(_pulls(of, []), home=taken("copied-images")),
    ),
    "an image of a namespace that the registry does not copy": ("image", lambda of: _pulls(of, ["other/"])),
    "an image that the registry copies to another region": ("image", lambda of: _pulls(of, [], region="eu-west-1")),
    "an image that the registry copies to another account": ("image", lambda of: _pulls(of, [], account=STRANGER)),
    "an image of the home region's registry": (
        "image",
        lambda of: seeded(of, promoted=told("shop", spec={"image": f"{ACCOUNT}.dkr.ecr.{HOME}.amazonaws.com/shop:1"})),
    ),
    **{f"{token.rpartition(':')[2]} that is off": ("off", _off(token, **off)) for token, off in OFF.items()},
    "pods that are none": ("off", lambda of: seeded(more(of, PODS), promoted=told("shop", spec={"replicas": 0}))),
    "tasks that are none": ("off", _off(SERVICE, desiredCount=0)),
    "nodes that are none": ("off", _off(NODES, scalingConfig={"desiredSize": 0})),
    "changes of a table that both regions hand over": (
        "twice",
        lambda of: _beside(of, MAPPING, {"eventSourceArn": arn("dynamodb", "table/state/stream/1")}),
    ),
    "a cache that only home has": ("absent", lambda of: more(of, node("shop", CACHE, "cache"))),
    "a database that follows still": (
        "promotion",
        lambda of: seeded(of, promoted=told("database", replicateSourceDb=arn("rds", "db:shop"))),
    ),
    "a promoted database in one zone": ("objective", lambda of: seeded(of, promoted=told("database", multiAz=False))),
    "a promoted database without backups": (
        "objective",
        lambda of: seeded(of, promoted=told("database", backupRetentionPeriod=0)),
    ),
    "a copy of a database with RDS' own parameters": (
        "parameters",
        lambda of: seeded(of, home=told("database", parameterGroupName="forces-tls")),
    ),
    "a vault of copies whose lock takes none for so long": ("vault", _locked),
    "a network that lets nothing out": (
        "network",
        lambda of: more(of, node("shop", "aws:ec2/natGateway:NatGateway", "nat")),
    ),
    "a network of one zone": (
        "network",
        lambda of: plus(more(more(of, _subnet("shop", "a")), _subnet("shop", "b")), _subnet("shop-dr", "c")),
    ),
    "a replica of a table that anybody deletes": (
        "protection",
        lambda of: seeded(of, home=told("state", replicas=[{**PROTECTED, "deletionProtectionEnabled": False}])),
    ),
    "a key of home that is switched off": ("key", lambda of: seeded(of, home=told("key", isEnabled=False))),
    "cold backups that are deleted before AWS Backup does": (
        "vault",
        lambda of: seeded(of, home=first_rule("plan", lifecycle={"coldStorageAfter": 30, "deleteAfter": 35})),
    ),
    "subnets of a database in one zone": ("zone", lambda of: _placed(of, GROUP, "a")),
    "NAT gateways in one zone": ("zone", lambda of: _placed(of, "aws:ec2/natGateway:NatGateway", "a")),
    "a cache that follows another and may stand in one zone": (
        "zone",
        lambda of: plus(
            more(_placed(of, GROUP, "ab"), node("shop", CACHE, "cache", {"multiAzEnabled": True})),
            node("shop-dr", CACHE, "cache", {"globalReplicationGroupId": "all"}),
        ),
    ),
    "a smaller machine of a database": (
        "size",
        lambda of: _sized(of, "instanceClass", "db.t4g.2xlarge", "db.r6g.large"),
    ),
    "less storage of a database": ("size", lambda of: _sized(of, "maxAllocatedStorage", 1000, 100)),
    "a copy of a database that falls behind unseen": ("lag", lambda of: seeded(of, standby=taken("behind"))),
    "a copy of a database whose alarm is off": (
        "lag",
        lambda of: seeded(of, standby=told("behind", actionsEnabled=False)),
    ),
    "a replica of a table that falls behind unseen": ("lag", lambda of: seeded(of, home=taken("late"))),
    "a rule of failed copies that is off": ("unheard", lambda of: _told_of_copies(of, state="DISABLED")),
    "a rule of failed copies without a target": ("unheard", lambda of: _told_of_copies(of, target=False)),
    "a rule of failed copies that no alarm looks at": (
        "unheard",
        lambda of: seeded(_told_of_copies(of), home=taken("copies-failed")),
    ),
    "a vault of copies in the same region": ("vault", lambda of: seeded(of, home=told("plan", rules=[AT_HOME]))),
}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seeded_fault_makes_it_fail(seed: str) -> None:
    kind, put = SEEDS[seed]
    found = region(put(pair()))
    assert kind in {fault.kind for fault in found.faults}, found.faults
    assert not found.holds


def test_tasks_that_are_scaled_come_to_their_least_by_themselves() -> None:
    of = seeded(_off(SERVICE, name="one", desiredCount=0)(pair()))
    scaled = node("shop-dr", "aws:appautoscaling/target:Target", "least", {"resourceId": "service/shop/one"})
    assert "off" in {fault.kind for fault in region(plus(of, scaled)).faults}
    least = replace(scaled, inputs={**scaled.inputs, "minCapacity": 2})
    assert region(plus(of, least)).holds


def test_a_store_that_nothing_carries_over_is_lost_with_the_region() -> None:
    of = pair()
    alone = changed(of.home, taken("copies"))
    found = region(Pair(alone, of.standby, of.promoted))
    assert [verdict.store.name for verdict in found.failing] == ["uploads"]


def test_a_database_that_nobody_copies_is_lost_with_the_region() -> None:
    """A backup that is copied brings it back still; without one, nothing does."""
    of = seeded(pair(), standby=told("database", replicateSourceDb=None))
    database = next(each for each in region(of).verdicts if each.store.name == "database")
    assert database.way is not None
    assert "copied to us-west-2" in database.way.name
    bare = seeded(of, home=taken("plan"))
    assert [verdict.store.name for verdict in region(bare).failing] == ["database"]


def test_a_store_without_any_backup_fails_where_its_data_is_lost() -> None:
    def change(one: Node) -> Node | None:
        if one.name in ("plan", "selection", "versions"):
            return None
        return told("database", backupRetentionPeriod=0, finalSnapshotIdentifier=None)(one)

    of = seeded(pair(), home=change)
    lost = {each.what: {verdict.store.name for verdict in each.failing} for each in simulate(of.home, of)}
    assert lost["data by corruption"] == {"database", "uploads"}
    assert lost["data by deletion"] == {"database", "uploads"}


def test_of_each_fault_the_stack_and_the_resource_are_named() -> None:
    (fault,) = region(SEEDS["a secret without a replica"][1](pair())).faults
    assert (fault.where, fault.what) == ("shop: password", "has no replica in us-west-2")
