"""The account, region and partition that a stack is deployed to, and the safeguards of its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pulumi
import pulumi_aws as aws

from settings import Environment, Safeguards


@dataclass(frozen=True)
class Account:
    """The AWS account and region of a stack, and how well its environment protects what is in it."""

    id: str
    region: str
    environment: Environment
    deletable: bool = False
    """Whether the stack is about to go, so that nothing of it is protected from deletion any more."""
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The stack's default tags, for what others make in its name: the provider gives them to what it makes itself."""
    promotes_to: tuple[str, ...] = ()
    """The accounts whose deployment role takes this stack's images, once they were tried here."""
    pushed_by: str | None = None
    """The repository of GitHub whose workflow attests this stack's images, where they come into its registry first."""

    @classmethod
    def current(
        cls,
        region: str,
        environment: Environment,
        *,
        deletable: bool = False,
        promotes_to: tuple[str, ...] = (),
        pushed_by: str | None = None,
    ) -> "Account":
        """The account whose credentials run the program: the one AWS call a program makes."""
        default = pulumi.Config("aws").get_object("defaultTags") or {}
        own = aws.get_caller_identity().account_id
        return cls(own, region, environment, deletable, default.get("tags", {}), promotes_to, pushed_by)

    @property
    def partition(self) -> str:
        """The AWS partition that the region belongs to."""
        prefix = self.region.split("-")[0]
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get("us-gov" if "gov" in self.region else prefix, "aws")

    @property
    def safeguards(self) -> Safeguards:
        """The protection that the environment gives."""
        given = self.environment.safeguards
        return replace(given, deletion_protection=False) if self.deletable else given

    @property
    def is_prod(self) -> bool:
        """Whether this is production."""
        return self.environment is Environment.PROD

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """The ARN of a regional resource of this account, ``resource`` in the service's own form."""
        return f"arn:{self.partition}:{service}:{self.region if region is None else region}:{self.id}:{resource}"

    def managed_policy(self, name: str) -> str:
        """The ARN of an AWS-managed policy, ``name`` with its path."""
        return f"arn:{self.partition}:iam::aws:policy/{name}"

    @property
    def root(self) -> str:
        """The account principal, to which a key policy gives the right to delegate by IAM."""
        return self.arn("iam", "root", region="")

    def suffixed(self, name: str) -> str:
        """A globally unique name such as a bucket's: name, account and region."""
        return f"{name}-{self.id}-{self.region}"
