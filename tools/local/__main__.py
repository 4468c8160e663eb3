"""``python -m tools.local STACK``: runs a stack on this machine until Ctrl-C."""

import sys

from tools.interrupts import raise_once


def main(stack: str = "local") -> int:
    """The status; 130 once it is interrupted, at whatever it is: all that it started has ended then."""
    raise_once()
    try:
        from analyser.run import sdk

        sdk.install()
        from tools.local.command import run  # takes seconds, in which one may think better of it

        return run(stack)
    except KeyboardInterrupt:
        print(f"{stack}: stopped; nothing is kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
