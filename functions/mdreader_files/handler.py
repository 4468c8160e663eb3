"""Looks at every file that is uploaded and writes down what it is, as tags of the object.

``size-bytes``, ``declared-type`` (what the client said), ``detected-type`` (what its first bytes say, or
``unknown``) and ``types-agree``. The backend reads them before it shows a file, and refuses one that claims to be an
image and is none.

S3 calls it at least once for an object, in no order, and does not wait; the tags are the same every time.
"""

import functools
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

import boto3

_SIGNATURES = {
    b"%PDF-": "application/pdf",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"PK\x03\x04": "application/zip",
    b"\x1f\x8b": "application/gzip",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
_LOOK_AT = 512
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_NOT_IN_TAGS = re.compile(r"[^\w\s.:/=+@-]")
"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_S3Tag.html"""
_LONGEST_TAG = 256


@functools.cache
def client() -> Any:
    """A client of S3, reused while the function stays warm."""
    return boto3.client("s3")


def handle(event: dict[str, Any], _context: object) -> None:
    """Tags the objects that an event of S3 names; one that is gone again is passed over."""
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        try:
            _tag(bucket, key)
        except client().exceptions.NoSuchKey:
            print(json.dumps({"level": "INFO", "message": "gone before it was looked at", "key": key}))


def detected(first: bytes) -> str:
    """The type that the first bytes of a file are a sign of."""
    for signature, kind in _SIGNATURES.items():
        if first.startswith(signature):
            return kind
    if first[:4] == b"RIFF" and first[8:12] == b"WEBP":
        return "image/webp"
    return _text(first)


def _text(first: bytes) -> str:
    """Plain text, unless it holds control characters or is cut into letters that are no UTF-8."""
    try:
        first.decode()
    except UnicodeDecodeError as error:
        # The last letter may have been cut in two.
        if error.start < len(first) - 3:
            return "unknown"
    return "unknown" if not first or _CONTROL.search(first) else "text/plain"


def _agree(declared: str, found: str) -> bool:
    """Text goes by many names, and documents of offices are archives."""
    if found == "text/plain":
        return declared.startswith("text/") or declared in {"application/json", "image/svg+xml"}
    if found == "application/zip":
        return declared.startswith("application/")
    return declared == found


def _tag(bucket: str, key: str) -> None:
    stored = client().get_object(Bucket=bucket, Key=key)
    first: bytes = stored["Body"].read(_LOOK_AT)
    stored["Body"].close()
    declared = stored.get("ContentType", "").partition(";")[0].strip().lower()
    found = detected(first)
    own = {
        "size-bytes": str(stored["ContentLength"]),
        "declared-type": _NOT_IN_TAGS.sub("_", declared)[:_LONGEST_TAG] or "none",
        "detected-type": found,
        "types-agree": "yes" if _agree(declared, found) else "no",
    }
    others = {tag["Key"]: tag["Value"] for tag in client().get_object_tagging(Bucket=bucket, Key=key)["TagSet"]}
    _write(bucket, key, {**others, **own})


def _write(bucket: str, key: str, tags: Mapping[str, str]) -> None:
    listed = [{"Key": name, "Value": value} for name, value in sorted(tags.items())]
    client().put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": listed})
