"""Answers change with the one statement that decides them."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from analyser.analyses.rights.decide import Answer, Decision
from analyser.analyses.rights.question import ask, document
from analyser.analyses.rights.unknown_name import UnknownNameError
from analyser.faces.terminal.rights import show
from analyser.graph import Graph
from analyser.run.program import run_program

CONFIG = {"aws:region": "eu-west-1", "strata:system": "records", "strata:environment": "prod"}
BUCKET = "arn:aws:s3:::the-store"
READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*"}
TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def graph(
    *identity: dict[str, Any],
    bucket: tuple[dict[str, Any], ...] = (),
    boundary: str | None = None,
    managed: str = "",
    key: tuple[dict[str, Any], ...] | None = None,
) -> Graph:
    """A role with these statements, and a bucket with those of its own; perhaps encrypted by a key with its policy."""

    def program() -> None:
        role = aws.iam.Role("reader", assume_role_policy=policy(TRUST), permissions_boundary=boundary)
        if identity:
            aws.iam.RolePolicy("reader-policy", role=role.name, policy=policy(*identity))
        if managed:
            aws.iam.RolePolicyAttachment("reader-managed", role=role.name, policy_arn=managed)
        store = aws.s3.Bucket("store", bucket="the-store")
        if bucket:
            aws.s3.BucketPolicy("store-policy", bucket=store.bucket, policy=policy(*bucket))
        if key is not None:
            cipher = aws.kms.Key("cipher", policy=policy(*key))
            aws.s3.BucketServerSideEncryptionConfiguration(
                "store-encryption",
                bucket=store.bucket,
                rules=[
                    {
                        "apply_server_side_encryption_by_default": {
                            "sse_algorithm": "aws:kms",
                            "kms_master_key_id": cipher.arn,
                        }
                    }
                ],
            )
            if key:
                pulumi.export("key", cipher.arn)

    return run_program(program, stack="shop", config=CONFIG)


def may(found: Graph, action: str = "s3:GetObject", resource: str = "store") -> Decision:
    return ask(found, "reader", action, resource)


def test_nothing_is_allowed_that_nobody_allows() -> None:
    found = may(graph())
    assert not found.yes
    assert found.because == "no statement of reader or of store allows it"


def test_a_statement_allows_its_action_on_its_resource_and_no_other() -> None:
    found = graph(READ)
    assert may(found).yes
    assert [(ground.label, ground.where) for ground in may(found).grounds] == [("Read", "inline policy reader-policy")]
    assert not may(found, "s3:PutObject").yes
    assert not may(found, "s3:ListBucket").yes
    assert not may(found, resource="arn:aws:s3:::another/x").yes
    assert may(found, resource=f"{BUCKET}/a/b").yes


def test_actions_are_taken_in_any_letters_and_wildcards_count() -> None:
    assert may(graph(READ), "S3:getobject").action == "s3:GetObject"
    assert may(graph({**READ, "Action": "s3:Get*"})).yes
    assert may(graph({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})).yes
    assert not may(graph({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})).yes


def test_a_part_of_the_bucket_is_a_yes_that_says_which_part() -> None:
    found = may(graph({**READ, "Resource": f"{BUCKET}/public/*"}))
    assert found.yes
    assert found.provisos == (f"only on {BUCKET}/public/*",)


@pytest.mark.parametrize("where", ["identity", "bucket"])
def test_an_explicit_deny_wins_wherever_it_stands(where: str) -> None:
    deny = {"Sid": "Never", "Effect": "Deny", "Action": "s3:*", "Resource": f"{BUCKET}/*"}
    found = may(graph(READ, deny) if where == "identity" else graph(READ, bucket=({**deny, "Principal": "*"},)))
    assert not found.yes
    assert found.because == "an explicit deny"
    assert [ground.label for ground in found.grounds] == ["Never"]


def test_a_deny_under_a_condition_is_a_proviso() -> None:
    plain = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{BUCKET}/*"}
    found = may(graph(READ, bucket=({**plain, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},)))
    assert found.yes
    assert found.provisos[0].startswith("unless Bool aws:SecureTransport: false")
    other = {**plain, "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}}}
    assert may(graph(READ, bucket=(other,))).provisos == ()


def test_a_bucket_that_names_the_role_needs_no_other_statement() -> None:
    arn = ask(graph(READ), "reader", "s3:GetObject", "store").principal.arn
    grant = {**READ, "Sid": "Named", "Principal": {"AWS": arn}}
    assert may(graph(bucket=(grant,))).yes
    stranger = {**grant, "Principal": {"AWS": arn.replace("role/", "role/not-")}}
    assert not may(graph(bucket=(stranger,))).yes


def test_a_boundary_takes_away_what_it_does_not_allow() -> None:
    read_only, compute = (f"arn:aws:iam::aws:policy/{name}" for name in ("job-function/ViewOnlyAccess", "Nowhere"))
    assert may(graph(READ, boundary=read_only)).because == "the permissions boundary does not allow it"
    unread = may(graph(READ, boundary=compute))
    assert unread.answer is Answer.UNKNOWN
    assert unread.because == "its permissions boundary decides, whose content is not known"


def test_policies_of_aws_count_and_unknown_ones_are_named() -> None:
    viewer = graph(managed="arn:aws:iam::aws:policy/job-function/ViewOnlyAccess")
    assert may(viewer, "s3:ListAllMyBuckets", "*").yes
    unread = may(graph(managed="arn:aws:iam::aws:policy/Nowhere"))
    assert unread.answer is Answer.UNKNOWN
    assert unread.because.endswith("not known here: arn:aws:iam::aws:policy/Nowhere")
    assert may(graph(READ, managed="arn:aws:iam::aws:policy/Nowhere")).provisos == (
        "unless arn:aws:iam::aws:policy/Nowhere, whose content is not known, denies it",
    )


ROOT = {"Sid": "Account", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "kms:*", "Resource": "*"}  # fmt: skip
DECRYPT = {"Sid": "Decrypt", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}


def test_reading_what_a_key_encrypts_takes_the_key() -> None:
    without = may(graph(READ, key=(ROOT,)))
    assert (without.allowed, without.yes) == (True, False)
    assert [need.action for need in without.needs] == ["kms:Decrypt"]
    assert may(graph(READ, DECRYPT, key=(ROOT,))).yes


def test_a_key_that_does_not_leave_it_to_the_account_lets_nobody_in() -> None:
    stranger = {**ROOT, "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}
    found = may(graph(READ, DECRYPT, key=(stranger,)))
    assert not found.yes
    assert found.needs[0].because.startswith("the policy of")


def test_services_are_let_in_by_the_resource_alone() -> None:
    grant = {**READ, "Principal": {"Service": "cloudfront.amazonaws.com"}}
    found = graph(bucket=(grant,))
    assert ask(found, "cloudfront.amazonaws.com", "s3:GetObject", "store").yes
    assert not ask(found, "logging.s3.amazonaws.com", "s3:GetObject", "store").yes


@pytest.mark.parametrize(
    ("role", "action", "resource", "said"),
    [
        ("raeder", "s3:GetObject", "store", "shop: no role or user is called 'raeder'; did you mean reader?"),
        ("reader", "s3:GetObjekt", "store", "is no action of AWS; did you mean s3:GetObject"),
        ("reader", "sqss:Send", "store", "'sqss:Send' is no action of AWS; did you mean sqs"),
        ("reader", "s3:GetObject", "stroe", "shop: 'stroe' is nothing that s3:GetObject is about; did you mean store?"),
        ("reader", "sqs:SendMessage", "store", "'store' is nothing that sqs:SendMessage is about; name an ARN"),
    ],
)
def test_names_that_mean_nothing_are_told_with_what_was_meant(role: str, action: str, resource: str, said: str) -> None:
    with pytest.raises(UnknownNameError) as told:
        ask(graph(READ), role, action, resource)
    assert said in str(told.value)


def test_it_prints_the_answer_with_its_grounds_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = may(graph(READ, key=(ROOT,)))
    show(found)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "no   reader s3:GetObject store: it may not use its key (kms:Decrypt)"
    assert "     Read of inline policy reader-policy allows it" in lines
    assert any(line.startswith("     with its key: no   reader kms:Decrypt cipher") for line in lines)
    told = document(found)
    assert (told["yes"], told["allowed"], told["resource"]["arn"]) == (False, True, f"{BUCKET}/*")
    assert told["statements"] == [
        {"effect": "Allow", "where": "inline policy reader-policy", "statement": "Read", "conditions": [], "only": []}
    ]
    assert [need["yes"] for need in told["needs"]] == [False]
