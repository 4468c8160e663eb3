"""What an account, or a region of one, has one of, or no more than a few: what a second stack's does to the first's.

Says so beside each of them, with where it is read. A destroy by version 7 of pulumi-aws undoes what is set for the
account, so it takes it from the other stacks too, unless its row says otherwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from analyser.graph import Graph, Node

REFUSED: Final = "the second is refused"
REPLACED: Final = "whichever is updated last takes the place of the other"
LOGS_OF_APIS: Final = "aws:apigateway/account:Account"
IMAGE_COPIES: Final = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
_EVERYWHERE: Final = ""


@dataclass(frozen=True)
class Once:
    """A type of resource, and what happens where two stacks of an account make it."""

    what: str
    second: str
    source: str
    of_account: bool = False
    """Whether it is the account's; else each region has its own."""
    by: tuple[str, ...] = ()
    """The inputs that tell one from another, where an account has one for each value."""
    most: int = 1
    beside: tuple[str, ...] = ()
    """Types that it does not work without."""
    serves: str = ""
    """What other stacks of the account lean on it for; empty where a stack of its own may take it away."""
    look: str = ""
    """The command of the AWS CLI, without its region, that shows whether the account has it."""
    nobody: str = "nothing"
    """What that prints where nobody has made it."""
    instead: str = ""
    """What a stack file of Strata's says where another stack makes it."""


_EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
_REGISTRY = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"
_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_BACKUP = "https://docs.aws.amazon.com/aws-backup/latest/devguide/"
_SES = "https://docs.aws.amazon.com/ses/latest/"
_GLUE = "https://docs.aws.amazon.com/glue/latest/dg/"
_CONFIG_LIMITS = "https://docs.aws.amazon.com/config/latest/developerguide/configlimits.html"

