"""IAM: the policy that bounds what roles can have, for organisations that ask for one."""

from collections.abc import Iterator

from pydantic import Field

from policy.model import Finding, Level, Resource, RuleConfig, Severity, known, rule


class Boundary(RuleConfig):
    """What bounds the roles."""

    policy: str = Field(default="", description="The policy that bounds every role: its ARN or name; empty for none")


@rule(
    "iam-roles-bounded",
    title="Roles have the permissions boundary that the organisation asks for",
    severity=Severity.HIGH,
    types=["aws:iam/role:Role", "aws-native:iam:Role"],
    frameworks={"Well-Architected": "SEC03-BP05"},
    remedy="Set permissionsBoundary to the policy's ARN.",
    link="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    level=Level.ADVISORY,
    config=Boundary,
)
def roles_bounded(role: Resource, config: Boundary) -> Iterator[Finding]:
    """Who may make roles without a bound, and write their policies, can have any right; asks for nothing until told."""
    given = role.get("permissionsBoundary")
    if not config.policy or not known(given) or given == config.policy:
        return
    if str(given or "").partition(":policy/")[2] != config.policy:
        yield Finding(f"is not bounded by {config.policy}", "permissionsBoundary")
