"""Keeps what a Kafka topic says in a bucket, as lines of JSON, before the topic forgets it.

An object holds what one call brought of one partition: ``<PREFIX>/<topic>/<partition>/<first offset>.jsonl.gz``, each
line with ``offset``, ``timestamp`` (milliseconds), ``key``, ``value`` and ``headers``, in the base64 that Lambda hands
over. Lambda calls at least once: the same records make the same object again, and a batch that is cut otherwise when it
comes again holds them twice; offsets tell. Whatever fails is raised, so that Lambda brings the batch again.

Environment: BUCKET, PREFIX.
"""

import functools
import gzip
import json
import os
from typing import Any

import boto3

_KEPT = ("offset", "timestamp", "key", "value", "headers")


@functools.cache
def client() -> Any:
    """A client of S3, reused while the function stays warm."""
    return boto3.client("s3")


def handle(event: dict[str, Any], _context: object) -> None:
    """Writes an object for each partition that the event brings records of.

    https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html#msk-sample-event
    """
    for records in event["records"].values():
        if records:
            client().put_object(
                Bucket=os.environ["BUCKET"],
                Key=_key(records[0]),
                Body=gzip.compress(_lines(records), mtime=0),
                ContentType="application/gzip",
            )


def _key(first: dict[str, Any]) -> str:
    """Offsets in order of their numbers, as S3 lists names."""
    return f"{os.environ['PREFIX']}/{first['topic']}/{first['partition']:05}/{first['offset']:020}.jsonl.gz"


def _lines(records: list[dict[str, Any]]) -> bytes:
    kept = ({key: record[key] for key in _KEPT if key in record} for record in records)
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in kept).encode()
