"""A framework's controls: which rules see them, and how they stand in one stack."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from analyser.analyses.policies.evidence import Evidence, State
from analyser.faces.terminal.lines import Lines
from policy.model import Violation
from policy.profiles import Control, Framework

_STYLES = {
    State.FAILED: "bold red",
    State.UNKNOWN: "yellow",
    State.EXEMPT: "yellow",
    State.PASSED: "green",
}
_WIDTH = max(map(len, State)) + 2


def show_controls(framework: Framework, controls: Sequence[Control]) -> None:
    """Prints each control with the rules that see it, or why none does."""
    _print(_listing(framework, controls))


def show_evidence(framework: Framework, stack: str, found: Sequence[Evidence]) -> None:
    """Prints how each control stands in a stack, the resources behind it in numbers, and what failed or is exempt."""
    _print(_standing(framework, stack, found))


def _print(lines: Iterator[Text]) -> None:
    console = Lines()
    for line in lines:
        console.print(line)


def _listing(framework: Framework, controls: Sequence[Control]) -> Iterator[Text]:
    width = _widest(controls)
    yield Text(f"{framework.name} {framework.version}", style="bold")
    for control in controls:
        seen = ", ".join(rule.id for rule in control.rules)
        yield Text(f"{control.id:<{width}}{control.title}: ").append(seen or _why(control), "" if seen else "dim")
    seen = sum(bool(control.rules) for control in controls)
    hidden = sum(control.unseen is not None and not control.rules for control in controls)
    rest = len(controls) - seen - hidden
    yield Text(f"{len(controls)} controls: {seen} with rules, {rest} without, {hidden} that no stack shows")


def _standing(framework: Framework, stack: str, found: Sequence[Evidence]) -> Iterator[Text]:
    width = _widest([each.control for each in found])
    yield Text(f"{framework.name} {framework.version} in {stack}, as far as rules see it", style="bold")
    for each in found:
        line = Text(f"{each.control.id:<{width}}").append(f"{each.state:<{_WIDTH}}", _STYLES.get(each.state, "dim"))
        yield line.append(f"{_counts(each):<48}  {each.control.title}", "none")
        yield from (Text(f"{'':<{width}}{_said(violation)}", style="dim") for violation in each.findings)
    told = Counter(each.state for each in found)
    yield Text(f"{len(found)} controls: {', '.join(f'{told[state]} {state}' for state in State if told[state])}")


def _widest(controls: Sequence[Control]) -> int:
    return max((len(control.id) for control in controls), default=0) + 2


def _why(control: Control) -> str:
    return control.unseen.reason if control.unseen else "no rule sees it"


def _counts(each: Evidence) -> str:
    if not each.judged:
        return ""
    named = [("passed", each.passed), ("failed", each.failed), ("exempt", each.exempt), ("not known", each.unknown)]
    by = f"{each.asked} of {len(each.control.rules)} rules"
    return f"{each.judged} judged by {by}: {', '.join(f'{number} {name}' for name, number in named if number)}"


def _said(violation: Violation) -> str:
    where = f" ({violation.path})" if violation.path else ""
    text = f"{violation.rule.id}  {violation.urn.rpartition('::')[2]}: {violation.message}{where}"
    return text if violation.exemption is None else f"{text}, exempt until {violation.exemption.expires}"
