"""awsx:cloudtrail:Trail: a trail with the bucket that it writes to, and a log group where one is wanted.

``cloudtrail/trail.ts`` and ``s3/bucket.ts`` of https://github.com/pulumi/pulumi-awsx
"""

import json
from collections.abc import Mapping
from typing import Any

from analyser.graph import Node
from analyser.run.awsx.defaults import log_group, role_of
from analyser.run.mock_cloud import ACCOUNT_ID
from analyser.run.remote_components import (
    Expansion,
    RefusedError,
    Traced,
    applied,
    output_of,
    reference_to,
    traced,
)

_SERVICE = {"Service": "cloudtrail.amazonaws.com"}
_AS_GIVEN = (
    "advancedEventSelectors", "enableLogFileValidation", "enableLogging", "eventSelectors",
    "includeGlobalServiceEvents", "insightSelectors", "isMultiRegionTrail", "isOrganizationTrail", "kmsKeyId", "name",
    "region", "s3KeyPrefix", "snsTopicName", "tags",
)  # fmt: skip


def expand_trail(expansion: Expansion) -> None:
    """All that a trail needs to write."""
    expansion.only([*_AS_GIVEN, "cloudWatchLogsGroup", "s3Bucket"])
    name, arn, bucket = _bucket(expansion)
    policy = expansion.resource(
        "aws:s3/bucketPolicy:BucketPolicy",
        expansion.name,
        {"bucket": name, "policy": applied(_policy, arn)},
        after=[bucket] if bucket else [],
    )
    said = expansion.plain("cloudWatchLogsGroup") or {}
    logs = log_group(expansion, expansion.name, said) if said.get("enable") else None
    role: Any = None
    if logs and logs.made:
        trust = {"Version": "2012-10-17", "Statement": [_statement("sts:AssumeRole", Principal=_SERVICE)]}
        writes = applied(_writes, traced(logs.arn))
        role, _ = role_of(
            expansion, expansion.name, None, {"assumeRolePolicy": trust, "inlinePolicies": [{"policy": writes}]}
        )
    trail = expansion.resource(
        "aws:cloudtrail/trail:Trail",
        expansion.name,
        {
            **{key: expansion.given(key) for key in _AS_GIVEN},
            "s3BucketName": name,
            "cloudWatchLogsGroupArn": applied(lambda text: f"{text}:*", traced(logs.arn)) if logs else None,
            "cloudWatchLogsRoleArn": role,
        },
        after=[policy],
    )
    expansion.output("trail", reference_to(trail))
    expansion.output("bucket", reference_to(bucket) if bucket else None)
    expansion.output("logGroup", reference_to(logs.made) if logs and logs.made else None)


def _bucket(expansion: Expansion) -> tuple[Traced, Traced, Node | None]:
    """The name and the ARN of the bucket, and the bucket if it was made."""
    said: Mapping[str, Any] = expansion.component.inputs.get("s3Bucket") or {}
    there = said.get("existing")
    if there is not None and said.get("args") is not None:
        raise RefusedError(f"{expansion.component.type} {expansion.name}: a bucket is given, and described as well")
    if there is not None:
        urns = frozenset(expansion.component.property_dependencies.get("s3Bucket", ()))
        given = Traced(there.get("arn") or there.get("name"), urns)
        name = applied(lambda text: text.rpartition(":")[2], given)
        return name, applied(lambda text: f"arn:aws:s3:::{text}", name), None
    made = expansion.resource(
        "aws:s3/bucket:Bucket", expansion.name, {"forceDestroy": True, **(said.get("args") or {})}
    )
    return output_of(made, "bucket"), output_of(made, "arn"), made


def _policy(bucket: str) -> str:
    statements = [
        _statement("s3:GetBucketAcl", Sid="AWSCloudTrailAclCheck", Principal=_SERVICE, Resource=[bucket]),
        _statement(
            "s3:PutObject",
            Sid="AWSCloudTrailWrite",
            Principal=_SERVICE,
            Resource=[f"{bucket}/*"],
            Condition={"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        ),
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _writes(group: str) -> str:
    stream = f"{group}:log-stream:{ACCOUNT_ID}_CloudTrail_*"
    statements = [_statement(action, Resource=[stream]) for action in ("logs:CreateLogStream", "logs:PutLogEvents")]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _statement(action: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [action], **more}
