"""What is read of a type: its own, its package's where that holds for all, and nothing that nobody has said."""

import pytest

import resource_types
from resource_types import fact, file_of, package, table, tokens
from resource_types.bearing import Bearing, bearing, copied

DATABASE = "aws:rds/instance:Instance"


def test_a_fact_is_the_type_s_own() -> None:
    assert fact(DATABASE, "bears") == {"data": "rows", "unless": {"replicateSourceDb": "its source has the same rows"}}
    assert table(DATABASE)["creation"]["typical"] == 360


def test_a_package_s_fact_is_a_type_s_only_where_it_holds_for_all() -> None:
    assert fact("kubernetes:core/v1:Event", "creation") == package("kubernetes")["creation"]
    assert package("aws")["creation"]["typical"] == 2
    assert fact("aws:mq/broker:Broker", "creation") is None


def test_of_what_nobody_knows_nothing_is_said() -> None:
    assert fact("nowhere:of/a:Thing", "cost") is None
    assert table("aws:nothing/here:Here") == {}
    assert package("nowhere") == {}


def test_where_a_type_stands() -> None:
    assert file_of(DATABASE) == "resource_types/aws/rds.toml"
    assert file_of("kubernetes:karpenter.sh/v1:NodePool") == "resource_types/kubernetes/karpenter.sh.toml"
    assert (resource_types.FOLDER.parent / file_of(DATABASE)).is_file()


def test_all_types_are_listed_without_packages() -> None:
    assert DATABASE in tokens()
    assert all(token.count(":") == 2 for token in tokens())


def test_what_is_lost_with_a_type() -> None:
    assert bearing(DATABASE) == Bearing("data", "rows")
    assert bearing("aws:route53/zone:Zone") == Bearing("identity", "the name servers that the registrar delegates to")
    assert bearing("aws:ec2/vpc:Vpc") is None
    assert bearing("aws:mq/broker:Broker") is None


@pytest.mark.parametrize(
    ("token", "given"),
    [
        (DATABASE, {"replicateSourceDb": "prod-postgres"}),
        ("aws:elasticache/replicationGroup:ReplicationGroup", {"globalReplicationGroupId": "g"}),
    ],
)
def test_what_copies_another_bears_nothing_that_the_other_has_not(token: str, given: dict[str, str]) -> None:
    assert bearing(token) == bearing(token, {}) != bearing(token, given) is None
    assert "same" in copied(token, given)
    assert copied(token, {"engine": "postgres"}) == ""


def test_what_holds_copies_of_its_own_bears_them() -> None:
    assert bearing("aws:s3/bucket:Bucket", {"bucket": "copies-of-another"}) == Bearing("data", "objects")
