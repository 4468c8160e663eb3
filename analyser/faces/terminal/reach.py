"""Who can open a connection to what, in a terminal or a pipe."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from analyser.analyses.reach.answer import Answer
from analyser.analyses.reach.place import Kind, Link, Place

_UNBOUNDED = 100_000


def show_answers(answers: list[Answer]) -> None:
    """Prints the best answer whole, and a line for each other pair that the question is about."""
    console = Console(highlight=False, soft_wrap=True)
    for line in (*_whole(answers[0]), *map(_line, answers[1:])):
        console.print(line)


def show_matrix(answers: list[Answer]) -> None:
    """Prints what each place can open connections to; what it does not name, it cannot.

    Places that reach the same share a line, and what the internet reaches is not repeated for those that reach it.
    """
    public = {answer.target for answer in answers if answer.source.kind is Kind.INTERNET}
    services = {answer.target for answer in answers if answer.target.kind is Kind.SERVICE}
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_UNBOUNDED)
    table = Table("from", "to", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    rows: dict[str, list[str]] = {}
    for source, found in groupby(answers, key=lambda answer: answer.source):
        rows.setdefault(_row(list(found), public, services), []).append(source.name)
    for reached, sources in rows.items():
        table.add_row(Text(", ".join(sources), "bold"), reached)
    console.print(table)


def _row(found: list[Answer], public: set[Place], services: set[Place]) -> str:
    spared = public if any(answer.target.kind is Kind.INTERNET for answer in found) else set()
    shown = [answer for answer in found if answer.target not in spared]
    words = [_target(answer) for answer in shown if answer.target.kind is not Kind.SERVICE]
    behind = [answer for answer in found if answer.target.kind is Kind.SERVICE]
    if services and {answer.target for answer in behind} == services:
        words.append(f"AWS's services ({len(services)})")
    else:
        words += [_target(answer) for answer in behind]
    return ", ".join(words)


def _whole(answer: Answer) -> Iterator[Text]:
    if answer.yes:
        yield Text("yes  ", "bold yellow").append(_pair(answer), "bold")
    else:
        yield Text("no   ", "bold green").append(f"{_pair(answer)}: {answer.missing[0]}", "bold")
    for link in answer.path:
        yield Text(f"     {link.source.name} → {link.target.name}{_port(link)}")
        for check in link.checks:
            mark = Text("       ✓ ", "green") if check.ok else Text("       ✗ ", "red")
            yield mark.append(check.says, "dim" if check.ok else "none")


def _line(answer: Answer) -> Text:
    if answer.yes:
        by = " → ".join(link.target.name for link in answer.path)
        return Text("yes  ", "yellow").append(f"{answer.source.name} → {by}{_port(answer.path[-1])}", "none")
    return Text("no   ", "green").append(f"{_pair(answer)}: {answer.missing[0]}", "none")


def _pair(answer: Answer) -> str:
    return f"{answer.source.name} → {answer.target.name}{f' on {answer.port}' if answer.port else ''}"


def _port(link: Link) -> str:
    return f":{link.port}" if link.port else ""


def _target(answer: Answer) -> str:
    port = "" if answer.port in (None, 443) else f":{answer.port}"
    via = f" (by {answer.path[-1].source.name})" if len(answer.path) > 1 else ""
    return f"{answer.target.name}{port}{via}"
