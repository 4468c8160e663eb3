"""The role of GitHub's workflows in AWS."""

from typing import Annotated, Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.account import Account
from components.component import Component
from components.security.deployment_role import DeploymentRole, assume_deployment_role
from components.security.role import Role
from components.statements import Statement
from settings import Settings

ISSUER = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"

Repository = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", examples=["example/strata"])]
"""A repository as owner and name."""


class GithubRoleSettings(Settings):
    """Which workflows may take the role: those of one repository, in one environment or on one branch.

    An environment is the safer of the two, since GitHub can ask for a reviewer and bind it to branches itself.
    """

    repository: Repository
    environment: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._-]+$")
    branch: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._/-]+$")
    existing_provider: bool = False
    """Whether the account trusts GitHub already; an account takes one provider an issuer, so one stack makes it."""
    deployment_role: DeploymentRole = "strata-deploy"

    @model_validator(mode="after")
    def _pinned(self) -> Self:
        if (self.environment is None) == (self.branch is None):
            raise ValueError("give either environment or branch: workflows of nothing else may deploy")
        return self

    @property
    def subject(self) -> str:
        """What GitHub says of a workflow in the claim ``sub`` of its token.

        https://docs.github.com/en/actions/reference/security/oidc
        """
        part = f"environment:{self.environment}" if self.environment else f"ref:refs/heads/{self.branch}"
        return f"repo:{self.repository}:{part}"


class GithubRole(Component):
    """A role that workflows take with the token GitHub signs for each of them, for an hour and with no key to leak.

    All it may do is become the deployment role, and what ``statements`` add. Only the exact repository and environment
    (or branch) get in. AWS checks GitHub's certificate against its own authorities, so the provider has no thumbprint:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
    """

    def __init__(
        self,
        name: str,
        settings: GithubRoleSettings,
        *,
        account: Account,
        statements: tuple[Statement, ...] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        role = Role(
            self.child("workflow"),
            trust=_trust(self._trusted(settings, account), settings.subject),
            statements=[assume_deployment_role(account, settings.deployment_role), *statements],
            description=f"Workflows of {settings.subject.removeprefix('repo:')}",
            opts=self.child_options(),
        )
        self.arn = role.arn
        self.register_outputs({"arn": self.arn})

    def _trusted(self, settings: GithubRoleSettings, account: Account) -> pulumi.Input[str]:
        if settings.existing_provider:
            return account.arn("iam", f"oidc-provider/{ISSUER}", region="")
        return aws.iam.OpenIdConnectProvider(
            self.child("provider"),
            url=f"https://{ISSUER}",
            client_id_lists=[_AUDIENCE],
            opts=self.child_options(),
        ).arn


def _trust(provider_arn: pulumi.Input[str], subject: str) -> Statement:
    return Statement(
        "Assume",
        ["sts:AssumeRoleWithWebIdentity"],
        [],
        {"StringEquals": {f"{ISSUER}:aud": _AUDIENCE, f"{ISSUER}:sub": subject}},
        principals={"Federated": [provider_arn]},
    )
