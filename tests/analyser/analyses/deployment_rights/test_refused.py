"""What a deployment never does is refused: another stack's things, more rights, and its own bounds."""

from collections.abc import Mapping

import pytest

from analyser.analyses.rights.request import ABSENT
from analyser.run.mock_cloud import ACCOUNT_ID
from policy.iam.actions import expand
from tests.analyser.analyses.deployment_rights.judged import (
    FULLEST,
    boundary_arn,
    deployer,
    rights,
)
from tests.stacks import serving

_IAM = f"arn:aws:iam::{ACCOUNT_ID}"
_ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
_BATCH = f"{_IAM}:role/batch-team"
_LISTENER = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT_ID}:listener/app/payroll/1111"
_OTHERS = {"aws:resourcetag/stack": "another"}
Row = tuple[str, str, Mapping[str, str]]
ESCALATIONS: tuple[Row, ...] = (
    # https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/ · https://pathfinding.cloud
    ("iam:CreatePolicyVersion", f"{_IAM}:policy/batch-team", {}),
    ("iam:SetDefaultPolicyVersion", f"{_IAM}:policy/batch-team", {}),
    ("iam:CreateAccessKey", f"{_IAM}:user/alice", {}),
    ("iam:CreateUser", f"{_IAM}:user/mallory", {}),
    ("iam:CreateLoginProfile", f"{_IAM}:user/alice", {}),
    ("iam:UpdateLoginProfile", f"{_IAM}:user/alice", {}),
    ("iam:AttachUserPolicy", f"{_IAM}:user/alice", {"iam:policyarn": _ADMIN}),
    ("iam:AttachGroupPolicy", f"{_IAM}:group/staff", {"iam:policyarn": _ADMIN}),
    ("iam:AttachRolePolicy", _BATCH, {"iam:policyarn": _ADMIN}),
    ("iam:PutUserPolicy", f"{_IAM}:user/alice", {}),
    ("iam:PutGroupPolicy", f"{_IAM}:group/staff", {}),
    ("iam:PutRolePolicy", _BATCH, {}),
    ("iam:AddUserToGroup", f"{_IAM}:group/staff", {}),
    ("iam:UpdateAssumeRolePolicy", _BATCH, _OTHERS),
    ("iam:DeleteRolePermissionsBoundary", _BATCH, _OTHERS),
    ("iam:PutRolePermissionsBoundary", _BATCH, {"iam:permissionsboundary": _ADMIN}),
    ("iam:PassRole", _BATCH, {"iam:passedtoservice": "lambda.amazonaws.com"}),
    ("iam:PassRole", _BATCH, {"iam:passedtoservice": "ec2.amazonaws.com"}),
    ("iam:CreateRole", f"{_IAM}:role/mallory", {}),
    ("sts:AssumeRole", _BATCH, {}),
    ("cloudformation:CreateStack", f"arn:aws:cloudformation:us-east-1:{ACCOUNT_ID}:stack/mine/*", {}),
    ("glue:CreateDevEndpoint", f"arn:aws:glue:us-east-1:{ACCOUNT_ID}:devEndpoint/mine", {}),
    ("sagemaker:CreateNotebookInstance", f"arn:aws:sagemaker:us-east-1:{ACCOUNT_ID}:notebook-instance/mine", {}),
    ("datapipeline:CreatePipeline", "*", {}),
    ("ssm:SendCommand", f"arn:aws:ec2:us-east-1:{ACCOUNT_ID}:instance/i-0123456789abcdef0", {}),
    ("lambda:UpdateFunctionCode", f"arn:aws:lambda:us-east-1:{ACCOUNT_ID}:function:payroll", _OTHERS),
    ("ec2:RunInstances", f"arn:aws:ec2:us-east-1:{ACCOUNT_ID}:instance/*", {}),
)  # fmt: skip
NEVER: tuple[Row, ...] = (
    ("organizations:LeaveOrganization", "*", {}),
    ("organizations:DetachPolicy", f"arn:aws:organizations::{ACCOUNT_ID}:policy/o-1/service_control_policy/p-1", {}),
    ("account:CloseAccount", f"arn:aws:account::{ACCOUNT_ID}:account", {}),
    ("cloudtrail:DeleteTrail", f"arn:aws:cloudtrail:us-east-1:{ACCOUNT_ID}:trail/organization", _OTHERS),
    ("cloudtrail:StopLogging", f"arn:aws:cloudtrail:us-east-1:{ACCOUNT_ID}:trail/organization", _OTHERS),
    ("s3:GetObject", "arn:aws:s3:::payroll-reports/2026.csv", {}),
    ("s3:DeleteBucket", "arn:aws:s3:::payroll-reports", _OTHERS),
    ("s3:PutBucketPolicy", "arn:aws:s3:::payroll-reports", _OTHERS),
    ("kms:ScheduleKeyDeletion", f"arn:aws:kms:us-east-1:{ACCOUNT_ID}:key/11111111-2222-3333-4444-5555", _OTHERS),
    ("rds:DeleteDBInstance", f"arn:aws:rds:us-east-1:{ACCOUNT_ID}:db:payroll", _OTHERS),
    ("ec2:DeleteVpc", f"arn:aws:ec2:us-east-1:{ACCOUNT_ID}:vpc/vpc-0123456789abcdef0", _OTHERS),
    ("ec2:CreateSubnet", f"arn:aws:ec2:us-east-1:{ACCOUNT_ID}:vpc/vpc-0123456789abcdef0", _OTHERS),
    ("ec2:DeleteTags", f"arn:aws:ec2:us-east-1:{ACCOUNT_ID}:vpc/vpc-0123456789abcdef0", {}),
    ("elasticloadbalancing:RemoveTags", f"{_LISTENER}/1111", {}),
    ("kms:UntagResource", f"arn:aws:kms:us-east-1:{ACCOUNT_ID}:key/11111111-2222-3333-4444-5555", {}),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:us-east-1:{ACCOUNT_ID}:secret:payroll-AbCdEf", _OTHERS),
    ("iam:CreateServiceLinkedRole", f"{_IAM}:role/aws-service-role/x/x", {"iam:awsservicename": "sso.amazonaws.com"}),
)  # fmt: skip


