"""OpenSearch domains (and Elasticsearch ones, which have the same inputs)."""

from collections.abc import Iterator

from policy.model import Finding, Level, Resource, Severity, rule

DOMAIN = "aws:opensearch/domain:Domain"
ELASTICSEARCH = "aws:elasticsearch/domain:Domain"
_DOMAINS = (DOMAIN, ELASTICSEARCH)
_LINK = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/"
_TLS_POLICIES = ("Policy-Min-TLS-1-2-PFS-2023-10", "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08")


@rule(
    "opensearch-encrypted-at-rest",
    title="Search domains are encrypted at rest with a customer key",
    severity=Severity.HIGH,
    types=_DOMAINS,
    frameworks={
        "FSBP": ("Opensearch.1", "ES.1"),
        "cdk-nag": "AwsSolutions-OS8",
        "Checkov": ("CKV_AWS_5", "CKV_AWS_247"),
    },
    remedy="Set encryptAtRest.enabled and encryptAtRest.kmsKeyId.",
    link=_LINK + "encryption-at-rest.html",
)
def encrypted_at_rest(domain: Resource) -> Iterator[Finding]:
    """Indices, logs, swap and snapshots hold what was indexed, in full text."""
    if domain.lacks("encryptAtRest.enabled", True):
        yield Finding("is not encrypted at rest", "encryptAtRest.enabled")
    elif domain.lacks("encryptAtRest.kmsKeyId"):
        yield Finding("is encrypted with the key that AWS manages", "encryptAtRest.kmsKeyId")


@rule(
    "opensearch-node-to-node",
    title="Search nodes speak TLS with each other",
    severity=Severity.MEDIUM,
    types=_DOMAINS,
    frameworks={
        "FSBP": ("Opensearch.3", "ES.3"),
        "cdk-nag": "AwsSolutions-OS2",
        "Checkov": "CKV_AWS_6",
    },
    remedy="Set nodeToNodeEncryption.enabled.",
    link=_LINK + "ntn.html",
)
def node_to_node(domain: Resource) -> Iterator[Finding]:
    """Replication carries every document between zones."""
    if domain.lacks("nodeToNodeEncryption.enabled", True):
        yield Finding("does not encrypt among nodes", "nodeToNodeEncryption.enabled")


@rule(
    "opensearch-https",
    title="Search domains accept HTTPS of today only",
    severity=Severity.HIGH,
    types=_DOMAINS,
    frameworks={"FSBP": ("Opensearch.8", "ES.8"), "Checkov": ("CKV_AWS_83", "CKV_AWS_228")},
    remedy="Set domainEndpointOptions.enforceHttps, and tlsSecurityPolicy to Policy-Min-TLS-1-2-PFS-2023-10.",
    link=_LINK + "infrastructure-security.html",
    mends=["domainEndpointOptions.tlsSecurityPolicy"],
)
def https(domain: Resource) -> Iterator[Finding]:
    """The default policy still takes TLS 1.0."""
    if domain.lacks("domainEndpointOptions.enforceHttps", True):
        yield Finding("accepts plain HTTP", "domainEndpointOptions.enforceHttps")
    if domain.lacks("domainEndpointOptions.tlsSecurityPolicy", *_TLS_POLICIES):
        # A block of its own would also set what else is in it; to enforce HTTPS is for its clients to prepare.
        mend = _TLS_POLICIES[0] if domain.has("domainEndpointOptions") else None
        yield Finding("accepts outdated TLS", "domainEndpointOptions.tlsSecurityPolicy", mend=mend)


@rule(
    "opensearch-fine-grained-access",
    title="Search domains decide by index and document who reads",
    severity=Severity.HIGH,
    types=_DOMAINS,
    frameworks={"FSBP": "Opensearch.7", "cdk-nag": "AwsSolutions-OS5", "Checkov": "CKV2_AWS_52"},
    remedy="Set advancedSecurityOptions.enabled with a master user, and leave anonymousAuthEnabled off.",
    link=_LINK + "fgac.html",
)
def fine_grained_access(domain: Resource) -> Iterator[Finding]:
    """Without it whoever may search one index may search and delete all."""
    if domain.lacks("advancedSecurityOptions.enabled", True):
        yield Finding("has no fine-grained access control", "advancedSecurityOptions.enabled")
    elif domain.has("advancedSecurityOptions.anonymousAuthEnabled", True):
        yield Finding("lets anonymous users in", "advancedSecurityOptions.anonymousAuthEnabled")


