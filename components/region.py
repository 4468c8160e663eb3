"""Resource options that deploy whole components to a region other than the stack's."""

import pulumi


def in_region(region: str) -> pulumi.ResourceOptions:
    """Options for a component that shall live in ``region``, with everything it makes.

    Every AWS resource below it that has a region and names none gets this one as its ``region`` input; what AWS keeps
    once for all regions, such as a role, has none and stays as it is. The component needs an ``Account`` of the same
    region beside these options, for its ARNs and zones. See docs/decisions/0007-second-region.md.
    """

    def place(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not args.type_.startswith("aws:") or "region" not in args.props or args.props["region"] is not None:
            return None
        return pulumi.ResourceTransformationResult(props={**args.props, "region": region}, opts=args.opts)

    return pulumi.ResourceOptions(transformations=[place])
