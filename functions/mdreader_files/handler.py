"""Looks at every file that is uploaded and writes down what it is, as tags of the object.

``size-bytes``, ``declared-type`` (what the client said), ``detected-type`` (what its first bytes say, ``unknown``, or
``inode/x-empty`` of none) and ``types-agree``. The backend reads them before it shows a file, and refuses one that
claims to be an image and is none. Tags of others stay, as many as S3 has room for beside these.

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
_EMPTY = "inode/x-empty"
"""What ``file --mime-type`` says of a file without content."""
_SAME = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg"}
"""Other names that clients have for a type: https://www.iana.org/assignments/media-types/image/jpeg"""
_AVIF = {b"avif", b"avis"}
"""Brands of AV1 images and sequences of them: https://aomediacodec.github.io/av1-avif/"""
_LOOK_AT = 512
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_NOT_IN_TAGS = re.compile(r"[^\w\s.:/=+@-]")
"""https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_S3Tag.html"""
_LONGEST_TAG = 256
_MOST_TAGS = 10
"""That an object has: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""


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
    if first[4:8] == b"ftyp" and _brands(first) & _AVIF:
        return "image/avif"
    return _text(first) if first else _EMPTY


def _brands(first: bytes) -> set[bytes]:
    """The major and the compatible brands of a file of boxes, such as AVIF: ISO/IEC 14496-12, section 4.3."""
    box = first[: int.from_bytes(first[:4])]
    return {box[8:12], *(box[start : start + 4] for start in range(16, len(box), 4))}


def _text(first: bytes) -> str:
    """Plain text, unless it holds control characters or is cut into letters that are no UTF-8."""
    try:
        first.decode()
    except UnicodeDecodeError as error:
        # The last letter may have been cut in two.
        if error.start < len(first) - 3:
            return "unknown"
    return "unknown" if _CONTROL.search(first) else "text/plain"


def _agree(declared: str, found: str) -> bool:
    """Text goes by many names and may be empty, and documents of offices are archives."""
    declared = _SAME.get(declared, declared)
    if found in {"text/plain", _EMPTY}:
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
    kept = dict(sorted((name, value) for name, value in others.items() if name not in own)[: _MOST_TAGS - len(own)])
    if dropped := sorted(others.keys() - own.keys() - kept.keys()):
        print(json.dumps({"level": "WARN", "message": "no room for all tags", "key": key, "dropped": dropped}))
    _write(bucket, key, {**kept, **own})


def _write(bucket: str, key: str, tags: Mapping[str, str]) -> None:
    listed = [{"Key": name, "Value": value} for name, value in sorted(tags.items())]
    client().put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": listed})
