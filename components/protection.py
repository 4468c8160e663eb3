"""What bears data or identity, and how a stack keeps it from going by accident."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi

from settings import Safeguards


@dataclass(frozen=True)
class Bearing:
    """What is lost with a resource that a later ``up`` cannot make again."""

    kind: Literal["data", "identity"]
    what: str


def _data(what: str) -> Bearing:
    return Bearing("data", what)


def _identity(what: str) -> Bearing:
    return Bearing("identity", what)


BEARING: Mapping[str, Bearing] = {
    "aws:backup/vault:Vault": _data("backups"),
    "aws:codeconnections/connection:Connection": _identity("a person's consent at the repository's host"),
    "aws:cognito/identityPool:IdentityPool": _identity("the ids below which users' files lie"),
    "aws:cognito/userPool:UserPool": _data("accounts of users, with passwords that nobody can read"),
    "aws:cognito/userPoolClient:UserPoolClient": _identity("the id that is built into the applications"),
    "aws:dynamodb/table:Table": _data("items"),
    "aws:ecr/repository:Repository": _data("the images that run and those to go back to"),
    "aws:efs/fileSystem:FileSystem": _data("files"),
    "aws:eks/cluster:Cluster": _identity("the place of everything in Kubernetes"),
    "aws:elasticache/replicationGroup:ReplicationGroup": _data("entries, which no store behind it may have"),
    "aws:kms/key:Key": _data("the way to read whatever is encrypted with it"),
    "aws:lb/loadBalancer:LoadBalancer": _identity("the addresses that users are connected to"),
    "aws:msk/cluster:Cluster": _data("messages"),
    "aws:msk/topic:Topic": _data("messages"),
    "aws:opensearch/domain:Domain": _data("indices"),
    "aws:rds/instance:Instance": _data("rows"),
    "aws:route53/zone:Zone": _identity("the name servers that the registrar delegates to"),
    "aws:s3/bucket:Bucket": _data("objects"),
    "aws:secretsmanager/secret:Secret": _data("values that people entered or clients were given"),
}
"""By type. Whatever else a stack registers, an ``up`` makes again as it was: docs/decisions/0012."""

RETAINED = frozenset({"aws:kms/key:Key"})
"""Stay in AWS when a stack goes that keeps its data: final snapshots and backups are read with them."""

_MADE_INSIDE = frozenset({"eks:index:Cluster"})
"""Components that run inside the engine, and make there what the program does not see: the cluster itself."""


def protect(safeguards: Safeguards) -> None:
    """Protects and retains what the stack makes from here on, as far as its safeguards ask for."""
    protected = BEARING.keys() if safeguards.deletion_protection else frozenset[str]()
    retained = RETAINED if safeguards.keeps_data else frozenset[str]()
    if protected or retained:
        _register(lambda token: _options(token in protected, token in retained))


def _options(protected: bool, retained: bool) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(protect=protected or None, retain_on_delete=retained or None)


def _register(kept: Callable[[str], pulumi.ResourceOptions]) -> None:
    """Adds options by type to every resource.

    The SDK does so for what the program makes. Inside the engine Pulumi calls back for each resource of a component;
    options of the component itself would not do, since whatever it makes would inherit them, access entries too.
    """

    def inside(resource: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if not kept(resource.type_).protect:
            return None
        resource.opts.protect = True
        return pulumi.ResourceTransformResult(resource.props, resource.opts)

    def outside(resource: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        options = kept(resource.type_)
        if resource.type_ in _MADE_INSIDE:
            options.transforms = [inside]
        merged = pulumi.ResourceOptions.merge(resource.opts, options)
        return pulumi.ResourceTransformationResult(resource.props, merged)

    pulumi.runtime.register_stack_transformation(outside)
