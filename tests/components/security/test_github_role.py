import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from components.security.github_role import GithubRole, GithubRoleSettings
from components.statements import Statement
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
PROVIDER_ARN = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
SETTINGS = GithubRoleSettings(repository="example/strata", environment="production")


def role(settings: GithubRoleSettings = SETTINGS, *statements: Statement) -> GithubRole:
    return GithubRole("github", settings, account=ACCOUNT, grants=statements)


def trust(graph: Graph, name: str = "github-workflow-role") -> dict[str, Any]:
    (statement,) = json.loads(graph.only("aws:iam/role:Role", name).inputs["assumeRolePolicy"])["Statement"]
    return statement


def existing(**changes: Any) -> GithubRoleSettings:
    return GithubRoleSettings(repository="example/strata", existing_provider=True, **changes)


def test_only_one_environment_of_one_repository_gets_in() -> None:
    statement = trust(record(lambda: role(existing(environment="production"))))
    assert statement["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert statement["Principal"] == {"Federated": [PROVIDER_ARN]}
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:example/strata:environment:production",
            "token.actions.githubusercontent.com:ref": "refs/heads/main",
        }
    }


def test_who_plans_comes_from_the_environment_beside_and_becomes_only_who_reads() -> None:
    made = record(lambda: role(existing(environment="prod", also=("prod-dr",))))
    subject = "token.actions.githubusercontent.com:sub"
    named = {name: trust(made, f"github-{name}-role")["Condition"]["StringEquals"] for name in ("workflow", "plan")}
    assert {one["token.actions.githubusercontent.com:ref"] for one in named.values()} == {"refs/heads/main"}
    begin = "repo:example/strata:environment"
    assert named["workflow"][subject] == [f"{begin}:prod", f"{begin}:prod-dr"]
    assert named["plan"][subject] == [f"{begin}:prod-plan", f"{begin}:prod-dr-plan"]
    policies = {
        node.name: json.loads(node.inputs["policy"])["Statement"]
        for node in made.of_type("aws:iam/rolePolicy:RolePolicy")
    }
    assert {name: [one["Resource"] for one in found] for name, found in policies.items()} == {
        "github-workflow-policy": [["arn:aws:iam::123456789012:role/strata-deploy"]],
        "github-plan-policy": [["arn:aws:iam::123456789012:role/strata-preview"]],
    }


def test_further_environments_are_beside_one() -> None:
    with pytest.raises(ValidationError, match="is beside an environment"):
        existing(branch="main", also=("prod-dr",))


@pytest.mark.parametrize(("environment", "also"), [("prod", "prod-plan"), ("prod-plan", "prod"), ("prod", "Prod-Plan")])
def test_where_one_is_planned_none_deploys(environment: str, also: str) -> None:
    with pytest.raises(ValidationError, match="prod-plan is where prod is planned"):
        existing(environment=environment, also=(also,))


def test_or_one_branch() -> None:
    assert trust(record(lambda: role(existing(branch="next"))))["Condition"]["StringEquals"] == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": "repo:example/strata:ref:refs/heads/next",
    }


def test_a_newer_repository_is_named_by_its_numbers_as_well() -> None:
    """GitHub says ``repo:owner@id/name@id:…`` of repositories made or renamed since 15 July 2026."""
    numbered = GithubRoleSettings(repository="example@5544123/strata@821093847", branch="main", existing_provider=True)
    made = record(lambda: role(numbered))
    assert trust(made)["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"] == [
        "repo:example@5544123/strata@821093847:ref:refs/heads/main",
        "repo:example/strata:ref:refs/heads/main",
    ]
    violations, _ = verdict(made)
    assert not [v for v in violations if "github" in str(v)]


def test_whose_workflow_brings_the_images_from_elsewhere_pushes_them_from_main_and_does_nothing_else() -> None:
    pushes = [Statement("Push", ["ecr:PutImage"], ["arn:aws:ecr:us-east-1:123456789012:repository/shop"])]

    def made(by: str | None) -> Graph:
        account = replace(ACCOUNT, pushed_by=by)
        return record(lambda: GithubRole("github", existing(environment="dev"), account=account, pushes=pushes))

    graph = made("Example@5/shop@8")
    assert trust(graph, "github-push-role")["Principal"] == {"Federated": [PROVIDER_ARN]}
    assert trust(graph, "github-push-role")["Condition"]["StringEquals"] == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": [
            "repo:Example@5/shop@8:ref:refs/heads/main",
            "repo:Example/shop:ref:refs/heads/main",
        ],
        "token.actions.githubusercontent.com:ref": "refs/heads/main",
    }
    (policy,) = (n for n in graph.of_type("aws:iam/rolePolicy:RolePolicy") if "push" in n.name)
    assert [one["Action"] for one in json.loads(policy.inputs["policy"])["Statement"]] == [["ecr:PutImage"]]
    for own in (None, "Example/Strata@8"):
        assert not [n for n in made(own).of_type("aws:iam/role:Role") if "push" in n.name]


@pytest.mark.parametrize("pinned", [{}, {"branch": "main", "environment": "production"}])
def test_a_role_is_for_an_environment_or_a_branch(pinned: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="give either environment or branch"):
        GithubRoleSettings(repository="example/strata", **pinned)


@pytest.mark.parametrize(
    "repository",
    [
        "example",
        "*/strata",
        "example/*",
        "example/strata:x",
        "a/b/c",
        "example@1/strata",
        "example/strata@1",
        "example@*/strata@*",
    ],
)
def test_a_repository_is_named_in_full(repository: str) -> None:
    with pytest.raises(ValidationError):
        GithubRoleSettings(repository=repository, branch="main")


@pytest.mark.parametrize("branch", ["*", "main*", "a b"])
def test_a_branch_is_no_pattern(branch: str) -> None:
    with pytest.raises(ValidationError):
        GithubRoleSettings(repository="example/strata", branch=branch)


def test_all_it_may_do_is_become_the_deployment_role_and_what_was_granted() -> None:
    read = Statement("ReadSite", ["s3:GetObject"], ["arn:aws:s3:::site/*"])
    graph = record(lambda: role(SETTINGS, read))
    statements = json.loads(graph.only("aws:iam/rolePolicy:RolePolicy", "github-workflow-policy").inputs["policy"])[
        "Statement"
    ]
    assert [(s["Action"], s["Resource"]) for s in statements] == [
        (["sts:AssumeRole"], ["arn:aws:iam::123456789012:role/strata-deploy"]),
        (["s3:GetObject"], ["arn:aws:s3:::site/*"]),
    ]


def test_the_provider_is_made_once_an_account() -> None:
    inputs = record_once(role).only(PROVIDER).inputs
    assert inputs["url"] == "https://token.actions.githubusercontent.com"
    assert inputs["clientIdLists"] == ["sts.amazonaws.com"]
    assert record(lambda: role(existing(branch="main"))).of_type(PROVIDER) == []


def test_the_policies_have_nothing_to_say() -> None:
    violations, _ = verdict(record_once(role))
    assert [(v.rule.id, v.urn) for v in violations] == []


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(role) == []
