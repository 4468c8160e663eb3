import json
from typing import Any

import pytest

from policy.iam import IDENTITY, RESOURCE, TRUST, documents, parse, types_with
from policy.model import UNKNOWN
from tests.policy.support import resource


def only(content: object):
    document = parse(content, IDENTITY, "policy")
    assert document is not None
    (statement,) = document.statements
    return statement


def test_single_values_are_lists_of_one() -> None:
    statement = only(json.dumps({"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}))
    assert statement.actions == ("s3:Get*",)
    assert statement.any_resource
    assert statement.allows
    assert statement.label == "statement 1"
    assert statement.sid == ""


def test_conditions_are_flat_and_keys_ignore_case() -> None:
    block = {"StringEquals": {"AWS:SourceAccount": "1", "b": ["2", "3"]}, "Bool": {"c": False}}
    statement = only({"Statement": [{"Sid": "S", "Effect": "Allow", "Condition": block}]})
    assert [(each.operator, each.key, each.values) for each in statement.conditions] == [
        ("StringEquals", "AWS:SourceAccount", ("1",)),
        ("StringEquals", "b", ("2", "3")),
        ("Bool", "c", (False,)),
    ]
    assert [each.values for each in statement.values_of("aws:sourceaccount")] == [("1",)]
    assert statement.label == "S"
    assert statement.wholly_known_conditions


def test_principals() -> None:
    assert only({"Statement": {"Effect": "Allow", "Principal": "*"}}).any_principal
    assert only({"Statement": {"Effect": "Allow", "Principal": "*"}}).principals_of("Service") == []
    assert only({"Statement": {"Effect": "Allow", "Principal": {"AWS": ["x", "*"]}}}).any_principal
    assert not only({"Statement": {"Effect": "Deny", "Principal": "*"}}).any_principal
    assert not only({"Statement": {"Effect": "Allow", "Principal": {"Service": "*"}}}).any_principal
    statement = only({"Statement": {"Effect": "Allow", "Principal": {"Service": ["a", UNKNOWN]}}})
    assert statement.principals_of("Service") == ["a"]
    assert statement.principals_of("AWS") == []


def test_unknown_parts_leave_the_rest_readable() -> None:
    document = parse(
        {"Statement": [UNKNOWN, {"Effect": "Allow", "Action": UNKNOWN, "Resource": ["*", UNKNOWN]}]}, IDENTITY, "p"
    )
    assert document is not None
    assert not document.complete
    (statement,) = document.statements
    assert statement.index == 1
    assert statement.known_actions() == []
    assert statement.any_resource
    hidden = only({"Statement": {"Effect": UNKNOWN, "Condition": UNKNOWN}})
    assert not hidden.allows
    assert hidden.conditions
    assert not hidden.wholly_known_conditions
    assert not only({"Statement": {"Effect": "Allow", "Condition": {"Bool": UNKNOWN}}}).wholly_known_conditions


def test_what_is_no_document() -> None:
    assert parse(UNKNOWN, IDENTITY, "p") is None
    assert parse("not json", IDENTITY, "p") is None
    assert parse("[]", IDENTITY, "p") is None
    assert parse(None, IDENTITY, "p") is None
    nothing = parse({"Statement": UNKNOWN}, IDENTITY, "p")
    assert nothing is not None
    assert nothing.statements == ()
    assert not nothing.complete
    odd = parse({"Statement": ["Allow", 1, {"Effect": "Allow", "Resource": ["", "arn:aws:s3:::b"]}]}, IDENTITY, "p")
    assert odd is not None
    (statement,) = odd.statements
    assert statement.index == 2
    assert not statement.any_resource


@pytest.mark.parametrize("whole", ['{"Statement": {"Effect": "Allow"}}', {"Statement": [{"Effect": "Allow"}]}])
def test_what_is_wholly_known_is_complete(whole: Any) -> None:
    found = parse(whole, IDENTITY, "p")
    assert found is not None
    assert found.complete


def test_documents_of_a_role_by_kind() -> None:
    text = json.dumps({"Statement": {"Effect": "Allow"}})
    role = resource("aws:iam/role:Role", assumeRolePolicy=text, inlinePolicies=[{"policy": text}, {"policy": UNKNOWN}])
    assert [(each.kind, each.path) for each in documents(role)] == [
        (TRUST, "assumeRolePolicy"),
        (IDENTITY, "inlinePolicies[0].policy"),
    ]
    assert [each.kind for each in documents(role, TRUST)] == [TRUST]
    assert documents(resource("aws:other/thing:Thing", policy=text)) == ()


def test_documents_of_other_places() -> None:
    text = json.dumps({"Statement": {"Effect": "Allow"}})
    for token, key in (
        ("aws:s3/bucketPolicy:BucketPolicy", "policy"),
        ("aws:opensearch/domain:Domain", "accessPolicies"),
        ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "policyDocument"),
        ("aws:backup/vaultPolicy:VaultPolicy", "policy"),
    ):
        inputs: dict[str, Any] = {key: text}
        (document,) = documents(resource(token, **inputs), RESOURCE)
        assert document.path == key
        assert token in types_with(RESOURCE)
        assert token not in types_with(TRUST, IDENTITY)
