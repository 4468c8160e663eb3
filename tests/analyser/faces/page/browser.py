"""A real Chromium, driven over the DevTools protocol: https://chromedevtools.github.io/devtools-protocol/"""

import base64
import json
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

from tools.programs import program

_PATIENCE = 60.0
_LARGEST = 256 * 1024 * 1024
_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0",
    "--no-first-run", "--hide-scrollbars", "--disable-extensions", "--disable-background-networking",
    "--force-color-profile=srgb", "--font-render-hinting=none",
)  # fmt: skip


class BrowserError(Exception):
    """Chromium ended, or refused a command."""


@contextmanager
def browser() -> Generator["Page"]:
    """One browser with one page, in a folder of its own that goes with it."""
    with tempfile.TemporaryDirectory(prefix="strata-chromium-", ignore_cleanup_errors=True) as folder:
        command = [
            program("chromium"),
            *_OPTIONS,
            f"--user-data-dir={folder}",
            "about:blank",
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            address = _address(Path(folder) / "DevToolsActivePort", process)
            with connect(address, max_size=_LARGEST, proxy=None, ping_interval=None) as socket:
                yield Page(socket)
        finally:
            process.terminate()
            process.wait(timeout=_PATIENCE)


def _address(file: Path, process: subprocess.Popen[bytes]) -> str:
    """Chromium writes the port that it chose and a path, a line each."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        if process.poll() is not None:
            raise BrowserError(f"Chromium ended by itself with {process.returncode}")
        time.sleep(0.05)
    raise BrowserError(f"Chromium opened no port in {_PATIENCE:.0f} s")


class Page:
    """A tab, and everything that it complained of or asked for since it was opened."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._session = ""
        self._events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")

    def call(self, method: str, /, **parameters: Any) -> dict[str, Any]:
        """One command and its result. Raises BrowserError when it is refused."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(timeout=_PATIENCE))
            if answer.get("id") != self._number:
                self._events.append(answer)
            elif "error" in answer:
                raise BrowserError(f"{method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def open(self, file: Path, *, fragment: str = "") -> Self:
        """Loads a file from a blank page, forgets what was before, and waits until the page has loaded."""
        self.call("Page.navigate", url="about:blank")
        self._events.clear()
        self.call("Page.navigate", url=file.resolve().as_uri() + fragment)
        self._wait("document.readyState === 'complete' && location.protocol === 'file:'")
        return self

    def run(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page. Raises BrowserError where it throws."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def _wait(self, condition: str) -> None:
        until = time.monotonic() + _PATIENCE
        while not self.run(condition):
            if time.monotonic() > until:
                raise BrowserError(f"never became true: {condition}")
            time.sleep(0.02)

    def size(self, width: int, height: int = 900) -> None:
        """Sets the size of the window in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def media(self, kind: str = "", **features: str) -> None:
        """Emulates a medium and features of it such as prefers_color_scheme="dark"."""
        told = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", media=kind, features=told)

    def press(self, key: str) -> None:
        """Presses a key such as Tab, Enter or ArrowRight where the focus is."""
        code = {"Tab": 9, "Enter": 13, "ArrowRight": 39, "ArrowDown": 40}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        for event in ("keyDown", "keyUp"):
            given = {"type": event, "key": key, "code": key, "windowsVirtualKeyCode": code}
            self.call("Input.dispatchKeyEvent", **given, **(text if event == "keyDown" else {}))

    def type(self, text: str) -> None:
        """Enters text where the focus is."""
        self.call("Input.insertText", text=text)

    def complaints(self) -> list[str]:
        """Console errors and warnings, exceptions, and entries of the browser's log, refusals by the CSP among them."""
        self.run("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
        return [said for event in self._events if (said := _complaint(event))]

    def requests(self) -> list[str]:
        """The addresses that were asked for."""
        return [e["params"]["request"]["url"] for e in self._events if e.get("method") == "Network.requestWillBeSent"]

    def accessible(self) -> list[tuple[str, str, dict[str, Any]]]:
        """The accessibility tree from top to bottom: role, name and properties of all that is not ignored."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        by_id = {node["nodeId"]: node for node in nodes}
        found: list[tuple[str, str, dict[str, Any]]] = []

        def walk(node: Mapping[str, Any]) -> None:
            if not node.get("ignored"):
                properties = {each["name"]: each["value"].get("value") for each in node.get("properties", ())}
                found.append((_value(node, "role"), _value(node, "name"), properties))
            for child in node.get("childIds", ()):
                if child in by_id:
                    walk(by_id[child])

        walk(nodes[0])
        return found

    def print(self) -> bytes:
        """The page as PDF."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def screenshot(self, clip: Mapping[str, float] | None = None) -> bytes:
        """The window as PNG, or a part of the page."""
        area = {"clip": {**clip, "scale": 1}, "captureBeyondViewport": True} if clip else {}
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", **area)["data"])


def _complaint(event: Mapping[str, Any]) -> str:
    parameters = event.get("params", {})
    match event.get("method"):
        case "Runtime.exceptionThrown":
            return str(parameters["exceptionDetails"].get("exception", parameters["exceptionDetails"]))
        case "Runtime.consoleAPICalled" if parameters["type"] in ("error", "warning", "assert"):
            return str(parameters["args"])
        case "Log.entryAdded" if parameters["entry"]["level"] in ("error", "warning"):
            return parameters["entry"]["text"]
    return ""


def _value(node: Mapping[str, Any], name: str) -> str:
    return str(node.get(name, {}).get("value", ""))
