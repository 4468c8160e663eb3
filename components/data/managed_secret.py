"""The secrets in which RDS manages master passwords."""

from collections.abc import Sequence
from typing import Protocol

import pulumi

_NOT_YET = "made by this update"


class _Kept(Protocol):
    """What the provider says of such a secret."""

    @property
    def secret_arn(self) -> str | None: ...


def managed_secret_arn(secrets: pulumi.Output[Sequence[_Kept]]) -> pulumi.Output[str]:
    """The ARN of the secret that RDS made for a master user, from an instance's or a cluster's ``master_user_secrets``.

    A preview of the update that has RDS begin to keep one is told by the provider that there is none; a placeholder
    stands for it then. Raises ValueError where an update is told so.
    """
    return secrets.apply(_first)


def _first(secrets: Sequence[_Kept]) -> str:
    if secrets and secrets[0].secret_arn:
        return secrets[0].secret_arn
    if pulumi.runtime.is_dry_run():
        return _NOT_YET
    raise ValueError("RDS says of no secret that it keeps for the master user; pulumi up --refresh asks again")
