"""Managed services: every row of the tables in both directions, and what carries data elsewhere."""

import json
from itertools import chain
from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.resources import split_path
from policy.rules import managed_access, managed_exposure, managed_operations, managed_stores, managed_transfers
from policy.rules.managed import Input, Table
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"


def holding(token: str, values: dict[str, Any], **more: Any) -> Resource:
    """A resource with these inputs by path; `[]` in a path is a list of one block."""
    inputs: dict[str, Any] = dict(more)
    for path, value in values.items():
        _put(inputs, path, value)
    return resource(token, "it", **inputs)


def _put(target: dict[str, Any], path: str, value: Any) -> None:
    head, several, tail = path.partition("[].")
    if several:
        *way, last = split_path(head)
        for step in way:
            target = target.setdefault(str(step), {})
        _put(target.setdefault(str(last), [{}])[0], tail, value)
        return
    *way, last = split_path(path)
    for step in way:
        target = target.setdefault(str(step), {})
    target[str(last)] = value


def table_cases(rule: str, table: Table) -> list[Case]:
    """A case a row: all rows of the type are right, and this one is broken in turn in every way it names."""
    return [
        Case(rule, [holding(token, dict(chain(*map(_right, rows), _right(row))))], _breaks(row))
        for token, rows in table.items()
        for row in rows
    ]


def _right(row: Input) -> list[tuple[str, Any]]:
    """What the row asks for, and what it asks for that beside."""
    beside = [(row.when[0], (*row.when[1], {"given": True})[0])] if row.when else []
    if row.least is not None:
        return [*beside, (row.path, row.least)]
    return [*beside, (row.path, (*row.right, _opposite(*row.wrong), KEY)[0] if row.right or row.wrong else KEY)]


def _breaks(row: Input) -> list[Set]:
    path = row.path.replace("[].", "[0].")
    if row.least is not None:
        return [Set(path, row.least - 1), *([Set(path)] if row.default is not None else [])]
    if row.wrong:
        return [Set(path, value) for value in row.wrong]
    return [Set(path), Set(path, _opposite(*row.right) if row.right else "")]


def _opposite(value: Any = None, *_: Any) -> Any:
    return not value if isinstance(value, bool) else "another"


def security(**switches: Any) -> str:
    return json.dumps({"EncryptionConfiguration": switches})


def search(**content: Any) -> str:
    return json.dumps([{"Rules": [{"ResourceType": "collection", "Resource": ["collection/logs"]}], **content}])


