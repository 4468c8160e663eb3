"""Addresses by which browsers send attachments to the bucket themselves.

Environment: UPLOADS_BUCKET and AWS_REGION, which Lambda sets.
"""

import functools
import os
import uuid
from typing import Any

import boto3
from botocore.config import Config
from pydantic import BaseModel, Field

GOOD_SECONDS = 900
"""How long an address is good for; less where the function's own credentials end before."""
_LARGEST = 5 * 1024**3
"""Bytes that S3 takes in one request: https://docs.aws.amazon.com/AmazonS3/latest/userguide/PresignedUrlUploadObject.html"""


class Uploading(BaseModel):
    """What a client wants to send: a type and a number of bytes, both of which the address is bound to."""

    type: str = Field(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$", max_length=127)
    size: int = Field(ge=0, le=_LARGEST)


class Upload(BaseModel):
    """A request to send as it is, with the file as its body; ``key`` is what the object is called afterwards."""

    method: str
    url: str
    headers: dict[str, str]
    key: str


def signed(user: str, wanted: Uploading) -> Upload:
    """An address for one new object of a user."""
    key = f"documents/{user}/{uuid.uuid4()}"
    url = _client().generate_presigned_url(
        "put_object",
        Params={
            "Bucket": os.environ["UPLOADS_BUCKET"],
            "Key": key,
            "ContentType": wanted.type,
            "ContentLength": wanted.size,
        },
        ExpiresIn=GOOD_SECONDS,
    )
    return Upload(method="PUT", url=url, headers={"Content-Type": wanted.type}, key=key)


@functools.cache
def _client() -> Any:
    """Signs by Signature Version 4, which SSE-KMS asks for, and for the host of the region and the bucket.

    The host without a region answers with a redirection for a new bucket, which no preflight follows, and is not in
    the pages' Content-Security-Policy.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    hosts = {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
    return boto3.client("s3", region_name=os.environ["AWS_REGION"], config=Config(signature_version="s3v4", s3=hosts))
