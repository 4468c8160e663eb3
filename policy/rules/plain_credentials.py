"""Credentials written into the inputs of whatever has no rule of its own for them."""

from collections.abc import Iterator

from policy.credentials import is_credential, texts
from policy.model import Finding, Resource, Severity, rule

# Services that are given a password, token or key, and whatever runs with an environment.
TYPES = (
    "aws:amplify/app:App",
    "aws:apprunner/service:Service",
    "aws:appsync/dataSource:DataSource",
    "aws:batch/jobDefinition:JobDefinition",
    "aws:cloudfront/distribution:Distribution",
    "aws:cloudwatch/eventConnection:EventConnection",
    "aws:codepipeline/pipeline:Pipeline",
    "aws:codepipeline/webhook:Webhook",
    "aws:directoryservice/directory:Directory",
    "aws:dms/endpoint:Endpoint",
    "aws:docdb/elasticCluster:ElasticCluster",
    "aws:elasticbeanstalk/environment:Environment",
    "aws:fsx/ontapFileSystem:OntapFileSystem",
    "aws:fsx/ontapStorageVirtualMachine:OntapStorageVirtualMachine",
    "aws:fsx/windowsFileSystem:WindowsFileSystem",
    "aws:glue/connection:Connection",
    "aws:glue/job:Job",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    "aws:lightsail/database:Database",
    "aws:memorydb/user:User",
    "aws:mq/broker:Broker",
    "aws:mwaa/environment:Environment",
    "aws:redshiftserverless/namespace:Namespace",
    "aws:sagemaker/model:Model",
    "aws:timestreaminfluxdb/dbInstance:DbInstance",
    "aws:secretsmanager/secretVersion:SecretVersion",
    "pulumi:providers:*",
)
# What amplify-no-plain-secrets judges.
_ELSEWHERE = {"aws:amplify/app:App": ("environmentVariables",)}


@rule(
    "no-plain-credentials",
    title="Passwords, tokens and keys are not written into resources",
    severity=Severity.HIGH,
    types=TYPES,
    frameworks={"Well-Architected": "SEC02-BP03", "Checkov": ("CKV_AWS_41", "CKV_SECRET_6")},
    remedy="Let the service make or read the credential in Secrets Manager, or make it at random.",
    link="https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_identities_secrets.html",
)
def plain_credentials(resource: Resource) -> Iterator[Finding]:
    """Whoever reads the program, its state or the service's own description has it. References are none."""
    elsewhere = _ELSEWHERE.get(resource.type, ())
    inputs = resource.inputs if resource.seen else {}
    for key, value in inputs.items():
        if key not in elsewhere:
            for path, name, text in texts(value, key, key):
                if is_credential(name, text):
                    yield Finding("is given a credential in clear", path)
