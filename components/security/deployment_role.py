"""The role that deploys, which is made once an account by its administrator and not by this program."""

from components.account import Account
from components.statements import Statement
from settings.services.iam import RoleName

"""The name of the account's deployment role: docs/decisions/0008-deployment-rights.md says who makes it."""


def deployment_role_arn(account: Account, role: RoleName) -> str:
    """The ARN of the deployment role."""
    return account.arn("iam", f"role/{role}", region="")


def assume_deployment_role(account: Account, *roles: RoleName) -> Statement:
    """Lets a build or a workflow become the deployment roles, whose own trust must name it as well."""
    arns = sorted({deployment_role_arn(account, role) for role in roles})
    return Statement("AssumeDeploymentRole", ["sts:AssumeRole"], arns)
