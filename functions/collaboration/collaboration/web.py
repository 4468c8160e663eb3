"""The HTTP server of the collaboration platform: ``python -m collaboration.web``.

``GET /health`` answers 200. ``GET /pages/<page>`` gives a page as it is in the state table, as one update of Yjs
(application/octet-stream), to the bearer of a token that may read it: whole, however large, as no message of the
WebSocket API can be. Everything that changes a page goes through that API.

Environment: DYNAMODB_TABLE, AWS_REGION, PORT (3000), PROTOCOL (``HTTP`` or ``HTTPS``; ``HTTP`` if unset), what
``authorizer.tokens.Verifier``, ``spans`` and ``limits.Limits`` read, PERMISSIONS_CLAIM. With HTTPS it makes itself a
certificate as it starts: whoever calls it is the load balancer, which judges no names (docs/systems/collaboration.md).
On SIGTERM it takes no more connections, finishes the answers it has begun and ends.
"""

import http
import http.server
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import unquote, urlsplit

from authorizer.handlers import context_of, token_of
from authorizer.tokens import InvalidTokenError, Verifier
from botocore.exceptions import BotoCoreError, ClientError
from jwt import PyJWKClientConnectionError

from . import certificate, spans, tables
from .access import Principal
from .limits import Limits
from .operations import BusyError, Operations
from .state_table import OPERATIONS, StateTable

_PAGES = "/pages/"
_IDLE_SECONDS = 75
"""How long a connection may say nothing: longer than the load balancer's 60 seconds, so that it is the one to close."""

Load = Callable[[str], bytes]


class WebServer(http.server.ThreadingHTTPServer):
    """Answers on ``address``; ``load`` gives a page, ``principal`` the bearer of a token."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], load: Load, principal: Callable[[str | None], Principal]) -> None:
        super().__init__(address, _Handler)
        self.load = load
        self.principal = principal


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "collaboration"
    sys_version = ""
    timeout = _IDLE_SECONDS

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/health":
            self._answer(http.HTTPStatus.OK, b"ok\n")
        elif path.startswith(_PAGES):
            with spans.handling("GET /pages/{page}", "web", path):
                self._page(unquote(path.removeprefix(_PAGES)))
        else:
            self._answer(http.HTTPStatus.NOT_FOUND, b"not found\n")

    def _page(self, page_id: str) -> None:
        server = cast("WebServer", self.server)
        try:
            principal = server.principal(token_of({"headers": dict(self.headers)}))
        except InvalidTokenError:
            self._answer(http.HTTPStatus.UNAUTHORIZED, b"a good token is needed\n")
            return
        except (ClientError, BotoCoreError, PyJWKClientConnectionError) as error:
            self._away("no key to judge tokens by", error)
            return
        if not principal.may("read", page_id):
            self._answer(http.HTTPStatus.FORBIDDEN, b"no read permission for this page\n")
            return
        try:
            with spans.asking("aws.dynamodb", "Query"):
                state = server.load(page_id)
        except (ClientError, BotoCoreError, BusyError) as error:
            self._away("page not read", error)
            return
        self._answer(http.HTTPStatus.OK, state, "application/octet-stream")

    def _away(self, message: str, error: Exception) -> None:
        spans.failed(error)
        print(json.dumps({"level": "ERROR", "message": message, "error": repr(error)}), flush=True)
        self._answer(http.HTTPStatus.SERVICE_UNAVAILABLE, b"not now; ask again\n")

    def _answer(self, status: http.HTTPStatus, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store"}
        for name, value in {**headers, "X-Content-Type-Options": "nosniff"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
        """Nothing: the load balancer logs requests, and a line of one may hold what is nobody's business."""


def serving(environment: Mapping[str, str], host: str = "") -> WebServer:
    """A server that listens and does not serve yet. Raises KeyError when the environment lacks something."""
    limits, claim = Limits.from_environment(environment), environment.get("PERMISSIONS_CLAIM", "permissions")
    verifier = Verifier.from_environment(environment)
    # Named, since the SDK reads AWS_DEFAULT_REGION, which only Lambda sets as well.
    table = StateTable(tables.client(environment["AWS_REGION"]), environment["DYNAMODB_TABLE"], OPERATIONS)
    server = WebServer(
        (host, int(environment.get("PORT", "3000"))),
        Operations(table, limits, time.time).load,
        lambda token: Principal.from_fields(context_of(verifier.claims(token), claim)),
    )
    if environment.get("PROTOCOL") == "HTTPS":
        server.socket = certificate.own().wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server


def main(environment: Mapping[str, str] = os.environ) -> None:
    """Serves until SIGTERM or SIGINT."""
    with spans.sent(environment), serving(environment) as server:
        for name in (signal.SIGTERM, signal.SIGINT):
            # In a thread: shutdown waits for the loop that the handler interrupts.
            signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
        server.serve_forever()


if __name__ == "__main__":
    main()
