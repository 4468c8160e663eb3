"""What is asked about: a resource of the stack or an ARN, with the policies that are attached to it."""

import re
from dataclasses import dataclass, replace

from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.rights.attached_policies import ROLES, USERS, read
from analyser.analyses.rights.bucket_acls import BUCKET, barred, of_acl
from analyser.analyses.rights.implicit_statements import grant, permission
from analyser.analyses.rights.policy_source import Source
from analyser.analyses.rights.tags import tags_of
from analyser.analyses.rights.unknown_name import UnknownNameError, suggest
from policy.iam import PLACES, RESOURCE, TRUST, documents, home_accounts
from policy.iam.actions import actions_of
from policy.model import Resource

KEY = "aws:kms/key:Key"
KEYS = (
    KEY,
    "aws:kms/externalKey:ExternalKey",
    "aws:kms/replicaExternalKey:ReplicaExternalKey",
    "aws:kms/replicaKey:ReplicaKey",
)
ROLE = ROLES.token
ACCESS_POINT = "aws:s3/accessPoint:AccessPoint"
_FUNCTION = "aws:lambda/function:Function"
_GRANT = "aws:kms/grant:Grant"
_PERMISSION = "aws:lambda/permission:Permission"
# Resources that policies are written about, and what attaches a policy to each: the type, and the input that names it.
_TYPES: dict[str, tuple[str, str] | None] = {
    "aws:s3/bucket:Bucket": ("aws:s3/bucketPolicy:BucketPolicy", "bucket"),
    "aws:sqs/queue:Queue": ("aws:sqs/queuePolicy:QueuePolicy", "queueUrl"),
    "aws:sns/topic:Topic": ("aws:sns/topicPolicy:TopicPolicy", "arn"),
    "aws:secretsmanager/secret:Secret": ("aws:secretsmanager/secretPolicy:SecretPolicy", "secretArn"),
    **dict.fromkeys(KEYS, ("aws:kms/keyPolicy:KeyPolicy", "keyId")),
    "aws:cloudwatch/eventBus:EventBus": ("aws:cloudwatch/eventBusPolicy:EventBusPolicy", "eventBusName"),
    "aws:efs/fileSystem:FileSystem": ("aws:efs/fileSystemPolicy:FileSystemPolicy", "fileSystemId"),
    "aws:ecr/repository:Repository": ("aws:ecr/repositoryPolicy:RepositoryPolicy", "repository"),
    "aws:dynamodb/table:Table": ("aws:dynamodb/resourcePolicy:ResourcePolicy", "resourceArn"),
    "aws:kinesis/stream:Stream": ("aws:kinesis/resourcePolicy:ResourcePolicy", "resourceArn"),
    "aws:backup/vault:Vault": ("aws:backup/vaultPolicy:VaultPolicy", "backupVaultName"),
    "aws:opensearch/domain:Domain": ("aws:opensearch/domainPolicy:DomainPolicy", "domainName"),
    "aws:msk/cluster:Cluster": ("aws:msk/clusterPolicy:ClusterPolicy", "clusterArn"),
    ACCESS_POINT: ("aws:s3control/accessPointPolicy:AccessPointPolicy", "accessPointArn"),
    _FUNCTION: None,
    ROLE: None,
    USERS.token: None,
    "aws:ec2/instance:Instance": None,
    "aws:ecs/cluster:Cluster": None,
    "aws:cloudfront/distribution:Distribution": None,
    "aws:cloudwatch/logGroup:LogGroup": None,
    "aws:codebuild/project:Project": None,
    "aws:codepipeline/pipeline:Pipeline": None,
    "aws:dax/cluster:Cluster": None,
    "aws:ecs/service:Service": None,
    "aws:eks/cluster:Cluster": None,
    "aws:elasticache/replicationGroup:ReplicationGroup": None,
    "aws:rds/cluster:Cluster": None,
    "aws:rds/instance:Instance": None,
    "aws:sfn/stateMachine:StateMachine": None,
}
# The service in ARNs where it is not the prefix of the actions.
_ARN_SERVICES = {"kafka-cluster": "kafka", "rds-db": "rds", "sts": "iam"}
_STRICT = re.compile(r"arn:[^:*]+:(kms:[^:]+:\d+:key/[^*?]+|iam::\d+:role/[^*?]+)")
_OF_EACH = "where the policy of the key or role itself leaves it to its account"
_BUCKET = re.compile(r"arn:[^:*]+:s3:::[^*?/]+(/.*)?")
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_actions-resources-contextkeys.html of STS
_BECOMING = frozenset(
    f"sts:{verb}"
    for verb in (
        "assumerole",
        "assumerolewithsaml",
        "assumerolewithwebidentity",
        "setcontext",
        "setsourceidentity",
        "tagsession",
    )
)
# Parts of a resource that have ARNs of their own, by the action that is about them.
_OBJECTS = ("AbortMultipartUpload", "ListMultipartUploadParts")
_STREAM = ("DescribeStream", "GetRecords", "GetShardIterator")
_LOG_STREAM = ("DeleteLogStream", "GetLogEvents", "PutLogEvents")


