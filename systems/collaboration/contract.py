"""The outputs that a collaboration home stack passes to its recovery stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from systems.recovery_stack import SECRET


@dataclass(frozen=True)
class Contract:
    """What cannot be derived from names."""

    zone_id: pulumi.Input[str]
    copies_key_arn: pulumi.Input[str]
    """What the table's replica is encrypted with, in its region."""
    copied_secrets_key_arn: pulumi.Input[str]
    stream_arn: pulumi.Input[str]
    """The stream that the replica has of its own."""
    secret_arns: pulumi.Input[Mapping[str, str]]
    """By name, the signing key's among them, as they are at home: the copies' differ by the region."""
    origin_headers: pulumi.Input[Sequence[str]] = field(metadata=SECRET)
    """The values of which the distribution sends one."""
