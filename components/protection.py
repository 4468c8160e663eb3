"""Which resources are protected from deletion: those that hold data or identities."""

from collections.abc import Callable

import pulumi

from resource_types.bearing import bearing
from settings import Safeguards

RETAINED = frozenset({"aws:kms/key:Key"})
"""Stay in AWS when a stack goes that keeps its data: final snapshots and backups are read with them."""

_MADE_INSIDE = frozenset({"eks:index:Cluster"})
"""Components that run inside the engine, and make there what the program does not see: the cluster itself."""


def protect(safeguards: Safeguards) -> None:
    """Protects and retains what the stack makes from here on, as far as its safeguards ask for."""
    protects, retained = safeguards.deletion_protection, RETAINED if safeguards.keeps_data else frozenset[str]()
    if protects or retained:
        _register(lambda token: _options(protects and bearing(token) is not None, token in retained))


def _options(protected: bool, retained: bool) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(protect=protected or None, retain_on_delete=retained or None)


def _register(kept: Callable[[str], pulumi.ResourceOptions]) -> None:
    """Adds options by type to every resource, but for one of which a component says that it may go.

    The SDK does so for what the program makes. Inside the engine Pulumi calls back for each resource of a component;
    options of the component itself would not do, since whatever it makes would inherit them, access entries too.
    """

    def inside(resource: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if not kept(resource.type_).protect:
            return None
        resource.opts.protect = True
        return pulumi.ResourceTransformResult(resource.props, resource.opts)

    def outside(resource: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        options = kept(resource.type_)
        if resource.opts.protect is False:
            options.protect = None
        if resource.type_ in _MADE_INSIDE:
            options.transforms = [inside]
        if not (options.protect or options.retain_on_delete or options.transforms):
            return None
        merged = pulumi.ResourceOptions.merge(resource.opts, options)
        return pulumi.ResourceTransformationResult(resource.props, merged)

    pulumi.runtime.register_stack_transformation(outside)