_POOL = f"arn:aws:cognito-idp:us-east-1:{ACCOUNT_ID}:userpool/us-east-1_payroll"
_KEY = f"arn:aws:kms:us-east-1:{ACCOUNT_ID}:key/11111111-2222-3333-4444-5555"
TAKING_OVER: tuple[Row, ...] = (
    # Giving the stack's tag to what bears none.
    ("ec2:CreateTags", f"arn:aws:ec2:us-east-1:{ACCOUNT_ID}:vpc/vpc-0123456789abcdef0", {}),
    ("ec2:CreateTags", f"arn:aws:ec2:us-east-1:{ACCOUNT_ID}:subnet/subnet-0123456789abcdef0", {}),
    ("ec2:CreateTags", f"arn:aws:ec2:us-east-1:{ACCOUNT_ID}:instance/i-0123456789abcdef0", {}),
    ("elasticfilesystem:TagResource", f"arn:aws:elasticfilesystem:us-east-1:{ACCOUNT_ID}:file-system/fs-1", {}),
    ("elasticloadbalancing:AddTags", f"{_LISTENER}/1111", {}),
    ("kms:TagResource", _KEY, {"kms:resourcealiases": "alias/payroll"}),
    ("cognito-idp:DescribeUserPoolClient", _POOL, {}),
    # Changing it, or making something in it, in a request with the stack's tag.
    ("codebuild:UpdateProject", f"arn:aws:codebuild:us-east-1:{ACCOUNT_ID}:project/payroll", {}),
    ("codebuild:StartBuild", f"arn:aws:codebuild:us-east-1:{ACCOUNT_ID}:project/delivery-infrastructure-a1b2c3d", {}),
    ("cloudwatch:PutMetricAlarm", f"arn:aws:cloudwatch:us-east-1:{ACCOUNT_ID}:alarm:payroll", {}),
    ("cognito-idp:UpdateUserPool", _POOL, {}),
    ("elasticfilesystem:CreateAccessPoint", f"arn:aws:elasticfilesystem:us-east-1:{ACCOUNT_ID}:file-system/fs-1", {}),
    ("elasticloadbalancing:CreateListener", f"{_LISTENER.replace('listener', 'loadbalancer')}", {}),
    ("elasticloadbalancing:CreateRule", f"{_LISTENER}/1111", {}),
    ("events:PutRule", f"arn:aws:events:us-east-1:{ACCOUNT_ID}:rule/payroll", {}),
    ("states:UpdateStateMachine", f"arn:aws:states:us-east-1:{ACCOUNT_ID}:stateMachine:payroll", {}),
)  # fmt: skip
"""What another team's thing without tags is not open to, or whose secrets are not told."""


