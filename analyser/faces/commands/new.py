"""`strata new`: the files of a new system, component, rule or stack."""

from enum import StrEnum
from typing import Annotated

import typer

from analyser.faces.commands.stack import named_so, own_project
from analyser.faces.commands.usage_error import UsageError

# What takes long to import is imported where it is used.


class Kind(StrEnum):
    """What can be begun; docs/extending.md has a page's part for each."""

    SYSTEM = "system"
    COMPONENT = "component"
    RULE = "rule"
    STACK = "stack"


def new(
    kind: Annotated[Kind, typer.Argument(help="What to begin.", show_default=False)],
    name: Annotated[str, typer.Argument(help="Its name: a stack's, or lower-case words as in print_queue.")],
    room: Annotated[
        str, typer.Option("--room", metavar="ROOM", help="The folder of components/ that a component belongs in.")
    ] = "",
    like: Annotated[
        str,
        typer.Option("--like", metavar="STACK", help="The stack that a stack begins as.", autocompletion=named_so),
    ] = "",
) -> int:
    """Write the files to start something with. They preview and pass their tests; nothing is written over."""
    from analyser.faces.scaffold import BeginningError, begin, stack_like

    if (kind is Kind.COMPONENT) != bool(room):
        raise UsageError(f"strata: new {kind} {name}: --room is for a component, which needs it")
    if (kind is Kind.STACK) != bool(like):
        raise UsageError(f"strata: new {kind} {name}: --like is for a stack, which needs it")
    try:
        root = own_project("new")
        begun = stack_like(root, name, like) if kind is Kind.STACK else begin(root, kind, name, room)
    except BeginningError as error:
        raise UsageError(f"strata: new {kind} {name}: {error}") from error
    for file in begun.files:
        typer.echo(f"wrote {file}")
    for line in begun.next:
        typer.echo(f"next: {line}")
    return 0
