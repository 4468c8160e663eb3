"""What `make local` runs, over real sockets: the emulator with what the graph registers, and the code in it."""

import ssl
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from pycrdt import Doc, Text
from websockets.exceptions import InvalidStatus

from tests.stacks import stack_graph
from tools.local import left_out
from tools.local.place import Place, running
from tools.redis_server import PATIENCE

from .editor import Editor

PAGE = "docs/plan"
_UNVERIFIED = ssl._create_unverified_context()  # a task makes its certificate itself


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with running(stack_graph("local")) as started:
        yield started


def test_everything_is_made_or_left_out_with_a_reason(place: Place) -> None:
    assert len(place.cloud.made) + sum(place.cloud.left_out.values()) == len(place.graph.resources)
    assert len(place.cloud.made) >= 90
    assert len(left_out.lines(place.cloud.left_out)) <= len(left_out.REASONS)
    assert place.cloud.unsaid == []


def test_what_is_made_is_as_the_stack_says(place: Place) -> None:
    client = place.cloud.emulator.client
    table = client("dynamodb").describe_table(TableName="local-collaboration-state")["Table"]
    assert [(key["AttributeName"], key["KeyType"]) for key in table["KeySchema"]] == [("pk", "HASH"), ("sk", "RANGE")]
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    living = client("dynamodb").describe_time_to_live(TableName=table["TableName"])["TimeToLiveDescription"]
    assert living["AttributeName"] == "ttl"
    (bucket,) = (b["Name"] for b in client("s3").list_buckets()["Buckets"] if "static" in b["Name"])
    assert client("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert client("s3").get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicAcls"]
    (queue,) = client("sqs").list_queues(QueueNamePrefix="backup-changes")["QueueUrls"]
    attributes = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert attributes["MessageRetentionPeriod"] == "1209600"
    keys = {key["KeyArn"] for key in client("kms").list_keys()["Keys"]}
    assert attributes["KmsMasterKeyId"] in keys  # the emulator's own, not the preview's


def test_a_token_that_nobody_signed_opens_nothing(place: Place) -> None:
    with pytest.raises(InvalidStatus, match="403"), Editor(place, "ada", PAGE, token="nobody's"):
        pass


def test_two_write_one_is_cut_off_and_a_late_one_reads(place: Place) -> None:
    with Editor(place, "ada", PAGE) as ada:
        ada.join()
        with Editor(place, "bob", PAGE) as bob:
            bob.join()
            ada.write("Hello")
            bob.hear_text("Hello")
            bob.write(", world")
            ada.hear_text("Hello, world")
            bob.cut()
        ada.write("!")
        with Editor(place, "cyd", PAGE) as late:
            late.join()
            assert str(late.text) == "Hello, world!"
    assert served(place, PAGE) == "Hello, world!"


def served(place: Place, page: str) -> str:
    """What the server on Fargate reads out of the state table."""
    (server,) = place.servers.values()
    given = {"Authorization": f"Bearer {place.token('dan')}"}
    asked = urllib.request.Request(f"{server}/pages/{quote(page, safe='')}", headers=given)
    document: Doc = Doc()
    with urllib.request.urlopen(asked, context=_UNVERIFIED, timeout=PATIENCE) as answer:
        document.apply_update(answer.read())
    return str(document.get("text", type=Text))
