"""Who may speak to a resource behind the public API of an AWS service: what its own policy says of strangers.

Requests of the stack's own account are for rights to judge; here it is whether anybody, or another account, gets in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyser.analyses.reach.addresses import INTERNET, INTERNET4, Addresses
from analyser.analyses.reach.bucket_acls import judged_acl
from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.requesters import Requester, named_by
from analyser.analyses.reach.requests import admitted
from policy.iam import RESOURCE, Document, Statement, account_of, documents, narrowed
from policy.model import Resource

BUCKET = "aws:s3/bucket:Bucket"
_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_ACCOUNT_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
_POLICIES = (
    ("aws:s3/bucketPolicy:BucketPolicy", "bucket"),
    ("aws:sqs/queuePolicy:QueuePolicy", "queueUrl"),
    ("aws:sns/topicPolicy:TopicPolicy", "arn"),
    ("aws:opensearch/domainPolicy:DomainPolicy", "domainName"),
    ("aws:ecr/repositoryPolicy:RepositoryPolicy", "repository"),
    ("aws:kms/keyPolicy:KeyPolicy", "keyId"),
    ("aws:secretsmanager/secretPolicy:SecretPolicy", "secretArn"),
    ("aws:dynamodb/resourcePolicy:ResourcePolicy", "resourceArn"),
    ("aws:kinesis/resourcePolicy:ResourcePolicy", "resourceArn"),
    ("aws:backup/vaultPolicy:VaultPolicy", "backupVaultName"),
    ("aws:cloudwatch/eventBusPolicy:EventBusPolicy", "eventBusName"),
    ("aws:glacier/vaultLock:VaultLock", "vaultName"),
    ("aws:apigateway/restApiPolicy:RestApiPolicy", "restApiId"),
)
_CATALOG, _CATALOG_POLICY = "aws:glue/catalogDatabase:CatalogDatabase", "aws:glue/resourcePolicy:ResourcePolicy"
_GRANT = "aws:kms/grant:Grant"
_BUS_PERMISSION = "aws:cloudwatch/eventPermission:EventPermission"
_SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_PUBLIC_BY_NATURE = "aws:ecrpublic/repository:Repository"
_INPUTS = ("policy", "accessPolicies", "accessPolicy")
_MOST_RANGES = 4
_SIGNED = (
    "aws:kms/", "aws:ecr/", "aws:secretsmanager/", "aws:dynamodb/", "aws:kinesis/", "aws:backup/", "aws:cloudwatch/",
    "aws:glacier/", "aws:glue/",
)  # fmt: skip
"""What asks everybody for a signature all the same: anybody with an account of AWS is let in, nobody without."""


@dataclass(frozen=True)
class Door:
    """Access to a resource from outside the stack's accounts: the reason why there is none (``closed``), or who has it.

    With ``unsure`` the answer is unknown, and ``closed`` says what would have to be known.
    """

    closed: str = ""
    unsure: bool = False
    admits: tuple[str, ...] = ()
    """The only addresses or strangers that are let in; empty for anybody from anywhere."""


def door(view: View, found: Resource) -> Door:
    """Whether the resource can be used by callers outside the stack's accounts."""
    if found.type == BUCKET:
        return bucket_door(view, found)
    if found.type == _PUBLIC_BY_NATURE:
        return Door()
    return by_policy(view, found, f"{view.owner(found)} answers requests signed by AWS principals only")


def by_policy(view: View, found: Resource, signed: str) -> Door:
    """Access by the resource's own policies and grants; ``signed`` is the reason given where they allow no outsider."""
    held, unread = policies_of(view, found)
    home = view.home
    strangers = [who for who in dict.fromkeys(named_by(held)) if not who.account or who.account not in home]
    things = [text(found.outputs.get("arn"))]
    judged = [(who, admitted(held, who, things)) for who in strangers]
    opened = [(who, bounds.certain) for who, bounds in judged if bounds.certain]
    if unread and not _wide(opened):
        return Door(f"the policy of {view.owner(found)} is not known yet", unsure=True)
    if opened:
        return Door(admits=_whom(opened, signed_only=found.type.startswith(_SIGNED)))
    granted = tuple(dict.fromkeys(_granted(view, found, home)))
    if granted:
        return Door(admits=granted)
    why = [reason for _, bounds in judged if bounds.possible for reason in bounds.why]
    if why:
        return Door(f"{view.owner(found)}: {why[0]}", unsure=True)
    return Door(f"{signed}: its policy denies all others" if _denied(held, strangers, things) else signed)