@dataclass(frozen=True)
class Target:
    """The resource of a question, with the policies attached to it."""

    name: str
    arn: str
    """May be a pattern; ``*`` for an action that no policy can limit to a resource."""
    resource: Resource | None = None
    policies: tuple[Source, ...] = ()
    grants: tuple[Source, ...] = ()
    """Of a key, as statements; a key with grants alone still has the policy that KMS gives it."""
    unread: tuple[str, ...] = ()
    """Policies of the resource whose content is not known."""
    region: str = ""
    """The region that a call about it goes to; nothing where that is not known."""

    home: str = ""
    """The account of the stack, for what the stack makes."""
    tags: tuple[tuple[str, str], ...] = ()
    """Its tags as far as they are known."""
    all_tags: bool = False
    """Whether it has no others."""
    has_tags: bool = False
    """Whether a request about it may bring these: not one about a part that has tags of its own."""
    barred: str = ""
    """Why nobody of another account gets in whatever its policy says; empty where that has the say."""
    is_strict: bool = False
    """Whether its own policy has the say: a key, or a role that is assumed."""
    unowned: str = ""
    """What a yes asks for, as it is not known whose the resource is, or what its policy says."""

    @property
    def account(self) -> str:
        """The account in its ARN, or else the stack's own; nothing where neither says it."""
        parts = self.arn.split(":")
        found = parts[4] if len(parts) > 5 else ""
        return "" if "*" in found else found or self.home

    @property
    def is_key(self) -> bool:
        """Whether it is a key of the stack."""
        return self.resource is not None and self.resource.type in KEYS

    @property
    def not_read(self) -> tuple[str, ...]:
        """Policies that may let in, and are not known: of what the stack does not make, its own."""
        return self.unread if self.resource is not None else (f"the policy of {self.arn}",)

    def elsewhere(self, account: str) -> bool:
        """Whether it is of another account."""
        return self.account not in ("", account)

    def bound_in(self, action: str) -> "Target":
        """The same with what of it bears on an action: a trust policy says who becomes the role, and nothing else."""
        becoming, using = action.lower() in _BECOMING, action.lower().startswith("kms:")
        if self.resource is not None and self.resource.type == ROLE and not becoming:
            return replace(self, policies=(), unread=())
        if self.resource is not None:
            return replace(self, is_strict=self.is_key or self.resource.type == ROLE)
        if becoming or (using and not without_resource(action)):
            return replace(self, is_strict=bool(_STRICT.fullmatch(self.arn)), unowned=_OF_EACH * ("*" in self.arn))
        found = f"if {self.arn} is of this account, or its policy allows it as well"
        return replace(self, unowned=found if _BUCKET.fullmatch(self.arn) else "")


def target(view: View, name: str, action: str) -> Target:
    """The resource that a name or ARN means for an action.

    Raises UnknownNameError for a name that means nothing the action could be about, or several.
    """
    prefix, _, verb = action.partition(":")
    service = _ARN_SERVICES.get(prefix, prefix)
    if name.startswith("arn:") or name == "*":
        found = _by_arn(view, name)
        return _target(view, found, name, name) if found else Target(name, name)
    matching = _named(view, name, service)
    if len(matching) > 1:
        choices = ", ".join(one.name for one in matching)
        raise UnknownNameError(f"{view.graph.stack}: {name!r} means several resources: {choices}")
    if not matching:
        known = {_called(view, one) for one in view.of(*_TYPES) if _service_of(one) == service}
        hint = suggest(name, known) if known else "name an ARN"
        raise UnknownNameError(f"{view.graph.stack}: {name!r} is nothing that {action} is about; {hint}")
    (found,) = matching
    part = _part(prefix, verb)
    if found.type == ACCESS_POINT and part:
        part = f"/object{part}"
    return _target(view, found, name, _users(found) if prefix == "rds-db" else f"{_arn(found)}{part}")


def key_of(view: View, found: Resource) -> Resource | None:
    """The key of the stack that encrypts a resource."""
    inputs = ("kmsKeyId", "kmsMasterKeyId", "kmsKeyArn")
    keys = [key for path in inputs for key in view.refers(found, path, KEY)]
    for rules in view.resources.companions(
        found, "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", by="bucket"
    ):
        keys += view.refers(rules, "rules", KEY)
    return next(iter(keys), None)


