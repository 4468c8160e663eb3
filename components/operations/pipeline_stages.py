"""The stages of a pipeline, and the actions of each."""

import json
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws.codepipeline import PipelineStageActionArgs as Action
from pulumi_aws.codepipeline import PipelineStageArgs as Stage

STEPS = ("images", "infrastructure", "application", "site", "integration")
"""What a deployment does, in this order; each is a script of the ``delivery/`` folder, started by its ``step.sh``.

Images come first, since ``pulumi up`` waits until what it starts is healthy."""

_SOURCE = "Source"


def source_stage(connection_arn: pulumi.Input[str], repository: str, branch: str) -> Stage:
    """Fetches each new commit of the branch.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
    """
    configuration: dict[str, pulumi.Input[str]] = {
        "ConnectionArn": connection_arn,
        "FullRepositoryId": repository,
        "BranchName": branch,
        "OutputArtifactFormat": "CODE_ZIP",
        "DetectChanges": "true",
    }
    action = Action(
        name=_SOURCE,
        category="Source",
        owner="AWS",
        provider="CodeStarSourceConnection",
        version="1",
        output_artifacts=[_SOURCE],
        configuration=configuration,
    )
    return Stage(name=_SOURCE, actions=[action])


def build_stages(projects: Mapping[str, pulumi.Input[str]], *, approval: str, asked: pulumi.Input[str]) -> list[Stage]:
    """The six stages that follow the source; ``projects`` are names by test, scan, staging, production and recovery.

    Production takes the same steps as staging, once somebody has answered ``approval``, of which the topic ``asked``
    is told, and ``recovery``, where there is one, the same again after it; of what stands by nobody asks whether it
    answers.
    """
    production = _steps(projects["production"], STEPS, 2)
    standby = ("images", "infrastructure", "application") if "recovery" in projects else ()
    recovery = [
        _step(projects["recovery"], step, order, "Recovery") for order, step in enumerate(standby, 2 + len(STEPS))
    ]
    return [
        Stage(name="BuildAndTest", actions=[_build("Test", projects["test"], 1)]),
        Stage(name="SecurityScanning", actions=[_build("Scan", projects["scan"], 1)]),
        Stage(name="InfrastructureDeployment", actions=_steps(projects["staging"], ("images", "infrastructure"))),
        Stage(name="ApplicationDeployment", actions=_steps(projects["staging"], ("application", "site"))),
        Stage(name="IntegrationTesting", actions=_steps(projects["staging"], ("integration",))),
        Stage(name="ProductionDeployment", actions=[_approve(approval, asked), *production, *recovery]),
    ]


def _steps(project: pulumi.Input[str], steps: Sequence[str], first: int = 1) -> list[Action]:
    return [_step(project, step, order) for order, step in enumerate(steps, first)]


def _approve(question: str, asked: pulumi.Input[str]) -> Action:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ManualApproval.html"""
    return Action(
        name="Approve",
        category="Approval",
        owner="AWS",
        provider="Manual",
        version="1",
        run_order=1,
        configuration={"CustomData": question, "NotificationArn": asked},
    )


def _step(project: pulumi.Input[str], step: str, run_order: int, prefix: str = "") -> Action:
    return _build(f"{prefix}{step.capitalize()}", project, run_order, {"STEP": step})


def _build(name: str, project: pulumi.Input[str], run_order: int, variables: Mapping[str, str] | None = None) -> Action:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html"""
    configuration: dict[str, pulumi.Input[str]] = {"ProjectName": project}
    if variables:
        listed = [{"name": name, "value": value, "type": "PLAINTEXT"} for name, value in variables.items()]
        configuration["EnvironmentVariables"] = json.dumps(listed)
    return Action(
        name=name,
        category="Build",
        owner="AWS",
        provider="CodeBuild",
        version="1",
        run_order=run_order,
        input_artifacts=[_SOURCE],
        configuration=configuration,
    )
