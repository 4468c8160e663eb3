"""Who can open a connection to what, in a terminal or a pipe."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.table import Table
from rich.text import Text

from analyser.analyses.reach.answer import Answer, Verdict
from analyser.analyses.reach.place import Check, Kind, Link, Place
from analyser.faces.terminal.lines import Lines

_UNSURE = "? "


def show_answers(answers: list[Answer]) -> None:
    """Prints the best answer whole, and a line for each other pair that the question is about."""
    console = Lines()
    for line in (*_whole(answers[0]), *map(_line, answers[1:])):
        console.print(line)


def show_matrix(answers: Sequence[Answer]) -> None:
    """Prints what each place can open connections to, what is not known of that, and who is reached by nobody.

    Places that reach the same share a line, and what the internet reaches is not repeated for those that reach it.
    """
    found = [answer for answer in answers if answer.verdict is not Verdict.NO]
    public = {answer.target for answer in found if answer.yes and answer.source.kind is Kind.INTERNET}
    services = {answer.target for answer in found if answer.target.kind is Kind.SERVICE}
    console = Lines()
    table = Table("from", "to", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    rows = [
        (source, _row([answer for answer in of_source if answer.verdict is not Verdict.NO], public, services))
        for source, of_source in ((one, list(group)) for one, group in groupby(answers, key=lambda one: one.source))
    ]
    for sources, words in _shared(rows):
        table.add_row(Text(", ".join(source.name for source in sources), "bold"), ", ".join(words) or "nothing")
    console.print(table)
    reached = {answer.target for answer in found}
    nobody = dict.fromkeys(answer.target.name for answer in answers if answer.target not in reached)
    if nobody:
        console.print(Text("reached by nobody: ", "dim").append(", ".join(nobody), "none"))


def _shared(rows: list[tuple[Place, dict[str, str]]]) -> Iterator[tuple[list[Place], list[str]]]:
    """The sources that reach the same, but for each other."""
    shared: list[list[tuple[Place, dict[str, str]]]] = []
    for source, words in rows:
        for members in shared:
            if _alike(members, source, words):
                members.append((source, words))
                break
        else:
            shared.append([(source, words)])
    for members in shared:
        named = {source.name for source, _ in members}
        words = members[0][1]
        others = [word for name, word in words.items() if name not in named]
        said = [_certain(word) for name, word in words.items() if name in named]
        each_other = f"{'' if all(said) else _UNSURE}one another"
        yield [source for source, _ in members], [*others, *([each_other] if said else [])]


def _alike(members: list[tuple[Place, dict[str, str]]], source: Place, words: dict[str, str]) -> bool:
    """Whether a source reaches what the members do, and they and it reach one another as certainly as they do."""
    first, theirs = members[0]
    told = {_certain(words.get(one.name)) for one, _ in members}
    told |= {_certain(own.get(source.name)) for _, own in members}
    told |= {_certain(own.get(one.name)) for one, _ in members for other, own in members if one is not other}
    return len(told) == 1 and _less(words, first.name) == _less(theirs, source.name)


def _certain(word: str | None) -> bool | None:
    """Whether a word is of what is reached for certain; None for what is not reached."""
    return None if word is None else not word.startswith(_UNSURE)


def _less(words: dict[str, str], name: str) -> dict[str, str]:
    return {key: word for key, word in words.items() if key != name}


def _row(found: list[Answer], public: set[Place], services: set[Place]) -> dict[str, str]:
    """What is reached, by its name: the words to print."""
    spared = public if any(answer.yes and answer.target.kind is Kind.INTERNET for answer in found) else set()
    shown = [answer for answer in found if answer.target not in spared or not answer.yes]
    words = {one.target.name: _target(one) for one in shown if one.target.kind is not Kind.SERVICE}
    behind = [answer for answer in found if answer.target.kind is Kind.SERVICE]
    if services and {answer.target for answer in behind if answer.yes} == services:
        return words | {"": f"AWS's services ({len(services)})"}
    return words | {one.target.name: _target(one) for one in behind}


def _whole(answer: Answer) -> Iterator[Text]:
    if answer.yes:
        yield Text("yes  ", "bold yellow").append(_pair(answer), "bold")
    else:
        yield _word(answer, "bold ").append(f"{_pair(answer)}: {_first(answer)}", "bold")
    for link in answer.path:
        yield Text(f"     {link.source.name} → {link.target.name}{_port(link)}")
        for check in link.checks:
            yield _mark(check).append(check.says, "dim" if check.ok else "none")


def _line(answer: Answer) -> Text:
    if answer.yes:
        by = " → ".join(link.target.name for link in answer.path)
        return Text("yes  ", "yellow").append(f"{answer.source.name} → {by}{_port(answer.path[-1])}", "none")
    return _word(answer, "").append(f"{_pair(answer)}: {_first(answer)}", "none")


def _word(answer: Answer, weight: str) -> Text:
    """The head of a line that is no yes."""
    if answer.verdict is Verdict.NO:
        return Text("no   ", f"{weight}green")
    return Text(f"{answer.verdict}  ", f"{weight}magenta")


def _first(answer: Answer) -> str:
    if answer.verdict is Verdict.NO:
        return answer.missing[0]
    return (answer.not_known or answer.missing)[0]


def _mark(check: Check) -> Text:
    if check.ok:
        return Text("       ✓ ", "green")
    return Text("       ✗ ", "red") if check.missing else Text("       ? ", "magenta")


def _pair(answer: Answer) -> str:
    return f"{answer.source.name} → {answer.target.name}{f' on {answer.port}' if answer.port else ''}"


def _port(link: Link) -> str:
    return f":{link.port}" if link.port else ""


def _target(answer: Answer) -> str:
    port = "" if answer.port in (None, 443) else f":{answer.port}"
    via = f" (by {answer.path[-1].source.name})" if len(answer.path) > 1 else ""
    return f"{'' if answer.yes else _UNSURE}{answer.target.name}{port}{via}"
