"""The compact text shows what identifies a resource, and nothing that AWS would make up."""

import pulumi
import pulumi_aws as aws

from tests.golden.compact import compact
from tests.support import record


class Block(pulumi.ComponentResource):
    def __init__(self, name: str) -> None:
        super().__init__("strata:test:Block", name)


def program(*, name: str = "store", note: str = "short") -> None:
    block = Block("block")
    key = aws.kms.Key("key", description=note, opts=pulumi.ResourceOptions(parent=block, protect=True))
    aws.s3.Bucket(name, bucket="shop", tags={"b": "2", "a": "1"}, opts=pulumi.ResourceOptions(ignore_changes=["tags"]))
    aws.kms.Alias("alias", name="alias/shop", target_key_id=key.id)


def lines(**changes: str) -> list[str]:
    return compact(record(lambda: program(**changes), known=False)).splitlines()


def test_one_line_a_resource_in_order_of_their_paths() -> None:
    assert lines() == [
        "alias  aws:kms/alias:Alias  name=alias/shop  targetKeyId=?",
        "block  strata:test:Block",
        "block/key  aws:kms/key:Key  protect  description=short",
        'store  aws:s3/bucket:Bucket  ignore:tags  bucket=shop  tags={"a":"1","b":"2"}',
    ]


def test_a_new_name_and_a_new_long_value_are_diffs() -> None:
    assert lines(name="other") != lines()
    long = lines(note="a" * 100)
    assert "#" in long[2]
    assert long != lines(note="a" * 101)
