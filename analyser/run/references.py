"""Stack references of a recovery stack, answered by a preview of its home stack."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyser.graph import Graph
from policy.unknown import UNKNOWN
from settings import stackfile
from settings.project_files import PROJECT
from settings.recovery import recovery_of

ORGANIZATION = "organization"
"""What a preview calls it, and what a backend without organizations does:
https://www.pulumi.com/docs/iac/concepts/state-and-backends/#using-a-diy-backend"""
REFERENCE = "pulumi:pulumi:StackReference"

Standby = Callable[[str], Graph]
"""The graph of a stack by its name, of a recovery stack as it stands by."""


@dataclass(frozen=True)
class Read:
    """The outputs of a stack, as a reference to it answers."""

    outputs: Any
    secret: tuple[str, ...] = ()

    def state(self, name: str) -> dict[str, Any]:
        """What the engine answers to a reference called by the stack's full name."""
        return {"name": name, "outputs": self.outputs, "secretOutputNames": list(self.secret)}


_kept: dict[Any, Read] = {}
"""Of stacks that were previewed for another's sake in this process, by folder, name and configuration."""


def full_name(stack: str) -> str:
    """A stack of this project, as a program asks for it in full."""
    return f"{ORGANIZATION}/{PROJECT}/{stack}"


def read_by(file: stackfile.StackFile) -> str | None:
    """The stack that this one reads: its home, itself once it is promoted; None for one that reads none."""
    recovery = recovery_of(file.config)
    if recovery is None:
        return None
    return file.stack if recovery.promoted else recovery.home


def references(
    directory: Path, file: stackfile.StackFile, standby: Standby, *, known: bool, held: Mapping[str, Any] | None = None
) -> dict[str, Read]:
    """The answers to what the stack of a file reads, by full name.

    Without ``known`` nothing of it is, save ``held``: what a deployed recovery stack has read already. With it the
    stack that is read is previewed by ``standby``, once a process for the same configuration.
    """
    source = read_by(file)
    if source is None or source not in stackfile.stack_names(directory):
        return {}  # the program itself says what is wrong with a home that is none
    if not known:
        return {full_name(source): Read(UNKNOWN if held is None else held)}
    there = stackfile.read(directory, source)
    if source != file.stack and recovery_of(there.config):
        return {}
    key = directory, source, frozenset(there.config.items())
    if key not in _kept:
        graph = standby(source)
        _kept[key] = Read(dict(graph.exports), tuple(sorted(graph.secret_exports)))
    return {full_name(source): _kept[key]}
