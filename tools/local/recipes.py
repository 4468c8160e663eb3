"""What makes a resource at the emulator: the operation, and what its provider calls otherwise than its API.

A type that has no recipe is left out, with the reason of ``LEFT_OUT``.
"""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from analyser.graph import Node
from settings.project_files import ROOT

Inputs = dict[str, Any]


@dataclass(frozen=True)
class Recipe:
    """One operation that makes a resource, or a part of it.

    ``renamed`` has members by input, as ``arguments`` takes them; ``named`` is the input that has the name which Pulumi
    gives where the program gives none; ``answers`` are outputs, ``id`` among them, by the member of the answer that has
    what the emulator calls it; ``without`` are inputs that are for the provider alone, or for ``after``;
    ``shaped`` gives what the API takes in a form of its own.
    """

    service: str
    operation: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    named: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    shaped: Callable[[Node, Inputs], Inputs] = lambda _, inputs: inputs
    after: tuple["Recipe", ...] = ()


def _table(_node: Node, inputs: Inputs) -> Inputs:
    keys = [(inputs.pop("hashKey"), "HASH"), (inputs.pop("rangeKey", None), "RANGE")]
    schema = [{"attributeName": name, "keyType": kind} for name, kind in keys if name]
    defined = [{f"attribute{key.title()}": value for key, value in one.items()} for one in inputs.pop("attributes")]
    encrypted = inputs.pop("serverSideEncryption", {})
    return {
        **inputs,
        "keySchema": schema,
        "attributeDefinitions": defined,
        "sseSpecification": {"enabled": True, "sseType": "KMS", "kmsMasterKeyId": encrypted.get("kmsKeyArn")},
    }


def _function(_node: Node, inputs: Inputs) -> Inputs:
    """The files as the graph names them, packed."""
    code = inputs.pop("code")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in code["assets"].items():
            archive.writestr(name, (ROOT / file["path"]).read_bytes())
    return {**inputs, "code": {"zipFile": packed.getvalue()}}


def _bucket(node: Node, inputs: Inputs) -> Inputs:
    region = node.outputs.get("region")
    return inputs if region == "us-east-1" else {**inputs, "createBucketConfiguration": {"locationConstraint": region}}


def _alias(_node: Node, inputs: Inputs) -> Inputs:
    return {**inputs, "name": f"alias/{inputs['name'].removeprefix('alias/')}"}


def _attribute(name: str) -> Callable[[Node, Inputs], Inputs]:
    def shaped(_node: Node, inputs: Inputs) -> Inputs:
        return {**inputs, "attributes": {name: inputs.pop("policy")}}

    return shaped


def _topic_policy(_node: Node, inputs: Inputs) -> Inputs:
    return {"topicArn": inputs["arn"], "attributeName": "Policy", "attributeValue": inputs["policy"]}


def _statement(node: Node, inputs: Inputs) -> Inputs:
    return {**inputs, "statementId": node.name}


RECIPES: Mapping[str, Recipe] = {
    "aws:apigatewayv2/api:Api": Recipe(
        "apigatewayv2", "create_api", answers={"id": "ApiId"}, without=("disableExecuteApiEndpoint",)
    ),
    "aws:apigatewayv2/authorizer:Authorizer": Recipe(
        "apigatewayv2", "create_authorizer", named="name", answers={"id": "AuthorizerId"},
        renamed={"identitySources": "IdentitySource"},
    ),
    "aws:apigatewayv2/integration:Integration": Recipe(
        "apigatewayv2", "create_integration", answers={"id": "IntegrationId"},
        renamed={"timeoutMilliseconds": "TimeoutInMillis"},
    ),
    "aws:apigatewayv2/route:Route": Recipe("apigatewayv2", "create_route", answers={"id": "RouteId"}),
    "aws:apigatewayv2/stage:Stage": Recipe("apigatewayv2", "create_stage"),
    "aws:cloudwatch/logGroup:LogGroup": Recipe(
        "logs", "create_log_group", named="name", renamed={"name": "logGroupName"}, without=("retentionInDays",),
        after=(Recipe("logs", "put_retention_policy", named="name", renamed={"name": "logGroupName"},
                      without=("kmsKeyId",)),),
    ),
    "aws:dynamodb/table:Table": Recipe(
        "dynamodb", "create_table", shaped=_table, answers={"streamArn": "TableDescription.LatestStreamArn"},
        without=("ttl", "pointInTimeRecovery"),
        renamed={"name": "TableName"},
        after=(
            Recipe("dynamodb", "update_time_to_live", renamed={"ttl": "TimeToLiveSpecification", "name": "TableName"}),
        ),
    ),
    "aws:iam/role:Role": Recipe(
        "iam", "create_role", named="name", renamed={"assumeRolePolicy": "AssumeRolePolicyDocument"},
    ),
    "aws:iam/rolePolicy:RolePolicy": Recipe(
        "iam", "put_role_policy", named="name",
        renamed={"name": "PolicyName", "role": "RoleName", "policy": "PolicyDocument"},
    ),
    "aws:kms/alias:Alias": Recipe("kms", "create_alias", named="name", shaped=_alias),
    "aws:kms/key:Key": Recipe(
        "kms", "create_key", answers={"id": "KeyMetadata.KeyId", "arn": "KeyMetadata.Arn"},
        without=("deletionWindowInDays", "enableKeyRotation"),
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": Recipe("lambda", "create_event_source_mapping"),
    "aws:lambda/function:Function": Recipe(
        "lambda", "create_function", named="name", shaped=_function, renamed={"name": "FunctionName"},
        without=("layers", "vpcConfig"),
    ),
    "aws:lambda/permission:Permission": Recipe(
        "lambda", "add_permission", shaped=_statement, renamed={"function": "FunctionName"}
    ),
    "aws:s3/bucket:Bucket": Recipe(
        "s3", "create_bucket", shaped=_bucket, without=("forceDestroy", "objectLockEnabled")
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Recipe(
        "s3", "put_bucket_ownership_controls", renamed={"rule": "OwnershipControls.Rules"}
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Recipe("s3", "put_bucket_policy"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Recipe("s3", "put_public_access_block"),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Recipe(
        "s3", "put_bucket_encryption"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": Recipe("s3", "put_bucket_versioning"),
    "aws:secretsmanager/secret:Secret": Recipe(
        "secretsmanager", "create_secret", answers={"id": "ARN", "arn": "ARN"},
        without=("recoveryWindowInDays",),
    ),
    "aws:secretsmanager/secretPolicy:SecretPolicy": Recipe(
        "secretsmanager", "put_resource_policy", renamed={"secretArn": "SecretId", "policy": "ResourcePolicy"}
    ),
    "aws:sns/topic:Topic": Recipe("sns", "create_topic", named="name"),
    "aws:sns/topicPolicy:TopicPolicy": Recipe("sns", "set_topic_attributes", shaped=_topic_policy),
    "aws:sns/topicSubscription:TopicSubscription": Recipe("sns", "subscribe", renamed={"topic": "TopicArn"}),
    "aws:sqs/queue:Queue": Recipe(
        "sqs", "create_queue", named="name", answers={"url": "QueueUrl"},
        renamed={"visibilityTimeoutSeconds": "Attributes.VisibilityTimeout",
                 "messageRetentionSeconds": "Attributes.MessageRetentionPeriod"},
    ),
    "aws:sqs/queuePolicy:QueuePolicy": Recipe("sqs", "set_queue_attributes", shaped=_attribute("Policy")),
}  # fmt: skip
"""By type. Nobody else's parts come before their whole: the graph is in the order of registration."""
