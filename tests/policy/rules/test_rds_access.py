from typing import Any

import pytest

from policy.model import UNKNOWN
from policy.rules import rds_access as rds
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

GROUP = resource(rds.PARAMETER_GROUP, "group", parameters=[{"name": "require_secure_transport", "value": "ON"}])
MYSQL = resource(
    rds.INSTANCE,
    "mysql",
    refers={"parameterGroupName": GROUP},
    engine="mysql",
    engineVersion="8.4.5",
    parameterGroupName=UNKNOWN,
    username="keeper",
    iamDatabaseAuthenticationEnabled=True,
    manageMasterUserPassword=True,
    masterUserSecretKmsKeyId="arn:aws:kms:key",
    caCertIdentifier="rds-ca-rsa2048-g1",
)
CLUSTER_GROUP = resource(rds.CLUSTER_PARAMETER_GROUP, "group", parameters=[{"name": "rds.force_ssl", "value": 1}])
CLUSTER = resource(
    rds.CLUSTER,
    "aurora",
    refers={"dbClusterParameterGroupName": CLUSTER_GROUP},
    engine="aurora-postgresql",
    engineVersion="16.6",
    dbClusterParameterGroupName=UNKNOWN,
    masterUsername="keeper",
)
PROXY = resource(rds.PROXY, "proxy", requireTls=True)
SNAPSHOT = resource(rds.SNAPSHOTS[0], "snapshot", sharedAccounts=["123456789012"])
COPY = resource(rds.SNAPSHOTS[2], "copy", kmsKeyId="arn:aws:kms:key")
CASES = [
    Case(
        "rds-requires-tls",
        [MYSQL, GROUP],
        [
            Set("parameters[0].value", "OFF", on="group"),
            Set("parameters", [], on="group"),
            Set("parameterGroupName"),
        ],
    ),
    Case(
        "rds-requires-tls",
        [CLUSTER, CLUSTER_GROUP],
        [
            Set("parameters[0].value", 0, on="group"),
            Set("parameters", [], on="group"),
            Set("dbClusterParameterGroupName"),
        ],
    ),
    Case(
        "rds-parameters-force-tls",
        [resource(rds.CLUSTER_PARAMETER_GROUP, "alone", parameters=[{"name": "rds.force_ssl", "value": "1"}])],
        [Set("parameters[0].value", "0"), Set("parameters[0].value", 0), Set("parameters[0].value", "off")],
    ),
    Case(
        "rds-iam-authentication",
        [MYSQL],
        [Set("iamDatabaseAuthenticationEnabled", False), Set("iamDatabaseAuthenticationEnabled")],
    ),
    Case("rds-managed-password-key", [MYSQL], [Set("masterUserSecretKmsKeyId")]),
    Case("rds-administrator-name", [MYSQL], [Set("username", "admin")]),
    Case("rds-administrator-name", [CLUSTER], [Set("masterUsername", "postgres")]),
    Case("rds-certificate-authority", [MYSQL], [Set("caCertIdentifier", "rds-ca-2019")]),
    Case("rds-certificate-authority", [CLUSTER], [Set("caCertificateIdentifier", "rds-ca-2019")]),
    Case("rds-proxy-requires-tls", [PROXY], [Set("requireTls", False), Set("requireTls")]),
    Case("rds-proxy-no-statements-in-logs", [PROXY], [Set("debugLogging", True)]),
    Case("rds-snapshot-private", [SNAPSHOT], [Set("sharedAccounts", ["123456789012", "all"])]),
    Case("rds-copy-customer-key", [COPY], [Set("kmsKeyId")]),
]


@pytest.mark.parametrize(
    ("engine", "version", "wanted"),
    [
        ("mysql", "8.4.5", True),
        ("mariadb", "11.4.5", True),
        ("mariadb", "11.8.3", False),
        ("sqlserver-se", "16.00", True),
        ("postgres", "14.24", False),  # rds-postgres-tls is about these
        ("oracle-ee", "19", False),
        ("mariadb", UNKNOWN, False),
        (UNKNOWN, "1", False),
    ],
)
def test_engines_without_a_parameter_group(engine: Any, version: Any, wanted: bool) -> None:
    assert bool(check("rds-requires-tls", resource(rds.INSTANCE, engine=engine, engineVersion=version))) is wanted


@pytest.mark.parametrize(
    ("engine", "version", "wanted"),
    [
        ("aurora-mysql", "8.0.mysql_aurora.3.10.0", True),
        ("aurora-postgresql", "16.6", True),
        ("aurora-postgresql", "17.5", False),
        ("postgres", "14.24", True),
        ("postgres", "15.13", False),
    ],
)
def test_clusters_without_a_parameter_group(engine: str, version: str, wanted: bool) -> None:
    assert bool(check("rds-requires-tls", resource(rds.CLUSTER, engine=engine, engineVersion=version))) is wanted


def test_a_group_that_a_database_of_the_stack_uses_is_told_once() -> None:
    group = resource(rds.PARAMETER_GROUP, "group", parameters=[{"name": "require_secure_transport", "value": "OFF"}])
    used = resource(rds.INSTANCE, refers={"parameterGroupName": group}, engine="mysql", parameterGroupName=UNKNOWN)
    assert check("rds-parameters-force-tls", group, used) == []
    assert check("rds-requires-tls", used, group) != []


def test_engines_without_iam_are_left_out() -> None:
    assert not check("rds-iam-authentication", resource(rds.INSTANCE, engine="oracle-ee"))


def test_a_password_of_the_program_has_no_managed_key() -> None:
    assert not check("rds-managed-password-key", resource(rds.INSTANCE, password="x"))
