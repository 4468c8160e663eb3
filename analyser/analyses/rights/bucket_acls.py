"""The ACL of a bucket, and its block of public access, as what they let in and keep out.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from collections.abc import Iterator
from typing import Any, Final

from analyser.analyses.reach.data_planes import is_public, policies_of
from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.rights.policy_source import Source
from policy.iam import RESOURCE, parse
from policy.model import Block, Resource

BUCKET: Final = "aws:s3/bucket:Bucket"
_ACL: Final = "aws:s3/bucketAcl:BucketAcl"
_OWNERSHIP: Final = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
_BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_ACCOUNT_BLOCK: Final = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"
_CANNED: Final = {
    "public-read": ("READ",), "public-read-write": ("READ", "WRITE"), "authenticated-read": ("READ",),
}  # fmt: skip
_EVERYBODY: Final = ("global/AllUsers", "global/AuthenticatedUsers")
_LISTS: Final = ("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads")
_WRITES: Final = ("s3:PutObject",)
_ACTIONS: Final = {
    "READ": _LISTS, "WRITE": _WRITES, "READ_ACP": ("s3:GetBucketAcl",), "WRITE_ACP": ("s3:PutBucketAcl",),
    "FULL_CONTROL": (*_LISTS, *_WRITES, "s3:GetBucketAcl", "s3:PutBucketAcl"),
}  # fmt: skip


def of_acl(view: View, bucket: Resource) -> tuple[list[Source], list[str]]:
    """What the ACL lets everybody do, as a policy; and what of it is not known."""
    owned = view.resources.companions(bucket, _OWNERSHIP, by="bucket")
    if any(one.has("rule.objectOwnership", "BucketOwnerEnforced") for one in owned):
        return [], []
    holders = [bucket, *view.resources.companions(bucket, _ACL, by="bucket")]
    if any(one.unknown(key) for one in holders for key in ("acl", "accessControlPolicy", "grants")):
        return [], [f"the ACL of {bucket.name}"]
    actions = sorted({action for one in holders for kind in _given(one) for action in _ACTIONS.get(kind, ())})
    if not actions or any(block.has("ignorePublicAcls", True) for block in _blocks(view, bucket)):
        return [], []
    if not view.resources.companions(bucket, _BLOCK, by="bucket"):
        return [], [f"whether S3's own block of public access ignores the ACL of {bucket.name}"]
    arn = text(bucket.outputs.get("arn"))
    statement = {"Effect": "Allow", "Principal": "*", "Action": actions, "Resource": [arn, f"{arn}/*"]}
    document = parse({"Statement": [statement]}, RESOURCE, "")
    return ([Source(f"the ACL of {bucket.name}", document)] if document else []), []


def barred(view: View, bucket: Resource) -> str:
    """Why nobody of another account gets in, whatever the bucket's policy says; empty where that has the say.

    A public policy counts for the bucket's own account alone where public buckets are restricted.
    """
    held, _ = policies_of(view, bucket)
    public = any(is_public(one) for document in held for one in document.allowing())
    restricted = any(block.has("restrictPublicBuckets", True) for block in _blocks(view, bucket))
    return f"{bucket.name} has a public policy, and restricts public buckets" if public and restricted else ""


def _blocks(view: View, bucket: Resource) -> list[Resource]:
    return view.resources.companions(bucket, _BLOCK, by="bucket") + view.of(_ACCOUNT_BLOCK)


def _given(found: Resource) -> Iterator[str]:
    """What everybody is given: by the ACL's name, or grant by grant."""
    yield from _CANNED.get(text(found.get("acl")), ())
    blocks: list[tuple[Block, str]] = [(one, "grantee.") for one in found.blocks("accessControlPolicy.grants")]
    blocks += [(one, "") for one in found.blocks("grants")]
    for block, at in blocks:
        if text(block.get(f"{at}uri")).endswith(_EVERYBODY):
            given: list[Any] = [block.get("permission"), *block.list("permissions")]
            yield from filter(None, map(text, given))
