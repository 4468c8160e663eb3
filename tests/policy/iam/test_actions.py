import gzip
import json
from pathlib import Path

import pytest

from policy.iam import LIST, PERMISSIONS, READ, TAGGING, WRITE, expand, expand_all, grants
from policy.iam.actions import TABLE_FILE
from policy.iam.generate import main, source, table


def test_table_is_current() -> None:
    committed = json.loads(gzip.decompress(TABLE_FILE.read_bytes()))
    assert committed == table(source()), "run `python -m policy.iam.generate`"


def test_table_is_written_the_same_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policy.iam.generate.TABLE_FILE", tmp_path / "actions.json.gz")
    main()
    assert gzip.decompress((tmp_path / "actions.json.gz").read_bytes()) == gzip.decompress(TABLE_FILE.read_bytes())


@pytest.mark.parametrize(
    ("name", "level", "resource_level"),
    [
        ("s3:PutObject", WRITE, True),
        ("s3:GetObject", READ, True),
        ("s3:ListAllMyBuckets", LIST, False),
        ("ecr:GetAuthorizationToken", READ, False),
        ("iam:PassRole", PERMISSIONS, True),
        ("ec2:CreateTags", TAGGING, True),
        ("cloudwatch:PutMetricData", WRITE, False),
    ],
)
def test_what_actions_do(name: str, level: str, resource_level: bool) -> None:
    (action,) = expand(name.upper())
    assert (action.name, action.level, action.resource_level) == (name, level, resource_level)


def test_patterns() -> None:
    names = [action.name for action in expand("sqs:*message*")]
    assert "sqs:SendMessage" in names
    assert "sqs:ReceiveMessage" in names
    assert "sqs:CreateQueue" not in names
    assert [action.name for action in expand("sqs:?endMessage")] == ["sqs:SendMessage"]
    assert len(expand("*")) == len(expand("*:*")) > 15_000
    assert {action.name.partition(":")[0] for action in expand("s3*:Get*")} > {"s3", "s3tables"}


def test_unknown_actions_are_none() -> None:
    for pattern in ("nope:Get", "s3:Nope", "s3", "s3:[a]*"):
        assert expand(pattern) == ()


def test_each_action_once() -> None:
    assert [action.name for action in expand_all(["sqs:SendMessage", "SQS:sendmessage", "sqs:SendMess*"])] == [
        "sqs:SendMessage"
    ]


def test_grants() -> None:
    assert grants(["s3:Get*"], "s3:GetObject")
    assert grants(["s3:Get?bject"], "s3:GetObject")
    assert grants(["*"], "new:Thing")
    assert grants(["IAM:passrole"], "iam:PassRole")
    assert not grants(["s3:Get*"], "s3:PutObject")
    assert not grants([], "s3:GetObject")
