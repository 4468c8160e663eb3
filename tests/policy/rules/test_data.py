"""ElastiCache and MSK."""

from policy.rules import elasticache, msk
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

CACHE = resource(
    elasticache.GROUP,
    "cache",
    atRestEncryptionEnabled=True,
    kmsKeyId="arn:aws:kms:key",
    transitEncryptionEnabled=True,
    userGroupIds=["apps"],
    automaticFailoverEnabled=True,
    multiAzEnabled=True,
)
KAFKA = resource(
    msk.CLUSTER,
    "kafka",
    encryptionInfo={
        "encryptionAtRestKmsKeyArn": "arn:aws:kms:key",
        "encryptionInTransit": {"clientBroker": "TLS", "inCluster": True},
    },
    clientAuthentication={"sasl": {"iam": True}},
    brokerNodeGroupInfo={"connectivityInfo": {"publicAccess": {"type": "DISABLED"}}},
)
CASES = [
    Case("elasticache-encrypted-at-rest", [CACHE], [Set("atRestEncryptionEnabled", False), Set("kmsKeyId")]),
    Case(
        "elasticache-encrypted-in-transit",
        [CACHE],
        [Set("transitEncryptionEnabled"), Set("transitEncryptionMode", "preferred")],
    ),
    Case("elasticache-authentication", [CACHE], [Set("userGroupIds"), Set("userGroupIds", [])]),
    Case(
        "elasticache-automatic-failover",
        [CACHE],
        [Set("automaticFailoverEnabled", False), Set("multiAzEnabled")],
    ),
    Case(
        "msk-encrypted-in-transit",
        [KAFKA],
        [
            Set("encryptionInfo.encryptionInTransit.clientBroker", "TLS_PLAINTEXT"),
            Set("encryptionInfo.encryptionInTransit.clientBroker", "PLAINTEXT"),
            Set("encryptionInfo.encryptionInTransit.inCluster", False),
        ],
    ),
    Case("msk-customer-key", [KAFKA], [Set("encryptionInfo.encryptionAtRestKmsKeyArn"), Set("encryptionInfo")]),
    Case(
        "msk-authentication",
        [KAFKA],
        [
            Set("clientAuthentication.unauthenticated", True),
            Set("clientAuthentication"),
            Set("clientAuthentication.sasl"),
        ],
    ),
    Case(
        "msk-not-public",
        [KAFKA],
        [Set("brokerNodeGroupInfo.connectivityInfo.publicAccess.type", "SERVICE_PROVIDED_EIPS")],
    ),
]


def test_a_token_is_an_authentication_too() -> None:
    assert check("elasticache-authentication", resource(elasticache.GROUP, authToken="x" * 16)) == []


def test_certificates_are_an_authentication_too() -> None:
    tls = {"tls": {"certificateAuthorityArns": ["arn:aws:acm-pca:ca"]}}
    assert check("msk-authentication", resource(msk.CLUSTER, clientAuthentication=tls)) == []