def of_key(view: View, key: Resource) -> Target:
    """A key as what is asked about."""
    return _target(view, key, view.owner(key), _arn(key))


def of_bucket(view: View, bucket: Resource, action: str) -> Target:
    """A bucket, or what is in it, as what an action is about."""
    return _target(view, bucket, view.owner(bucket), f"{_arn(bucket)}{_part('s3', action.partition(':')[2])}")


def without_resource(action: str) -> bool:
    """Whether AWS lets no policy limit the action to resources."""
    service, _, verb = action.partition(":")
    found = actions_of(service).get(verb.lower())
    return found is not None and not found.resource_level


def _named(view: View, name: str, service: str) -> list[Resource]:
    """By its own name first, then by its component's; for an action on keys, the key of what is named."""
    every = view.of(*_TYPES)
    mine = [one for one in every if _service_of(one) == service]
    found = (
        [one for one in mine if name in (one.name, view.id_of(one))]
        or [one for one in mine if view.owner(one) == name]
        or [one for one in mine if any(above.name == name for above in view.lineage(one))]
    )
    if service == "kms" and not found:
        keys = [key_of(view, one) for one in every if name in (one.name, view.owner(one))]
        found = [key for key in keys if key]
    return list(dict.fromkeys(found))


def _called(view: View, found: Resource) -> str:
    """Its component, unless that has several like it."""
    owner = view.owner(found)
    return owner if [view.owner(one) for one in view.of(found.type)].count(owner) == 1 else found.name


def _users(found: Resource) -> str:
    """Every user of a database: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrdsiamauthentication.html"""
    head = _arn(found).split(":")[:5]
    own = text(found.outputs.get("resourceId")) or text(found.outputs.get("clusterResourceId"))
    return ":".join((*head[:2], "rds-db", *head[3:], "dbuser", f"{own}/*"))


def _by_arn(view: View, arn: str) -> Resource | None:
    """The resource whose own ARN this is, or begins this."""
    fitting = (one for one in view.of(*_TYPES) if _arn(one) and arn.startswith(_arn(one)))
    return max(fitting, key=lambda one: len(_arn(one)), default=None)


def _target(view: View, found: Resource, name: str, arn: str) -> Target:
    own, unread = _own_policies(view, found)
    trust = [Source(f"trust policy of {found.name}", document) for document in documents(found, TRUST)]
    if found.type == ROLE and not (trust and all(source.document.whole for source in trust)):
        unread.append(f"trust policy of {found.name}")
    permissions = [permission(one, _arn(found)) for one in view.resources.companions(found, _PERMISSION, by="function")]
    grants = tuple(grant(one) for one in view.resources.companions(found, _GRANT, by="keyId"))
    policies = (*own, *trust, *permissions)
    region = "" if found.type == ROLE else view.region_of(found)
    homes = home_accounts(view.resources)
    home = next(iter(homes)) if len(homes) == 1 else ""
    is_bucket = found.type == BUCKET
    said, lost = of_acl(view, found) if is_bucket else ([], [])
    tags, all_tags = tags_of(view, found)
    return Target(
        name, arn, found, (*policies, *said), grants, (*unread, *lost), region, home,
        tags=tuple(tags.items()), all_tags=all_tags, has_tags=arn == _arn(found),
        barred=barred(view, found) if is_bucket else "",
    )  # fmt: skip


def _own_policies(view: View, found: Resource) -> tuple[list[Source], list[str]]:
    """Policies of a resource, and names of those that are not known; it has one at a time, the one that came last."""
    attached = []
    companion = _TYPES.get(found.type)
    if companion:
        attached = view.resources.companions(found, companion[0], by=companion[1])
    if len(attached) > 1:
        names = " or ".join(sorted(one.name for one in attached))
        return [], [f"which of {names} is the policy of {found.name}"]
    if attached:
        return read(attached[0], RESOURCE, f"policy {attached[0].name}")
    if not any(found.given(path) for path, kind in PLACES.get(found.type, ()) if kind == RESOURCE):
        return [], []
    return read(found, RESOURCE, f"policy of {found.name}")


def _arn(found: Resource) -> str:
    return text(found.outputs.get("arn"))


def _service_of(found: Resource) -> str:
    parts = _arn(found).split(":")
    return parts[2] if len(parts) > 2 else ""


def _part(service: str, verb: str) -> str:
    if service == "s3":
        return "/*" if verb in _OBJECTS or ("Object" in verb and "Bucket" not in verb) else ""
    if service == "es":
        return "/*" if verb.startswith("ESHttp") else ""
    if service == "dynamodb":
        return "/stream/*" if verb in _STREAM else ""
    if service == "logs":
        return ":log-stream:*" if verb in _LOG_STREAM else ":*"
    return ""
