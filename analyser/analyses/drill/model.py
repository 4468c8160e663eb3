"""What a drill is made of."""

from dataclasses import dataclass

OPERATOR, DEPLOYER = "operator", "deployer"
"""Who may: the stack's own role for people, or who deploys (docs/decisions/0026-who-does-what.md)."""


@dataclass(frozen=True)
class Step:
    """One thing to do, and how to know that it was done."""

    what: str
    commands: tuple[str, ...] = ()
    """For a POSIX shell with bash's functions, in order."""
    see: str = ""
    back: str = ""
    """How to undo it; empty where there is nothing to undo."""
    role: str = DEPLOYER


@dataclass(frozen=True)
class Drill:
    """The steps of one kind for one stack, in order."""

    stack: str
    kind: str
    steps: tuple[Step, ...]
    absent: str
    """Why there are none; empty where there are some."""
