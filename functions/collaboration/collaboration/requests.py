"""What the WebSocket server reads of a request that opens a socket: never its query.

Whole URLs get into the logs of load balancers, where a token has no place, and there is none for one in a trace.
"""

from typing import Any
from urllib.parse import unquote

from websockets.http11 import Request

from . import messages

YJS_PATH = "/ws/yjs/"
"""Before the page of a client of the y-websocket protocol."""
PAGES_PATH = "/ws/pages/"
"""Before the page that a client of the JSON protocol is on from its connection on."""


def path(request: Request | None) -> str:
    """Where a client wants to go."""
    return request.path.partition("?")[0] if request else ""


def page(request: Request | None, prefix: str) -> str | None:
    """The page that an address names after ``prefix``; None for other addresses. Raises ProtocolError for no page."""
    asked = path(request)
    return messages.check_page_id(unquote(asked.removeprefix(prefix))) if asked.startswith(prefix) else None


def event(request: Request) -> dict[str, Any]:
    """The request as API Gateway would hand it to the authorizer, so that both models take tokens alike."""
    return {"headers": dict(request.headers.raw_items())}
