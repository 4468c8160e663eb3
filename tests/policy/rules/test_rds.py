from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.rules import rds
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

GROUP = resource(rds.PARAMETER_GROUP, "group", parameters=[{"name": "rds.force_ssl", "value": "1"}])
INSTANCE = resource(
    rds.INSTANCE,
    "db",
    refers={"parameterGroupName": GROUP},
    engine="postgres",
    engineVersion="14.24",
    storageEncrypted=True,
    kmsKeyId="arn:aws:kms:key",
    backupRetentionPeriod=35,
    deletionProtection=True,
    multiAz=True,
    parameterGroupName=UNKNOWN,
    manageMasterUserPassword=True,
)
CASES = [
    Case("rds-encrypted", [INSTANCE], [Set("storageEncrypted", False), Set("storageEncrypted"), Set("kmsKeyId")]),
    Case("rds-not-public", [INSTANCE], [Set("publiclyAccessible", True)]),
    Case("rds-backups", [INSTANCE], [Set("backupRetentionPeriod", 6), Set("backupRetentionPeriod")]),
    Case("rds-deletion-protection", [INSTANCE], [Set("deletionProtection", False), Set("deletionProtection")]),
    Case("rds-multi-az", [INSTANCE], [Set("multiAz", False), Set("multiAz")]),
    Case(
        "rds-postgres-tls",
        [INSTANCE, GROUP],
        [Set("parameters[0].value", "0", on="group"), Set("parameters", [], on="group"), Set("parameterGroupName")],
    ),
    Case(
        "rds-managed-password",
        [INSTANCE],
        # That there is a password is known even where its value is not.
        [Set("password", "hunter2", judged_when_unknown=True), Set("masterPassword", "x", judged_when_unknown=True)],
    ),
]


@pytest.mark.parametrize("rule_id", ["rds-encrypted", "rds-backups", "rds-deletion-protection", "rds-multi-az"])
@pytest.mark.parametrize("source", ["db", UNKNOWN])
def test_replicas_follow_their_source(rule_id: str, source: object) -> None:
    assert check(rule_id, resource(rds.INSTANCE, "replica", replicateSourceDb=source)) == []


def test_least_backups_are_a_threshold() -> None:
    assert check("rds-backups", INSTANCE, minimum_days=35) == []
    short = resource(rds.INSTANCE, "db", backupRetentionPeriod=34)
    assert check("rds-backups", short, minimum_days=35) == [
        "db: keeps backups for less than 35 days (backupRetentionPeriod)"
    ]


GIVEN = resource(rds.INSTANCE, "db", password=UNKNOWN)
REPLICA = resource(rds.INSTANCE, "replica", refers={"replicateSourceDb": GIVEN}, replicateSourceDb=UNKNOWN)
ROTATION = resource(
    "aws:secretsmanager/secretRotation:SecretRotation", "rotation", refers={"rules": GIVEN}, rotateImmediately=True
)
LATER = resource(ROTATION.type, "later", refers={"rules": GIVEN}, rotateImmediately=False)
UNRELATED = resource(ROTATION.type, "unrelated")


def test_a_rotation_at_once_does() -> None:
    for others in ([ROTATION], [REPLICA, ROTATION]):
        assert check("rds-managed-password", GIVEN, *others) == []
    for others in ([], [REPLICA], [LATER], [REPLICA, LATER], [REPLICA, UNRELATED]):
        assert check("rds-managed-password", GIVEN, *others) == ["db: has a password from the program (password)"]


def _instance(version: str, group: Resource | None) -> Resource:
    refers = {"parameterGroupName": group} if group else None
    inputs: dict[str, Any] = {"parameterGroupName": UNKNOWN} if group else {}
    return resource(rds.INSTANCE, "db", refers=refers, engine="postgres", engineVersion=version, **inputs)


def test_tls_is_the_default_from_postgres_15_on() -> None:
    empty = resource(rds.PARAMETER_GROUP, "group", parameters=[])
    assert check("rds-postgres-tls", _instance("15.19", None)) == []
    assert check("rds-postgres-tls", _instance("15.19", empty), empty) == []
    assert check("rds-postgres-tls", _instance("14.24", None))
    assert check("rds-postgres-tls", _instance("14.24", empty), empty)
