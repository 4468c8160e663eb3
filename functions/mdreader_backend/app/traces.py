"""What the function asks of stores, as parts of its trace: told to the daemon that Lambda runs beside it.

Lambda says in its header whether the request is one of those that X-Ray keeps; of the others nothing is told. A
datagram waits for nobody, so a request is none the slower. Nothing of values, users or addresses is in one.
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon

Environment: AWS_XRAY_DAEMON_ADDRESS and _X_AMZN_TRACE_ID, which Lambda sets.
"""

import contextlib
import json
import os
import secrets
import socket
import time
from collections.abc import Generator, Mapping
from typing import Any

_HEADER = b'{"format": "json", "version": 1}\n'


@contextlib.contextmanager
def asking(store: str, statement: str | None = None) -> Generator[None]:
    """One question to a store; what escapes the block makes it a failure."""
    fields = dict(field.partition("=")[::2] for field in os.environ.get("_X_AMZN_TRACE_ID", "").split(";"))
    address = os.environ.get("AWS_XRAY_DAEMON_ADDRESS")
    if address is None or fields.get("Sampled") != "1":
        yield
        return
    begun, fault = time.time(), True
    try:
        yield
        fault = False
    finally:
        _tell(address, _document(fields, store, statement, begun, fault))


def _document(
    fields: Mapping[str, str], store: str, statement: str | None, begun: float, fault: bool
) -> dict[str, Any]:
    """https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-subsegments"""
    asked = {} if statement is None else {"sql": {"database_type": store, "sanitized_query": statement}}
    return {
        "type": "subsegment",
        "name": store,
        "namespace": "remote",
        "id": secrets.token_hex(8),
        "trace_id": fields["Root"],
        "parent_id": fields["Parent"],
        "start_time": begun,
        "end_time": time.time(),
        "fault": fault,
        **asked,
    }


def _tell(address: str, document: Mapping[str, Any]) -> None:
    host, _, port = address.rpartition(":")
    # A trace is worth no failure of a request.
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.sendto(_HEADER + json.dumps(document).encode(), (host, int(port)))
