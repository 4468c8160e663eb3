"""Whom the ACL of a bucket lets in: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html"""

from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.reach.graph_view import View, text
from policy.model import Block, Resource

_ACL = "aws:s3/bucketAcl:BucketAcl"
_OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
_PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
_GROUPS = ("global/AllUsers", "global/AuthenticatedUsers")


@dataclass(frozen=True)
class Acl:
    """Which grantees an ACL admits: everybody, named accounts, or unknown."""

    public: bool = False
    others: tuple[str, ...] = ()
    not_known: str = ""
    """What nobody can tell of it; empty where all is known."""


def judged_acl(view: View, bucket: Resource) -> Acl:
    """What the ACLs of a bucket say of strangers; they are off unless ownership says otherwise."""
    owned = view.resources.companions(bucket, _OWNERSHIP, by="bucket")
    if any(one.has("rule.objectOwnership", "BucketOwnerEnforced") for one in owned):
        return Acl()
    holders = [bucket, *view.resources.companions(bucket, _ACL, by="bucket")]
    public = any(one.has("acl", *_PUBLIC_ACLS) for one in holders)
    public |= any(text(uri).endswith(_GROUPS) for one in holders for uri, _ in _grantees(one))
    named = [(one, user) for one in holders for _, user in _grantees(one) if user]
    others = [user for one, user in named if _owner(one) and user != _owner(one)]
    lost = [user for one, user in named if not _owner(one)]
    if any(holder.unknown(key) for holder in holders for key in ("acl", "accessControlPolicy", "grants")):
        return Acl(public, not_known=f"the ACL of {view.owner(bucket)} is not known yet")
    not_known = f"whether canonical user {lost[0]} is the owner of {view.owner(bucket)} is not known" if lost else ""
    return Acl(public, tuple(f"canonical user {user}" for user in dict.fromkeys(others)), not_known)


def _grantees(found: Resource) -> Iterator[tuple[str, str]]:
    """The group and the canonical user of each grant, where it has one of these."""
    blocks: list[tuple[Block, str]] = [(one, "grantee.") for one in found.blocks("accessControlPolicy.grants")]
    blocks += [(one, "") for one in found.blocks("grants")]
    for block, at in blocks:
        yield text(block.get(f"{at}uri")), text(block.get(f"{at}id"))


def _owner(found: Resource) -> str:
    return text(found.get("accessControlPolicy.owner.id"))
