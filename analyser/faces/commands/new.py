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


_NEEDED = {
    Kind.COMPONENT: "say with --room which folder of components/ it belongs in, as in --room data",
    Kind.STACK: "say with --like which stack it begins as, as in --like dev",
}


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

    for option, value, needed_by in (("--room", room, Kind.COMPONENT), ("--like", like, Kind.STACK)):
        if value and kind is not needed_by:
            raise UsageError(f"strata: new {kind} {name}: {option} is for a {needed_by} alone")
        if kind is needed_by and not value:
            raise UsageError(f"strata: new {kind} {name}: {_NEEDED[needed_by]}")
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
