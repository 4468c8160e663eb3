import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.data.registry import Registry, RegistrySettings
from components.security.key import Key
from components.security.role import Role
from components.statements import Grant, service_trust
from tests.support import ACCOUNT, DEV_ACCOUNT, record, record_once, unequal_when_unknown

SETTINGS = RegistrySettings(namespace="records", repositories=("microservice", "worker"))


def registry(account: Any = ACCOUNT) -> Registry:
    return Registry("images", SETTINGS, account=account, key=Key("images", account=account, purpose="test"))


def test_images_are_scanned_immutable_and_encrypted() -> None:
    graph = record_once(registry)
    key = graph.only("aws:kms/key:Key").outputs["arn"]
    nodes = graph.of_type("aws:ecr/repository:Repository")
    assert {n.name: n.inputs["name"] for n in nodes} == {
        "images-microservice": "records/microservice",
        "images-worker": "records/worker",
    }
    for node in nodes:
        assert node.inputs["imageTagMutability"] == "IMMUTABLE"
        assert node.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        assert node.inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": key}]
        assert node.inputs["forceDelete"] is False
    assert not graph.of_type("aws:ecr/repositoryPolicy:RepositoryPolicy")


def test_another_account_takes_the_images_by_its_deployment_role_alone() -> None:
    onwards = replace(ACCOUNT, promotes_to=("999988887777",))
    graph = record(lambda: registry(onwards))
    policies = graph.of_type("aws:ecr/repositoryPolicy:RepositoryPolicy")
    assert [n.inputs["repository"] for n in policies] == ["records/microservice", "records/worker"]
    for node in policies:
        (one,) = json.loads(node.inputs["policy"])["Statement"]
        assert one["Principal"] == {"AWS": ["arn:aws:iam::999988887777:root"]}
        assert one["Condition"] == {"ArnEquals": {"aws:PrincipalArn": ["arn:aws:iam::999988887777:role/strata-deploy"]}}
        assert "Resource" not in one
        assert set(one["Action"]) == {
            "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer", "ecr:ListImageReferrers",
        }  # fmt: skip


def test_only_unprotected_repositories_go_with_their_images() -> None:
    nodes = record(lambda: registry(DEV_ACCOUNT)).of_type("aws:ecr/repository:Repository")
    assert [n.inputs["forceDelete"] for n in nodes] == [True, True]


def expired(rules: list[dict[str, Any]], images: list[dict[str, Any]]) -> set[str]:
    """What ECR's evaluator marks, youngest first: each rule by itself, an index's images not before the index.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
    """
    gone: set[str] = set()
    for rule in rules:
        chosen = rule["selection"]
        assert (chosen["countType"], rule["action"]) == ("imageCountMoreThan", {"type": "expire"})
        assert chosen.get("tagPatternList", ["*"]) == ["*"]
        assert ("tagPatternList" in chosen) == (chosen["tagStatus"] == "tagged")
        wanted = {"tagged": [True], "untagged": [False], "any": [True, False]}[chosen["tagStatus"]]
        counted = sorted((one for one in images if one["tag"] in wanted), key=lambda one: -one["pushed"])
        gone |= {one["digest"] for one in counted[chosen["countNumber"] :]}
    named = {one["digest"] for one in images if one.get("index") and one["index"] not in gone}
    return gone - named


def pushes(version: int, orphans: int) -> list[dict[str, Any]]:
    """A version as a workflow pushes it: index, two platforms, BuildKit's two, GitHub's attestation.

    After it come ones that belong to nothing any more, as of an image that was deleted and built again.
    """
    index, at = f"v{version}", version * 100
    parts = [{"digest": f"{index}-{i}", "tag": False, "pushed": at + i, "index": index} for i in range(4)]
    attested = {"digest": f"{index}-attested", "tag": False, "pushed": at + 9}
    left = [{"digest": f"left-{version}-{i}", "tag": False, "pushed": at + 10 + i} for i in range(orphans)]
    return [{"digest": index, "tag": True, "pushed": at + 8}, *parts, attested, *left]


def test_each_repository_keeps_30_versions_and_all_that_belongs_to_them() -> None:
    policies = record_once(registry).of_type("aws:ecr/lifecyclePolicy:LifecyclePolicy")
    assert len(policies) == 2
    rules = json.loads(policies[0].inputs["policy"])["rules"]
    assert [rule["rulePriority"] for rule in rules] == [1, 2]
    for orphans in (0, 5):
        images = [one for version in range(70) for one in pushes(version, orphans)]
        left = {one["digest"] for one in images} - expired(rules, images)
        whole = {one["digest"] for version in range(40, 70) for one in pushes(version, 0)}
        assert whole <= left
        assert {one for one in left if one.startswith("v") and "-" not in one} == {f"v{n}" for n in range(40, 70)}
        assert len(left) <= 30 * 11


def granted(grant: Callable[[Registry], Grant]) -> tuple[Graph, dict[str, Any]]:
    def program() -> None:
        trust = service_trust("codebuild.amazonaws.com")
        Role("builder", trust=trust, grants=[grant(registry())], description="test")

    graph = record(program)
    (statement,) = json.loads(graph.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    return graph, statement


def test_pull_reads_and_push_writes_the_repositories_alone() -> None:
    graph, pull = granted(lambda r: r.pull)
    _, push = granted(lambda r: r.push)
    arns = sorted(n.outputs["arn"] for n in graph.of_type("aws:ecr/repository:Repository"))
    assert sorted(pull["Resource"]) == sorted(push["Resource"]) == arns
    assert set(pull["Action"]) == {"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
    assert set(push["Action"]) - set(pull["Action"]) == {
        "ecr:InitiateLayerUpload",
        "ecr:UploadLayerPart",
        "ecr:CompleteLayerUpload",
        "ecr:PutImage",
    }


def test_login_is_the_one_action_on_everything() -> None:
    _, login = granted(lambda r: r.login)
    assert (login["Action"], login["Resource"]) == (["ecr:GetAuthorizationToken"], ["*"])


def test_a_repository_that_is_not_there_has_no_url() -> None:
    with pytest.raises(Exception, match="missing"):
        record(lambda: registry().repository_url("missing"))


def test_at_least_one_repository() -> None:
    with pytest.raises(ValidationError, match="at least 1"):
        RegistrySettings(namespace="records", repositories=())


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(registry) == []
