"""IAM: passing roles to services, and running code under roles that one does not have."""

from collections.abc import Iterator

from policy.iam import IDENTITY, documents, findings_at_large, named, types_with
from policy.iam.pass_role import PASS, names_taker, passing, paths
from policy.model import Finding, Resource, Severity, rule

_TYPES = types_with(IDENTITY)
_LINK = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_PASS_LINK = _LINK + "id_roles_use_passrole.html"
_BEST = "Well-Architected"
PROFILES = (
    "ec2:AssociateIamInstanceProfile",
    "ec2:ReplaceIamInstanceProfileAssociation",
    "iam:AddRoleToInstanceProfile",
)
CODE = (
    "apprunner:UpdateService",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:UpdateStack",
    "codebuild:StartBuild",
    "codebuild:StartBuildBatch",
    "codebuild:UpdateProject",
    "datapipeline:PutPipelineDefinition",
    "ec2:ModifyInstanceAttribute",
    "glue:UpdateDevEndpoint",
    "glue:UpdateJob",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "sagemaker:CreatePresignedDomainUrl",
    "sagemaker:CreatePresignedNotebookInstanceUrl",
    "sagemaker:UpdateNotebookInstance",
    "states:UpdateStateMachine",
)
COMMANDS = (
    "ec2-instance-connect:SendSSHPublicKey",
    "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
    "ecs:ExecuteCommand",
    "ssm:SendCommand",
    "ssm:StartSession",
)


@rule(
    "iam-pass-role-scoped",
    title="Policies name the roles that may be passed",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "cdk-nag": "AwsSolutions-IAM5", "Checkov": ("CKV_AWS_286", "CKV_AWS_289")},
    remedy="Name the ARNs of the roles.",
    link=_PASS_LINK,
)
def pass_role_scoped(resource: Resource) -> Iterator[Finding]:
    """Passing any role to a service is having that role, wherever the service runs code."""
    for document in documents(resource, IDENTITY):
        if paths([document], [document]):
            continue  # iam-no-pass-role-escalation says more
        for statement in passing(document):
            yield Finding(f"{statement.label} allows every role to be passed", document.path)


@rule(
    "iam-pass-role-service",
    title="Policies name the services that roles may be passed to",
    severity=Severity.MEDIUM,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02"},
    remedy="Add a StringEquals condition on iam:PassedToService.",
    link=_LINK + "reference_policies_iam-condition-keys.html#ck_PassedToService",
)
def pass_role_service(resource: Resource) -> Iterator[Finding]:
    """The role's own trust policy may let in more services than the one that was meant."""
    for document in documents(resource, IDENTITY):
        every_role = list(passing(document))  # iam-pass-role-scoped says more
        for statement in document.allowing():
            if named(statement, PASS) and not names_taker(statement) and statement not in every_role:
                yield Finding(f"{statement.label} allows roles to be passed to every service", document.path)


@rule(
    "iam-no-pass-role-escalation",
    title="No policy lets code run under any role",
    severity=Severity.CRITICAL,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "Checkov": "CKV_AWS_286"},
    remedy="Name the roles that may be passed, or take away the action that starts code under them.",
    link=_PASS_LINK,
)
def pass_role_escalation(resource: Resource) -> Iterator[Finding]:
    """iam:PassRole on every role and one action that starts code under a role are the administrator's rights."""
    for document in documents(resource, IDENTITY):
        completing = paths([document], [document])
        if completing:
            yield Finding(f"allows every role to be passed and {', '.join(completing)}", document.path)


@rule(
    "iam-no-instance-profile-swapping",
    title="Nobody may give any instance another role",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "Checkov": "CKV_AWS_286"},
    remedy="Name instances and profiles, or limit by aws:ResourceTag.",
    link="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/attach-iam-role.html",
)
def profile_swapping(resource: Resource) -> Iterator[Finding]:
    """An instance one has access to hands out the credentials of whatever role it is given."""
    return findings_at_large(resource, PROFILES, "everything")


@rule(
    "iam-no-code-replacing",
    title="Nobody may replace the code of everything that runs",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "Checkov": "CKV_AWS_286"},
    remedy="Name the functions, projects, stacks or jobs, or limit by aws:ResourceTag.",
    link=_LINK + "best-practices.html#grant-least-privilege",
)
def code_replacing(resource: Resource) -> Iterator[Finding]:
    """Code runs under the role of what it runs in: who replaces it acts as each of these roles, passing none."""
    return findings_at_large(resource, CODE, "everything")


@rule(
    "iam-no-remote-commands",
    title="Nobody may run commands on every machine",
    severity=Severity.HIGH,
    types=_TYPES,
    frameworks={_BEST: "SEC03-BP02", "Checkov": "CKV_AWS_286"},
    remedy="Name the instances or tasks, or limit by ssm:resourceTag or aws:ResourceTag.",
    link="https://docs.aws.amazon.com/systems-manager/latest/userguide/security-best-practices.html",
)
def remote_commands(resource: Resource) -> Iterator[Finding]:
    """A shell on a machine has the machine's role, its data and its network."""
    return findings_at_large(resource, COMMANDS, "every machine")
