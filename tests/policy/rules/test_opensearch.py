from typing import Any

import pytest

from policy.model import UNKNOWN
from policy.rules import opensearch
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

DOMAIN = resource(
    opensearch.DOMAIN,
    "search",
    encryptAtRest={"enabled": True, "kmsKeyId": "arn:aws:kms:key"},
    nodeToNodeEncryption={"enabled": True},
    domainEndpointOptions={"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
    advancedSecurityOptions={"enabled": True},
    vpcOptions={"subnetIds": ["subnet-1"]},
    logPublishingOptions=[{"logType": "AUDIT_LOGS"}, {"logType": "ES_APPLICATION_LOGS", "enabled": True}],
    clusterConfig={
        "instanceCount": 6,
        "zoneAwarenessEnabled": True,
        "dedicatedMasterEnabled": True,
        "dedicatedMasterCount": 3,
    },
    softwareUpdateOptions={"autoSoftwareUpdateEnabled": True},
)
CASES = [
    Case(
        "opensearch-encrypted-at-rest",
        [DOMAIN],
        [Set("encryptAtRest.enabled", False), Set("encryptAtRest"), Set("encryptAtRest.kmsKeyId")],
    ),
    Case(
        "opensearch-node-to-node",
        [DOMAIN],
        [Set("nodeToNodeEncryption.enabled", False), Set("nodeToNodeEncryption")],
    ),
    Case(
        "opensearch-https",
        [DOMAIN],
        [
            Set("domainEndpointOptions.enforceHttps", False),
            Set("domainEndpointOptions.enforceHttps"),
            Set("domainEndpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-0-2019-07"),
            Set("domainEndpointOptions.tlsSecurityPolicy"),
        ],
    ),
    Case(
        "opensearch-fine-grained-access",
        [DOMAIN],
        [
            Set("advancedSecurityOptions.enabled", False),
            Set("advancedSecurityOptions"),
            Set("advancedSecurityOptions.anonymousAuthEnabled", True),
        ],
    ),
    Case("opensearch-in-vpc", [DOMAIN], [Set("vpcOptions"), Set("vpcOptions.subnetIds", [])]),
    Case(
        "opensearch-logs",
        [DOMAIN],
        [
            Set("logPublishingOptions", []),
            Set("logPublishingOptions[0].logType", "SEARCH_SLOW_LOGS"),
            Set("logPublishingOptions[1].enabled", False),
        ],
    ),
    Case(
        "opensearch-three-data-nodes",
        [DOMAIN],
        [
            Set("clusterConfig.instanceCount", 2),
            Set("clusterConfig.instanceCount"),
            Set("clusterConfig.zoneAwarenessEnabled", False),
        ],
    ),
    Case(
        "opensearch-dedicated-masters",
        [DOMAIN],
        [Set("clusterConfig.dedicatedMasterEnabled", False), Set("clusterConfig.dedicatedMasterCount", 2)],
    ),
    Case(
        "opensearch-software-updates",
        [DOMAIN],
        [Set("softwareUpdateOptions.autoSoftwareUpdateEnabled", False), Set("softwareUpdateOptions")],
    ),
]


@pytest.mark.parametrize("count", [3, UNKNOWN, None])
def test_small_domains_need_no_masters(count: Any) -> None:
    domain = resource(opensearch.DOMAIN, clusterConfig={"instanceCount": count})
    assert not check("opensearch-dedicated-masters", domain)


def test_an_unknown_log_may_be_any() -> None:
    options = [{"logType": UNKNOWN}, {"logType": "AUDIT_LOGS"}]
    assert not check("opensearch-logs", resource(opensearch.DOMAIN, logPublishingOptions=options))


def test_elasticsearch_domains_are_judged_alike() -> None:
    domain = resource(opensearch.ELASTICSEARCH, "search")
    assert check("opensearch-in-vpc", domain) == ["search: has a public endpoint (vpcOptions.subnetIds)"]
