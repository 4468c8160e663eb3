"""An editor at the WebSocket API of a stack that runs here: a document, and a real socket."""

import base64
import json
import time
from socket import SHUT_RDWR
from typing import Any, Self

from collaboration import messages
from pycrdt import Doc, Text
from websockets.sync.client import ClientConnection, connect

from tools.local.place import Place
from tools.redis_server import PATIENCE


class Editor:
    """One who has a page open."""

    def __init__(
        self, place: Place, user: str, page: str, *, token: str | None = None, document: Doc | None = None
    ) -> None:
        """``document`` is what they have of the page from before; nothing otherwise."""
        self.page = page
        self.document: Doc = document or Doc()
        self.text = self.document.get("text", type=Text)
        headers = {"Authorization": f"Bearer {token or place.token(user)}"}
        self._opened = connect(place.sockets, additional_headers=headers, open_timeout=PATIENCE, proxy=None)

    def __enter__(self) -> Self:
        self._socket: ClientConnection = self._opened.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._opened.__exit__(*error)

    def join(self) -> None:
        """Asks for what it lacks of the page, and waits for it."""
        self.say("join", stateVector=messages.text(self.document.get_state()))
        self.hear("sync")

    def write(self, what: str) -> None:
        """Adds to the text, and waits until that is kept."""
        before = self.document.get_state()
        self.text.insert(len(self.text), what)
        update = messages.text(self.document.get_update(before))
        self.say("operation", operationId=messages.new_id(time.time()), update=update)
        self.hear("ack")

    def say(self, action: str, **fields: Any) -> None:
        self._socket.send(json.dumps({"action": action, "pageId": self.page, **fields}))

    def hear(self, action: str) -> dict[str, Any]:
        """The next message of a kind; what others wrote is taken over on the way."""
        while True:
            frame: dict[str, Any] = json.loads(self._socket.recv(PATIENCE))
            assert frame["action"] in (action, "operation", "presence", "sync"), frame
            if update := frame.get("update"):
                self.document.apply_update(base64.b64decode(update))
            if frame["action"] == action:
                return frame

    def hear_text(self, text: str) -> None:
        """Until the page says that."""
        while str(self.text) != text:
            self.hear("operation")

    def cut(self) -> None:
        """Ends the connection without a word; closed alone, it would stay for as long as its thread waits at it."""
        self._socket.socket.shutdown(SHUT_RDWR)
