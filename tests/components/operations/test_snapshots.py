import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.account import Account
from components.operations.snapshots import Snapshots, SnapshotsSettings
from components.security.key import Key
from tests.support import ACCOUNT, DEV_ACCOUNT, record, record_once, unequal_when_unknown

TOKEN = "aws:dlm/lifecyclePolicy:LifecyclePolicy"
TAGS = {"kubernetes.io/cluster/microservice-prod": "owned"}
ALONE = SnapshotsSettings(copy_to_region=None)


def snapshots(settings: SnapshotsSettings | None = None, account: Account = ACCOUNT) -> None:
    key = Key("volumes", account=account, purpose="test")
    Snapshots("volumes", settings or SnapshotsSettings(), account=account, key=key, target_tags=TAGS)


def schedule(settings: SnapshotsSettings | None = None, account: Account = ACCOUNT) -> dict[str, Any]:
    details = record(lambda: snapshots(settings, account)).only(TOKEN).inputs["policyDetails"]
    (found,) = details["schedules"]
    return found


@pytest.mark.parametrize(("account", "days"), [(ACCOUNT, 35), (DEV_ACCOUNT, 7)])
def test_a_snapshot_a_day_kept_as_long_as_the_environment_says(account: Account, days: int) -> None:
    found = schedule(account=account)
    assert found["createRule"] == {"interval": 24, "intervalUnit": "HOURS", "times": "03:00"}
    assert found["retainRule"] == {"interval": days, "intervalUnit": "DAYS"}
    copies = [rule["target"] for rule in found.get("crossRegionCopyRules") or ()]
    assert copies == (["us-west-2"] if account is ACCOUNT else [])


def test_takes_the_volumes_that_carry_the_tags() -> None:
    inputs = record_once(snapshots).only(TOKEN).inputs
    assert inputs["policyDetails"]["targetTags"] == TAGS
    assert inputs["policyDetails"]["resourceTypes"] == ["VOLUME"]
    assert inputs["state"] == "ENABLED"


def test_role_is_for_policies_of_this_account() -> None:
    graph = record(lambda: snapshots(ALONE))
    role = graph.only("aws:iam/role:Role")
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": ["dlm.amazonaws.com"]}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:dlm:us-east-1:123456789012:policy/*"},
    }
    managed = graph.only("aws:iam/rolePolicyAttachment:RolePolicyAttachment").inputs["policyArn"]
    assert managed == "arn:aws:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"
    assert not graph.of_type("aws:iam/rolePolicy:RolePolicy")
    assert graph.only(TOKEN).inputs["executionRoleArn"] == role.outputs["arn"]


def test_copies_are_encrypted_with_a_key_of_their_region() -> None:
    graph = record_once(snapshots)
    key = graph.only("aws:kms/key:Key", "volumes-copy-key-key")
    assert key.inputs["region"] == "us-west-2"
    (rule,) = graph.only(TOKEN).inputs["policyDetails"]["schedules"][0]["crossRegionCopyRules"]
    assert (rule["target"], rule["encrypted"], rule["cmkArn"]) == ("us-west-2", True, key.outputs["arn"])
    assert rule["retainRule"] == {"interval": 35, "intervalUnit": "DAYS"}
    policy = json.loads(graph.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    grants = next(s for s in policy if s["Action"] == ["kms:CreateGrant"])
    assert grants["Resource"] == [graph.only("aws:kms/key:Key", "volumes-key").outputs["arn"], key.outputs["arn"]]
    assert grants["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_a_copy_in_the_home_region_is_refused() -> None:
    with pytest.raises(ValidationError, match="us-east-1 is the home region"):
        SnapshotsSettings.model_validate({"copyToRegion": "us-east-1"}, context={"region": "us-east-1"})
    assert SnapshotsSettings.model_validate({"copyToRegion": "us-west-2"}, context={"region": "us-east-1"})


@pytest.mark.parametrize("time", ["24:00", "3:00", "03:60"])
def test_times_are_hours_and_minutes(time: str) -> None:
    with pytest.raises(ValidationError):
        SnapshotsSettings(time=time)


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(lambda: snapshots()) == []
