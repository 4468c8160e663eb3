"""CodeBuild, CodePipeline and CodeDeploy."""

from collections.abc import Iterator

from policy.credentials import has_credentials_in_url, is_credential
from policy.model import Finding, Level, Resource, Severity, rule

PROJECT = "aws:codebuild/project:Project"
REPORT_GROUP = "aws:codebuild/reportGroup:ReportGroup"
PIPELINE = "aws:codepipeline/pipeline:Pipeline"
DEPLOYMENT_GROUP = "aws:codedeploy/deploymentGroup:DeploymentGroup"
_LINK = "https://docs.aws.amazon.com/codebuild/latest/userguide/"


@rule(
    "codebuild-not-privileged",
    title="Builds are not privileged",
    severity=Severity.MEDIUM,
    types=[PROJECT],
    frameworks={"cdk-nag": "AwsSolutions-CB3", "Checkov": "CKV_AWS_316"},
    remedy="Leave environment.privilegedMode off; exempt projects that build images with Docker.",
    link=_LINK + "change-project-console.html",
)
def not_privileged(project: Resource) -> Iterator[Finding]:
    """A privileged build runs whatever the repository holds as root of its host."""
    if project.has("environment.privilegedMode", True):
        yield Finding("is privileged", "environment.privilegedMode")


@rule(
    "codebuild-no-plain-secrets",
    title="Builds are given no credentials in clear",
    severity=Severity.HIGH,
    types=[PROJECT],
    frameworks={"FSBP": ("CodeBuild.1", "CodeBuild.2")},
    remedy="Set the variable's type to SECRETS_MANAGER or PARAMETER_STORE; connect sources by CodeConnections.",
    link=_LINK + "change-project-console.html",
)
def no_plain_secrets(project: Resource) -> Iterator[Finding]:
    """Whoever may look at the project reads it, and builds print it."""
    for variable in project.blocks("environment.environmentVariables"):
        plain = variable.lacks("type") or variable.has("type", "PLAINTEXT")
        if plain and is_credential(variable.get("name"), variable.get("value")):
            yield Finding("is given a credential", variable.path("value"))
    for source in (*project.blocks("source"), *project.blocks("secondarySources")):
        if has_credentials_in_url(source.get("location")):
            yield Finding("names its source with a password", source.path("location"))


@rule(
    "codebuild-customer-key",
    title="What builds make is encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[PROJECT, REPORT_GROUP],
    frameworks={
        "FSBP": ("CodeBuild.3", "CodeBuild.7"),
        "cdk-nag": "AwsSolutions-CB4",
        "Checkov": ("CKV_AWS_78", "CKV_AWS_147", "CKV_AWS_311"),
    },
    remedy="Set encryptionKey (of a report group: exportConfig.s3Destination.encryptionKey), and disable nothing.",
    link=_LINK + "security-encryption.html",
)
def customer_key(project: Resource) -> Iterator[Finding]:
    """Artifacts, caches and reports hold the program and often more."""
    for path in ("artifacts", "logsConfig.s3Logs", "exportConfig.s3Destination"):
        if project.has(f"{path}.encryptionDisabled", True):
            yield Finding("switches encryption off", f"{path}.encryptionDisabled")
    if project.type == PROJECT and project.lacks("encryptionKey"):
        yield Finding("is encrypted with the key that AWS manages", "encryptionKey")
    exported = "exportConfig.s3Destination"
    if project.has(exported) and project.lacks(f"{exported}.encryptionKey"):
        yield Finding("is encrypted with the key that AWS manages", f"{exported}.encryptionKey")


@rule(
    "codebuild-logs",
    title="Builds log",
    severity=Severity.MEDIUM,
    types=[PROJECT],
    frameworks={"FSBP": "CodeBuild.4", "Checkov": "CKV_AWS_314"},
    remedy="Leave logsConfig.cloudwatchLogs enabled, or enable s3Logs.",
    link=_LINK + "view-build-details.html",
)
def logs(project: Resource) -> Iterator[Finding]:
    """What a build did, and with whose rights, is known from its log only."""
    to_bucket = not project.lacks("logsConfig.s3Logs.status", "ENABLED")
    if project.has("logsConfig.cloudwatchLogs.status", "DISABLED") and not to_bucket:
        yield Finding("keeps no log", "logsConfig.cloudwatchLogs.status")


@rule(
    "codepipeline-customer-key",
    title="Artifacts of pipelines are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[PIPELINE],
    frameworks={"Checkov": "CKV_AWS_219"},
    remedy="Set encryptionKey, of type KMS, in each of artifactStores.",
    link="https://docs.aws.amazon.com/codepipeline/latest/userguide/S3-artifact-encryption.html",
)
def artifacts_encrypted(pipeline: Resource) -> Iterator[Finding]:
    """Whoever changes an artifact between two stages decides what is deployed."""
    for store in pipeline.blocks("artifactStores"):
        if store.lacks("encryptionKey.id"):
            yield Finding("is encrypted with the key that AWS manages", store.path("encryptionKey"))


@rule(
    "codedeploy-rollback",
    title="Failed deployments roll back",
    severity=Severity.LOW,
    types=[DEPLOYMENT_GROUP],
    frameworks={"Well-Architected": "REL08-BP05"},
    remedy="Set autoRollbackConfiguration with enabled and events DEPLOYMENT_FAILURE.",
    link="https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html",
    level=Level.ADVISORY,
)
def rollback(group: Resource) -> Iterator[Finding]:
    """Otherwise half of the fleet stays on what does not work until somebody comes."""
    at = "autoRollbackConfiguration"
    if group.lacks(f"{at}.enabled", True):
        yield Finding("does not roll back", f"{at}.enabled")
    elif group.omits(f"{at}.events", "DEPLOYMENT_FAILURE"):
        yield Finding("does not roll back a failed deployment", f"{at}.events")
