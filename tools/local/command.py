"""What ``python -m tools.local STACK`` does: runs a stack on this machine, and says what to try."""

import sys
import threading

from analyser.run.program import ProgramError, run_stack
from settings import SettingsError
from settings.project_files import ROOT
from tools.local import left_out
from tools.local.place import Place, running
from tools.programs import MissingProgramError

PORT = 4566
"""Where the stack file's endpoints are; another one is taken, and said, where somebody has it."""


def run(stack: str) -> int:
    """Runs until it is interrupted, which raises KeyboardInterrupt. Status 2 for a stack file that cannot be used, a
    system that does not run here or a program that is not there; 1 for what does not come up."""
    try:
        graph = run_stack(ROOT, stack)
    except (SettingsError, ProgramError) as error:
        print(error, file=sys.stderr)
        return 2
    if not graph.of_type("aws:apigatewayv2/api:Api") or "webSocketEndpoint" not in graph.exports:
        print(f"{stack}: has no WebSocket API of the collaboration system, which is what runs here", file=sys.stderr)
        return 2
    print(f"{stack}: starting the emulator, Redis and the servers", flush=True)
    try:
        with running(graph, PORT) as place:
            print("\n".join(_told(place)), flush=True)
            threading.Event().wait()
    except MissingProgramError as error:
        print(f"{stack}: {error}", file=sys.stderr)
        return 2
    except (AssertionError, RuntimeError) as error:
        print(f"{stack}: {error}", file=sys.stderr)
        return 1
    return 0


def _told(place: Place) -> list[str]:
    endpoint = place.cloud.emulator.endpoint
    other = (
        [] if endpoint.endswith(f":{PORT}") else [f"  ({PORT} is taken: for pulumi, write this into the stack file)"]
    )
    return [
        f"{len(place.cloud.made)} of {len(place.graph.resources)} resources are made. Left out:",
        *left_out.lines(place.cloud.left_out),
        "Runs:",
        f"  AWS            {endpoint}",
        *other,
        f"  WebSocket API  {place.sockets}",
        *(f"  {name:<14} {address}" for name, address in place.servers.items()),
        "Try:",
        f"  TOKEN={place.token('ada')}",
        f'  .venv/bin/python -m websockets "{place.sockets}?token=$TOKEN"',
        '    {"action": "join", "pageId": "docs/welcome"}',
        *(
            f'  curl --insecure --header "Authorization: Bearer $TOKEN" --output page {address}/pages/docs%2Fwelcome'
            for address in place.servers.values()
        ),
        f"  AWS_ACCESS_KEY_ID=123456789012 AWS_SECRET_ACCESS_KEY=local aws --endpoint-url {endpoint} "
        f"--region {place.graph.region} dynamodb list-tables",
        "Ctrl-C stops all of it; nothing is kept.",
    ]
