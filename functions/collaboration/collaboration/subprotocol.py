"""Which of the protocols that a browser offers with its WebSocket are accepted."""

from typing import Any

_BEARER = "bearer"


def accept(event: dict[str, Any]) -> dict[str, Any]:
    """The part of an answer to $connect that accepts ``bearer``, after which a browser put its token.

    A browser that offers protocols closes a socket that accepts none of them; to one that offers none it is empty.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    offered = [one.strip() for one in headers.get("sec-websocket-protocol", "").split(",")]
    return {"headers": {"Sec-WebSocket-Protocol": _BEARER}} if _BEARER in offered else {}
