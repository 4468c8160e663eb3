"""A stack with one that stands by for it, in which nothing is wrong, and ways to put something wrong into it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from analyser.analyses.simulation import Pair
from analyser.graph import Graph, Node

HOME, OTHER, ACCOUNT = "us-east-1", "us-west-2", "123456789012"
KEY, INSTANCE, SECRET = "aws:kms/key:Key", "aws:rds/instance:Instance", "aws:secretsmanager/secret:Secret"
BUCKET, CHECK, RECORD = "aws:s3/bucket:Bucket", "aws:route53/healthCheck:HealthCheck", "aws:route53/record:Record"
ROLE, PLAN, VAULT = "aws:iam/role:Role", "aws:backup/plan:Plan", "aws:backup/vault:Vault"
ALARM, VAULT_POLICY = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:backup/vaultPolicy:VaultPolicy"
DEPLOYMENT, IDENTITY = "kubernetes:apps/v1:Deployment", "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ROLE_POLICY, TABLE = "aws:iam/rolePolicy:RolePolicy", "aws:dynamodb/table:Table"
SEALED = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
REPLICATION, VERSIONS = (
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    "aws:s3/bucketVersioning:BucketVersioning",
)

Change = Callable[[Node], Node | None]
"""What becomes of a node; None takes it away."""
OBJECTIVES = '{"region": {"rpoMinutes": 60, "rtoMinutes": 60, "unknown": "the drill of each quarter times it"}}'


def arn(service: str, what: str, region: str = HOME) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{what}"


def key(region: str) -> str:
    return arn("kms", f"key/{region}", region)


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


VAULT_OF_COPIES = arn("backup", "backup-vault:copies", OTHER)
REPLICATES = {
    "s3:GetReplicationConfiguration": "arn:aws:s3:::uploads",
    "s3:ListBucket": "arn:aws:s3:::uploads",
    "s3:GetObjectVersionForReplication": "arn:aws:s3:::uploads/*",
    "s3:ReplicateObject": "arn:aws:s3:::copy/*",
    "s3:ReplicateDelete": "arn:aws:s3:::copy/*",
    "kms:Decrypt": key(HOME),
    "kms:Encrypt": key(OTHER),
}
"""What the role that replicates may do, and with what."""


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in statements]})


def rights(allowed: Mapping[str, str]) -> str:
    return policy(*({"Action": action, "Resource": resource} for action, resource in allowed.items()))


def let_in(who: str) -> str:
    """The policy of a key that leaves it to one account."""
    return policy({"Action": "kms:*", "Resource": "*", "Principal": {"AWS": f"arn:aws:iam::{who}:root"}})


def trust(service: str) -> str:
    """The policy of a role that a service may become."""
    return policy({"Action": "sts:AssumeRole", "Principal": {"Service": f"{service}.amazonaws.com"}})


def old_versions(days: int) -> dict[str, Any]:
    """The rules of a bucket that keeps them for so long."""
    expiry = {"noncurrentDays": days}
    return {"rules": [{"id": "age", "status": "Enabled", "noncurrentVersionExpiration": expiry}]}


def node(stack: str, token: str, name: str, inputs: Mapping[str, Any] | None = None, **outputs: Any) -> Node:
    return Node(f"urn:pulumi:{stack}::strata::{token}::{name}", token, name, dict(inputs or {}), outputs, id=name)


def _home() -> list[Node]:
    def made(token: str, name: str, inputs: Mapping[str, Any] | None = None, **outputs: Any) -> Node:
        return node("shop", token, name, inputs, **outputs)

    rule = {
        "status": "Enabled", "deleteMarkerReplication": {"status": "Enabled"},
        "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}}, "destination": {
            "bucket": "arn:aws:s3:::copy", "encryptionConfiguration": {"replicaKmsKeyId": key(OTHER)}}}  # fmt: skip
    sealed = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key(HOME)}}
    vault = {"destinationVaultArn": VAULT_OF_COPIES}
    daily = {"ruleName": "daily", "schedule": "cron(0 7 ? * * *)", "startWindow": 60, "copyActions": [vault]}
    return [
        made(KEY, "key", {"policy": let_in(ACCOUNT)}, arn=key(HOME)),
        made(KEY, "other-key", {"region": OTHER, "policy": let_in(ACCOUNT)}, arn=key(OTHER)),
        made(INSTANCE, "database", {
            "multiAz": True, "backupRetentionPeriod": 7, "kmsKeyId": key(HOME), "finalSnapshotIdentifier": "last",
            "skipFinalSnapshot": False}, arn=arn("rds", "db:shop")),
        made(SECRET, "password", {
            "kmsKeyId": key(HOME), "replicas": [{"region": OTHER, "kmsKeyId": key(OTHER)}]}, arn=arn("sm", "password")),
        made(BUCKET, "uploads", arn="arn:aws:s3:::uploads", bucket="uploads"),
        made(BUCKET, "copy", {"region": OTHER}, arn="arn:aws:s3:::copy", bucket="copy"),
        made(VERSIONS, "versions", {"bucket": "uploads", "versioningConfiguration": {"status": "Enabled"}}),
        made(VERSIONS, "copy-versions", {"bucket": "copy", "versioningConfiguration": {"status": "Enabled"}}),
        made(SEALED, "sealed", {"bucket": "uploads", "rules": [sealed]}),
        made(LIFECYCLE, "age", {"bucket": "uploads", **old_versions(30)}),
        made(LIFECYCLE, "copy-age", {"bucket": "copy", **old_versions(30)}),
        made(ALARM, "late", {
            "metricName": "ReplicationLatency", "dimensions": {"TableName": "state", "ReceivingRegion": OTHER}}),
        made(TABLE, "state", {
            "name": "state", "pointInTimeRecovery": {"enabled": True}, "deletionProtectionEnabled": True,
            "replicas": [{"regionName": OTHER, "kmsKeyArn": key(OTHER), "pointInTimeRecovery": True,
                          "deletionProtectionEnabled": True}]},
            arn=arn("dynamodb", "table/state")),
        made(VAULT, "copies-vault", {"region": OTHER, "kmsKeyArn": key(OTHER)}, arn=VAULT_OF_COPIES),
        made(ROLE, "copier", {"name": "copier", "assumeRolePolicy": trust("s3")}, arn=role("copier")),
        made(ROLE_POLICY, "copier-policy", {"role": "copier", "policy": rights(REPLICATES)}),
        made(REPLICATION, "copies", {"bucket": "uploads", "role": role("copier"), "rules": [rule]}),
        made(PLAN, "plan", {"rules": [daily]}),
        made(ROLE, "keeper", {"name": "keeper"}, arn=role("keeper")),
        made(ROLE_POLICY, "keeper-policy", {
            "role": "keeper", "policy": rights({"backup:CopyIntoBackupVault": VAULT_OF_COPIES})}),
        made("aws:backup/selection:Selection", "selection", {
            "planId": "plan", "iamRoleArn": role("keeper"), "resources": ["arn:aws:rds:*"]}),
        made(CHECK, "well", {"requestInterval": 30, "failureThreshold": 3}),
        made(RECORD, "primary", {
            "name": "shop.example", "failoverRoutingPolicies": [{"type": "PRIMARY"}], "healthCheckId": "well",
            "aliases": [{"name": "a"}]}),
        made(RECORD, "api", {"weightedRoutingPolicies": [{"weight": 0}], "records": ["a"], "ttl": 30}),
        made(ROLE, "home-pods", arn=role("home-pods")),
        made(IDENTITY, "identity", {"namespace": "shop", "serviceAccount": "shop", "roleArn": role("home-pods")}),
    ]  # fmt: skip


def _other(*, promoted: bool) -> list[Node]:
    def made(token: str, name: str, inputs: Mapping[str, Any] | None = None, **outputs: Any) -> Node:
        return node("shop-dr", token, name, inputs, **outputs)

    copied = {} if promoted else {"replicateSourceDb": arn("rds", "db:shop")}
    pods = {"metadata": {"namespace": "shop"}, "spec": {
        "replicas": 2 if promoted else 0, "template": {"spec": {"serviceAccountName": "shop"}}}}  # fmt: skip
    return [
        made(KEY, "own-key", arn=arn("kms", "key/own", OTHER)),
        made(INSTANCE, "database", {
            **copied, "identifier": "dr", "kmsKeyId": arn("kms", "key/own", OTHER), "multiAz": promoted,
            "backupRetentionPeriod": 7, "finalSnapshotIdentifier": "last", "skipFinalSnapshot": False},
            arn=arn("rds", "db:dr", OTHER)),
        made(ALARM, "behind", {"metricName": "ReplicaLag", "dimensions": {"DBInstanceIdentifier": "dr"}}),
        made(RECORD, "secondary", {
            "name": "shop.example", "failoverRoutingPolicies": [{"type": "SECONDARY"}], "aliases": [{"name": "b"}]}),
        made(CHECK, "taken-over", {"requestInterval": 30, "failureThreshold": 3}),
        made(RECORD, "api-here", {
            "weightedRoutingPolicies": [{"weight": 1}], "healthCheckId": "taken-over", "records": ["b"], "ttl": 30}),
        made(ROLE, "pods", arn=role("pods")),
        made(IDENTITY, "identity", {"namespace": "shop", "serviceAccount": "shop", "roleArn": role("pods")}),
        made(DEPLOYMENT, "shop", pods),
    ]  # fmt: skip


def graph(stack: str, region: str, nodes: list[Node], objectives: str = "{}", reads: tuple[str, ...] = ()) -> Graph:
    config = {"strata:environment": "prod", "strata:objectives": objectives, "strata:system": "records"}
    return Graph("strata", stack, nodes, {}, region=region, config=config, reads=reads)


def pair() -> Pair:
    """Nothing is wrong with it."""
    read = {False: ("organization/strata/shop",), True: ("organization/strata/shop-dr",)}
    forms = (graph("shop-dr", OTHER, _other(promoted=form), reads=reads) for form, reads in read.items())
    return Pair(graph("shop", HOME, _home(), OBJECTIVES), *forms)


def changed(before: Graph, change: Change) -> Graph:
    """A graph with each node as a function leaves it."""
    nodes = [after for one in before if (after := change(one)) is not None]
    return Graph(before.project, before.stack, nodes, before.exports, region=before.region, config=before.config)


def seeded(
    before: Pair, *, home: Change | None = None, standby: Change | None = None, promoted: Change | None = None
) -> Pair:
    """A pair with something changed in one of its graphs, or in several."""

    def one(of: Graph, change: Change | None) -> Graph:
        return changed(of, change) if change else of

    return Pair(one(before.home, home), one(before.standby, standby), one(before.promoted, promoted))


def told(name: str, /, **inputs: Any) -> Change:
    """Gives the resource of a name other inputs."""
    return lambda one: replace(one, inputs={**one.inputs, **inputs}) if one.name == name else one


def plus(of: Pair, extra: Node) -> Pair:
    """A promotion that makes one resource more."""
    return Pair(of.home, of.standby, graph(of.promoted.stack, of.promoted.region, [*of.promoted, extra]))


def more(of: Pair, extra: Node) -> Pair:
    """A home stack with one resource more."""
    home = Graph(of.home.project, of.home.stack, [*of.home, extra], of.home.exports, region=HOME, config=of.home.config)
    return Pair(home, of.standby, of.promoted)


def taken(*names: str) -> Change:
    """Takes resources away."""
    return lambda one: None if one.name in names else one
