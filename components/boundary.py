"""The permissions boundary of every role that a stack makes."""

from collections.abc import Mapping
from typing import Any

import pulumi

ROLE = "aws:iam/role:Role"
_GIVEN = "permissions_boundary"


def bound(arn: str) -> None:
    """Bounds every role from here on by the policy ``arn``, also those that pulumi-eks makes inside the engine.

    Without it the deployment role may not make them: docs/decisions/0049-least-rights.md.
    """

    def inside(resource: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if resource.type_ != ROLE:
            return None
        return pulumi.ResourceTransformResult({**resource.props, "permissionsBoundary": arn}, resource.opts)

    def outside(resource: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if resource.type_ == ROLE:
            return pulumi.ResourceTransformationResult(_bounded(resource.props, arn), resource.opts)
        if not resource.type_.startswith("eks:"):
            return None
        options = pulumi.ResourceOptions(transforms=[inside])
        return pulumi.ResourceTransformationResult(resource.props, pulumi.ResourceOptions.merge(resource.opts, options))

    pulumi.runtime.register_stack_transformation(outside)


def _bounded(props: Mapping[str, Any], arn: str) -> dict[str, Any]:
    return {**props, _GIVEN: arn}
