"""aws-native's types: what rules of their own ask of their twins, where no table of the managed services does."""

from collections.abc import Iterator, Mapping

from policy.model import Finding, Level, Resource, Severity, rule
from policy.rules.managed import Input

_Rows = Mapping[str, tuple[tuple[Input, str], ...]]
_OLD_POLICIES = (
    *("ELBSecurityPolicy-2015-05", "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS-1-0-2015-04"),
    *(
        "ELBSecurityPolicy-TLS-1-1-2017-01",
        "ELBSecurityPolicy-TLS13-1-0-2021-06",
        "ELBSecurityPolicy-TLS13-1-1-2021-06",
    ),
)
_OLD_TLS = ("SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016")
_VIEWERS = "distributionConfig.defaultCacheBehavior.viewerProtocolPolicy"
_SCANNED = "imageScanningConfiguration.scanOnPush"
GUARDS: _Rows = {
    "aws-native:cloudfront:Distribution": (
        (Input(_VIEWERS, wrong=("allow-all",)), "answers in clear"),
        (
            Input("distributionConfig.cacheBehaviors[].viewerProtocolPolicy", wrong=("allow-all",)),
            "answers in clear",
        ),
        (Input("distributionConfig.viewerCertificate.minimumProtocolVersion", wrong=_OLD_TLS), "takes old TLS"),
        (
            Input("distributionConfig.origins[].customOriginConfig.originProtocolPolicy", wrong=("http-only",)),
            "asks its origin in clear",
        ),
        (
            Input(
                "distributionConfig.origins[].customOriginConfig.originSslProtocols",
                wrong=("SSLv3", "TLSv1", "TLSv1.1"),
            ),
            "asks its origin by old TLS",
        ),
    ),
    "aws-native:cloudtrail:Trail": (
        (Input("isLogging", wrong=(False,)), "records nothing"),
        (Input("enableLogFileValidation", right=(True,)), "does not show whether its files were changed"),
        (Input("isMultiRegionTrail", right=(True,)), "does not see other regions"),
    ),
    "aws-native:cognito:UserPool": (
        (Input("mfaConfiguration", right=("ON", "OPTIONAL")), "asks for no second factor"),
        (Input("policies.passwordPolicy.minimumLength", least=8), "takes short passwords"),
    ),
    "aws-native:ecs:TaskDefinition": (
        (Input("containerDefinitions[].privileged", wrong=(True,)), "has a container that is privileged"),
        (Input("pidMode", wrong=("host",)), "shares its machine's processes"),
        (Input("networkMode", wrong=("host",)), "shares its machine's network"),
    ),
    "aws-native:eks:Cluster": (
        (Input("resourcesVpcConfig.endpointPublicAccess", right=(False,)), "has its API on the internet"),
        (Input("encryptionConfig"), "does not encrypt Secrets under a customer key"),
    ),
    "aws-native:elasticloadbalancingv2:Listener": (
        (Input("protocol", wrong=("HTTP",), when=("defaultActions[].type", ("forward",))), "answers in clear"),
        (Input("sslPolicy", wrong=_OLD_POLICIES), "takes old TLS"),
    ),
    "aws-native:opensearchservice:Domain": (
        (Input("advancedSecurityOptions.enabled", right=(True,)), "has no users of its own"),
        (Input("vpcOptions.subnetIds"), "stands outside a VPC"),
        (Input("domainEndpointOptions.tlsSecurityPolicy", wrong=("Policy-Min-TLS-1-0-2019-07",)), "takes old TLS"),
    ),
}
CARE: _Rows = {
    "aws-native:cognito:UserPool": (
        (Input("deletionProtection", wrong=("INACTIVE",)), "can be deleted at one stroke"),
    ),
    "aws-native:ecr:Repository": (
        (Input("imageTagMutability", right=("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION")), "lets tags move"),
        (Input(_SCANNED, right=(True,)), "does not look for known flaws"),
    ),
    "aws-native:logs:LogGroup": ((Input("retentionInDays"), "keeps its logs for ever"),),
    "aws-native:rds:DbInstance": (
        (
            Input(
                "deletionProtection",
                right=(True,),
                unless=("dbClusterIdentifier", "sourceDbInstanceIdentifier", "sourceDbClusterIdentifier"),
            ),
            "can be deleted at one stroke",
        ),
    ),
    "aws-native:s3:Bucket": ((Input("versioningConfiguration.status", right=("Enabled",)), "keeps no versions"),),
}


@rule(
    "native-guards",
    title="Resources of aws-native keep their twins' guards",
    severity=Severity.HIGH,
    types=GUARDS,
    frameworks={
        "FSBP": (
            *("CloudFront.3", "CloudTrail.1", "CloudTrail.4", "Cognito.3", "Cognito.5", "ECS.4", "EKS.1", "EKS.3"),
            *("ELB.17", "ELB.18", "Opensearch.2", "Opensearch.7", "Opensearch.8"),
        ),
    },
    remedy="Set the input that is named.",
    link="https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html",
)
def guards(resource: Resource) -> Iterator[Finding]:
    """A resource made through CloudFormation's properties is attacked as one of the classic provider is."""
    return _judged(resource, GUARDS)


@rule(
    "native-care",
    title="Resources of aws-native are looked after as their twins are",
    severity=Severity.MEDIUM,
    types=CARE,
    frameworks={"FSBP": ("Cognito.6", "ECR.1", "ECR.2", "RDS.8"), "Security Hub": "S3.14"},
    remedy="Set the input that is named.",
    link="https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html",
    level=Level.MANDATORY_IN_PROD,
)
def care(resource: Resource) -> Iterator[Finding]:
    """A backup, a log or an upgrade that was left out is missed on the day it is needed."""
    return _judged(resource, CARE)


def _judged(resource: Resource, rows: _Rows) -> Iterator[Finding]:
    for row, message in rows[resource.type]:
        for path in row.wrongs(resource):
            yield Finding(message, path)
