"""The stages of a pipeline, and the actions of each."""

import json
from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws.codepipeline import PipelineStageActionArgs as Action
from pulumi_aws.codepipeline import PipelineStageArgs as Stage
from pulumi_aws.codepipeline import PipelineStageOnFailureArgs as OnFailure

STEPS = ("images", "infrastructure", "application", "site", "integration")
"""What a deployment does, in this order; each is a script of the ``delivery/`` folder, started by its ``step.sh``.

Images come first, since ``pulumi up`` waits until what it starts is healthy."""

_SOURCE = "Source"
_REVISION = "Revision"
"""The namespace of what the source tells, of which the commit is handed to the steps that plan and that hold to it."""
_PLAN = "Plan"
"""The namespace of what the plan tells (``PLANNED`` of ``delivery/deploy.yml``)."""
_COMMIT = f"#{{{_REVISION}.CommitId}}"
_ROLLBACK = OnFailure(result="ROLLBACK")
"""The stage is done again with the commit that last succeeded in it, as an execution of its own.

https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-rollback.html
"""


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
        namespace=_REVISION,
        configuration=configuration,
    )
    return Stage(name=_SOURCE, actions=[action])


def build_stages(projects: Mapping[str, pulumi.Input[str]], *, approval: str, asked: pulumi.Input[str]) -> list[Stage]:
    """The six stages that follow the source, and the question before the last of them; ``projects`` are names by test,
    scan, staging, plan, production and recovery.

    ``approval`` is asked beside what the plan tells; of it the topic ``asked`` is told. Production then takes the same
    steps as staging, held to that plan, and ``recovery``, where there is one, the same again after it; of what stands
    by nobody asks whether it answers. A stage that runs ``pulumi up`` goes back by itself when it fails. The question
    has a stage of its own, since a stage is rolled back as a whole, and nobody should be asked for that.
    """
    production = [
        _step(projects["production"], step, order, commit=step == "infrastructure")
        for order, step in enumerate(STEPS, 1)
    ]
    standby = ("images", "infrastructure", "application") if "recovery" in projects else ()
    recovery = [
        _step(projects["recovery"], step, order, "Recovery") for order, step in enumerate(standby, 1 + len(STEPS))
    ]
    return [
        Stage(name="BuildAndTest", actions=[_build("Test", projects["test"], 1)]),
        Stage(name="SecurityScanning", actions=[_build("Scan", projects["scan"], 1)]),
        Stage(
            name="InfrastructureDeployment",
            actions=_steps(projects["staging"], ("images", "infrastructure")),
            on_failure=_ROLLBACK,
        ),
        Stage(name="ApplicationDeployment", actions=_steps(projects["staging"], ("application", "site"))),
        Stage(name="IntegrationTesting", actions=_steps(projects["staging"], ("integration",))),
        Stage(
            name="ProductionApproval",
            actions=[_step(projects["plan"], "plan", 1, commit=True, namespace=_PLAN), _approve(approval, asked)],
        ),
        Stage(name="ProductionDeployment", actions=[*production, *recovery], on_failure=_ROLLBACK),
    ]


def _steps(project: pulumi.Input[str], steps: Sequence[str]) -> list[Action]:
    return [_step(project, step, order) for order, step in enumerate(steps, 1)]


def _approve(question: str, asked: pulumi.Input[str]) -> Action:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ManualApproval.html"""
    return Action(
        name="Approve",
        category="Approval",
        owner="AWS",
        provider="Manual",
        version="1",
        run_order=2,
        configuration={"CustomData": f"{question} #{{{_PLAN}.PLANNED}}", "NotificationArn": asked},
    )


def _step(
    project: pulumi.Input[str],
    step: str,
    run_order: int,
    prefix: str = "",
    *,
    commit: bool = False,
    namespace: str | None = None,
) -> Action:
    told = {"STEP": step, **({"COMMIT": _COMMIT} if commit else {})}
    return _build(f"{prefix}{step.capitalize()}", project, run_order, told, namespace)


def _build(
    name: str,
    project: pulumi.Input[str],
    run_order: int,
    variables: Mapping[str, str] | None = None,
    namespace: str | None = None,
) -> Action:
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
        namespace=namespace,
    )