ONCE: Final[dict[str, Once]] = {
    "aws:cfg/recorder:Recorder": Once(
        "recorder of AWS Config",
        REFUSED,
        _CONFIG_LIMITS,
        beside=("aws:cfg/deliveryChannel:DeliveryChannel", "aws:cfg/recorderStatus:RecorderStatus"),
        serves="whose resources AWS Config records",
        instead="audit.config: null",
        look="configservice describe-configuration-recorders --query ConfigurationRecorders[].name",
    ),
    "aws:cfg/deliveryChannel:DeliveryChannel": Once("delivery channel of AWS Config", REFUSED, _CONFIG_LIMITS),
    # Since version 6 of the provider below it, a destroy always takes the role from the account:
    # https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-6-upgrade
    LOGS_OF_APIS: Once(
        "role by which API Gateway logs",
        REPLACED,
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-account.html",
        serves="whose APIs log",
        instead="apiGatewayLogging: false",
        look="apigateway get-account --query cloudwatchRoleArn",
        nobody="None",
    ),
    IMAGE_COPIES: Once(
        "replication of images",
        REPLACED,
        f"{_REGISTRY}replication.html",
        serves="whose images are copied",
        instead="copies.images: []",
        look="ecr describe-registry --query replicationConfiguration.rules[].repositoryFilters[].filter",
        nobody="nothing, or the namespaces that this stack's file names",
    ),
    "aws:ecr/registryPolicy:RegistryPolicy": Once(
        "policy of the registry",
        REPLACED,
        f"{_REGISTRY}registry-permissions.html",
        look="ecr get-registry-policy --query policyText",
        nobody="RegistryPolicyNotFoundException",
    ),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": Once(
        "scanning of the registry", REPLACED, f"{_REGISTRY}image-scanning.html"
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Once(
        "provider of identities",
        REFUSED,
        f"{_IAM}id_roles_providers_create_oidc.html",
        of_account=True,
        by=("url",),
        instead="github.existingProvider: true",
    ),
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": Once(
        "service-linked role",
        REFUSED,
        f"{_IAM}id_roles_create-service-linked-role.html",
        of_account=True,
        by=("awsServiceName", "customSuffix"),
    ),
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": Once(
        "password policy",
        REPLACED,
        f"{_IAM}id_credentials_passwords_account-policy.html",
        of_account=True,
        look="iam get-account-password-policy --query PasswordPolicy",
        nobody="NoSuchEntity",
    ),
    "aws:iam/accountAlias:AccountAlias": Once(
        "alias",
        REPLACED,
        f"{_IAM}account-alias-create.html",
        of_account=True,
        look="iam list-account-aliases --query AccountAliases",
    ),
    "aws:iam/securityTokenServicePreferences:SecurityTokenServicePreferences": Once(
        "version of STS tokens", REPLACED, f"{_IAM}id_credentials_temp_enable-regions.html", of_account=True
    ),
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": Once(
        "block of public access to S3",
        REPLACED,
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-account.html",
        of_account=True,
        serves="whose buckets it closes",
    ),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": Once(
        "encryption of volumes by default",
        REPLACED,
        f"{_EC2}API_EnableEbsEncryptionByDefault.html",
        serves="with volumes",
        look="ec2 get-ebs-encryption-by-default --query EbsEncryptionByDefault",
        nobody="False, or True where an operator has set it",
    ),
    "aws:ebs/defaultKmsKey:DefaultKmsKey": Once(
        "default key of volumes", REPLACED, f"{_EC2}API_ModifyEbsDefaultKmsKeyId.html"
    ),
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": Once(
        "block of public snapshots",
        REPLACED,
        f"{_EC2}API_EnableSnapshotBlockPublicAccess.html",
        serves="with snapshots",
    ),
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": Once(
        "block of public machine images", REPLACED, f"{_EC2}API_EnableImageBlockPublicAccess.html"
    ),
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess": Once(
        "access to serial consoles", REPLACED, f"{_EC2}API_EnableSerialConsoleAccess.html"
    ),
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": Once(
        "defaults of instance metadata",
        REPLACED,
        f"{_EC2}API_ModifyInstanceMetadataDefaults.html",
        serves="with instances",
    ),
    "aws:ses/activeReceiptRuleSet:ActiveReceiptRuleSet": Once(
        "active set of receipt rules",
        REPLACED,
        f"{_SES}APIReference/API_SetActiveReceiptRuleSet.html",
        serves="that receive mail",
        look="ses describe-active-receipt-rule-set --query Metadata.Name",
        nobody="None",
    ),
    "aws:sesv2/accountSuppressionAttributes:AccountSuppressionAttributes": Once(
        "suppression of mail", REPLACED, f"{_SES}APIReference-V2/API_PutAccountSuppressionAttributes.html"
    ),
    "aws:sesv2/accountVdmAttributes:AccountVdmAttributes": Once(
        "deliverability manager", REPLACED, f"{_SES}APIReference-V2/API_PutAccountVdmAttributes.html"
    ),
    "aws:guardduty/detector:Detector": Once(
        "detector of GuardDuty",
        REFUSED,
        "https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html",
        serves="that it watches",
        look="guardduty list-detectors --query DetectorIds",
    ),
    "aws:securityhub/account:Account": Once(
        "Security Hub",
        REFUSED,
        "https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_EnableSecurityHub.html",
        serves="whose findings it holds",
        look="securityhub describe-hub --query HubArn",
        nobody="InvalidAccessException",
    ),
    "aws:macie2/account:Account": Once(
        "Macie",
        REFUSED,
        "https://docs.aws.amazon.com/macie/latest/APIReference/macie.html",
        serves="whose buckets it reads",
        look="macie2 get-macie-session --query status",
        nobody="AccessDeniedException",
    ),
    "aws:inspector2/enabler:Enabler": Once(
        "Inspector",
        REPLACED,
        "https://docs.aws.amazon.com/inspector/v2/APIReference/API_Disable.html",
        serves="whose images, functions and instances it scans",
        look="inspector2 batch-get-account-status --query accounts[].state.status",
        nobody="DISABLED",
    ),
    "aws:xray/encryptionConfig:EncryptionConfig": Once(
        "key of traces", REPLACED, "https://docs.aws.amazon.com/xray/latest/api/API_PutEncryptionConfig.html"
    ),
    "aws:backup/regionSettings:RegionSettings": Once(
        "switches of AWS Backup", REPLACED, f"{_BACKUP}API_UpdateRegionSettings.html"
    ),
    "aws:backup/globalSettings:GlobalSettings": Once(
        "settings of AWS Backup", REPLACED, f"{_BACKUP}API_UpdateGlobalSettings.html", of_account=True
    ),
    "aws:ecs/accountSettingDefault:AccountSettingDefault": Once(
        "default of ECS",
        REPLACED,
        "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSettingDefault.html",
        by=("name",),
    ),
    "aws:ssm/serviceSetting:ServiceSetting": Once(
        "setting of Systems Manager",
        REPLACED,
        "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateServiceSetting.html",
        by=("settingId",),
    ),
    "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings": Once(
        "encryption of the Data Catalog", REPLACED, f"{_GLUE}aws-glue-api-catalog-security.html", by=("catalogId",)
    ),
    "aws:glue/resourcePolicy:ResourcePolicy": Once(
        "policy of the Data Catalog", REPLACED, f"{_GLUE}aws-glue-api-jobs-security.html"
    ),
    "aws:organizations/organization:Organization": Once(
        "organisation",
        REFUSED,
        "https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html",
        of_account=True,
        look="organizations describe-organization --query Organization.Id",
        nobody="AWSOrganizationsNotInUseException",
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Once(
        "policies of log groups",
        "the eleventh is refused",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html",
        most=10,
    ),
    "aws:cloudtrail/trail:Trail": Once(
        "trails",
        "the sixth is refused",
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html",
        most=5,
    ),
}


