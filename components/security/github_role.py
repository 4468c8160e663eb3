"""Roles for GitHub Actions by OpenID Connect, for named branches and environments."""

from collections.abc import Sequence
from typing import Self

import pulumi
import pulumi_aws as aws
from pydantic import model_validator

from components.account import Account
from components.component import Component
from components.security.deployment_role import DEPLOYMENT_ROLE, PLAN_ROLE, assume_deployment_role
from components.security.role import Role
from components.statements import Grant, Statement
from settings import MisfitError, Problem, Settings
from settings.services.delivery import Branch, Environment, Repository, without_numbers
from settings.services.iam import RoleName

PUSH_ROLE = "pushRoleArn"
"""The output of a stack that says which role another repository's workflow takes to push the stack's images."""
ISSUER = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"
_MAIN = "refs/heads/main"
"""Where the workflows deploy from."""


class GithubRoleSettings(Settings):
    """Which workflows may take the role: those of one repository, in one environment or on one branch.

    An environment is the safer of the two, since GitHub can ask for a reviewer. A job on another branch
    than main may name any environment that GitHub does not bind itself; it does not get in by that.

    Tokens of repositories made or renamed since 15 July 2026, and of those that chose so, name owner and repository
    with their numbers, which no later owner of the names has: such a one is given with them. The form without is then
    trusted as well, for a repository that is about to change over. The numbers are told by
    ``gh api repos/example/strata --jq '.owner.id, .id'``.
    https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
    """

    repository: Repository
    """The repository on GitHub, as owner/name, with their numbers where its tokens name these."""
    environment: Environment | None = None
    """The environment whose jobs may take the role; what is called like it with -plan has a role that plans."""
    also: tuple[Environment, ...] = ()
    """Further environments of the same account, as that of the recovery stack."""
    branch: Branch | None = None
    """The branch whose workflows may take the role."""
    existing_provider: bool = False
    """Whether the account trusts GitHub already; an account takes one provider an issuer, so one stack makes it."""
    deployment_role: RoleName = DEPLOYMENT_ROLE
    """The role of the account that the workflow may then become."""

    @model_validator(mode="after")
    def _pinned(self) -> Self:
        if (self.environment is None) == (self.branch is None):
            raise MisfitError(
                Problem("environment", "give either environment or branch: workflows of nothing else may deploy")
            )
        if self.also and self.environment is None:
            raise MisfitError(Problem("also", "is beside an environment, and none is given"))
        # GitHub takes names of environments for the same that differ in capitals alone.
        known = [one.lower() for one in self._environments]
        for one in known:
            if f"{one}-plan" in known:
                said = f"{one}-plan is where {one} is planned; who plans would deploy, with no reviewer asked"
                raise MisfitError(Problem("also", said))
        return self

    @property
    def subjects(self) -> list[str]:
        """What GitHub may say of a workflow in the claim ``sub`` of its token.

        https://docs.github.com/en/actions/reference/security/oidc
        """
        return self._subjects([f"environment:{one}" for one in self._environments] or [f"ref:refs/heads/{self.branch}"])

    @property
    def planning(self) -> list[str]:
        """The same of the workflows that plan, in environments beside those that deploy; none where branches do."""
        return self._subjects([f"environment:{one}-plan" for one in self._environments])

    @property
    def _environments(self) -> list[str]:
        return [self.environment, *self.also] if self.environment else []

    def _subjects(self, parts: list[str]) -> list[str]:
        names = dict.fromkeys([self.repository, without_numbers(self.repository)])
        return [f"repo:{name}:{part}" for part in parts for name in names]


class GithubRole(Component):
    """A role that workflows take with the token GitHub signs for each of them, for an hour and with no key to leak.

    All it may do is become the deployment role, and what ``grants`` add; a second one, for the environments called like
    the first one's with -plan, becomes ``strata-preview``. Only the exact repository and
    environment, on main, or the exact branch get in. Where another repository's workflow brings the stack's images
    (``attestedBy``), its jobs on main, outside of any environment, take a third one, which may do what ``pushes`` says
    and nothing else. AWS checks GitHub's certificate against its own authorities, so
    the provider has no thumbprint:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
    """

    def __init__(
        self,
        name: str,
        settings: GithubRoleSettings,
        *,
        account: Account,
        grants: Sequence[Grant] = (),
        pushes: Sequence[Grant] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        provider = self._trusted(settings, account)
        role = Role(
            self.child("workflow"),
            trust=_trust(provider, settings.subjects, on_main=settings.environment is not None),
            grants=[assume_deployment_role(account, settings.deployment_role), *grants],
            description=f"Workflows of {settings.subjects[0].removeprefix('repo:')}",
            opts=self.child_options(),
        )
        if settings.planning:
            Role(
                self.child("plan"),
                trust=_trust(provider, settings.planning, on_main=True),
                grants=[assume_deployment_role(account, PLAN_ROLE)],
                description=f"Plans of {settings.subjects[0].removeprefix('repo:')}",
                opts=self.child_options(),
            )
        self.arn = role.arn
        self.outputs = self._pushed(settings, provider, account.pushed_by, pushes)
        """The ARN that the other repository's workflow signs in with, where there is one."""
        self.register_outputs({"arn": self.arn})

    def _pushed(
        self, settings: GithubRoleSettings, provider: pulumi.Input[str], repository: str | None, grants: Sequence[Grant]
    ) -> dict[str, pulumi.Output[str]]:
        if repository is None or without_numbers(repository).lower() == without_numbers(settings.repository).lower():
            return {}
        subjects = GithubRoleSettings(repository=repository, branch="main").subjects
        role = Role(
            self.child("push"),
            trust=_trust(provider, subjects, on_main=True),
            grants=grants,
            description=f"Pushes images of {repository}",
            opts=self.child_options(),
        )
        return {PUSH_ROLE: role.arn}

    def _trusted(self, settings: GithubRoleSettings, account: Account) -> pulumi.Input[str]:
        if settings.existing_provider:
            return account.arn("iam", f"oidc-provider/{ISSUER}", region="")
        return aws.iam.OpenIdConnectProvider(
            self.child("provider"),
            url=f"https://{ISSUER}",
            client_id_lists=[_AUDIENCE],
            opts=self.child_options(),
        ).arn


def _trust(provider_arn: pulumi.Input[str], subjects: list[str], *, on_main: bool) -> Statement:
    """``on_main`` asks for the branch as well, of which the subject of an environment's job says nothing.

    https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
    """
    claims: dict[str, str | list[str]] = {
        f"{ISSUER}:aud": _AUDIENCE,
        f"{ISSUER}:sub": subjects if len(subjects) > 1 else subjects[0],
    }
    if on_main:
        claims[f"{ISSUER}:ref"] = _MAIN
    return Statement(
        "Assume",
        ["sts:AssumeRoleWithWebIdentity"],
        [],
        {"StringEquals": claims},
        principals={"Federated": [provider_arn]},
    )
