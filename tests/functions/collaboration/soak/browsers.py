"""Clients of yjs, y-websocket and the TypeScript client, in a Node of their own."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests import node


class Browsers:
    """The Node with its clients."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("clients.ts")
        self._process = subprocess.Popen(
            [node.node(), "--no-warnings", str(script)],
            cwd=node.modules(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, command: str, **given: Any) -> dict[str, Any]:
        """Has a client do something."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": command, **given}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer
        return answer

    def close(self) -> None:
        """Ends it with all its clients."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()
