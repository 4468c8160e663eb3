"""Credentials written into the inputs of whatever has no rule of its own for them."""

from collections.abc import Iterator

from policy.credentials import is_credential, texts
from policy.model import Finding, Resource, Severity, rule
from policy.sealed import Sealed

VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
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
    VERSION,
    "pulumi:providers:*",
)
_LISTED = frozenset(TYPES)
# What amplify-no-plain-secrets judges.
_ELSEWHERE = {"aws:amplify/app:App": ("environmentVariables",)}
# Inputs that the service shows to whoever may describe the resource, whatever Pulumi keeps secret of them.
_SHOWN = {
    "aws:apprunner/service:Service": ("sourceConfiguration",),
    "aws:batch/jobDefinition:JobDefinition": ("containerProperties", "ecsProperties", "eksProperties", "parameters"),
    "aws:elasticbeanstalk/environment:Environment": ("settings",),
    "aws:glue/job:Job": ("defaultArguments", "nonOverridableArguments"),
    "aws:sagemaker/model:Model": ("containers", "primaryContainer"),
}
# Credentials whatever they are named and look like.
_WHOLE = {
    VERSION: ("secretBinary", "secretString"),
    "aws-native:apigateway:ApiKey": ("value",),
    "aws-native:secretsmanager:Secret": ("secretString",),
    "aws:apigateway/apiKey:ApiKey": ("value",),
    "aws:directconnect/macsecKeyAssociation:MacsecKeyAssociation": ("cak",),
    "aws:kms/ciphertext:Ciphertext": ("plaintext",),
    "aws:kms/externalKey:ExternalKey": ("keyMaterialBase64",),
}
# Inputs of other types that rules of their own judge.
_JUDGED = {
    "aws:amplify/branch:Branch": ("environmentVariables",),
    "aws:codebuild/project:Project": ("environment", "secondarySources", "source"),
    "aws:ec2/instance:Instance": ("userData", "userDataBase64"),
    "aws:ec2/launchConfiguration:LaunchConfiguration": ("userData", "userDataBase64"),
    "aws:ec2/launchTemplate:LaunchTemplate": ("userData",),
    "aws:ec2/spotFleetRequest:SpotFleetRequest": ("launchSpecifications",),
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": ("userData", "userDataBase64"),
    "aws:ecs/taskDefinition:TaskDefinition": ("containerDefinitions",),
    "aws:lambda/function:Function": ("environment",),
    "aws:rds/cluster:Cluster": ("masterPassword",),
    "aws:rds/instance:Instance": ("password",),
    "aws:ssm/parameter:Parameter": ("insecureValue", "value"),
}
# Inputs of AWS that are named like credentials and are none: what makes a request unique, names of keys, units of time.
_NAMED_ALIKE = frozenset(
    {
        *("clientRequestToken", "clientToken", "creationToken", "eventSourceToken", "idempotencyToken", "offerToken"),
        *("updateToken", "viewVersionToken", "connectionString"),
        *("defaultEncryptionKey", "encryptionKey", "kmsEncryptionKey", "volumeEncryptionKey"),
    }
)
_UNITS = frozenset({"seconds", "minutes", "hours", "days"})


@rule(
    "no-plain-credentials",
    title="Passwords, tokens and keys are not written into resources",
    severity=Severity.HIGH,
    types=TYPES,
    frameworks={"Well-Architected": "SEC02-BP03", "Checkov": ("CKV_AWS_41", "CKV_SECRET_6")},
    remedy="Let the service make or read the credential in Secrets Manager, make it at random, or take it from a "
    "Pulumi secret.",
    link="https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_identities_secrets.html",
)
def plain_credentials(resource: Resource) -> Iterator[Finding]:
    """Whoever reads the program, its state or the service's own description has it. References are none.

    A Pulumi secret is fine where the type is made to take a credential, not where the service shows what it was given;
    neither is a text that only holds the place of what is set elsewhere (`ignoreChanges`).
    """
    yield from _written(resource, _ELSEWHERE.get(resource.type, ()))


@rule(
    "no-plain-credentials-elsewhere",
    title="Nor into inputs of types that take none",
    severity=Severity.HIGH,
    types=("aws:*", "aws-native:*"),
    frameworks={"Well-Architected": "SEC02-BP03", "Checkov": ("CKV_AWS_295", "CKV_SECRET_6")},
    remedy="Let the service make or read the credential in Secrets Manager, make it at random, or take it from a "
    "Pulumi secret.",
    link="https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_identities_secrets.html",
)
def credentials_elsewhere(resource: Resource) -> Iterator[Finding]:
    """A pre-shared key of a VPN, the secret of a client, a token in a map of settings: told by name and by look."""
    if resource.type not in _LISTED:
        yield from _written(resource, _JUDGED.get(resource.type, ()))


def _written(resource: Resource, elsewhere: tuple[str, ...]) -> Iterator[Finding]:
    shown, whole = _SHOWN.get(resource.type, ()), _WHOLE.get(resource.type, ())
    passed_over = {*elsewhere, *(resource.options.get("ignoreChanges") or ())}
    for key, value in resource.inputs.items():
        for path, name, text in texts(value, key, key) if key not in passed_over else ():
            taken = isinstance(text, Sealed) and key not in shown
            if not taken and (key in whole or is_credential(_telling(name, text), text)):
                yield Finding("is given a credential in clear", path)


def _telling(name: str, text: str) -> str:
    """The name, where it tells that the text is a credential."""
    return "" if name in _NAMED_ALIKE or text in _UNITS else name