@rule(
    "opensearch-in-vpc",
    title="Search domains stand in a VPC",
    severity=Severity.CRITICAL,
    types=_DOMAINS,
    frameworks={
        "FSBP": ("Opensearch.2", "ES.2"),
        "cdk-nag": "AwsSolutions-OS1",
        "Checkov": "CKV_AWS_137",
    },
    remedy="Set vpcOptions.subnetIds and securityGroupIds. It can only be chosen at creation.",
    link=_LINK + "vpc.html",
)
def in_vpc(domain: Resource) -> Iterator[Finding]:
    """Otherwise the endpoint is on the internet and a policy is all that protects the data."""
    if domain.lacks("vpcOptions.subnetIds"):
        yield Finding("has a public endpoint", "vpcOptions.subnetIds")


@rule(
    "opensearch-logs",
    title="Search domains send audit and error logs to CloudWatch",
    severity=Severity.MEDIUM,
    types=_DOMAINS,
    frameworks={
        "FSBP": ("Opensearch.4", "Opensearch.5", "ES.4", "ES.5"),
        "Checkov": ("CKV_AWS_84", "CKV_AWS_317"),
    },
    remedy="Add logPublishingOptions for AUDIT_LOGS and ES_APPLICATION_LOGS.",
    link=_LINK + "createdomain-configure-slow-logs.html",
    level=Level.ADVISORY,
)
def logs(domain: Resource) -> Iterator[Finding]:
    """Who searched for what, and why a query failed, is known only from these."""
    if domain.partly_unknown("logPublishingOptions", "logType"):
        return
    on = [each.get("logType") for each in domain.blocks("logPublishingOptions") if not each.has("enabled", False)]
    for log in ("AUDIT_LOGS", "ES_APPLICATION_LOGS"):
        if log not in on:
            yield Finding(f"does not publish {log}", "logPublishingOptions")


@rule(
    "opensearch-three-data-nodes",
    title="Search domains have three data nodes over zones",
    severity=Severity.MEDIUM,
    types=_DOMAINS,
    frameworks={"FSBP": ("Opensearch.6", "ES.6"), "cdk-nag": "AwsSolutions-OS7"},
    remedy="Set clusterConfig.instanceCount to 3 or more and zoneAwarenessEnabled.",
    link=_LINK + "managedomains-multiaz.html",
    level=Level.ADVISORY,
)
def three_data_nodes(domain: Resource) -> Iterator[Finding]:
    """With fewer, losing one node loses shards or the right to write."""
    if domain.below("clusterConfig.instanceCount", 3, default=1):
        yield Finding("has fewer than three data nodes", "clusterConfig.instanceCount")
    if domain.lacks("clusterConfig.zoneAwarenessEnabled", True):
        yield Finding("stands in one zone", "clusterConfig.zoneAwarenessEnabled")


@rule(
    "opensearch-dedicated-masters",
    title="Large search domains have three masters of their own",
    severity=Severity.LOW,
    types=_DOMAINS,
    frameworks={
        "FSBP": "ES.7",
        "Security Hub": "Opensearch.11",
        "cdk-nag": "AwsSolutions-OS4",
        "Checkov": ("CKV_AWS_318", "CKV2_AWS_59"),
    },
    remedy="Set clusterConfig.dedicatedMasterEnabled and dedicatedMasterCount to 3.",
    link=_LINK + "managedomains-dedicatedmasternodes.html",
    level=Level.ADVISORY,
)
def dedicated_masters(domain: Resource) -> Iterator[Finding]:
    """Searches that exhaust a data node must not take the cluster's state with them; small ones can do without."""
    if not domain.above("clusterConfig.instanceCount", 3):
        return
    if domain.lacks("clusterConfig.dedicatedMasterEnabled", True):
        yield Finding("has no masters of its own", "clusterConfig.dedicatedMasterEnabled")
    elif domain.below("clusterConfig.dedicatedMasterCount", 3, default=0):
        yield Finding("has fewer than three masters", "clusterConfig.dedicatedMasterCount")


@rule(
    "opensearch-software-updates",
    title="Search domains take service software by themselves",
    severity=Severity.LOW,
    types=[DOMAIN],
    frameworks={"FSBP": "Opensearch.10"},
    remedy="Set softwareUpdateOptions.autoSoftwareUpdateEnabled.",
    link=_LINK + "service-software.html",
    level=Level.ADVISORY,
)
def software_updates(domain: Resource) -> Iterator[Finding]:
    """Service software carries the security fixes; updates come outside peak hours."""
    if domain.lacks("softwareUpdateOptions.autoSoftwareUpdateEnabled", True):
        yield Finding("waits for updates by hand", "softwareUpdateOptions.autoSoftwareUpdateEnabled")
