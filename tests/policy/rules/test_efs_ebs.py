"""EFS and EBS."""

import json
from typing import Any

from policy.model import UNKNOWN
from policy.rules import ebs, efs
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

SYSTEM = resource(efs.FILE_SYSTEM, "files", encrypted=True, kmsKeyId="arn:aws:kms:key")
_PLAIN = {"Bool": {"aws:SecureTransport": "false"}}


def _tls(**changes: Any) -> str:
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "*",
        "Resource": "*",
        "Condition": _PLAIN,
    }
    return json.dumps({"Statement": [statement | changes]})


POLICY = resource(efs.POLICY, "policy", refers={"fileSystemId": SYSTEM}, fileSystemId=UNKNOWN, policy=_tls())
BACKUP = resource(
    efs.BACKUP_POLICY,
    "backup",
    refers={"fileSystemId": SYSTEM},
    fileSystemId=UNKNOWN,
    backupPolicy={"status": "ENABLED"},
)
POINT = resource(efs.ACCESS_POINT, "point", rootDirectory={"path": "/app"}, posixUser={"uid": 1000, "gid": 1000})
IMAGE = resource(ebs.IMAGE_PERMISSION, "image", accountId="123456789012")
SNAPSHOT = resource(ebs.SNAPSHOT_PERMISSION, "snapshot", accountId="123456789012")
BLOCK = resource(ebs.BLOCK, "block", state="block-all-sharing")
COPY = resource(ebs.SNAPSHOT_COPY, "copy", encrypted=True, kmsKeyId="arn:aws:kms:key")
PLAN = resource(
    ebs.LIFECYCLE,
    "plan",
    policyDetails={"schedules": [{"crossRegionCopyRules": [{"encrypted": True, "cmkArn": "arn:aws:kms:key"}]}]},
)
_RULE = "policyDetails.schedules[0].crossRegionCopyRules[0]"
CASES = [
    Case("efs-encrypted", [SYSTEM], [Set("encrypted", False), Set("encrypted"), Set("kmsKeyId")]),
    Case(
        "efs-automatic-backups",
        [SYSTEM, BACKUP],
        [Without("backup", "fileSystemId"), Set("backupPolicy.status", "DISABLED", on="backup")],
    ),
    Case(
        "efs-tls-only",
        [SYSTEM, POLICY],
        [
            Without("policy", "fileSystemId"),
            Set("policy", _tls(Effect="Allow"), on="policy"),
            Set("policy", _tls(Principal={"AWS": "arn:aws:iam::123456789012:role/app"}), on="policy"),
            Set("policy", _tls(Action="elasticfilesystem:ClientWrite"), on="policy"),
            Set("policy", _tls(Condition={"Bool": {"aws:SecureTransport": "true"}}), on="policy"),
            Set("policy", _tls(Condition=_PLAIN | {"StringEquals": {"aws:PrincipalTag/a": "b"}}), on="policy"),
        ],
    ),
    Case("efs-access-point-root", [POINT], [Set("rootDirectory.path", "/"), Set("rootDirectory")]),
    Case("efs-access-point-user", [POINT], [Set("posixUser.uid", 0), Set("posixUser")]),
    Case("ebs-not-shared-with-all", [IMAGE], [Set("group", "all")]),
    Case("ebs-not-shared-with-all", [SNAPSHOT], [Set("accountId", "all")]),
    Case("ebs-not-shared-with-all", [BLOCK], [Set("state", "unblocked")]),
    Case("ebs-encrypted-by-default", [resource(ebs.DEFAULT, "default")], [Set("enabled", False)]),
    Case("ebs-copy-encrypted", [COPY], [Set("encrypted", False), Set("encrypted"), Set("kmsKeyId")]),
    Case("ebs-copy-encrypted", [PLAN], [Set(f"{_RULE}.encrypted", False), Set(f"{_RULE}.cmkArn")]),
]


def test_a_plan_that_takes_the_file_system_is_a_backup_too() -> None:
    selection = resource(
        "aws:backup/selection:Selection", "all", refers={"resources": SYSTEM}, resources=[UNKNOWN], planId="p"
    )
    assert not check("efs-automatic-backups", SYSTEM, selection)