def policies_of(view: View, found: Resource) -> tuple[list[Document], bool]:
    """The resource policies of ``found``, and whether any of them is unknown before ``up``."""
    holders = [found, *(one for token, by in _POLICIES for one in view.resources.companions(found, token, by=by))]
    holders += view.of(_CATALOG_POLICY) if found.type == _CATALOG else []
    held = [document for holder in holders for document in documents(holder, RESOURCE)]
    unread = any(holder.unknown(key) for holder in holders for key in _INPUTS)
    return held, unread or not all(document.complete for document in held)


def _wide(opened: list[tuple[Requester, Addresses]]) -> bool:
    return any(not who.account and not who.org for who, _ in opened)


def _whom(opened: list[tuple[Requester, Addresses]], *, signed_only: bool) -> tuple[str, ...]:
    """The callers that are allowed, in words; the widest one alone where it includes the others."""
    everybody = next((addresses for who, addresses in opened if who.account is None), None)
    anybody = next((addresses for who, addresses in opened if who.account == "" and not who.org), None)
    if everybody is not None and not signed_only:
        return _ranges(everybody)
    if anybody is not None:
        return _ranges(anybody) or ("anybody with an account of AWS",)
    return tuple(dict.fromkeys(who.says for who, _ in opened))


def _ranges(addresses: Addresses) -> tuple[str, ...]:
    """The addresses that are let in; none for all of one version at least."""
    if addresses.covers(INTERNET4) or addresses == INTERNET:
        return ()
    cidrs = addresses.cidrs()
    return (*cidrs[:_MOST_RANGES], "…") if len(cidrs) > _MOST_RANGES else tuple(cidrs)


def _denied(held: list[Document], strangers: list[Requester], things: list[str]) -> bool:
    """Whether only a Deny statement keeps one of the callers out."""
    allowing = [replace(one, statements=tuple(one.allowing())) for one in held]
    return any(admitted(allowing, who, things).certain for who in strangers)


def _granted(view: View, found: Resource, home: frozenset[str]) -> Iterator[str]:
    """The foreign principals of a KMS key's grants and of an event bus's permissions."""
    for grant in view.resources.companions(found, _GRANT, by="keyId"):
        account = account_of(text(grant.get("granteePrincipal")))
        if account and account not in home:
            yield f"principals of account {account}"
    for permission in view.resources.companions(found, _BUS_PERMISSION, by="eventBusName"):
        named = text(permission.get("principal"))
        organisation = text(permission.get("condition.value"))
        if named == "*":
            yield f"principals of {organisation}" if organisation else "anybody with an account of AWS"
        elif named and named not in home:
            yield f"principals of account {named}"


def bucket_door(view: View, bucket: Resource) -> Door:
    """A public policy is ignored where public buckets are restricted, as new ones are unless it is ended.

    One that names other accounts, organisations or addresses is not public, and no block bears on it:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    name = view.owner(bucket)
    signed = f"{name} answers requests signed by AWS principals only"
    own = view.resources.companions(bucket, _BLOCK, by="bucket")
    blocks = own + view.of(_ACCOUNT_BLOCK)
    if any(all(block.has(key, True) for key in _SWITCHES) for block in blocks):
        signed += ": it blocks public access"
    acl = judged_acl(view, bucket)
    policy = by_policy(view, bucket, signed)
    held, _ = policies_of(view, bucket)
    public = any(is_public(one) for document in held for one in document.allowing())
    ways = [
        _unblocked(policy, "restrictPublicBuckets", name, own, blocks) if public else policy,
        _unblocked(Door(), "ignorePublicAcls", name, own, blocks) if acl.public else Door(signed),
        Door(admits=acl.others) if acl.others else Door(acl.not_known or signed, unsure=bool(acl.not_known)),
    ]
    return min(ways, key=lambda way: (bool(way.closed), not way.unsure, bool(way.admits), way.closed == signed))


def is_public(statement: Statement) -> bool:
    """Whether a statement names everybody, by S3's own measure."""
    everybody = statement.any_principal or statement.not_principals is not None
    return everybody and not narrowed(statement)


def _unblocked(found: Door, switch: str, name: str, own: list[Resource], blocks: list[Resource]) -> Door:
    """What is left of an open way where a switch of a block may shut it."""
    if found.closed:
        return found
    if any(block.has(switch, True) for block in blocks):
        return Door(f"{name} answers requests signed by AWS principals only: it blocks public access")
    if any(block.unknown(switch) for block in blocks):
        return Door(f"whether {name} blocks public access is not known yet", unsure=True)
    if not own:
        says = (
            f"its policy or ACL lets everybody in, and the stack does not end the block that S3 gives {name} by itself"
        )
        return Door(says, unsure=True)
    return found