CASES = [
    *table_cases("managed-not-public", managed_exposure.PUBLIC),
    *table_cases("managed-encrypted-in-transit", managed_exposure.CLEAR),
    *table_cases("managed-signs-in", managed_exposure.UNASKED),
    *table_cases("managed-imdsv2", managed_exposure.METADATA),
    *table_cases("managed-encrypted", managed_stores.ENCRYPTED),
    *table_cases("managed-customer-key", managed_stores.KEYS),
    *table_cases("managed-settings-customer-key", managed_stores.SETTINGS),
    *table_cases("managed-deletion-protection", managed_operations.DELETABLE),
    *table_cases("managed-backups", managed_operations.BACKUPS),
    *table_cases("managed-logs", managed_operations.LOGS),
    *table_cases("managed-minor-upgrades", managed_operations.UPGRADES),
    *table_cases("managed-several-zones", managed_operations.ALONE),
    *table_cases("shared-within-organisation", managed_access.SHARES),
    Case(
        "dms-endpoint-tls",
        [resource(managed_transfers.ENDPOINT, engineName="postgres", sslMode="verify-full")],
        [Set("sslMode"), Set("sslMode", "none")],
    ),
    Case(
        "dms-endpoint-tls",
        [resource(managed_transfers.ENDPOINT, engineName="kafka", kafkaSettings={"securityProtocol": "sasl-ssl"})],
        [Set("kafkaSettings.securityProtocol", "plaintext")],
    ),
    Case(
        "dms-endpoint-tls",
        [
            resource(
                managed_transfers.ENDPOINT, engineName="redis", redisSettings={"sslSecurityProtocol": "ssl-encryption"}
            )
        ],
        [Set("redisSettings.sslSecurityProtocol", "plaintext")],
    ),
    Case(
        "glue-connection-tls",
        [
            resource(
                managed_transfers.CONNECTION,
                connectionType="JDBC",
                connectionProperties={"JDBC_ENFORCE_SSL": "true", "SECRET_ID": "warehouse"},
            )
        ],
        [Set("connectionProperties.JDBC_ENFORCE_SSL"), Set("connectionProperties.JDBC_ENFORCE_SSL", "false")],
    ),
    Case(
        "glue-connection-tls",
        [
            resource(
                managed_transfers.CONNECTION, connectionType="KAFKA", connectionProperties={"KAFKA_SSL_ENABLED": "true"}
            )
        ],
        [Set("connectionProperties.KAFKA_SSL_ENABLED", "false")],
    ),
    Case(
        "transfer-no-ftp",
        [resource(managed_transfers.SERVER, protocols=["SFTP", "FTPS"])],
        [Set("protocols", ["SFTP", "FTP"])],
    ),
    Case(
        "emr-encrypted",
        [resource(managed_transfers.EMR_CLUSTER, securityConfiguration="strict")],
        [Set("securityConfiguration")],
    ),
    Case(
        "emr-encrypted",
        [
            resource(
                managed_transfers.EMR_SECURITY,
                configuration=security(EnableAtRestEncryption=True, EnableInTransitEncryption=True),
            )
        ],
        [
            Set("configuration", security(EnableAtRestEncryption=False, EnableInTransitEncryption=True)),
            Set("configuration", security(EnableAtRestEncryption=True)),
            Set("configuration", "{}"),
        ],
    ),
    Case(
        "sagemaker-notebook-no-root",
        [resource(managed_transfers.NOTEBOOK, rootAccess="Disabled")],
        [Set("rootAccess"), Set("rootAccess", "Enabled")],
    ),
    Case(
        "sagemaker-model-isolated",
        [resource(managed_transfers.MODEL, enableNetworkIsolation=True)],
        [Set("enableNetworkIsolation"), Set("enableNetworkIsolation", False)],
    ),
    Case(
        "opensearch-serverless-private",
        [resource(managed_transfers.SEARCH_POLICY, type="network", policy=search(SourceVPCEs=["vpce-1"]))],
        [Set("policy", search(AllowFromPublic=True))],
    ),
    Case(
        "opensearch-serverless-private",
        [
            resource(
                managed_transfers.SEARCH_POLICY,
                type="encryption",
                policy=json.dumps({"Rules": [], "AWSOwnedKey": False, "KmsARN": KEY}),
            )
        ],
        [Set("policy", json.dumps({"Rules": [], "AWSOwnedKey": True}))],
    ),
]


