"""Who may speak to a resource behind the public API of an AWS service: what its own policy says of strangers.

Requests of the stack's own account are for rights to judge; here it is whether anybody, or another account, gets in.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.reach.view import View, text
from policy.iam import RESOURCE, Document, Statement, account_of, documents, home_accounts, narrowed
from policy.model import Resource, known

BUCKET = "aws:s3/bucket:Bucket"
_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_ACCOUNT_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
_ACL = "aws:s3/bucketAcl:BucketAcl"
_OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
_GROUPS = ("global/AllUsers", "global/AuthenticatedUsers")
_SWITCHES = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
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
)
_SIGNED = ("aws:kms/", "aws:ecr/", "aws:secretsmanager/", "aws:dynamodb/", "aws:kinesis/")
"""What asks everybody for a signature all the same: anybody with an account of AWS is let in, nobody without."""


@dataclass(frozen=True)
class Door:
    """Whether strangers get in: why not (``closed``), or who; ``unsure`` where ``closed`` says what is not known."""

    closed: str = ""
    unsure: bool = False
    admits: tuple[str, ...] = ()


def door(view: View, found: Resource) -> Door:
    """What a resource's policies say of strangers."""
    if found.type == BUCKET:
        return _bucket(view, found)
    return _by_policy(view, found, f"{view.owner(found)} answers requests signed by AWS principals only")


def _by_policy(view: View, found: Resource, signed: str) -> Door:
    unread = [
        holder for holder in _holders(view, found) if holder.unknown("policy") or holder.unknown("accessPolicies")
    ]
    held = [document for holder in _holders(view, found) for document in documents(holder, RESOURCE)]
    if any(_shut(document) for document in held):
        return Door(f"{signed}: its policy denies everybody")
    opened = [statement for document in held for statement in document.allowing()]
    if any(statement.any_principal and not narrowed(statement) for statement in opened):
        return Door(admits=(("anybody with an account of AWS",) if found.type.startswith(_SIGNED) else ()))
    if unread or not all(document.complete for document in held):
        return Door(f"the policy of {view.owner(found)} is not known yet", unsure=True)
    others = tuple(dict.fromkeys(_strangers(view, opened)))
    return Door(admits=others) if others else Door(signed)


def _holders(view: View, found: Resource) -> list[Resource]:
    return [found, *(one for token, by in _POLICIES for one in view.resources.companions(found, token, by=by))]


def _shut(document: Document) -> bool:
    """Whether everybody is denied everything, whatever else is allowed."""
    return any(
        one.effect == "Deny" and "*" in one.principals_of("AWS") and not one.conditions and "*" in one.known_actions()
        for one in document.statements
    )


def _strangers(view: View, statements: list[Statement]) -> Iterator[str]:
    """Other accounts that are let in, and addresses from which everybody is."""
    home = home_accounts(view.resources)
    for statement in statements:
        for principal in statement.principals_of("AWS"):
            account = account_of(str(principal))
            if account and home and account not in home:
                yield f"principals of account {account}"
        if statement.any_principal:
            for condition in statement.values_of("aws:SourceIp"):
                yield from (str(value) for value in condition.values if known(value) and condition.test == "ipaddress")
            for condition in statement.values_of("aws:PrincipalAccount", "aws:PrincipalOrgID"):
                strangers = (str(value) for value in condition.values if known(value) and value not in home)
                yield from (f"principals of {value}" for value in strangers)


def _bucket(view: View, bucket: Resource) -> Door:
    """Public access is blocked unless it is let in: by default for buckets made since April 2023.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    name = view.owner(bucket)
    signed = f"{name} answers requests signed by AWS principals only"
    blocks = view.resources.companions(bucket, _BLOCK, by="bucket") + view.of(_ACCOUNT_BLOCK)
    if any(all(block.has(key, True) for key in _SWITCHES) for block in blocks):
        return Door(f"{signed}: it blocks public access")
    policy = _by_policy(view, bucket, signed)
    wide = not policy.closed and not policy.admits
    by_policy = wide and not any(block.has("restrictPublicBuckets", True) for block in blocks)
    by_acl = _acl(view, bucket) and not any(block.has("ignorePublicAcls", True) for block in blocks)
    if any(block.unknown(key) for block in blocks for key in _SWITCHES) and (wide or by_acl):
        return Door(f"whether {name} blocks public access is not known yet", unsure=True)
    if not by_policy and not by_acl:
        return Door(f"{signed}: it blocks public access") if wide else policy
    if not view.resources.companions(bucket, _BLOCK, by="bucket"):
        says = (
            f"its policy or ACL lets everybody in, and the stack does not end the block that S3 gives {name} by itself"
        )
        return Door(says, unsure=True)
    return Door()


def _acl(view: View, bucket: Resource) -> bool:
    """Whether an ACL lets everybody in; ACLs are off unless ownership says otherwise."""
    owned = view.resources.companions(bucket, _OWNERSHIP, by="bucket")
    if any(one.has("rule.objectOwnership", "BucketOwnerEnforced") for one in owned):
        return False
    for found in (bucket, *view.resources.companions(bucket, _ACL, by="bucket")):
        uris = [text(grant.get("grantee.uri")) for grant in found.blocks("accessControlPolicy.grants")]
        uris += [text(grant.get("uri")) for grant in found.blocks("grants")]
        if found.has("acl", *_PUBLIC_ACLS) or any(uri.endswith(_GROUPS) for uri in uris):
            return True
    return False
