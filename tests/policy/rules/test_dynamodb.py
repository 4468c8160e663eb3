from policy.model import UNKNOWN
from policy.rules import dynamodb
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

KEY = "arn:aws:kms:key"
TABLE = resource(
    dynamodb.TABLE,
    "table",
    name="sessions",
    billingMode="PAY_PER_REQUEST",
    serverSideEncryption={"enabled": True, "kmsKeyArn": KEY},
    pointInTimeRecovery={"enabled": True},
    deletionProtectionEnabled=True,
    ttl={"enabled": True, "attributeName": "expires"},
    attributes=[{"name": "pageId", "type": "S"}, {"name": "expires", "type": "N"}],
    replicas=[{"regionName": "eu-west-1", "kmsKeyArn": KEY, "pointInTimeRecovery": True}],
)
REPLICA = resource(dynamodb.REPLICA, "replica", kmsKeyArn=KEY, pointInTimeRecovery=True, deletionProtectionEnabled=True)
FIXED = resource(dynamodb.TABLE, "fixed", name="fixed", billingMode="PROVISIONED")
READ, WRITE = (
    resource(
        dynamodb.SCALING,
        unit,
        refers={"resourceId": FIXED},
        resourceId=UNKNOWN,
        scalableDimension=f"dynamodb:table:{unit}",
    )
    for unit in ("ReadCapacityUnits", "WriteCapacityUnits")
)
DAX = resource(dynamodb.DAX, "dax", serverSideEncryption={"enabled": True}, clusterEndpointEncryptionType="TLS")
CASES = [
    Case(
        "dynamodb-customer-key",
        [TABLE],
        [
            Set("serverSideEncryption.enabled", False),
            Set("serverSideEncryption.kmsKeyArn"),
            Set("serverSideEncryption"),
            Set("replicas[0].kmsKeyArn"),
        ],
    ),
    Case("dynamodb-customer-key", [REPLICA], [Set("kmsKeyArn")]),
    Case(
        "dynamodb-point-in-time-recovery",
        [TABLE],
        [Set("pointInTimeRecovery.enabled", False), Set("pointInTimeRecovery"), Set("replicas[0].pointInTimeRecovery")],
    ),
    Case("dynamodb-point-in-time-recovery", [REPLICA], [Set("pointInTimeRecovery", False)]),
    Case("dynamodb-deletion-protection", [TABLE], [Set("deletionProtectionEnabled", False)]),
    Case("dynamodb-deletion-protection", [REPLICA], [Set("deletionProtectionEnabled")]),
    Case("dynamodb-capacity-scales", [TABLE], [Set("billingMode"), Set("billingMode", "PROVISIONED")]),
    Case(
        "dynamodb-capacity-scales",
        [FIXED, READ, WRITE],
        [
            Without("ReadCapacityUnits", "resourceId"),
            Without("WriteCapacityUnits", "resourceId"),
            Set("scalableDimension", "dynamodb:index:ReadCapacityUnits", on="ReadCapacityUnits"),
        ],
    ),
    Case(
        "dynamodb-ttl-works",
        [TABLE],
        [
            Set("ttl.attributeName"),
            Set("ttl.enabled", False),
            Set("ttl.attributeName", "pageId"),
            Set("attributes[1].type", "S"),
        ],
    ),
    Case("dax-encrypted", [DAX], [Set("serverSideEncryption.enabled", False), Set("serverSideEncryption")]),
    Case(
        "dax-encrypted-in-transit",
        [DAX],
        [Set("clusterEndpointEncryptionType", "NONE"), Set("clusterEndpointEncryptionType")],
    ),
]


def test_targets_name_a_table_by_text_too() -> None:
    named = [
        resource(
            dynamodb.SCALING, unit, resourceId="table/fixed", scalableDimension=f"dynamodb:table:{unit}CapacityUnits"
        )
        for unit in ("Read", "Write")
    ]
    assert not check("dynamodb-capacity-scales", FIXED, *named)
    assert check("dynamodb-capacity-scales", FIXED, named[0]) == [
        "fixed: has a fixed number of WriteCapacityUnits (billingMode)"
    ]
