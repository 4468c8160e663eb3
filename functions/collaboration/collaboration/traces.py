"""Traces of everything that failed (CONF-OBS-10).

X-Ray decides which requests to trace as they come in, before anybody knows how they end (J-CONF-08), so whoever sees a
failure sends a segment of it himself: to the trace of the request where there is one, or to one of its own.
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
"""

import json
import os
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_NAME = "collaboration"
_PATIENCE = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
"""A trace is worth no more of an editor's time."""


class Traces:
    """Sends segments to X-Ray; where it cannot, the log still has the failure."""

    def __init__(self, client: Any, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._clock = clock

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Traces":
        """To X-Ray in AWS_REGION; to nobody where that is not set."""
        region = environment.get("AWS_REGION")
        return cls(boto3.client("xray", region_name=region, config=_PATIENCE) if region else None)

    def failed(self, service: str, message: str, error: Exception, header: str | None = None) -> None:
        """Sends what failed; ``header`` is the trace header of the request, as Lambda has it."""
        if self._client is None:
            return
        now = self._clock()
        cause = {"id": _identity(), "type": type(error).__name__, "message": f"{message}: {error}", "remote": True}
        segment = {
            "name": _NAME,
            "id": _identity(),
            **_place(header, now),
            "start_time": now,
            "end_time": now,
            "fault": True,
            "annotations": {"service": _NAME, "model": service},
            "cause": {"exceptions": [cause]},
        }
        try:
            self._client.put_trace_segments(TraceSegmentDocuments=[json.dumps(segment)])
        except (BotoCoreError, ClientError) as untraced:
            print(json.dumps({"level": "WARN", "message": "failure not traced", "error": repr(untraced)}), flush=True)


def _place(header: str | None, now: float) -> dict[str, str]:
    """Where a segment belongs: the trace and the segment that a header names, or a trace of its own.

    https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
    """
    fields = dict(field.partition("=")[::2] for field in (header or "").split(";"))
    if "Root" not in fields:
        return {"trace_id": f"1-{int(now):08x}-{secrets.token_hex(12)}"}
    parent = {"parent_id": fields["Parent"]} if "Parent" in fields else {}
    return {"trace_id": fields["Root"], **parent}


def _identity() -> str:
    return secrets.token_hex(8)
