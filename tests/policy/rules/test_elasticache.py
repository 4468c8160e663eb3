"""ElastiCache: users, and caches of every kind."""

from typing import Any

import pytest

from policy.model import UNKNOWN
from policy.rules import elasticache_caches as caches
from policy.rules import elasticache_users as users
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

USER = resource(
    users.USER, "app", accessString="on ~* +@all -@dangerous", authenticationMode={"type": "iam"}, engine="redis"
)
OFF = resource(users.USER, "default", accessString="off -@all", authenticationMode={"type": "no-password-required"})
USER_GROUP = resource(users.USER_GROUP, "group", userIds=["prod-default", "prod-app"])
SERVERLESS = resource(
    users.SERVERLESS,
    "serverless",
    engine="valkey",
    userGroupId="apps",
    kmsKeyId="arn:aws:kms:key",
    snapshotRetentionLimit=7,
)
CACHE = resource(caches.GROUP, "cache", subnetGroupName="data", snapshotRetentionLimit=7)
MEMCACHED = resource(
    caches.CLUSTER, "memcached", engine="memcached", subnetGroupName="data", transitEncryptionEnabled=True
)
CASES = [
    Case(
        "elasticache-user-signs-in",
        [USER],
        [Set("noPasswordRequired", True), Set("authenticationMode.type", "no-password-required")],
    ),
    Case("elasticache-user-signs-in", [OFF], [Set("accessString", "on ~* +@read")]),
    Case("elasticache-default-user-replaced", [USER_GROUP], [Set("userIds", ["default", "prod-app"])]),
    Case(
        "elasticache-user-least-privilege",
        [USER],
        [Set("accessString", "on ~* +@all"), Set("accessString", "on allkeys allcommands")],
    ),
    Case("elasticache-serverless-signs-in", [SERVERLESS], [Set("userGroupId")]),
    Case("elasticache-serverless-customer-key", [SERVERLESS], [Set("kmsKeyId")]),
    Case("elasticache-snapshots", [CACHE], [Set("snapshotRetentionLimit", 0), Set("snapshotRetentionLimit")]),
    Case("elasticache-snapshots", [SERVERLESS], [Set("snapshotRetentionLimit")]),
    Case("elasticache-minor-upgrades", [CACHE], [Set("autoMinorVersionUpgrade", False)]),
    Case("elasticache-own-subnets", [CACHE], [Set("subnetGroupName"), Set("subnetGroupName", "default")]),
    Case(
        "elasticache-cluster-encrypted-in-transit",
        [MEMCACHED],
        [Set("transitEncryptionEnabled", False), Set("transitEncryptionEnabled")],
    ),
]


@pytest.mark.parametrize("group", ["cache", UNKNOWN])
@pytest.mark.parametrize("rule_id", ["elasticache-own-subnets", "elasticache-cluster-encrypted-in-transit"])
def test_members_of_a_group_follow_it(rule_id: str, group: Any) -> None:
    assert not check(rule_id, resource(caches.CLUSTER, engine="redis", replicationGroupId=group))


def test_least_snapshots_are_a_threshold() -> None:
    assert check("elasticache-snapshots", CACHE, minimum_days=8) == [
        "cache: keeps snapshots for less than 8 days (snapshotRetentionLimit)"
    ]


def test_memcached_knows_no_users() -> None:
    assert not check("elasticache-serverless-signs-in", resource(users.SERVERLESS, engine="memcached"))


def test_who_is_off_or_may_little_is_fine() -> None:
    for access in ("off ~* +@all", "on ~app:* +@read +@write", "on ~* +@all -@admin", UNKNOWN):
        assert not check("elasticache-user-least-privilege", resource(users.USER, accessString=access))


@pytest.mark.parametrize("datastore", ["ldgnf-prod", UNKNOWN])
def test_copies_in_a_global_datastore_are_encrypted_like_their_primary_under_a_key_of_their_own(datastore: Any) -> None:
    copy = resource(caches.GROUP, globalReplicationGroupId=datastore, kmsKeyId="arn:aws:kms:key")
    assert not check("elasticache-encrypted-at-rest", copy)
    assert not check("elasticache-encrypted-in-transit", copy)
    assert check("elasticache-encrypted-at-rest", resource(caches.GROUP, globalReplicationGroupId=datastore))
