from policy.model import UNKNOWN
from policy.rules import eks
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
CLUSTER = resource(
    eks.CLUSTER,
    "cluster",
    vpcConfig={"endpointPublicAccess": False, "endpointPrivateAccess": True},
    encryptionConfig={"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:key"}},
    enabledClusterLogTypes=LOGS,
    accessConfig={"authenticationMode": "API"},
    deletionProtection=True,
)
CASES = [
    Case(
        "eks-private-endpoint",
        [CLUSTER],
        [
            Set("vpcConfig.endpointPublicAccess", True),
            Set("vpcConfig.endpointPublicAccess"),
            Set("vpcConfig.endpointPrivateAccess", False),
        ],
    ),
    Case(
        "eks-secrets-encrypted",
        [CLUSTER],
        [
            Set("encryptionConfig"),
            Set("encryptionConfig.resources", []),
            Set("encryptionConfig.provider"),
        ],
    ),
    Case(
        "eks-control-plane-logs",
        [CLUSTER],
        [Set("enabledClusterLogTypes", LOGS[:4]), Set("enabledClusterLogTypes")],
    ),
    Case(
        "eks-access-entries",
        [CLUSTER],
        [Set("accessConfig.authenticationMode", "API_AND_CONFIG_MAP"), Set("accessConfig")],
    ),
    Case("eks-deletion-protection", [CLUSTER], [Set("deletionProtection", False), Set("deletionProtection")]),
]


def test_missing_logs_are_named() -> None:
    assert check("eks-control-plane-logs", resource(eks.CLUSTER, "c", enabledClusterLogTypes=LOGS[2:])) == [
        "c: delivers no api, audit log (enabledClusterLogTypes)"
    ]


def test_one_unknown_log_may_be_the_missing_one() -> None:
    assert check("eks-control-plane-logs", resource(eks.CLUSTER, enabledClusterLogTypes=["audit", UNKNOWN])) == []