def crowded(graphs: Iterable[tuple[str, Graph]], asked: Graph | None = None) -> Iterator[str]:
    """A line for each thing that stacks make more often than their account may have it.

    ``graphs`` are beside the account of each; where one is ``asked`` about, only what it makes.
    """
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for account, graph in graphs:
        for node in graph.resources:
            if node.type in ONCE and _is_told(node, ONCE[node.type]):
                found.setdefault((account, *_place(graph, node)), []).append(graph.stack)
    for (account, token, region, told), stacks in sorted(found.items()):
        if len(stacks) > ONCE[token].most and (asked is None or asked.stack in stacks):
            yield _line(ONCE[token], list(dict.fromkeys(stacks)), account, region, told)


def _is_told(node: Node, row: Once) -> bool:
    """Whether what tells it from others stands in the program, and is not chosen by AWS, as a cluster's issuer is."""
    given = [key for key in row.by if key in node.inputs]
    return not any(not isinstance(node.inputs[key], str) or node.property_dependencies.get(key) for key in given)


def _place(graph: Graph, node: Node) -> tuple[str, str, str]:
    """What a resource is one of: its type, its region or none, and what tells it from others."""
    row = ONCE[node.type]
    told = " ".join(str(node.inputs.get(key, "")).removeprefix("https://") for key in row.by).strip()
    return node.type, _EVERYWHERE if row.of_account else graph.region_of(node), told


def _line(row: Once, stacks: list[str], account: str, region: str, told: str) -> str:
    where = " of ".join(part for part in (region, account and f"account {account}") if part)
    has = "has one" if row.most == 1 else f"has {row.most} at the most"
    instead = f"; {row.instead} in all but one of their files" if row.instead and len(stacks) > 1 else ""
    who = f"{' and '.join(stacks)} make" if len(stacks) > 1 else f"{stacks[0]} makes twice"
    name = " ".join(part for part in (row.what, told) if part)
    return f"{who} the {name}, of which {where or 'an account'} {has}: {row.second}{instead}"
