"""What a role may do, in a terminal or a pipe."""

from collections.abc import Iterator

from rich.text import Text

from analyser.analyses.rights.decide import Answer, Decision
from analyser.faces.terminal.lines import Lines


def show(found: Decision) -> None:
    """Prints the answer, the statements that decide, what they ask for beside, and what else is needed."""
    console = Lines()
    for line in _lines(found, ""):
        console.print(line)


_STYLES = {Answer.YES: "bold green", Answer.NO: "bold red", Answer.UNKNOWN: "bold yellow"}


def _lines(found: Decision, lead: str) -> Iterator[Text]:
    who, what = found.principal.name, found.target
    indent = " " * len(lead)
    line = Text(lead).append(f"{found.answer.value:<3}  ", _STYLES[found.answer])
    yield line.append(f"{who} {found.action} {what.name}", "bold").append(_reason(found), "none")
    if what.arn != what.name:
        yield Text(f"{indent}     {what.arn}", "dim")
    for ground in found.grounds:
        verb = "allows" if ground.allows else "denies"
        yield Text(f"{indent}     {ground.label} of {ground.where} {verb} it")
    for proviso in found.provisos:
        yield Text(f"{indent}     {proviso}", "yellow")
    for need in found.needs:
        yield from _lines(need, f"{indent}     with its key: ")


def _reason(found: Decision) -> str:
    if found.allowed:
        missing = next((need for need in found.needs if not need.yes), None)
        verb = "may not" if found.answer is Answer.NO else "may perhaps not"
        return f": it {verb} use its key ({missing.action})" if missing else ""
    return f": {found.because}"
