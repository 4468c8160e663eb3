"""Policies of stores and streams that let everybody in, each in its own way."""

import json
from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.rules import data_policies as rules
from tests.policy.cases import Case, Set
from tests.policy.support import check, resource

ROLE = "arn:aws:iam::123456789012:role/app"


def policy_of(**changes: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": ROLE}, "Action": "any:Action", "Resource": "*"}
    return json.dumps({"Statement": [statement | changes]})


EVERYBODY: list[dict[str, Any]] = [
    {"Principal": "*"},
    {"Principal": {"AWS": ["*", ROLE]}},
    {"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    {"Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}},
    {"Principal": "*", "Condition": {"StringLike": {"aws:PrincipalArn": "*"}}},
]
NARROWED: list[dict[str, Any]] = [
    {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    {"StringEquals": {"aws:SourceAccount": ["123456789012"]}},
    {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}},
    {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
]


def openings(path: str = "policy") -> list[Set]:
    return [Set(path, policy_of(**change)) for change in EVERYBODY]


def _case(rule_id: str, token: str, path: str = "policy") -> Case:
    return Case(rule_id, [_holder(token, path, policy_of())], openings(path))


def _holder(token: str, path: str, policy: str) -> Resource:
    inputs: dict[str, Any] = {path: policy}
    return resource(token, "holder", **inputs)


INSIDE: dict[str, Any] = {"vpcOptions": {"subnetIds": ["subnet-1"]}, "advancedSecurityOptions": {"enabled": True}}
HOLDERS = [
    *(("s3-policy-not-public", token, "policy") for token in rules.BUCKETS),
    ("dynamodb-policy-not-public", rules.TABLE_POLICY, "policy"),
    ("efs-policy-not-public", rules.FILE_SYSTEM_POLICY, "policy"),
    ("msk-policy-not-public", rules.KAFKA_POLICY, "policy"),
    ("kinesis-policy-not-public", rules.STREAM_POLICY, "policy"),
    ("backup-vault-not-public", rules.VAULT_POLICY, "policy"),
    *(("secretsmanager-not-public", token, "policy") for token in rules.SECRETS),
    *(("ecr-not-public", token, "policy") for token in rules.REPOSITORIES[:2]),
    ("ecr-not-public", rules.REPOSITORIES[2], "repositoryPolicy"),
    *(("opensearch-policy-not-public", token, "accessPolicies") for token in rules.DOMAINS),
]
CASES = [_case(*holder) for holder in HOLDERS]


@pytest.mark.parametrize("condition", NARROWED)
@pytest.mark.parametrize(("rule_id", "token", "path"), HOLDERS)
def test_limited_to_some_is_not_everybody(rule_id: str, token: str, path: str, condition: dict[str, Any]) -> None:
    assert not check(rule_id, _holder(token, path, policy_of(Principal="*", Condition=condition)))


@pytest.mark.parametrize(("rule_id", "token", "path"), HOLDERS)
def test_a_denial_of_everybody_is_fine(rule_id: str, token: str, path: str) -> None:
    assert not check(rule_id, _holder(token, path, policy_of(Principal="*", Effect="Deny")))


@pytest.mark.parametrize(("token", "holder"), rules.DOMAINS.items())
def test_domains_in_a_vpc_with_users_of_their_own_may_be_open(token: str, holder: str) -> None:
    lacking: list[dict[str, Any]] = [{}, *({key: INSIDE[key]} for key in INSIDE)]
    for missing in lacking:
        domain = resource(token, "search", **missing)
        policy = resource(
            holder,
            "policy",
            refers={"domainName": domain},
            domainName=UNKNOWN,
            accessPolicies=policy_of(Principal="*"),
        )
        assert check("opensearch-policy-not-public", domain, policy) == [
            "search: statement 1 allows everybody (accessPolicies)"
        ]
    enough: list[dict[str, Any]] = [INSIDE, *(INSIDE | {key: UNKNOWN} for key in INSIDE)]
    for settings in enough:
        domain = resource(token, "search", accessPolicies=policy_of(Principal="*"), **settings)
        assert not check("opensearch-policy-not-public", domain)
