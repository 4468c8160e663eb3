"""The block ``strata:delivery``: who deploys a stack, and what contradicts other stack files."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

import systems
from settings import SettingsError, stackfile
from settings.accounts import account_of
from settings.delivery import Deployer, delivery_of, rank
from settings.stack import parse
from tests.stacks import ROOT, STACKS

CONFIGS = {stack: stackfile.read(ROOT, stack).config for stack in STACKS}


def lines(stack: str, pipeline: Mapping[str, Any] | None = None, **changes: Any) -> list[str]:
    """What is said of a stack whose pipeline or other keys (``delivery``, ``accounts``) are changed."""
    config = dict(CONFIGS[stack])
    if pipeline is not None:
        settings = json.loads(config["strata:settings"])
        for path, value in pipeline.items():
            part, _, key = path.partition(".")
            settings["pipeline"][part] = {**settings["pipeline"].get(part, {}), key: value} if key else value
        config["strata:settings"] = json.dumps(settings)
    if "delivery" in changes:
        config["strata:delivery"] = json.dumps(changes["delivery"])
    if "accounts" in changes:
        config["aws:allowedAccountIds"] = json.dumps(changes["accounts"])
    return refused(stack, config)


def refused(stack: str, config: Mapping[str, str]) -> list[str]:
    try:
        parse(stack, config, systems.SETTINGS)
    except SettingsError as error:
        return error.lines
    return []


@pytest.mark.parametrize("accounts", [[], ["111122223333", "123456789012"], ["999988887777"]])
def test_whoever_takes_images_elsewhere_is_let_in_and_nobody_else(accounts: list[str]) -> None:
    said = {**json.loads(CONFIGS["dev"]["strata:delivery"]), "promotesTo": accounts}
    assert lines("dev", delivery=said) == [
        f"Pulumi.dev.yaml: delivery.promotesTo: is [{', '.join(accounts)}], and its images go on to [123456789012]"
    ]


def test_one_stack_of_an_account_makes_the_provider_of_github() -> None:
    config = dict(CONFIGS["dev"])
    settings = json.loads(config["strata:settings"])
    for existing, said in (
        (True, []),
        (False, [
            "Pulumi.dev.yaml: settings.github.existingProvider: must be true here or in Pulumi.mdreader-dev.yaml: "
            "one stack makes the provider that 111122223333 takes"
        ]),
    ):  # fmt: skip
        settings["github"]["existingProvider"] = existing
        config["strata:settings"] = json.dumps(settings)
        assert refused("dev", config) == said


def test_an_attestation_is_read_where_a_line_begins_by_all_that_follow() -> None:
    said = json.loads(CONFIGS["collaboration-dev"]["strata:delivery"])
    assert set(said["promotesTo"]) == {"444455556666", "123456789012"}
    assert lines("collaboration-dev", delivery={**said, "promotesTo": ["444455556666"]})


def test_a_stack_that_says_nothing_is_deployed_by_hand() -> None:
    assert delivery_of({}).by is Deployer.HAND
    assert account_of({}) is None
    assert lines("dev", delivery={}) == []


def test_places_have_an_order() -> None:
    ranks = [rank(CONFIGS[s]) for s in ("collaboration-dev", "collaboration-staging", "collaboration-prod", "prod-dr")]
    assert ranks == [0, 1, 2, 3]


STATE = "s3://state"
CONTRADICTIONS: list[tuple[str, dict[str, Any], str]] = [
    (
        "confluence-dev",
        {"delivery": {"by": "pipeline", "pipelineOf": "confluence-dev"}},
        "delivery.pipelineOf: this stack makes no pipeline: settings.pipeline is not set",
    ),
    ("dev", {"delivery": {"attestedBy": "example/shop"}}, "delivery.attestedBy: is for pipeline and workflow"),
    ("confluence-prod", {"pipeline": {"staging.stack": "nope"}}, "settings.pipeline.staging.stack: 'nope' is no stack"),
    (
        "confluence-prod",
        {"pipeline": {"staging.stack": "confluence-lambda-dev"}},
        "settings.pipeline.staging.stack: confluence-lambda-dev is of the model 'lambda', and this one of 'eks'",
    ),
    (
        "confluence-prod",
        {"pipeline": {"staging.stack": "dev"}},
        "settings.pipeline.staging.stack: dev is of the system",
    ),
    (
        "mdreader-prod",
        {"pipeline": {"staging.stack": "mdreader-amplify"}},
        "settings.pipeline.staging.stack: mdreader-amplify is production, and a release is tried somewhere else",
    ),
    (
        "mdreader-prod",
        {"pipeline": {"staging.stack": "mdreader-amplify"}},
        "settings.pipeline.staging.stack: Pulumi.mdreader-amplify.yaml says strata:delivery: by: workflow",
    ),
    (
        "mdreader-prod",
        {"pipeline": {"staging.account": "999988887777"}},
        "settings.pipeline.staging.account: is 999988887777, and aws:allowedAccountIds of Pulumi.mdreader-dev.yaml 111",
    ),
    (
        "mdreader-prod",
        {"pipeline": {"production.stack": "mdreader-amplify"}},
        "settings.pipeline.production.stack: mdreader-amplify is another stack",
    ),
    (
        "mdreader-prod",
        {"pipeline": {"recovery": {"stack": "confluence-prod-dr"}}},
        "settings.pipeline.recovery.stack: confluence-prod-dr is no recovery stack of mdreader-prod",
    ),
    (
        "mdreader-prod",
        {"delivery": {"by": "workflow", "state": STATE}},
        "settings.pipeline.production.stack: Pulumi.mdreader-prod.yaml says strata:delivery: by: workflow",
    ),
    (
        "dev",
        {"delivery": {"by": "pipeline", "pipelineOf": "prod"}},
        "delivery.pipelineOf: Pulumi.prod.yaml has no pipe",
    ),
    ("dev", {"delivery": {"by": "pipeline", "pipelineOf": "nope"}}, "delivery.pipelineOf: 'nope' is no stack"),
    ("dev", {"delivery": {"by": "pipeline"}}, "delivery.pipelineOf: is required"),
    ("dev", {"delivery": {"by": "workflow"}}, "delivery.state: is required"),
    ("dev", {"delivery": {"by": "hand", "after": "prod"}}, "delivery.after: is not for hand"),
    ("dev", {"delivery": {"by": "robot"}}, "delivery.by: "),
    ("dev", {"accounts": []}, "aws:allowedAccountIds: is required"),
    ("dev", {"accounts": ["111122223333", "444455556666"]}, "aws:allowedAccountIds: is required"),
    ("prod", {"delivery": {"by": "workflow", "after": "nope", "state": STATE}}, "delivery.after: 'nope' is no other"),
    ("prod", {"delivery": {"by": "workflow", "after": "prod", "state": STATE}}, "delivery.after: 'prod' is no other"),
    (
        "dev",
        {"delivery": {"by": "workflow", "after": "prod", "state": STATE}},
        "delivery.after: prod does not come before this one",
    ),
    (
        "mdreader-amplify",
        {"delivery": {"by": "workflow", "after": "mdreader-dev", "state": STATE}},
        "delivery.after: mdreader-dev is deployed by pipeline, for which the workflow cannot wait",
    ),
    (
        "mdreader-prod",
        {"pipeline": {"production.deploymentRole": "releaser"}},
        "settings.pipeline.production.deploymentRole: is releaser, and the repositories of mdreader-dev are open to",
    ),
]


@pytest.mark.parametrize(("stack", "changes", "said"), CONTRADICTIONS)
def test_what_contradicts_is_one_line_with_file_and_key(stack: str, changes: dict[str, Any], said: str) -> None:
    assert [line for line in lines(stack, **changes) if line.startswith(f"Pulumi.{stack}.yaml: {said}")]


def test_the_workflow_becomes_the_usual_role() -> None:
    config = dict(CONFIGS["dev"])
    settings = json.loads(config["strata:settings"])
    settings["github"]["deploymentRole"] = "releaser"
    config["strata:settings"] = json.dumps(settings)
    said = "settings.github.deploymentRole: is releaser, and the workflow becomes strata-deploy alone"
    assert refused("dev", config) == [f"Pulumi.dev.yaml: {said}"]


def test_a_role_of_another_name_deploys_where_it_pulls_from_nobody() -> None:
    assert lines("mdreader-prod", pipeline={"staging.deploymentRole": "releaser"}) == []


def test_a_cluster_that_nobody_gets_into_is_no_target(monkeypatch: pytest.MonkeyPatch) -> None:
    read = stackfile.read

    def closed(directory: Any, stack: str) -> Any:
        found = read(directory, stack)
        if stack == "confluence-dev":
            settings = json.loads(found.config["strata:settings"])
            settings["eks"]["runner"] = None
            found.config["strata:settings"] = json.dumps(settings)
        return found

    monkeypatch.setattr(stackfile, "read", closed)
    said = "settings.pipeline.staging.stack: confluence-dev has no runner"
    assert [line for line in lines("confluence-prod") if said in line]
