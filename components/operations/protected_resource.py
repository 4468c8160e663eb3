"""A resource that AWS Backup protects: its ARN, type and key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pulumi

ResourceType = Literal["Aurora", "DynamoDB", "EFS", "EKS", "RDS", "S3"]
"""https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupJob.html"""


@dataclass(frozen=True)
class ProtectedResource:
    """The ARN of a store, its ``name`` in the program, and that of its type in AWS Backup's metrics and restores.

    ``restored_with`` is what a restore of it is told beside what its backup says, by AWS Backup's names: where it
    stands and which key encrypts it, since the defaults are those of the account.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing-inferred-metadata.html
    """

    name: str
    type: ResourceType
    arn: pulumi.Input[str]
    restored_with: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
