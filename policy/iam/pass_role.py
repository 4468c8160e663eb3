"""iam:PassRole, and what starts code under a role that was passed: together they are every role of the account."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from policy.iam.actions import grants
from policy.iam.document import Document, Statement
from policy.iam.reach import at_large, denied, is_any, named, named_patterns
from policy.unknown import known

PASS: Final = ("iam:PassRole",)
# Service that takes the role -> actions that start code, or a deployment, of the caller's under it.
# https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/ · https://pathfinding.cloud
STARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "bedrock-agentcore": ("bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:CreateCodeInterpreter"),
    "cloudformation": (
        "cloudformation:CreateChangeSet",
        "cloudformation:CreateStack",
        "cloudformation:CreateStackSet",
        "cloudformation:UpdateStack",
        "cloudformation:UpdateStackSet",
    ),
    "codebuild": ("codebuild:CreateProject", "codebuild:UpdateProject"),
    "codepipeline": ("codepipeline:CreatePipeline", "codepipeline:UpdatePipeline"),
    "datapipeline": ("datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"),
    "ec2": (
        "autoscaling:CreateLaunchConfiguration",
        "ec2:AssociateIamInstanceProfile",
        "ec2:ReplaceIamInstanceProfileAssociation",
        "ec2:RequestSpotInstances",
        "ec2:RunInstances",
        "elasticmapreduce:RunJobFlow",
    ),
    "ecs-tasks": (
        "batch:RegisterJobDefinition",
        "ecs:RegisterTaskDefinition",
        "ecs:RunTask",
        "ecs:StartTask",
    ),
    "glue": ("glue:CreateDevEndpoint", "glue:CreateJob", "glue:CreateSession", "glue:UpdateJob"),
    "kinesisanalytics": ("kinesisanalytics:CreateApplication",),
    "lambda": ("lambda:CreateFunction", "lambda:UpdateFunctionConfiguration"),
    "pods.eks": ("eks:CreatePodIdentityAssociation", "eks:UpdatePodIdentityAssociation"),
    "sagemaker": (
        "sagemaker:CreateNotebookInstance",
        "sagemaker:CreateProcessingJob",
        "sagemaker:CreateTrainingJob",
    ),
    "scheduler": ("scheduler:CreateSchedule", "scheduler:UpdateSchedule"),
    "ssm": ("ssm:CreateAssociation", "ssm:StartAutomationExecution"),
    "states": ("states:CreateStateMachine", "states:UpdateStateMachine"),
    "tasks.apprunner": ("apprunner:CreateService", "apprunner:UpdateService"),
}
_PASSED_TO: Final = "iam:PassedToService"


def passing(document: Document) -> Iterator[Statement]:
    """The statements that let any role be passed."""
    for statement in document.allowing():
        if named(statement, PASS) and not denied(document, PASS[0]) and _any_role(document, statement):
            yield statement


def _any_role(document: Document, statement: Statement) -> bool:
    # iam:PassedToService limits who takes the role, not which role it is.
    others = tuple(each for each in statement.conditions if each.key.lower() != _PASSED_TO.lower())
    bare = replace(statement, conditions=others)
    return bool(list(at_large(replace(document, statements=(bare,)), PASS)))


def names_taker(statement: Statement) -> bool:
    """Whether the statement says to which services roles may be passed; also where that is not known yet."""
    tests = [each for test in statement.values_of(_PASSED_TO) for each in test.values]
    named_ones = bool(tests) and not any(known(each) and is_any(str(each)) for each in tests)
    return named_ones or not statement.wholly_known_conditions


def takes(statement: Statement, service: str) -> bool:
    """Whether roles may be passed to this service."""
    tests = statement.values_of(_PASSED_TO)
    return all(
        any(known(value) and grants([str(value)], f"{service}.amazonaws.com") for value in test.values)
        for test in tests
    )


def starting(document: Document) -> dict[str, tuple[str, ...]]:
    """Service -> the actions by which the document lets code start under a passed role, by `lambda:*` as well."""
    found: dict[str, tuple[str, ...]] = {}
    for service, actions in STARTS.items():
        allowed = {
            action
            for statement in document.allowing()
            for action in actions
            if grants(named_patterns(tuple(statement.known_actions())), action)
            if not denied(document, action)
        }
        if allowed:
            found[service] = tuple(sorted(allowed))
    return found


def paths(passers: Sequence[Document], starters: Sequence[Document]) -> list[str]:
    """How one gets code to run under any role: the actions that complete iam:PassRole, by name, each once."""
    statements = [statement for document in passers for statement in passing(document)]
    if not statements:
        return []
    reached = {
        action
        for document in starters
        for service, actions in starting(document).items()
        if any(takes(statement, service) for statement in statements)
        for action in actions
    }
    return sorted(reached)
