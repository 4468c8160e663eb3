"""``make update``: everything that is written from the program, written anew, and what changed by it.

Schema, pages of settings, rules, what they see of AWS, what is known of resource types, inventories, golden graphs and
pictures, what recovery stacks read, the front page's table of stacks, and what pages show of commands. Review the diff:
each of these is held by a test, and what this writes is what it asks for.
"""

import contextlib
import difflib
import io
import json
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import resource_types
import systems
from analyser.analyses.coverage import coverage
from analyser.analyses.inventory import UnexplainedError, inventory
from analyser.analyses.inventory.purposes import purposes
from analyser.faces import coverage_page, settings_page
from analyser.faces.commands import cli
from analyser.faces.inventory_page import page
from analyser.faces.picture.svg import svg
from analyser.run import program
from analyser.run.program import ProgramError
from policy.catalogue import FRAMEWORKS_FILE, RULES_FILE, frameworks, render
from policy.pack import all_rules
from settings import SettingsError, stackfile
from settings.schema import stack_file_schema
from settings.stack import PROJECT
from tests import day, outputs
from tests.analyser.faces.picture.drawings import QUICK, drawing
from tests.docs import secrets
from tests.docs.samples import PAGES, missing, renewed, samples
from tests.golden.compact import compact
from tests.policy import coverage as policy_coverage
from tests.stacks import ROOT, STACKS, stack_graph

GOLDEN, INVENTORY, PICTURES = Path("tests/golden/stacks"), Path("docs/inventory"), Path("tests/golden/pictures")
_SHOWN = 6


class StaleError(Exception):
    """Something that only people can write is not there or no longer so."""


def written() -> Iterator[tuple[Path, Callable[[str], str]]]:
    """Each file and what it is to hold, given what it holds now; in the order in which one needs another."""
    schema = stack_file_schema(systems.SETTINGS)
    yield Path("schemas/stack.json"), lambda _: json.dumps(schema, indent=2) + "\n"
    for name, text in settings_page.pages(schema, systems.NAMES):
        yield Path(name), lambda _, text=text: text
    yield RULES_FILE.relative_to(ROOT), lambda _: render()
    yield FRAMEWORKS_FILE.relative_to(ROOT), lambda _: frameworks()
    yield policy_coverage.PAGE, lambda _: policy_coverage.page()
    yield secrets.PAGE, lambda _: secrets.page()
    yield Path(coverage_page.PAGE), lambda _: coverage_page.page(coverage(resource_types.tokens()))
    for stack in STACKS:
        yield GOLDEN / f"{stack}.txt", lambda _, stack=stack: compact(stack_graph(stack, known=False))
        yield INVENTORY / f"{stack}.md", lambda _, stack=stack: _inventory(stack)
    for stack in sorted({*QUICK} & {*STACKS}):
        yield PICTURES / f"{stack}.svg", lambda _, stack=stack: svg(drawing(stack))
    yield outputs.FILE, lambda _: outputs.outputs()
    for name in PAGES:
        yield Path(name), lambda text: _samples(counted(table(text)))


def left() -> Iterator[Path]:
    """Files of stacks that are no more."""
    for folder, kind in ((GOLDEN, "*.txt"), (INVENTORY, "*.md"), (PICTURES, "*.svg")):
        yield from (file.relative_to(ROOT) for file in sorted((ROOT / folder).glob(kind)) if file.stem not in STACKS)


def update() -> int:
    """Writes what differs, takes away what is of no stack, and says both; 1 when something is for people to write.

    What that is stands at the end, where nothing scrolls it away.
    """
    unwritten: list[str] = []
    for path, text in written():
        file = ROOT / path
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        try:
            after = text(before)
        except (StaleError, SettingsError, ProgramError, UnexplainedError) as error:
            unwritten.append(f"{path}: {error}")
            continue
        if after != before:
            file.write_text(after, encoding="utf-8")
            _tell(path, before, after)
        unwritten += _unrenewed(path, after)
    for path in left():
        (ROOT / path).unlink()
        print(f"removed {path}: there is no such stack")
    if unwritten:
        print("\nnot written; what each line names is for people to write, then make update again:", file=sys.stderr)
        print("\n".join(unwritten), file=sys.stderr)
    return int(bool(unwritten))


def table(text: str) -> str:
    """The front page with every stack in a row of its system."""
    for system in systems.NAMES:
        own = [stack for stack in STACKS if stackfile.read(ROOT, stack).config[f"{PROJECT}:system"] == system]
        link = f"| [{system}](docs/systems/{system}.md) | "
        more = "".join(f", `{stack}`" for stack in own if f"`{stack}`" not in text)
        text = re.sub(rf"^({re.escape(link)}[^|]*?) \|", rf"\1{more} |", text, flags=re.MULTILINE)
    return text


def counted(text: str) -> str:
    """The front page with the number of rules that there are."""
    return re.sub(r"\[\d+ policy rules\]", f"[{len(all_rules())} policy rules]", text)


def _inventory(stack: str) -> str:
    graph = stack_graph(stack)
    return page(inventory(graph, purposes(ROOT, graph.config[f"{PROJECT}:system"])))


def _samples(text: str) -> str:
    for sample in reversed([*samples(text)]):
        lines = renewed(sample.shown, printed(sample.command))
        text = text[: sample.start] + "".join(f"{line}\n" for line in lines) + text[sample.end :]
    return text


def _unrenewed(path: Path, text: str) -> Iterator[str]:
    """What a page shows that nothing printed is like."""
    for sample in samples(text) if path.as_posix() in PAGES else ():
        if stale := missing(sample.shown, printed(sample.command)):
            yield f"{path}: strata {sample.command} no longer prints: {stale}"


def printed(command: str) -> list[str]:
    """What ``strata`` prints, from graphs that are here already."""
    out = io.StringIO()
    known = mock.patch.object(program, "run_stack", lambda _root, stack, **_: stack_graph(stack))
    with known, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), contextlib.chdir(ROOT):
        cli.run(shlex.split(command))
    return out.getvalue().splitlines()


def _tell(path: Path, before: str, after: str) -> None:
    lines = [
        line
        for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
        if line[0] in "+-" and not line.startswith(("+++", "---"))
    ]
    print(f"{'wrote' if before else 'new  '} {path}: {len(lines)} lines")
    for line in lines[:_SHOWN] if before else ():
        print(f"      {line[:150]}")


if __name__ == "__main__":
    day.stand_still()
    sys.exit(update())
