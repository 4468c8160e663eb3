"""Where the ``strata`` command begins: it answers Ctrl-C before anything that takes long is imported.

Python itself starts before, for some 30 ms in which no program of it can listen. Ctrl-C ends it there by the signal, of
which a shell makes 130, but for the moments in which Python reads what is installed: then with a traceback and 1.
"""

import os
import signal
from types import FrameType

INTERRUPTED = 130
"""What a shell says of a command that Ctrl-C ended: https://tldp.org/LDP/abs/html/exitcodes.html"""


def main() -> None:
    """Entry point of the ``strata`` command."""
    # A process that was started with SIGINT ignored, as by nohup, goes on ignoring it.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)
    from analyser.faces.commands.cli import main as command

    command()


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Nothing is written yet, and nothing runs that would have to be stopped."""
    os._exit(INTERRUPTED)