@pytest.mark.parametrize("stack", FULLEST)
def test_nothing_without_tags_is_taken_over(stack: str) -> None:
    tag = {"aws:requesttag/stack": stack}
    for role in (deployer(stack), deployer(stack, reading=True)):
        assert not [(action, arn) for action, arn, brings in TAKING_OVER if role.may(action, arn, {**tag, **brings})]


@pytest.mark.parametrize("stack", FULLEST)
def test_nothing_of_others_and_no_way_to_more_rights(stack: str) -> None:
    """Asked of a role that deploys; one that only looks may none of it either."""
    for role in (deployer(stack), deployer(stack, reading=True)):
        assert not [(action, arn) for action, arn, brings in (*ESCALATIONS, *NEVER) if role.may(action, arn, brings)]
    assert len(ESCALATIONS) > 20


@pytest.mark.parametrize("stack", FULLEST)
def test_no_role_without_the_boundary(stack: str) -> None:
    role, made = deployer(stack), _a_role(stack)
    bound = {"iam:permissionsboundary": boundary_arn(stack)}
    attached = {"iam:policyarn": _one_attached(stack)} if _one_attached(stack) else {}
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
        assert role.may(action, made, bound), action
        assert not role.may(action, made, {"iam:permissionsboundary": ABSENT, "aws:requesttag/stack": stack}), action
        assert not role.may(action, made, {"iam:permissionsboundary": _ADMIN}), action
    if attached:
        assert role.may("iam:AttachRolePolicy", made, {**bound, **attached})
        assert not role.may("iam:AttachRolePolicy", made, attached)
    assert not role.may("iam:AttachRolePolicy", made, {**bound, "iam:policyarn": _ADMIN})
    assert not role.may("iam:DeleteRolePermissionsBoundary", made, {**bound, "aws:resourcetag/stack": stack})


@pytest.mark.parametrize("stack", FULLEST)
def test_not_its_own_rights_and_not_the_boundary(stack: str) -> None:
    role, own = deployer(stack), f"{_IAM}:role/strata-deploy"
    brings = {"iam:permissionsboundary": boundary_arn(stack), "aws:resourcetag/stack": stack}
    for action in ("iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRole"):
        assert not role.may(action, own, brings)
    for action in ("iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:SetDefaultPolicyVersion"):
        assert not role.may(action, boundary_arn(stack), brings)


@pytest.mark.parametrize("stack", FULLEST)
def test_roles_go_to_their_own_services_alone(stack: str) -> None:
    role = deployer(stack)
    for node in serving(stack).of_type("aws:iam/role:Role"):
        arn, trust = str(node.outputs["arn"]), str(node.inputs["assumeRolePolicy"])
        assert not role.may("iam:PassRole", arn, {"iam:passedtoservice": "cloudformation.amazonaws.com"})
        if '"lambda.amazonaws.com"' in trust:
            assert role.may("iam:PassRole", arn, {"iam:passedtoservice": "lambda.amazonaws.com"})


def test_another_environment_of_the_same_system_is_left_alone() -> None:
    """By its names, and by its tag where AWS or Pulumi names things."""
    role = deployer("mdreader-prod")
    other = {"aws:resourcetag/stack": "mdreader-dev"}
    refused = {
        "s3:DeleteBucket": {
            str(node.outputs["arn"]) for node in serving("mdreader-dev").of_type("aws:s3/bucket:Bucket")
        },
        "sqs:DeleteQueue": {
            str(node.outputs["arn"]) for node in serving("mdreader-dev").of_type("aws:sqs/queue:Queue")
        },
        "ec2:DeleteVpc": {str(node.outputs["arn"]) for node in serving("mdreader-dev").of_type("aws:ec2/vpc:Vpc")},
        "lambda:DeleteFunction": {
            str(node.outputs["arn"])
            for node in serving("mdreader-dev").of_type("aws:lambda/function:Function")
            if "name" not in node.inputs
        },
    }
    assert all(refused.values())
    assert not [(action, arn) for action, arns in refused.items() for arn in arns if role.may(action, arn, other)]


def _a_role(stack: str) -> str:
    return str(serving(stack).of_type("aws:iam/role:Role")[0].outputs["arn"])


def _one_attached(stack: str) -> str:
    nodes = serving(stack).of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    return next((str(node.inputs["policyArn"]) for node in nodes), "")


def test_rows_are_of_aws() -> None:
    assert all(expand(action) for action, _, _ in (*ESCALATIONS, *NEVER, *TAKING_OVER))
    assert rights("prod").by_service["ec2"] > 100
