"""The name of the final snapshot that a store leaves when it is deleted."""

from collections.abc import Mapping

import pulumi
import pulumi_random as random

from components.component import Component


def final_snapshot(
    parent: Component, identifier: str, replaced_with: Mapping[str, pulumi.Input[str]]
) -> pulumi.Output[str]:
    """A name for the last snapshot of a store, another for each store that there is under an identifier.

    A snapshot outlives its store, so that a fixed name would stop the second deletion. ``replaced_with`` are inputs
    that recreate the store when they change: the new one gets a new name, the old one leaves under its own.
    """
    suffix = random.RandomId(
        parent.child("final-snapshot"), byte_length=4, keepers=dict(replaced_with), opts=parent.child_options()
    )
    return pulumi.Output.format("{}-final-{}", identifier, suffix.hex)
