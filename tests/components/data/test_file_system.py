"""An EFS file system: who mounts what, and how."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph, Node
from components.account import Account
from components.data.file_system import AccessPointSettings, FileSystem, FileSystemSettings
from components.security.role import Role
from components.statements import service_trust
from tests.components.data.stores import Ground, given, ground, named, recorded, rules
from tests.support import ACCOUNT, once, unequal_when_unknown

SYSTEM, POINT = "aws:efs/fileSystem:FileSystem", "aws:efs/accessPoint:AccessPoint"
TARGET = "aws:efs/mountTarget:MountTarget"
CLIENT = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientRootAccess", "elasticfilesystem:ClientWrite"]
POINTS = {
    "attachments": AccessPointSettings(path="/attachments", user_id=1000),
    "exports": AccessPointSettings(path="/exports/daily"),
}


def build(at: Ground, **settings: Any) -> FileSystem:
    files = FileSystem("files", FileSystemSettings(**settings), network=at.network, key=at.key)
    files.allow(at.client)
    granted = [files.mount(point) for point in files.access_point_ids]
    Role("app", trust=service_trust("pods.eks.amazonaws.com"), grants=granted, description="An application")
    return files


@once
def graph(account: Account = ACCOUNT, **settings: Any) -> Graph:
    return recorded(lambda at: build(at, **settings), account)


@pytest.fixture(scope="module")
def files() -> Graph:
    return graph(access_points=POINTS)


@pytest.fixture(scope="module")
def system(files: Graph) -> Node:
    return files.only(SYSTEM)


def test_general_purpose_bursting_and_encrypted(files: Graph, system: Node) -> None:
    assert given(system, "performanceMode", "throughputMode", "encrypted", "kmsKeyId") == {
        "performanceMode": "generalPurpose",
        "throughputMode": "bursting",
        "encrypted": True,
        "kmsKeyId": named(files, "aws:kms/key:Key", "data-key").outputs["arn"],
    }


def test_files_age_and_come_back(system: Node) -> None:
    assert system.inputs["lifecyclePolicies"] == [
        {"transitionToIa": "AFTER_30_DAYS"},
        {"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
    ]
    assert graph(infrequent_access_days=1).only(SYSTEM).inputs["lifecyclePolicies"][0] == {
        "transitionToIa": "AFTER_1_DAY"
    }
    assert "lifecyclePolicies" not in graph(infrequent_access_days=None).only(SYSTEM).inputs


def test_one_mount_target_in_each_private_subnet(files: Graph, system: Node) -> None:
    targets = files.of_type(TARGET)
    private = {node.id for node in files.of_type("aws:ec2/subnet:Subnet") if node.name.startswith("net-private")}
    assert {target.inputs["subnetId"] for target in targets} == private
    assert [target.name for target in targets] == ["files-target-a", "files-target-b", "files-target-c"]
    group = named(files, "aws:ec2/securityGroup:SecurityGroup", "files-group").id
    assert all(target.inputs["securityGroups"] == [group] for target in targets)
    assert all(target.inputs["fileSystemId"] == system.id for target in targets)


def test_only_nfs_from_who_is_let_in(files: Graph) -> None:
    assert rules(files, "files-group") == {("nodes-group", 2049, 2049)}


def test_nobody_mounts_in_clear_or_around_the_access_points(files: Graph, system: Node) -> None:
    policy = files.only("aws:efs/fileSystemPolicy:FileSystemPolicy")
    assert policy.inputs["fileSystemId"] == system.id
    listed = json.loads(policy.inputs["policy"])["Statement"]
    # Without an Allow the policy takes away what EFS gives anybody in the network when there is none.
    assert {s["Effect"] for s in listed} == {"Deny"}
    assert all((s["Principal"], s["Action"]) == ("*", CLIENT) for s in listed)
    assert all(s["Resource"] == [system.outputs["arn"]] for s in listed)
    assert {s["Sid"]: s["Condition"] for s in listed} == {
        "DenyInsecureTransport": {"Bool": {"aws:SecureTransport": "false"}},
        "DenyAroundAccessPoints": {"Null": {"elasticfilesystem:AccessPointArn": "true"}},
    }


def test_an_access_point_is_a_directory_and_a_user(files: Graph) -> None:
    assert named(files, POINT, "files-point-attachments").inputs["posixUser"] == {"uid": 1000, "gid": 1000}
    point = named(files, POINT, "files-point-exports")
    assert given(point, "posixUser", "rootDirectory") == {
        "posixUser": {"uid": 65532, "gid": 65532},
        "rootDirectory": {
            "path": "/exports/daily",
            "creationInfo": {"ownerUid": 65532, "ownerGid": 65532, "permissions": "0750"},
        },
    }


def test_a_grant_is_for_one_access_point(files: Graph, system: Node) -> None:
    policy = named(files, "aws:iam/rolePolicy:RolePolicy", "app-policy")
    granted = {s["Sid"]: s for s in json.loads(policy.inputs["policy"])["Statement"]}
    assert granted == {
        f"MountFiles{key.capitalize()}": {
            "Sid": f"MountFiles{key.capitalize()}",
            "Effect": "Allow",
            "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            "Resource": [system.outputs["arn"]],
            "Condition": {
                "StringEquals": {
                    "elasticfilesystem:AccessPointArn": named(files, POINT, f"files-point-{key}").outputs["arn"]
                },
                "Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"},
            },
        }
        for key in POINTS
    }


def test_it_is_backed_up(files: Graph, system: Node) -> None:
    backup = files.only("aws:efs/backupPolicy:BackupPolicy").inputs
    assert backup == {"fileSystemId": system.id, "backupPolicy": {"status": "ENABLED"}}


def test_the_pack_asks_for_a_backup_plan_and_nothing_else() -> None:
    violations, _ = verdict(recorded(lambda at: build(at, access_points=POINTS), whole=True))
    assert [v.rule.id for v in violations if "FileSystem" in v.urn] == ["backup-plan-covers-data"]


@pytest.mark.parametrize(
    "wrong",
    [{"path": "/"}, {"path": "relative"}, {"path": "/a/b/c/d/e"}, {"path": "/a", "user_id": 0}],
)
def test_an_access_point_is_never_root(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AccessPointSettings(**wrong)


@pytest.mark.parametrize("wrong", [{"access_points": {}}, {"infrequent_access_days": 10}])
def test_what_efs_would_refuse_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FileSystemSettings(**wrong)


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(lambda: build(ground(), access_points=POINTS)) == []


def test_a_mount_target_goes_before_another_stands_in_its_zone(files: Graph) -> None:
    targets = files.of_type("aws:efs/mountTarget:MountTarget")
    assert targets
    assert all(node.options["deleteBeforeReplace"] is True for node in targets)
