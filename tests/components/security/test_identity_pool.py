"""Which AWS rights signed-in users have, and that nobody else has any."""

import json
from typing import Any

from analyser.graph import Graph
from components.security.identity_pool import IDENTITY, IdentityPool, own_objects
from components.statements import Grant, Statement
from tests.components.security.identity import CLIENT, POOL, client, complaints, user_pool
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

IDENTITIES, ROLE = "aws:cognito/identityPool:IdentityPool", "aws:iam/role:Role"
RIGHTS = "aws:iam/rolePolicy:RolePolicy"
BUCKET, KEY = "arn:aws:s3:::uploads", "arn:aws:kms:us-east-1:123456789012:key/1"


def program(*grants: Grant) -> None:
    pool = user_pool()
    IdentityPool("identities", user_pool=pool, client=client(pool), grants=grants)


def own() -> None:
    program(own_objects(ACCOUNT, BUCKET, KEY, "users"))


def rights(graph: Graph) -> dict[str, dict[str, Any]]:
    return {s["Sid"]: s for s in json.loads(graph.only(RIGHTS).inputs["policy"])["Statement"]}


def test_guests_get_nothing_and_users_come_from_the_one_client() -> None:
    graph = record_once(program)
    inputs = graph.only(IDENTITIES).inputs
    assert inputs["allowUnauthenticatedIdentities"] is False
    assert inputs["allowClassicFlow"] is False
    assert inputs["identityPoolName"] == "test-identities"
    assert inputs["cognitoIdentityProviders"] == [
        {
            "clientId": graph.only(CLIENT).id,
            "providerName": f"cognito-idp.us-east-1.amazonaws.com/{graph.only(POOL).id}",
            "serverSideTokenCheck": True,
        }
    ]
    attached = graph.only("aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment").inputs
    assert attached["roles"] == {"authenticated": graph.only(ROLE).outputs["arn"]}


def test_only_signed_in_identities_of_this_pool_take_the_role() -> None:
    graph = record_once(program)
    (trust,) = json.loads(graph.only(ROLE).inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Federated": ["cognito-identity.amazonaws.com"]}
    assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert trust["Condition"] == {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": graph.only(IDENTITIES).id},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
    }


def test_the_role_has_no_rights_but_those_given() -> None:
    assert not record_once(program).of_type(RIGHTS)
    graph = record(lambda: program(Statement("Read", ["dynamodb:GetItem"], ["arn:aws:dynamodb:::table/a"])))
    assert list(rights(graph)) == ["Read"]


def test_users_reach_their_own_objects_and_nobody_else_s() -> None:
    found = rights(record_once(own))
    own_folder = "users/${cognito-identity.amazonaws.com:sub}"
    assert IDENTITY == "${cognito-identity.amazonaws.com:sub}"
    assert found["OwnObjects"]["Resource"] == [f"{BUCKET}/{own_folder}/*"]
    assert found["OwnList"]["Resource"] == [BUCKET]
    assert found["OwnList"]["Condition"] == {"StringLike": {"s3:prefix": f"{own_folder}/*"}}
    assert found["OwnKey"]["Condition"] == {
        "StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": [BUCKET, f"{BUCKET}/{own_folder}/*"]},
    }


def test_the_default_passes_the_pack() -> None:
    assert complaints(record_once(own), "cognito", "iam") == []


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(own) == []
