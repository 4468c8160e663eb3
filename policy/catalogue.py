"""RULES.md: every rule of the pack, written from the rules themselves."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from policy.pack import all_rules
from policy.rule import Rule

RULES_FILE = Path(__file__).with_name("RULES.md")
_LEVELS = {"mandatory_in_prod": "mandatory in prod, advisory elsewhere"}
_HEAD = """# Rules

Written by `make rules` from `policy/rules/`; do not edit. {count} rules.

FSBP is the AWS Foundational Security Best Practices standard of Security Hub, CIS the AWS Foundations Benchmark 7.0.
Levels, thresholds and exemptions are set by the project's `strata-policy.yaml`, the former two also by
`--policy-pack-config`.
At level `remediate`, which none has by default, a rule sets the inputs that it names.

| severity | rules |
| --- | --- |
{severities}
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


def main() -> None:
    """Write RULES.md beside this module."""
    RULES_FILE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
