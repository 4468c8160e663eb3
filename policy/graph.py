"""All resources of one stack, and who refers to whom."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from policy.environment import PROD, environment_of
from policy.resources import Resource
from policy.tokens import canonical
from policy.unknown import UNKNOWN

STACK_TYPE = "pulumi:pulumi:Stack"
# Inputs and outputs by which one AWS resource names another.
_IDENTITIES = ("id", "arn", "name")
_OWN_IDENTITIES = {
    "aws:s3/bucket:Bucket": ("bucket",),
    "aws:rds/instance:Instance": ("identifier",),
    "aws:rds/cluster:Cluster": ("clusterIdentifier",),
    "aws:docdb/cluster:Cluster": ("clusterIdentifier",),
    "aws:neptune/cluster:Cluster": ("clusterIdentifier",),
    "aws:redshift/cluster:Cluster": ("clusterIdentifier",),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("replicationGroupId",),
    "aws:kms/key:Key": ("keyId",),
    "aws:sqs/queue:Queue": ("url",),
    "aws:elasticsearch/domain:Domain": ("domainName",),
    "aws:opensearch/domain:Domain": ("domainName",),
    "aws:codeartifact/domain:Domain": ("domain",),
}
# Resources that only add to another one, and the input whose value they hand on as their own output: who takes the
# bucket's name from its policy means the bucket, and waits for the policy.
_ADDITIONS = {
    "aws:s3/bucketPolicy:BucketPolicy": "bucket",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "bucket",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "bucket",
    "aws:s3/bucketVersioning:BucketVersioning": "bucket",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "bucket",
    "aws:secretsmanager/secretVersion:SecretVersion": "secretId",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "secretArn",
    "aws:sns/topicPolicy:TopicPolicy": "arn",
    "aws:sqs/queuePolicy:QueuePolicy": "queueUrl",
    "aws:kms/keyPolicy:KeyPolicy": "keyId",
    "aws:kms/alias:Alias": "targetKeyId",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "role",
    "aws:acm/certificateValidation:CertificateValidation": "certificateArn",
}


class Graph:
    """The resources of a stack, indexed by URN, by type and by who refers to them.

    References are resolved through property dependencies, which hold for unknown values too; where the engine gave
    none, through equal known values (an id, ARN or name of exactly one resource). `environment` is as the stack's
    configuration says; without one it goes by the stack's name.
    """

    def __init__(self, resources: Iterable[Resource], environment: str = "") -> None:
        self.resources: tuple[Resource, ...] = tuple(resources)
        self.by_urn: dict[str, Resource] = {resource.urn: resource for resource in self.resources}
        self._by_type: dict[str, list[Resource]] = {}
        self._children: dict[str, list[Resource]] = {}
        for resource in self.resources:
            self._by_type.setdefault(canonical(resource.type), []).append(resource)
            if resource.parent:
                self._children.setdefault(resource.parent, []).append(resource)
        self.environment = environment or environment_of(self.stack_name)
        self._companions: dict[tuple[str, str], dict[str, list[Resource]]] = {}
        self._unresolved: dict[tuple[str, str], bool] = {}

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def __len__(self) -> int:
        return len(self.resources)

    def of(self, *types: str) -> list[Resource]:
        """All resources of these types, in order of registration within each type."""
        return [resource for token in types for resource in self._by_type.get(canonical(token), ())]

    @property
    def stack(self) -> Resource | None:
        """The root resource of the stack, where it was registered."""
        return next(iter(self.of(STACK_TYPE)), None)

    @property
    def stack_name(self) -> str:
        """The stack's name, from the URNs; empty for an empty graph."""
        return self.resources[0].stack if self.resources else ""

    @property
    def project(self) -> str:
        """The project's name, from the URNs; empty for an empty graph."""
        return self.resources[0].project if self.resources else ""

    @property
    def production(self) -> bool:
        """Whether the stack is held to what production must fulfil."""
        return self.environment == PROD

    @cached_property
    def partial(self) -> bool:
        """Whether resources are registered of which nothing is known, as under `--target`."""
        return any(not resource.seen for resource in self.resources)

    def children(self, resource: Resource) -> list[Resource]:
        """Resources whose parent this one is."""
        return self._children.get(resource.urn, [])

    def refers(self, resource: Resource, path: str, *types: str) -> list[Resource]:
        """The resources that the input at `path` refers to, of these types (any, when none is given).

        Dependencies are recorded for whole top-level inputs: name the types when a nested path is asked for. A
        reference to an addition, such as a bucket's policy, is one to what it adds to as well.
        """
        value = resource.get(path)
        if value is None:
            return []
        wanted = {canonical(token) for token in types}
        urns = resource.property_dependencies.get(path.partition(".")[0].partition("[")[0], ())
        found = [other for urn in urns if urn in self.by_urn for other in self._with_base(self.by_urn[urn])]
        found = [other for other in found if not wanted or canonical(other.type) in wanted]
        named = self._named(value, wanted, resource)
        # A known value decides between several dependencies; it is all there is when dependencies were not recorded.
        if found and named and any(other in found for other in named):
            return [other for other in found if other in named]
        return found or named

    def reads(self, resource: Resource, path: str) -> bool:
        """Whether the input at `path` is taken from what is no resource of the stack: from one that was only read.

        Such a one is there, whatever it is called: a rule about things that nobody has stays silent. As of `refers`, a
        nested path goes by its top-level input.
        """
        urns = resource.property_dependencies.get(path.partition(".")[0].partition("[")[0], ())
        return any(urn not in self.by_urn for urn in urns)

    def companions(self, resource: Resource, token: str, by: str) -> list[Resource]:
        """The resources of type `token` whose input `by` refers to this one, such as a bucket's policy."""
        key = (canonical(token), by)
        if key not in self._companions:
            index: dict[str, list[Resource]] = {}
            for other in self.of(token):
                for target in self.refers(other, by):
                    index.setdefault(target.urn, []).append(other)
            self._companions[key] = index
        return self._companions[key].get(resource.urn, [])

    def may_have(self, resource: Resource, token: str, by: str) -> bool:
        """Whether the resource has such a companion, or there is one of which it cannot be told whose it is."""
        return bool(self.companions(resource, token, by)) or self.unresolved(token, by)

    def unresolved(self, token: str, by: str) -> bool:
        """Whether some resource of type `token` has an unknown input `by` that leads to no resource.

        A rule about a missing companion stays silent then: the companion may be that one.
        """
        key = (canonical(token), by)
        if key not in self._unresolved:
            self._unresolved[key] = any(other.unknown(by) and not self.refers(other, by) for other in self.of(token))
        return self._unresolved[key]

    def _with_base(self, resource: Resource) -> list[Resource]:
        by = _ADDITIONS.get(canonical(resource.type))
        return [resource, *self.refers(resource, by)] if by else [resource]

    def _named(self, value: Any, wanted: set[str], asker: Resource) -> list[Resource]:
        members = value if isinstance(value, list) else [value]
        found: dict[str, Resource] = {}
        for member in members:
            if isinstance(member, str) and member:
                for other in self._by_identity.get(member, ()):
                    if other is not asker and (not wanted or canonical(other.type) in wanted):
                        found[other.urn] = other
        return list(found.values())

    @cached_property
    def _by_identity(self) -> dict[str, list[Resource]]:
        index: dict[str, list[Resource]] = {}
        for resource in self.resources:
            for value in _identities(resource):
                index.setdefault(value, []).append(resource)
        return index


def _identities(resource: Resource) -> set[str]:
    found: set[str] = set()
    keys = _IDENTITIES + _OWN_IDENTITIES.get(canonical(resource.type), ())
    for values in (resource.inputs, resource.outputs):
        for key in keys:
            value = values.get(key, UNKNOWN)
            if isinstance(value, str) and value:
                found.add(value)
    return found
