"""The roles that deploy and that plan, which an account's administrator makes, and the right to assume them.

docs/decisions/0008-deployment-rights.md says who makes it.
"""

from typing import Final

from components.account import Account
from components.statements import Grant, Statement
from settings.services.iam import AccountId, RoleName

DEPLOYMENT_ROLE: Final[RoleName] = "strata-deploy"
"""The role that deploys, where no settings name another one."""
PLAN_ROLE: Final[RoleName] = "strata-preview"
"""The role of an account that previews and plans, and changes nothing (``strata rights-for STACK --read-only``)."""


def deployment_role_arn(account: Account, role: RoleName, account_id: AccountId | None = None) -> str:
    """The ARN of the deployment role of an account, of ``account`` itself unless another one is named."""
    return f"arn:{account.partition}:iam::{account_id or account.id}:role/{role}"


def become(role_arn: str) -> Grant:
    """Lets a build or a workflow become a deployment role, whose own trust must name it as well."""
    return Statement("AssumeDeploymentRole", ["sts:AssumeRole"], [role_arn])


def assume_deployment_role(account: Account, role: RoleName) -> Grant:
    """The same for the role of the account itself."""
    return become(deployment_role_arn(account, role))
