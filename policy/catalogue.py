"""RULES.md: every rule of the pack, written from the rules themselves; FRAMEWORKS.md: frameworks by control."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from policy.pack import all_rules
from policy.profiles import NAMES, Control, Framework, framework
from policy.rule import Rule

RULES_FILE = Path(__file__).with_name("RULES.md")
FRAMEWORKS_FILE = Path(__file__).with_name("FRAMEWORKS.md")
_LEVELS = {"mandatory_in_prod": "mandatory in prod, advisory elsewhere"}
_HEAD = """# Rules

Written by `make rules` from `policy/rules/`; do not edit. {count} rules.

FSBP is the AWS Foundational Security Best Practices standard of Security Hub, CIS the AWS Foundations Benchmark 7.0;
[FRAMEWORKS.md](FRAMEWORKS.md) has both by control, and PCI DSS, HIPAA and NIST SP 800-53.
Frameworks, levels, thresholds and exemptions are chosen in the project's `strata-policy.yaml`, levels and thresholds
also by `--policy-pack-config`.
A rule about a kind of Kubernetes objects judges its patches (`DeploymentPatch`) by what they set.
At level `remediate`, which none has by default, a rule sets the inputs that it names.

| severity | rules |
| --- | --- |
{severities}
"""

_FRAMEWORKS = """# Frameworks

Written by `make rules` from `policy/frameworks/` and the rules; do not edit. What no rule sees is named first. That
rules see a control does not say that they see all of it: [RULES.md](RULES.md) says what each asks. Of HIPAA, NIST and
PCI DSS only those controls are listed of which the source says that something technical shows a part; the others, whole
families of them, are people's. `strata policies STACK --framework NAME` says how a stack stands.

| framework | `NAME` | controls | with rules | without | in no stack |
| --- | --- | --- | --- | --- | --- |
{rows}
"""


def render(rules: tuple[Rule, ...] | None = None) -> str:
    """The catalogue as Markdown: an overview, then each rule by service."""
    listed = all_rules() if rules is None else rules
    counts = {name: sum(rule.severity == name for rule in listed) for name in ("critical", "high", "medium", "low")}
    head = _HEAD.format(
        count=len(listed), severities="\n".join(f"| {name} | {count} |" for name, count in counts.items())
    )
    parts = [head]
    for module, members in groupby(listed, key=lambda rule: rule.module.rpartition(".")[2]):
        parts.append(f"## {module}\n")
        parts += [_entry(rule) for rule in members]
    return "\n".join(parts)


def _entry(rule: Rule) -> str:
    frameworks = " · ".join(f"{name} {', '.join(ids)}" for name, ids in rule.frameworks.items())
    lines = [
        f"### {rule.id}\n",
        f"**{rule.title}** ({rule.severity}, {_LEVELS.get(rule.level, rule.level)}). {rule.explanation}\n",
    ]
    if rule.types:
        lines.append(f"- Concerns: {', '.join(f'`{token}`' for token in rule.types)}")
    if frameworks:
        lines.append(f"- Frameworks: {frameworks}")
    if rule.config is not None:
        lines.append(f"- Thresholds: {_thresholds(rule)}")
    if rule.mends:
        lines.append(f"- Sets by itself at level `remediate`: {', '.join(f'`{path}`' for path in rule.mends)}")
    lines.append(f"- To mend: {rule.remedy} [More]({rule.link})\n")
    return "\n".join(lines)


def _thresholds(rule: Rule) -> str:
    if rule.config is None:
        return ""
    fields = rule.config.model_json_schema(by_alias=True)["properties"]
    return ", ".join(f"`{key}`{_default(schema)}: {schema['description']}" for key, schema in fields.items())


def _default(schema: Mapping[str, Any]) -> str:
    return "" if schema["default"] is None else f" ({schema['default']})"


def frameworks(rules: tuple[Rule, ...] | None = None) -> str:
    """Every framework as Markdown: an overview, then of each the controls that no rule sees, and the others."""
    every = all_rules() if rules is None else rules
    listed = [framework(name, every) for name in NAMES]
    head = _FRAMEWORKS.format(rows="\n".join(map(_counted, listed)))
    return "\n".join([head, *(_controls(each) for each in listed)])


def _counted(one: Framework) -> str:
    seen = sum(bool(control.rules) for control in one.controls)
    hidden = sum(not control.rules and control.unseen is not None for control in one.controls)
    rest = len(one.controls) - seen - hidden
    cells = f"{one.name} {one.version}", f"`{one.key}`", len(one.controls), seen, rest, hidden
    return f"| {' | '.join(map(str, cells))} |"


def _controls(one: Framework) -> str:
    by_seen = sorted(one.controls, key=lambda control: bool(control.rules))
    lines = [
        f"## {one.name} {one.version}\n",
        f"Source: {one.source}.\n",
        "| control | | rules |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {control.id} | {control.title} | {_seen(control)} |" for control in by_seen]
    return "\n".join(lines) + "\n"


def _seen(control: Control) -> str:
    if control.rules:
        return ", ".join(rule.id for rule in control.rules)
    return control.unseen.reason if control.unseen else "none"


def main() -> None:
    """Write RULES.md and FRAMEWORKS.md beside this module."""
    RULES_FILE.write_text(render(), encoding="utf-8")
    FRAMEWORKS_FILE.write_text(frameworks(), encoding="utf-8")


if __name__ == "__main__":
    main()
