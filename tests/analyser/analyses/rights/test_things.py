"""What the things themselves add: tags, ACLs, access points, versions of functions, grants, endpoints on the way."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from analyser.analyses.rights.decide import Answer
from analyser.analyses.rights.question import ask
from analyser.graph import Graph
from tests.analyser.analyses.rights.made import (
    ACTION,
    ANY,
    BUCKET,
    EC2,
    HOME,
    NO,
    OBJECTS,
    READ,
    ROLE,
    STRANGER,
    UNKNOWN,
    YES,
    More,
    Statement,
    both,
    if_,
    key,
    made,
    named,
    policy,
    store,
)  # fmt: skip

TAG = "aws:ResourceTag/team"


def tagged(kind: str, team: str) -> More:
    """One thing ``jobs`` of a kind, with a tag or without."""
    tags = {"team": team} if team else None
    makers: dict[str, Callable[[], object]] = {
        "queue": lambda: aws.sqs.Queue("jobs", name="jobs", tags=tags),
        "secret": lambda: aws.secretsmanager.Secret("jobs", name="jobs", tags=tags),
        "key": lambda: aws.kms.Key("jobs", tags=tags),
        "table": lambda: aws.dynamodb.Table(
            "jobs", name="jobs", hash_key="a", attributes=[{"name": "a", "type": "S"}], tags=tags),
        "role": lambda: aws.iam.Role("jobs", name="jobs", assume_role_policy=EC2, tags=tags),
        "database": lambda: aws.rds.Instance(
            "jobs", identifier="jobs", instance_class="db.t3.micro", engine="postgres", tags=tags),
        "machine": lambda: aws.ec2.Instance("jobs", ami="a", instance_type="t3.micro", tags=tags),
        "images": lambda: aws.ecr.Repository("jobs", name="jobs", tags=tags),
    }  # fmt: skip
    return lambda _: makers[kind]()


# Kind, its tag, the operator and the key that an allow asks by, the action, the answer.
TAGS = [
    ("queue", "red", "StringEquals", TAG, "sqs:SendMessage", YES),
    ("queue", "blue", "StringEquals", TAG, "sqs:SendMessage", NO),
    ("queue", "", "StringEquals", TAG, "sqs:SendMessage", NO),
    ("queue", "", "StringNotEquals", TAG, "sqs:SendMessage", YES),
    ("secret", "blue", "StringEquals", "secretsmanager:ResourceTag/team", "secretsmanager:GetSecretValue", NO),
    ("secret", "red", "StringEquals", "secretsmanager:ResourceTag/team", "secretsmanager:GetSecretValue", YES),
    ("role", "blue", "StringEquals", "iam:ResourceTag/team", "iam:PassRole", NO),
    ("machine", "blue", "StringEquals", "ec2:ResourceTag/team", "ec2:StopInstances", NO),
    ("machine", "red", "StringEquals", "ec2:ResourceTag/team", "ec2:StopInstances", YES),
    ("database", "blue", "StringEquals", "rds:db-tag/team", "rds:StopDBInstance", NO),
    ("images", "blue", "StringEquals", "ecr:ResourceTag/team", "ecr:BatchGetImage", NO),
    ("key", "blue", "StringEquals", TAG, "kms:Decrypt", NO),
    ("table", "blue", "StringEquals", TAG, "dynamodb:GetItem", NO),
    ("table", "red", "StringEquals", TAG, "dynamodb:GetItem", YES),
]


@pytest.mark.parametrize(("kind", "team", "operator", "key_", "action", "expected"), TAGS)
def test_the_tags_of_a_thing(kind: str, team: str, operator: str, key_: str, action: str, expected: Answer) -> None:
    graph = made({**ANY, **if_(operator, key_, "red")}, more=tagged(kind, team))
    assert ask(graph, "reader", action, "jobs").answer is expected


def test_tags_that_an_account_may_leave_out_of_account_are_a_proviso() -> None:
    graph = made({**ANY, **if_("StringEquals", TAG, "red")}, more=tagged("table", "red"))
    assert ask(graph, "reader", "dynamodb:GetItem", "jobs").provisos == (f"if StringEquals {TAG}: red",)


@pytest.mark.parametrize(("team", "expected"), [("red", YES), ("blue", NO)])
def test_the_tags_of_who_asks_and_of_what_is_asked_for(team: str, expected: Answer) -> None:
    same: Statement = {**ANY, **if_("StringEquals", TAG, "${aws:PrincipalTag/team}")}
    graph = made(same, more=tagged("queue", team), tags={"team": "red"})
    assert ask(graph, "reader", "sqs:SendMessage", "jobs").answer is expected


def test_a_deny_by_a_tag_of_the_thing() -> None:
    denied: Statement = {**ANY, "Effect": "Deny", **if_("StringEquals", TAG, "red")}
    assert ask(made(ANY, denied, more=tagged("queue", "red")), "reader", "sqs:SendMessage", "jobs").answer is NO


def bucket(acl: str = "", owner: str = "ObjectWriter", *closed: str, own: bool = True, grants: Any = None) -> More:
    """The ACL of the bucket, who owns objects, and which switches of the block are on."""
    switches = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")

    def make(_role: aws.iam.Role) -> None:
        aws.s3.BucketOwnershipControls("owner", bucket="the-store", rule={"object_ownership": owner})
        if own:
            block: dict[str, Any] = {name: name in closed for name in switches}
            aws.s3.BucketPublicAccessBlock("block", bucket="the-store", **block)
        if acl or grants:
            said: dict[str, Any] = {"acl": acl} if acl else {"access_control_policy": grants}
            aws.s3.BucketAcl("acl", bucket="the-store", **said)

    return make


def granted(permission: str, group: str) -> dict[str, Any]:
    uri = f"http://acs.amazonaws.com/groups/global/{group}"
    return {"owner": {"id": "me"}, "grants": [{"permission": permission, "grantee": {"type": "Group", "uri": uri}}]}


LIST, PUT = "s3:ListBucket", "s3:PutObject"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
ACLS: dict[str, tuple[More, str, Answer]] = {
    "public to read": (bucket("public-read"), LIST, YES),
    "objects have ACLs of their own": (bucket("public-read"), ACTION, NO),
    "public to read, not to write": (bucket("public-read"), PUT, NO),
    "public to write": (bucket("public-read-write"), PUT, YES),
    "for whoever signs": (bucket("authenticated-read"), LIST, YES),
    "private": (bucket("private"), LIST, NO),
    "a grant to everybody": (bucket(grants=granted("READ", "AllUsers")), LIST, YES),
    "a grant of another kind": (bucket(grants=granted("READ_ACP", "AllUsers")), LIST, NO),
    "ignored": (bucket("public-read", "BucketOwnerPreferred", "ignore_public_acls"), LIST, NO),
    "off": (bucket("public-read", "BucketOwnerEnforced"), LIST, NO),
    "perhaps ignored by S3 itself": (bucket("public-read", own=False), LIST, UNKNOWN),
}


@pytest.mark.parametrize("case", ACLS)
def test_what_the_acl_of_a_bucket_lets_everybody_do(case: str) -> None:
    more, action, expected = ACLS[case]
    assert ask(made(more=more), "reader", action, "store").answer is expected


@pytest.mark.parametrize(
    ("who", "principal", "closed", "expected"),
    [
        ("reader", "*", ("restrict_public_buckets",), YES),
        (STRANGER, "*", ("restrict_public_buckets",), NO),
        (STRANGER, "*", (), UNKNOWN),
        (STRANGER, {"AWS": STRANGER}, ("restrict_public_buckets", "block_public_policy"), UNKNOWN),
    ],
)
def test_a_public_policy_where_public_buckets_are_restricted(
    who: str, principal: object, closed: tuple[str, ...], expected: Answer
) -> None:
    more = both(bucket("", "BucketOwnerEnforced", *closed), store(named(principal)))
    assert ask(made(more=more), who, ACTION, "store").answer is expected


POINT = f"arn:aws:s3:eu-west-1:{HOME}:accesspoint/door"
THROUGH = f"{POINT}/object/*"
LETS: Statement = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": ACTION, "Resource": THROUGH}
DENIES: Statement = {**LETS, "Effect": "Deny", "Principal": "*"}
DELEGATES: Statement = {
    "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": [BUCKET, OBJECTS],
    **if_("StringEquals", "s3:DataAccessPointAccount", HOME),
}  # fmt: skip
NOBODY: Statement = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": [BUCKET, OBJECTS]}


def point(*own: Statement, behind: Statement | None = None) -> More:
    def make(_role: aws.iam.Role) -> None:
        aws.s3.AccessPoint("door", bucket="the-store", name="door", policy=policy(*own) if own else None)
        if behind:
            aws.s3.BucketPolicy("store-policy", bucket="the-store", policy=policy(behind))

    return make


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
POINTS: dict[str, tuple[Callable[[], Graph], str, Answer]] = {
    "lets in, and the bucket leaves it to its points": (
        lambda: made(more=point(LETS, behind=DELEGATES)), THROUGH, YES),
    "by its name": (lambda: made(more=point(LETS, behind=DELEGATES)), "door", YES),
    "lets nobody in": (lambda: made(more=point()), THROUGH, NO),
    "denies": (lambda: made(ANY, more=point(DENIES)), THROUGH, NO),
    "in front of a bucket that denies": (lambda: made(ANY, more=point(LETS, behind=NOBODY)), THROUGH, NO),
    "an own right": (lambda: made(ANY, more=point()), THROUGH, YES),
}  # fmt: skip


@pytest.mark.parametrize("case", POINTS)
def test_an_access_point(case: str) -> None:
    graph, resource, expected = POINTS[case]
    assert ask(graph(), "reader", ACTION, resource).answer is expected


def test_what_a_bucket_says_of_its_access_point_may_be_a_proviso() -> None:
    assert "if bucket store allows it as well" in ask(made(more=point(LETS)), "reader", ACTION, "door").provisos


FUNCTION = f"arn:aws:lambda:eu-west-1:{HOME}:function:till"
INVOKE: Statement = {**ANY, "Action": "lambda:InvokeFunction"}


def function(**permission: Any) -> More:
    def make(_role: aws.iam.Role) -> None:
        role = f"arn:aws:iam::{HOME}:role/elsewhere"
        code = pulumi.AssetArchive({})
        till = aws.lambda_.Function("till", name="till", role=role, runtime="python3.13", handler="a.b", code=code)
        if permission:
            aws.lambda_.Permission("may", function=till.name, action="lambda:InvokeFunction", **permission)

    return make


# https://docs.aws.amazon.com/lambda/latest/dg/permissions-granting.html
FUNCTIONS: dict[str, tuple[Callable[[], Graph], str, Answer]] = {
    "for an alias, by it": (lambda: made(more=function(principal=ROLE, qualifier="live")), f"{FUNCTION}:live", YES),
    "for an alias, without it": (lambda: made(more=function(principal=ROLE, qualifier="live")), FUNCTION, NO),
    "for the function, by an alias": (lambda: made(more=function(principal=ROLE)), f"{FUNCTION}:live", NO),
    "for the account, which leaves it to its roles": (lambda: made(more=function(principal=HOME)), "till", NO),
    "for the account, and an own right": (lambda: made(INVOKE, more=function(principal=HOME)), "till", YES),
    "an own right on its aliases": (
        lambda: made({**INVOKE, "Resource": f"{FUNCTION}:*"}, more=function()), f"{FUNCTION}:live", YES),
    "an own right on the function alone": (
        lambda: made({**INVOKE, "Resource": FUNCTION}, more=function()), f"{FUNCTION}:live", NO),
}  # fmt: skip


@pytest.mark.parametrize("case", FUNCTIONS)
def test_a_permission_is_for_what_it_names(case: str) -> None:
    graph, resource, expected = FUNCTIONS[case]
    assert ask(graph(), "reader", "lambda:InvokeFunction", resource).answer is expected


VIA = if_("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com")


def grant(*operations: str, **more: Any) -> More:
    inputs: dict[str, Any] = {"grantee_principal": ROLE, "operations": list(operations), **more}
    return lambda _: aws.kms.Grant("grant", key_id=aws.kms.Key("cipher").key_id, **inputs)


@pytest.mark.parametrize(
    ("statements", "more", "action", "expected"),
    [
        ([{**ANY, **VIA}], key(), "kms:Decrypt", NO),
        ([], key(named({"AWS": ROLE}, "kms:Decrypt", Resource="*", **VIA)), "kms:Decrypt", NO),
        ([], grant("Decrypt"), "kms:Decrypt", YES),
        ([], grant("Encrypt"), "kms:Decrypt", NO),
        ([], grant("Decrypt", grantee_principal=STRANGER), "kms:Decrypt", NO),
        ([], grant("Decrypt", grantee_principal=STRANGER, retiring_principal=ROLE), "kms:RetireGrant", YES),
        ([], grant("Decrypt", grantee_principal=STRANGER, retiring_principal=ROLE), "kms:Decrypt", NO),
    ],
)
def test_a_key_by_a_service_and_by_grants(
    statements: list[Statement], more: More, action: str, expected: Answer
) -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/grants.html"""
    assert ask(made(*statements, more=more), "reader", action, "cipher").answer is expected


