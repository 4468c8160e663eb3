"""Managed services: every row of the tables in both directions, and what carries data elsewhere."""

import json
from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.resources import split_path
from policy.rules import managed_doors, managed_stores, managed_transfers
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"


def holding(token: str, values: dict[str, Any], **more: Any) -> Resource:
    """A resource with these inputs by path."""
    inputs: dict[str, Any] = dict(more)
    for path, value in values.items():
        *way, last = split_path(path)
        target = inputs
        for step in way:
            target = target.setdefault(str(step), {})
        target[str(last)] = value
    return resource(token, "it", **inputs)


def _doors(rule: str, table: dict[str, managed_doors.Input]) -> list[Case]:
    """A row that must be said is broken by leaving it out and by another value, any other by each wrong value."""
    return [
        Case(
            rule,
            [holding(token, {row.path: row.right[0] if row.right else _opposite(row.wrong[0])})],
            [Set(row.path), Set(row.path, _opposite(row.right[0]))] if row.right else [Set(row.path, row.wrong[0])],
        )
        for token, row in table.items()
    ]


def _opposite(value: Any) -> Any:
    return not value if isinstance(value, bool) else "another"


def security(**switches: Any) -> str:
    return json.dumps({"EncryptionConfiguration": switches})


def search(**content: Any) -> str:
    return json.dumps([{"Rules": [{"ResourceType": "collection", "Resource": ["collection/logs"]}], **content}])


CASES = [
    *_doors("managed-not-public", managed_doors.PUBLIC),
    *_doors("managed-encrypted-in-transit", managed_doors.CLEAR),
    *_doors("managed-signs-in", managed_doors.UNASKED),
    Case(
        "managed-signs-in",
        [
            resource(
                "aws:appsync/graphQLApi:GraphQLApi",
                authenticationType="AMAZON_COGNITO_USER_POOLS",
                additionalAuthenticationProviders=[{"authenticationType": "AWS_IAM"}],
            )
        ],
        [Set("additionalAuthenticationProviders[0].authenticationType", "API_KEY")],
    ),
    *(
        Case("managed-encrypted", [holding(token, dict.fromkeys(paths, True))], [Set(path), Set(path, False)])
        for token, paths in managed_stores.ENCRYPTED.items()
        for path in paths
    ),
    *(
        Case("managed-customer-key", [holding(token, {path: KEY}, logUri="s3://logs/emr/")], [Set(path), Set(path, "")])
        for token, path in managed_stores.KEYS.items()
    ),
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
        ("opensearch-serverless-private", managed_transfers.SEARCH_POLICY, {"policy": "no JSON"}),
    ],
)
def test_what_is_meant_for_others_is_left_alone(rule: str, token: str, inputs: dict[str, Any]) -> None:
    assert check(rule, resource(token, **inputs)) == []
