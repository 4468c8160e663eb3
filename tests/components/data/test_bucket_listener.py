"""Functions that S3 tells of new objects."""

import pytest

from analyser.graph import Graph
from components.compute.function import Function, FunctionSettings
from components.data.bucket import Bucket, BucketSettings
from components.security.key import Key
from tests.support import ACCOUNT, once, record, record_once, unequal_when_unknown

NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"
PERMISSION = "aws:lambda/permission:Permission"


def function(name: str) -> Function:
    keys = {purpose: Key(f"{name}-{purpose}", account=ACCOUNT, purpose="test") for purpose in ("key", "log_key")}
    return Function(
        name,
        FunctionSettings(),
        account=ACCOUNT,
        key=keys["key"],
        log_key=keys["log_key"],
        code="functions/rotate_secret",
        handler="handler.handle",
        description="test",
        asynchronous=True,
    )


def uploads() -> Bucket:
    key = Key("uploads", account=ACCOUNT, purpose="test")
    return Bucket("uploads", BucketSettings(bucket="uploads"), account=ACCOUNT, key=key)


def program() -> None:
    bucket, resize, scan = uploads(), function("resize"), function("scan")
    bucket.notify(resize, prefix="incoming/", suffix=".png")
    bucket.notify(scan, prefix="incoming/", suffix=".pdf")
    bucket.notify(resize, prefix="again/")


@pytest.fixture(scope="module")
@once
def graph() -> Graph:
    return record_once(program)


def test_one_list_names_every_function_and_its_objects(graph: Graph) -> None:
    bucket = graph.only("aws:s3/bucket:Bucket")
    listed = graph.only(NOTIFICATION, "uploads-notifications").inputs
    assert listed["bucket"] == bucket.inputs["bucket"]
    arns = {n: graph.only("aws:lambda/function:Function", f"{n}-function").outputs["arn"] for n in ("resize", "scan")}
    created = ["s3:ObjectCreated:*"]
    assert listed["lambdaFunctions"] == [
        {"lambdaFunctionArn": arns["resize"], "events": created, "filterPrefix": "incoming/", "filterSuffix": ".png"},
        {"lambdaFunctionArn": arns["scan"], "events": created, "filterPrefix": "incoming/", "filterSuffix": ".pdf"},
        {"lambdaFunctionArn": arns["resize"], "events": created, "filterPrefix": "again/"},
    ]


def test_only_this_bucket_of_this_account_may_invoke_them(graph: Graph) -> None:
    permissions = graph.of_type(PERMISSION)
    assert [p.name for p in permissions] == ["resize-invocation-uploads", "scan-invocation-uploads"]
    for permission in permissions:
        assert permission.inputs["principal"] == "s3.amazonaws.com"
        assert permission.inputs["sourceArn"] == graph.only("aws:s3/bucket:Bucket").outputs["arn"]
        # The ARN of a bucket does not say whose it is.
        assert permission.inputs["sourceAccount"] == ACCOUNT.id


def test_s3_is_told_only_once_it_may(graph: Graph) -> None:
    listed = graph.only(NOTIFICATION).property_dependencies["lambdaFunctions"]
    assert {p.urn for p in graph.of_type(PERMISSION)} <= set(listed)


@pytest.mark.parametrize(
    ("first", "second"),
    [(("", ""), ("incoming/", ".png")), (("in", ""), ("incoming/", "")), (("", "g"), ("", ".png"))],
)
def test_two_are_not_told_of_the_same_object(first: tuple[str, str], second: tuple[str, str]) -> None:
    def twice() -> None:
        bucket = uploads()
        bucket.notify(function("resize"), prefix=first[0], suffix=first[1])
        bucket.notify(function("scan"), prefix=second[0], suffix=second[1])

    with pytest.raises(Exception, match="scan and resize listen for the same objects"):
        record(twice)


def test_whoever_asks_first_eventbridge_is_told_as_well() -> None:
    def first() -> None:
        bucket = uploads()
        bucket.announce()
        bucket.notify(function("resize"))
        bucket.announce()

    def last() -> None:
        bucket = uploads()
        bucket.notify(function("resize"))
        bucket.announce()

    for order in (first, last):
        listed = record(order).only(NOTIFICATION).inputs
        assert listed["eventbridge"] is True
        assert len(listed["lambdaFunctions"]) == 1
    assert "eventbridge" not in record_once(program).only(NOTIFICATION).inputs
    assert unequal_when_unknown(first) == []


def test_nobody_is_told_unless_asked() -> None:
    assert not record_once(uploads).of_type(NOTIFICATION)


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(program) == []
