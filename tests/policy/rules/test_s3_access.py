import json
from typing import Any

import pytest

from policy.model import UNKNOWN
from policy.rules import s3_access as s3
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource


def policy_of(action: str, **changes: Any) -> str:
    role = {"AWS": "arn:aws:iam::123456789012:role/app"}
    statement = {"Effect": "Allow", "Principal": role, "Action": action, "Resource": "*"}
    return json.dumps({"Statement": [statement | changes]})


BUCKET = resource(s3.BUCKET, "b", acl="private")
ACL = resource(
    s3.ACL,
    "acl",
    acl="private",
    accessControlPolicy={"grants": [{"grantee": {"uri": "http://acs.amazonaws.com/groups/s3/LogDelivery"}}]},
)
OWNERSHIP = resource(s3.OWNERSHIP, "ownership", rule={"objectOwnership": "BucketOwnerEnforced"})
POLICY = resource(s3.POLICY, "policy", policy=policy_of("s3:GetObject"))
POINT = resource(s3.ACCESS_POINT, "point", publicAccessBlockConfiguration={"blockPublicAcls": True})
REGIONS = resource(s3.MULTI_REGION, "regions", details={"publicAccessBlock": {"blockPublicPolicy": True}})
CORS = resource(
    s3.CORS,
    "cors",
    corsRules=[
        {"allowedMethods": ["PUT"], "allowedOrigins": ["https://app.example.com", "https://*.example.com"]},
        {"allowedMethods": ["GET", "HEAD"], "allowedOrigins": ["*"]},
    ],
)
REDIRECT = resource(s3.WEBSITE, "site", redirectAllRequestsTo={"hostName": "example.com", "protocol": "https"})
CASES = [
    Case("s3-acl-not-public", [BUCKET], [Set("acl", "public-read"), Set("acl", "authenticated-read")]),
    Case(
        "s3-acl-not-public",
        [ACL],
        [
            Set("acl", "public-read-write"),
            Set("accessControlPolicy.grants[0].grantee.uri", "http://acs.amazonaws.com/groups/global/AllUsers"),
            Set(
                "accessControlPolicy.grants[0].grantee.uri",
                "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
            ),
        ],
    ),
    Case("s3-acls-disabled", [OWNERSHIP], [Set("rule.objectOwnership", "ObjectWriter"), Set("rule")]),
    Case(
        "s3-policy-keeps-ownership",
        [POLICY],
        [
            Set("policy", policy_of("s3:PutBucketPolicy")),
            Set("policy", policy_of("s3:*")),
            Set("policy", policy_of("s3:Put*")),
        ],
    ),
    Case("s3-access-point-not-public", [POINT], [Set("publicAccessBlockConfiguration.restrictPublicBuckets", False)]),
    Case("s3-access-point-not-public", [REGIONS], [Set("details.publicAccessBlock.blockPublicPolicy", False)]),
    Case(
        "s3-cors-names-writers",
        [CORS],
        [
            Set("corsRules[0].allowedOrigins", ["*"]),
            Set("corsRules[0].allowedOrigins", ["https://*"]),
            Set("corsRules[1].allowedMethods", ["GET", "DELETE"]),
        ],
    ),
    Case("s3-no-website-endpoint", [BUCKET], [Set("website", {"indexDocument": "index.html"})]),
    Case("s3-no-website-endpoint", [REDIRECT], [Set("redirectAllRequestsTo.protocol", "http")]),
]


def test_a_website_of_documents_serves_without_tls() -> None:
    site = resource(s3.WEBSITE, "site", indexDocument={"suffix": "index.html"})
    assert check("s3-no-website-endpoint", site) == ["site: serves a web site without TLS"]


@pytest.mark.parametrize("principal", [{"Service": "logging.s3.amazonaws.com"}, UNKNOWN])
def test_services_get_what_they_need(principal: Any) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:PutBucketAcl", "Resource": "*"}
    assert not check("s3-policy-keeps-ownership", resource(s3.POLICY, policy={"Statement": [statement]}))


def test_a_denial_hands_out_nothing() -> None:
    assert not check("s3-policy-keeps-ownership", resource(s3.POLICY, policy=policy_of("s3:*", Effect="Deny")))


def test_old_grants_on_the_bucket_itself() -> None:
    grants = [{"uri": "http://acs.amazonaws.com/groups/global/AllUsers", "permissions": ["READ"]}]
    assert check("s3-acl-not-public", resource(s3.BUCKET, "b", grants=grants)) == [
        "b: lets everybody in (grants[0].uri)"
    ]
