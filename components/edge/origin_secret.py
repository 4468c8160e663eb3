"""The secret header by which a load balancer recognises requests of the stack's CloudFront distribution."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pulumi
import pulumi_random as random
from pydantic import Field

from components.component import Component
from settings import Settings

HEADER = "X-Origin-Verify"


class OriginSecretSettings(Settings):
    """Labels of the secrets that the load balancer accepts; the distribution sends the first.

    A second one is there only while they change, from ``1`` in three updates to ``1, 2``, to ``2, 1``, to ``2``.
    """

    generations: tuple[str, ...] = Field(default=("1",), min_length=1, max_length=2)
    """Labels of the secrets that are taken; the first is the one that is sent."""


class HasOriginHeader(Protocol):
    """What a load balancer asks for."""

    @property
    def header(self) -> str:
        """The name of the header."""
        ...

    @property
    def accepted(self) -> pulumi.Input[Sequence[pulumi.Input[str]]]:
        """The values of which a request has to carry one."""
        ...


@dataclass(frozen=True)
class ExistingOriginHeader:
    """The header of a distribution of another stack, by the values that one has told."""

    accepted: pulumi.Input[Sequence[pulumi.Input[str]]]
    header: str = HEADER


class OriginSecret(Component):
    """A header with a random value, which CloudFront adds and the load balancer asks for.

    The addresses that a load balancer can admit are those of all of CloudFront, and so of everybody's distributions;
    the header tells ours from theirs.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html
    Balancers of several stacks behind one distribution ask for one value, which each of them is ``given`` then.
    The value is a secret of the stack, encrypted in its state. 48 letters and digits, compared without regard to case,
    are worth about 248 bits; a load balancer takes no more than 128 characters and reads ``*`` and ``?`` as wildcards.
    """

    def __init__(
        self,
        name: str,
        settings: OriginSecretSettings,
        *,
        given: pulumi.Output[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.header = HEADER
        self.accepted: list[pulumi.Output[str]] = (
            [self._made(generation) for generation in settings.generations] if given is None else [given]
        )
        self.sent = self.accepted[0]
        self.register_outputs({"header": self.header})

    def _made(self, generation: str) -> pulumi.Output[str]:
        password = random.RandomPassword(self.child(generation), length=48, special=False, opts=self.child_options())
        return pulumi.Output.secret(password.result)