@pytest.mark.parametrize(
    ("rule", "token", "inputs"),
    [
        ("managed-customer-key", managed_transfers.EMR_CLUSTER, {"name": "no logs"}),
        ("managed-encrypted", "aws-native:rds:DbInstance", {"dbClusterIdentifier": "aurora"}),
        ("managed-encrypted", "aws:neptune/globalCluster:GlobalCluster", {"sourceDbClusterIdentifier": UNKNOWN}),
        ("dms-endpoint-tls", managed_transfers.ENDPOINT, {"engineName": "s3"}),
        ("dms-endpoint-tls", managed_transfers.ENDPOINT, {"engineName": UNKNOWN}),
        (
            "glue-connection-tls",
            managed_transfers.CONNECTION,
            {"connectionType": "NETWORK"},
        ),
        ("glue-connection-tls", managed_transfers.CONNECTION, {"connectionProperties": UNKNOWN}),
        ("glue-connection-tls", managed_transfers.CONNECTION, {"connectionType": UNKNOWN, "connectionProperties": {}}),
        ("sagemaker-model-isolated", managed_transfers.MODEL, {"vpcConfig": {"subnets": ["subnet-1"]}}),
        ("transfer-no-ftp", managed_transfers.SERVER, {}),
        ("managed-logs", managed_transfers.SERVER, {"endpointType": "VPC", "loggingRole": "arn:role"}),
        (
            "managed-encrypted",
            "aws-native:sqs:Queue",
            {"sqsManagedSseEnabled": False, "kmsMasterKeyId": "alias/orchard"},
        ),
        ("managed-imdsv2", "aws-native:ec2:Instance", {"launchTemplate": {"launchTemplateId": UNKNOWN}}),
        (
            "managed-backups",
            "aws-native:rds:DbInstance",
            {"sourceDbInstanceIdentifier": "first", "backupRetentionPeriod": 0},
        ),
        ("native-care", "aws-native:rds:DbInstance", {"dbClusterIdentifier": UNKNOWN}),
        ("managed-not-public", "aws-native:s3:Bucket", {}),
        ("opensearch-serverless-private", managed_transfers.SEARCH_POLICY, {"policy": "no JSON"}),
    ],
)
def test_what_is_meant_for_others_is_left_alone(rule: str, token: str, inputs: dict[str, Any]) -> None:
    assert check(rule, resource(token, **inputs)) == []


@pytest.mark.parametrize(
    ("row", "inputs", "wrongs"),
    [
        (Input("key"), {}, ["key"]),
        (Input("key"), {"key": ""}, ["key"]),
        (Input("key"), {"key": KEY}, []),
        (Input("key"), {"key": UNKNOWN}, []),
        (Input("on", right=(True,)), {}, ["on"]),
        (Input("on", right=(True,)), {"on": "true"}, []),
        (Input("on", right=(True,)), {"on": False}, ["on"]),
        (Input("mode", wrong=("OPEN",)), {}, []),
        (Input("mode", wrong=("OPEN",)), {"mode": "OPEN"}, ["mode"]),
        (Input("mode", wrong=("OPEN",)), {"mode": ["SHUT", "OPEN"]}, ["mode"]),
        (Input("mode", wrong=("OPEN",)), {"mode": ["SHUT", UNKNOWN]}, []),
        (Input("days", least=1), {}, []),
        (Input("days", least=1), {"days": 0}, ["days"]),
        (Input("days", least=1), {"days": 1}, []),
        (Input("days", least=1, default=0), {}, ["days"]),
        (Input("days", least=1, default=0), {"days": UNKNOWN}, []),
        (Input("key", when=("logs", ())), {}, []),
        (Input("key", when=("logs", ())), {"logs": "s3://logs"}, ["key"]),
        (Input("key", when=("logs", ())), {"logs": UNKNOWN}, []),
        (Input("key", when=("kind", ("S3",))), {"kind": "S3"}, ["key"]),
        (Input("key", when=("kind", ("S3",))), {"kind": "other"}, []),
        (Input("key", when=("acts[].kind", ("S3",))), {"acts": [{"kind": "none"}, {"kind": "S3"}]}, ["key"]),
        (Input("key", when=("acts[].kind", ("S3",))), {"acts": [{"kind": "none"}, {"kind": UNKNOWN}]}, []),
        (Input("key", unless=("other",)), {"key": None}, ["key"]),
        (Input("key", unless=("other",)), {"other": "said"}, []),
        (Input("key", unless=("other",)), {"other": UNKNOWN}, []),
        (Input("disks[].ebs.on", right=(True,)), {}, []),
        (Input("disks[].ebs.on", right=(True,)), {"disks": [{"ebs": {"on": True}}, {}]}, ["disks[1].ebs.on"]),
        (Input("a[].b[].c", wrong=(1,)), {"a": [{"b": [{"c": 2}, {"c": 1}]}, UNKNOWN]}, ["a[0].b[1].c"]),
    ],
)
def test_what_a_row_asks(row: Input, inputs: dict[str, Any], wrongs: list[str]) -> None:
    assert list(row.wrongs(resource("aws:other/thing:Thing", **inputs))) == wrongs
