"""Policies of resources: queues, functions, endpoints and others."""

from typing import Any

import pytest

from policy.iam import RESOURCE, types_with
from policy.model import UNKNOWN, Resource
from policy.pack import all_rules
from policy.rules.lambda_permissions import LAYER_PERMISSION, PERMISSION
from policy.rules.vpc_endpoints import VPC_ENDPOINT, VPC_ENDPOINT_POLICY
from tests.policy.cases import Case, Set, Without
from tests.policy.rules.iam_support import ACCOUNT, STRANGER, document
from tests.policy.support import check, resource

QUEUE = "aws:sqs/queuePolicy:QueuePolicy"
BUS = "aws:cloudwatch/eventBusPolicy:EventBusPolicy"
BUCKET = "aws:s3/bucketPolicy:BucketPolicy"
API = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/api"}
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
HOME = resource("aws:sns/topic:Topic", "home", outputs={"arn": f"arn:aws:sns:us-east-1:{ACCOUNT}:home"})
NO_LIMITS: list[dict[str, Any]] = [
    {"StringLike": {"aws:Referer": "https://example.com/*"}},
    {"StringEquals": {"aws:UserAgent": "secret"}},
    {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0"]}},
    {"IpAddress": {"aws:SourceIp": "128.0.0.0/1"}},
    {"IpAddress": {"aws:SourceIp": "::/0"}},
    {"IpAddress": {"aws:SourceIp": ["3.0.0.0/9", "18.0.0.0/9"]}},
    {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}},
    {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
    {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
    {"StringLike": {"aws:PrincipalOrgPaths": "*/*"}},
    {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:notices"}},
    {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
    {"ArnLike": {"aws:SourceArn": "*"}},
    {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/api"}},
    {"StringEquals": {"aws:PrincipalTag/team": "records"}},
    {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "false"}},
]
LIMITS: list[dict[str, Any]] = [
    {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-*"}},  # no pattern here: nobody's
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/r-1/ou-1/*"}},
    {"StringEquals": {"AWS:sourceaccount": ACCOUNT}},
    {"ArnEquals": {"aws:SourceArn": f"arn:aws:sns:us-east-1:{ACCOUNT}:*"}},
    {"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:company-uploads"}},
    {"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/*"}},
    {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
    {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.7"]}},
    {"IpAddress": {"aws:SourceIp": "2001:db8::/48"}},
    {"Bool": {"elasticfilesystem:AccessedViaMountTarget": True}},
    {"StringEquals": {"kms:CallerAccount": ACCOUNT}},
    {"StringEquals": {"aws:Referer": "x", "aws:SourceOwner": ACCOUNT}},
]


def policy(principal: object, condition: object = None, action: object = "sqs:SendMessage", **more: Any) -> str:
    base = {"Sid": "In", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return document(base | {"Condition": condition} | more)


def queue(*given: Any, **more: Any) -> Resource:
    return resource(QUEUE, "queue", policy=policy(*given, **more))


CALLED = resource(PERMISSION, "called", principal="s3.amazonaws.com", sourceArn="arn:aws:s3:::b", sourceAccount=ACCOUNT)
ENDPOINT = resource(
    VPC_ENDPOINT,
    "endpoint",
    serviceName="com.amazonaws.us-east-1.s3",
    policy=policy("*", {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, "*"),
)
BARE_ENDPOINT = resource(VPC_ENDPOINT, "bare", serviceName="com.amazonaws.us-east-1.s3")
APART = resource(
    VPC_ENDPOINT_POLICY,
    "apart",
    refers={"vpcEndpointId": BARE_ENDPOINT},
    vpcEndpointId="vpce-1",
    policy=policy("*", {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}, "*"),
)
CASES = [
    Case(
        "sqs-not-public",
        [queue(API)],
        [Set("policy", policy("*")), *(Set("policy", policy({"AWS": "*"}, each)) for each in NO_LIMITS)],
    ),
    Case(
        "resource-policy-not-public",
        [resource(BUS, "bus", policy=policy(ROOT, None, "events:PutEvents"))],
        [Set("policy", policy("*", None, "events:PutEvents")), Set("policy", policy("*", NO_LIMITS[0]))],
    ),
    Case(
        "resource-policy-service-source",
        [queue({"Service": "sns.amazonaws.com"}, {"ArnEquals": {"aws:SourceArn": f"arn:aws:sns:r:{ACCOUNT}:t"}})],
        [
            Set("policy", policy({"Service": "sns.amazonaws.com"})),
            Set("policy", policy({"Service": ["lambda.amazonaws.com", "events.amazonaws.com"]})),
            Set(
                "policy",
                policy({"Service": "logs.eu-central-1.amazonaws.com"}, {"Bool": {"aws:SecureTransport": "true"}}),
            ),
            Set("policy", policy({"Service": "s3.amazonaws.com"}, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}})),
            Set("policy", policy({"Service": "s3.amazonaws.com"}, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}})),
        ],
    ),
    Case(
        "resource-policy-own-actions",
        [queue(API, None, ["sqs:SendMessage", "SQS:Get*"])],
        [
            Set("policy", policy(API, None, "*")),
            Set("policy", policy(API, None, "sqs:*")),
            Set("policy", policy(API, None, ["sqs:SendMessage", "sns:Publish"])),
        ],
    ),
    Case(
        "resource-policy-cross-account",
        [queue(API), HOME],
        [
            Set("policy", policy({"AWS": f"arn:aws:iam::{STRANGER}:root"})),
            Set("policy", policy({"AWS": [API["AWS"], STRANGER]})),
        ],
    ),
    Case(
        "lambda-permission-not-public",
        [resource(PERMISSION, "all", principal="*", principalOrgId="o-1")],
        [Set("principalOrgId"), Set("principalOrgId", "")],
    ),
    Case(
        "resource-policy-cross-account",
        [resource(PERMISSION, "given", principal=ACCOUNT, action="lambda:InvokeFunction"), HOME],
        [Set("principal", STRANGER), Set("principal", f"arn:aws:iam::{STRANGER}:role/api")],
    ),
    Case(
        "lambda-permission-invoke-only",
        [resource(PERMISSION, "given", principal=ACCOUNT, action="lambda:InvokeFunction")],
        [Set("action", "lambda:*"), Set("action", "lambda:UpdateFunctionCode"), Set("action", "lambda:Add*")],
    ),
    Case(
        "lambda-permission-source",
        [CALLED],
        [Set("sourceAccount")],
    ),
    Case(
        "lambda-permission-source",
        [resource(PERMISSION, "rule", principal="events.amazonaws.com", sourceArn="arn:aws:events:::rule/r")],
        [Set("sourceArn")],
    ),
    Case(
        "vpc-endpoint-policy",
        [ENDPOINT],
        [
            Set("policy", policy("*", None, "*")),
            Set("policy", policy("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, "s3:*")),
            Set("policy"),
        ],
    ),
    Case(
        "vpc-endpoint-policy",
        [BARE_ENDPOINT, APART],
        [
            Without("apart", "vpcEndpointId"),
            Set("policy", policy("*", None, "*"), on="apart"),
        ],
    ),
]


@pytest.mark.parametrize("condition", LIMITS, ids=str)
def test_conditions_that_leave_known_principals(condition: dict[str, Any]) -> None:
    assert check("sqs-not-public", queue("*", condition)) == []


def test_what_is_not_known_is_not_public() -> None:
    for condition in (UNKNOWN, {"StringEquals": UNKNOWN}, {"StringEquals": {"aws:SourceAccount": UNKNOWN}}):
        statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Condition": condition}
        assert check("sqs-not-public", resource(QUEUE, "q", policy={"Statement": [statement]})) == []
    mixed = {"Effect": "Allow", "Principal": {"AWS": [UNKNOWN, "*"]}, "Action": "sqs:SendMessage"}
    assert check("sqs-not-public", resource(QUEUE, "q", policy={"Statement": [mixed]}))


def test_denials_open_nothing() -> None:
    assert check("sqs-not-public", queue("*", Effect="Deny")) == []
    assert check("resource-policy-own-actions", queue("*", None, "sqs:*", Effect="Deny")) == []
    assert check("resource-policy-service-source", queue({"Service": "sns.amazonaws.com"}, Effect="Deny")) == []


def test_every_policy_is_judged_once_for_being_public() -> None:
    by_design = ("aws:apigateway/", "aws:ecrpublic/", "aws:vpclattice/", "aws-native:vpclattice:")
    of_other_inputs = ("managed-not-public", "s3-access-point-not-public", "s3-acl-not-public")
    for token in types_with(RESOURCE):
        # Policies of search domains that stand apart are judged with their domain.
        if not token.startswith(by_design) and not token.endswith("domainPolicy:DomainPolicy"):
            judging = [rule.id for rule in all_rules() if token in rule.types and "not-public" in rule.id]
            assert len([each for each in judging if each not in of_other_inputs]) == 1, token


def test_services_that_name_no_source_are_not_asked_for_one() -> None:
    assert check("resource-policy-service-source", queue({"Service": "lambda.amazonaws.com"})) == []


@pytest.mark.parametrize(
    ("where", "bound"),
    [
        (f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/*", True),
        (f"arn:aws:s3:::logs/web/AWSLogs/{ACCOUNT}/*", True),
        (UNKNOWN, True),
        ("arn:aws:s3:::logs/*", False),
        ("arn:aws:s3:::logs/AWSLogs/*", False),
        ([f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/*", "arn:aws:s3:::logs/*"], False),
    ],
)
def test_load_balancers_write_below_the_account_s_folder(where: Any, bound: bool) -> None:
    principal = {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": where}
    given = resource(BUCKET, "logs", policy={"Statement": [statement]})
    assert (check("resource-policy-service-source", given) == []) is bound


@pytest.mark.parametrize(
    ("token", "action"),
    [
        (BUS, "events:PutEvents"),
        ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "logs:PutLogEvents"),
        ("aws:efs/fileSystemPolicy:FileSystemPolicy", "elasticfilesystem:ClientMount"),
        ("aws:opensearch/domain:Domain", "es:ESHttpGet"),
        ("aws:apigateway/restApiPolicy:RestApiPolicy", "execute-api:Invoke"),
        ("aws:msk/clusterPolicy:ClusterPolicy", "kafka-cluster:Connect"),
        (BUCKET, "s3:GetObject"),
    ],
)
def test_services_go_by_other_names_in_actions(token: str, action: str) -> None:
    held: dict[str, Any] = {each: policy(API, None, action) for each in ("policy", "policyDocument", "accessPolicies")}
    assert check("resource-policy-own-actions", resource(token, "it", **held)) == []


def test_shared_accounts_are_known_accounts() -> None:
    shared = queue({"AWS": STRANGER})
    assert check("resource-policy-cross-account", shared, HOME, shared_with=(STRANGER,)) == []
    assert check("resource-policy-cross-account", shared) == []
    limited = queue({"AWS": STRANGER}, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}})
    assert check("resource-policy-cross-account", limited, HOME) == []


def test_permissions_of_functions() -> None:
    assert check("lambda-permission-source", resource(PERMISSION, "p", principal=ACCOUNT)) == []
    rule = resource(PERMISSION, "p", principal="events.amazonaws.com", sourceArn=UNKNOWN)
    assert check("lambda-permission-source", rule) == []
    assert check("lambda-permission-source", resource(PERMISSION, "p", principal="events.amazonaws.com")) == [
        "p: lets events.amazonaws.com call on behalf of any account (sourceArn)"
    ]
    layer = resource(LAYER_PERMISSION, "layer", principal="*")
    assert check("lambda-permission-not-public", layer) == ["layer: lets everybody in (principal)"]
    assert check("lambda-permission-not-public", resource(LAYER_PERMISSION, principal="*", organizationId="o-1")) == []


def test_endpoints_that_take_no_policy_need_none() -> None:
    for service in ("com.amazonaws.vpce.us-east-1.vpce-svc-1", "com.amazonaws.us-east-1.ec2"):
        assert check("vpc-endpoint-policy", resource(VPC_ENDPOINT, "other", serviceName=service)) == []
    named = resource(
        VPC_ENDPOINT, "named", policy=policy("*", None, "s3:GetObject", Resource="arn:aws:s3:::packages/*")
    )
    assert check("vpc-endpoint-policy", named) == []


def test_an_organisation_may_call_functions() -> None:
    given = resource(PERMISSION, principal=STRANGER, principalOrgId="o-1", action="lambda:InvokeFunctionUrl")
    assert check("resource-policy-cross-account", given, HOME) == []
    assert check("lambda-permission-invoke-only", given) == []


def test_canonical_users_are_strangers_unless_they_are_cloudfront_s() -> None:
    user = policy(
        {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}, None, "s3:GetObject"
    )
    identity = resource("aws:cloudfront/originAccessIdentity:OriginAccessIdentity", "identity")
    assert check("resource-policy-cross-account", resource(BUCKET, "b", policy=user))
    served = resource(BUCKET, "b", policy=user, refers={"policy": identity})
    assert check("resource-policy-cross-account", served, identity) == []


def test_accounts_of_aws_that_write_logs_are_let_in() -> None:
    def writes(where: str, action: str = "s3:PutObject") -> Resource:
        return resource(
            BUCKET, "logs", policy=policy({"AWS": "arn:aws:iam::127311923021:root"}, None, action, Resource=where)
        )

    own = f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/*"
    assert check("resource-policy-cross-account", writes(own), HOME) == []
    assert check("resource-policy-cross-account", writes("arn:aws:s3:::logs/*"), HOME)
    assert check("resource-policy-cross-account", writes(own, "s3:GetObject"), HOME)
