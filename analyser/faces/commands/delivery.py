"""`strata delivery`: who deploys which stack when a commit has changed it."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from analyser.faces.commands.stack import AsJson, graph_of, named_so, own_project
from analyser.faces.commands.usage_error import UsageError

# What takes long to import (the SDK, rich, the pack) is imported where it is used.


def delivery(
    stack: Annotated[
        str, typer.Argument(help="The stack, with its images; all if left out.", autocompletion=named_so)
    ] = "",
    rev: Annotated[
        str, typer.Option("--rev", help="Only stacks that are otherwise at this git revision, by their previews.")
    ] = "",
    as_json: AsJson = False,
) -> int:
    """Say who deploys a stack, and after which. And into which account; as JSON also the order of the workflow."""
    from settings import SettingsError

    if stack and rev:
        raise UsageError("strata: --rev chooses among all stacks; leave out the name, or strata diff STACK --rev")
    root = own_project("delivery")
    try:
        found = _one(root, stack) if stack else _all(root, rev)
    except SettingsError as error:
        raise UsageError(str(error)) from error
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return 0
    from analyser.faces.terminal.lines import print_lines

    print_lines(_told(found))
    return 0


def _told(found: dict[str, Any]) -> Iterator[str]:
    """A line a stack, and one an image."""
    for one in found.get("stacks", [found]):
        told = (one["by"], one["place"], one["after"] or "-", one["account"] or "-", one["region"])
        yield "  ".join((f"{one['stack']:<24}", *(f"{item:<14}" for item in told))).rstrip()
    for gone in found.get("gone", ()):
        yield f"{gone:<24}  has no file any more; what it made stays until somebody destroys it"
    for image in found.get("images", ()):
        yield f"  {image['registry']}/{image['repository']}{image['version']}"


def _one(root: Path, stack: str) -> dict[str, Any]:
    from analyser.analyses.delivery import delivered, images

    said = asdict(delivered(root, stack))
    graph = graph_of(stack)
    in_vpc = "deploymentRunner" in graph.exports
    return {**said, "inVpc": in_vpc, "images": [asdict(image) for image in images(graph)]}


def _all(root: Path, rev: str) -> dict[str, Any]:
    from analyser.analyses.delivery import delivered, lines
    from settings.stackfile import stack_names

    names = [name for name in stack_names(root) if not rev or differs(root, name, rev)]
    return {
        "stacks": [asdict(delivered(root, name)) for name in names],
        "lines": lines(root, names if rev else None),
        **({"gone": _gone(root, rev)} if rev else {}),
    }


def _gone(root: Path, revision: str) -> list[str]:
    """The stacks of which a revision had a file, and there is none any more: nobody deploys or destroys them."""
    from analyser.faces.commands.revision import stacks_at
    from settings.stackfile import stack_names

    return sorted(set(stacks_at(root, revision)) - set(stack_names(root)))


def differs(root: Path, stack: str, revision: str) -> bool:
    """Whether a stack would be something else than at a revision, by what both of its programs register, or would be
    delivered with something else beside that: a layer's libraries, a site.

    A stack that there was none of is new. Raises UsageError for a revision that git does not know.
    """
    from analyser.analyses.changes.difference import compare
    from analyser.analyses.delivery import beside, delivered
    from analyser.analyses.report import compared
    from analyser.faces.commands.revision import changed, had_stack, preview_at

    if not had_stack(root, stack, revision):
        return True
    graph = graph_of(stack)
    if changed(root, beside(graph, delivered(root, stack).system), revision):
        return True
    found = compare(preview_at(root, stack, revision), compared(graph))
    return bool(found.tags) or any(change.tells for change in found.changes)
