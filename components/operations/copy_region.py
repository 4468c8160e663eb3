"""Settings of the region to which backups are copied."""

from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from components.account import Account
from settings import MisfitError, Problem, Region, Settings

_FIRST, _SECOND = "us-west-2", "us-east-1"


def _elsewhere(value: str, info: ValidationInfo) -> str:
    if info.context and value == info.context.get("region"):
        raise ValueError(f"{value} is the home region; copies in it are lost together with it")
    return value


RecoveryRegion = Annotated[Region, AfterValidator(_elsewhere)]
"""A region other than the stack's own."""


class CopiedElsewhere(Settings):
    """Where copies of backups go: ``copy_to_region``, or nowhere with ``null``.

    Unsaid, an environment that asks for copies has them in us-west-2, and one in us-west-2 in us-east-1. A stack
    outside the United States has to say where they go: what it keeps may not leave for any country.
    """

    copy_to_region: RecoveryRegion | None = None
    """The region of the copies; ``null`` for none. Left out, the environment decides."""

    def copies_to(self, account: Account, block: str) -> str | None:
        """The region of the copies, if there are any; ``block`` is what these settings are called in a stack file.

        Raises MisfitError where they are asked for and no region goes without saying.
        """
        if "copy_to_region" in self.model_fields_set:
            return self.copy_to_region
        if not account.safeguards.copies_backups:
            return None
        if account.partition != "aws" or not account.region.startswith("us-"):
            said = f"{account.environment} copies its backups out of {account.region}: name a region, or null for none"
            raise MisfitError(Problem(f"{block}.copyToRegion", said))
        return _SECOND if account.region == _FIRST else _FIRST