def passing(document: str | None, *, inside: bool = True, more: bool = False) -> More:
    """A function ``till`` that runs with the role in a VPC with an endpoint for S3, or not there."""

    def make(role: aws.iam.Role) -> None:
        net = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16")
        home = aws.ec2.Subnet("home", vpc_id=net.id, cidr_block="10.0.1.0/24")
        table = aws.ec2.RouteTable("table", vpc_id=net.id)
        aws.ec2.RouteTableAssociation("of-home", subnet_id=home.id, route_table_id=table.id)
        aws.ec2.VpcEndpoint("gate", vpc_id=net.id, service_name="com.amazonaws.eu-west-1.s3",
                            route_table_ids=[table.id], policy=document)  # fmt: skip
        group = aws.ec2.SecurityGroup("group", vpc_id=net.id)
        config: dict[str, Any] = {"subnet_ids": [home.id], "security_group_ids": [group.id]}
        for name, there in (("till", inside), *([("other", False)] if more else [])):
            inputs: dict[str, Any] = {"vpc_config": config} if there else {}
            code = pulumi.AssetArchive({})
            aws.lambda_.Function(
                name, name=name, role=role.arn, runtime="python3.13", handler="a.b", code=code, **inputs
            )

    return make


ANOTHER = policy({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::another/*"})
EVERYTHING: Statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
PASSAGES: dict[str, tuple[More, str, Answer]] = {
    "no policy": (passing(None), "till", YES),
    "for this bucket": (passing(policy({**EVERYTHING, "Action": ACTION, "Resource": OBJECTS})), "till", YES),
    "for another bucket": (passing(ANOTHER), "till", NO),
    "for another bucket, by the role's name": (passing(ANOTHER), "reader", NO),
    "a deny": (passing(policy(EVERYTHING, {**EVERYTHING, "Effect": "Deny", "Resource": OBJECTS})), "till", NO),
    "for somebody else": (passing(policy({**EVERYTHING, "Principal": {"AWS": STRANGER}})), "till", NO),
    "not on the way": (passing(ANOTHER, inside=False), "till", YES),
    "on the way of some": (passing(ANOTHER, more=True), "reader", YES),
    "on the way of this one": (passing(ANOTHER, more=True), "till", NO),
}


@pytest.mark.parametrize("case", PASSAGES)
def test_an_endpoint_on_the_way(case: str) -> None:
    more, who, expected = PASSAGES[case]
    found = ask(made(READ, more=more), who, ACTION, "store")
    assert found.answer is expected
    assert any("unless it comes by endpoint gate" in one for one in found.provisos) is (case == "on the way of some")
