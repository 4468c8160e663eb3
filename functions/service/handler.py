"""The place of a service whose code is not written yet: it says that it is there, and where the code goes.

Environment: SERVICE, the service's name, such as ``pages``.
"""

import json
import os
from typing import Any


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answers ``GET …/health`` with 200 and everything else with 501."""
    service = os.environ["SERVICE"]
    path = (event.get("path") or "").rstrip("/")
    if event.get("httpMethod") == "GET" and path.endswith("/health"):
        return _answer(200, {"service": service, "status": "ok"})
    hint = (
        f"set the {service} function's code to a folder of your own, with a handler like functions/service/handler.py"
    )
    return _answer(501, {"service": service, "message": f"not implemented; {hint}"})


def _answer(status: int, body: dict[str, str]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
