"""The rules of the policy pack, listed or explained."""

from collections.abc import Sequence

from rich.text import Text

from analyser.faces.terminal.lines import Lines
from policy.model import Rule

_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim"}


def show(rules: Sequence[Rule], *, explained: bool) -> None:
    """Prints a line a rule, or all there is to know of each."""
    console = Lines()
    for rule in rules:
        console.print(_line(rule))
        if explained:
            console.print(_explained(rule), style="dim")
    console.print(f"{len(rules)} rule{'' if len(rules) == 1 else 's'}")


def _line(rule: Rule) -> Text:
    line = Text(f"{rule.severity:<9}", style=_STYLES.get(rule.severity, ""))
    return line.append(f"{rule.level:<18}", "none").append(f"{rule.id:<44}", "bold").append(rule.title, "none")


def _explained(rule: Rule) -> Text:
    frameworks = ", ".join(f"{name} {'/'.join(ids)}" for name, ids in rule.frameworks.items())
    lines = [
        rule.explanation,
        f"concerns  {', '.join(rule.types) or 'the exemptions'}",
        f"asked by  {frameworks or 'this project'}",
        f"mend      {rule.remedy}",
        f"more      {rule.link}",
    ]
    if rule.mends:
        lines.insert(-1, f"sets      {', '.join(rule.mends)}, by itself at level remediate")
    return Text("\n".join(f"    {line}" for line in lines))
