"""The outputs that an MDReader home stack passes to its recovery stack."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True)
class Contract:
    """What cannot be derived from names."""

    zone_id: pulumi.Input[str]
    database_arn: pulumi.Input[str]
    copies_key_arn: pulumi.Input[str]
    """What copies of buckets are encrypted with, in their region."""
    copied_secrets_key_arn: pulumi.Input[str]
    file_signing_key_arn: pulumi.Input[str]
    """The home's; the copy's differs by the region."""
    signer_ids: pulumi.Input[Mapping[str, str]]
    """How CloudFront knows the public keys, by their names in the stack file."""
    user_pool_id: pulumi.Input[str]
    user_pool_arn: pulumi.Input[str]
    issuer: pulumi.Input[str]
    client_id: pulumi.Input[str]
