"""Traces of everything that failed (CONF-OBS-10), whether or not Lambda chose to trace the request.

Lambda decides as a request comes in, before anybody knows how it ends, so whoever sees a failure sends a segment of it
by X-Ray's API, into the trace of the request. Any function of Python may have this module beside its own code; its role
may send already (docs/decisions/0019-who-sends-traces.md).
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html

Environment: _X_AMZN_TRACE_ID and AWS_LAMBDA_FUNCTION_NAME, which Lambda sets.
"""

import functools
import json
import os
import secrets
import time
from collections.abc import Callable
from typing import Any

Handler = Callable[[dict[str, Any], object], dict[str, Any]]


def traced(handler: Handler) -> Handler:
    """The handler, whose exceptions are sent before Lambda takes them."""

    @functools.wraps(handler)
    def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
        try:
            return handler(event, context)
        except Exception as error:
            failed(error)
            raise

    return handle


def failed(error: Exception, client: Any = None) -> None:
    """Sends what failed; where it cannot, the log still has the failure. Of the error nothing but its type is sent."""
    try:
        segment = _segment(error, os.environ.get("_X_AMZN_TRACE_ID", ""), time.time())
        (client or _xray()).put_trace_segments(TraceSegmentDocuments=[json.dumps(segment)])
    except Exception as untraced:
        print(f"failure not traced: {untraced!r}")


def _segment(error: Exception, header: str, now: float) -> dict[str, Any]:
    """In the trace that the header names, below the segment that it names, or in a trace of its own."""
    fields = dict(field.partition("=")[::2] for field in header.split(";"))
    below = {"parent_id": fields["Parent"]} if "Root" in fields and "Parent" in fields else {}
    return {
        "name": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "function"),
        "id": _identity(),
        "trace_id": fields.get("Root") or f"1-{int(now):08x}-{secrets.token_hex(12)}",
        **below,
        "start_time": now,
        "end_time": now,
        "fault": True,
        "cause": {"exceptions": [{"id": _identity(), "type": type(error).__name__, "remote": True}]},
    }


def _xray() -> Any:
    # A function that fails at nothing does not wait for it to be imported.
    import boto3
    from botocore.config import Config

    return boto3.client("xray", config=Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1}))


def _identity() -> str:
    return secrets.token_hex(8)
