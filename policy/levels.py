"""Levels and thresholds of the rules, as a stack's policy configuration sets them."""

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from policy.profiles import NAMES, levels_by
from policy.project import FILE_NAME, project_file, read_project
from policy.rule import Level, Rule, RuleConfig

LEVEL_KEY = "enforcementLevel"
_KINDS = {
    "integer": "a whole number",
    "boolean": "true or false",
    "string": "text",
    "array": "a list of texts",
    "object": "a mapping to texts",
}
"""What thresholds are, by the types of JSON Schema."""


class PolicyConfigError(ValueError):
    """The policy configuration names an unknown rule, level or threshold; one line a problem."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the policy configuration changes: levels by rule id (`all` for every rule) and thresholds by rule id."""

    levels: Mapping[str, Level] = field(default_factory=dict)
    values: Mapping[str, RuleConfig] = field(default_factory=dict)

    def level(self, rule: Rule, environment: str) -> Level:
        """Mandatory, advisory or disabled, for this rule in this environment."""
        level = self._chosen(rule).within(environment)
        return Level.MANDATORY if level is Level.REMEDIATE else level

    def listed(self, rule: Rule, environment: str) -> Level:
        """The level as Pulumi's engine is told it: `remediate` where the rule is asked to, and can."""
        return Level.REMEDIATE if self.mends(rule) else self.level(rule, environment)

    def mends(self, rule: Rule) -> bool:
        """Whether the rule is asked to remediate, and can."""
        return bool(rule.mends) and self._chosen(rule) is Level.REMEDIATE

    def of(self, rule: Rule) -> RuleConfig | None:
        """The rule's thresholds, None where they are its defaults."""
        return self.values.get(rule.id)

    def _chosen(self, rule: Rule) -> Level:
        return self.levels.get(rule.id, self.levels.get("all", rule.level))


def project_config(rules: Sequence[Rule]) -> Mapping[str, Any]:
    """The policy configuration of this project's file, as `read_config` takes it. Raises ValueError as that does.

    A level that `rules` gives a rule goes before what `frameworks` make of it, and that before `all`.
    """
    file = project_file()
    where = FILE_NAME if file is None else file.name
    whole = read_project(file)
    said = whole.get("rules") or {}
    try:
        read_config(said, rules)
    except PolicyConfigError as error:
        raise PolicyConfigError("\n".join(f"{where}: rules.{line}" for line in str(error).splitlines())) from None
    chosen = whole.get("frameworks") or []
    if not (isinstance(chosen, list) and all(isinstance(name, str) for name in chosen)):
        raise PolicyConfigError(f"{where}: frameworks: a list of {', '.join(NAMES)} is expected")
    try:
        return merged(_profile(chosen, rules, others="all" not in said), said) if chosen else said
    except ValueError as error:
        raise PolicyConfigError(f"{where}: frameworks: {error}") from None


def _profile(chosen: Iterable[str], rules: Sequence[Rule], *, others: bool) -> Mapping[str, Any]:
    """What frameworks make of the rules; of those that none asks for only where `others`."""
    levels = levels_by(chosen, rules)
    return {rule_id: level.value for rule_id, level in levels.items() if others or level is not Level.ADVISORY}


def merged(project: Mapping[str, Any], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The project's policy configuration with what is chosen for one run over it, key by key."""
    found = {rule_id: _members(entry) for rule_id, entry in project.items()}
    for rule_id, entry in chosen.items():
        found[rule_id] = {**found.get(rule_id, {}), **_members(entry)}
    return found


def _members(entry: Any) -> dict[str, Any]:
    return dict(entry) if isinstance(entry, Mapping) else {LEVEL_KEY: entry}


def read_config(raw: Mapping[str, Any], rules: Iterable[Rule]) -> Config:
    """Check a policy configuration as Pulumi writes it: `{"rule-id": "advisory"}` or `{"rule-id": {"days": 30}}`.

    Raises PolicyConfigError with every problem, one a line.
    """
    by_id = {rule.id: rule for rule in rules}
    levels: dict[str, Level] = {}
    values: dict[str, RuleConfig] = {}
    problems: list[str] = []
    for rule_id, entry in raw.items():
        members = _members(entry)
        level = members.pop(LEVEL_KEY, None)
        if rule_id != "all" and rule_id not in by_id:
            close = difflib.get_close_matches(rule_id, by_id, n=1)
            problems.append(f"{rule_id}: no such rule" + (f"; did you mean {close[0]}?" if close else ""))
            continue
        try:
            if level is not None:
                levels[rule_id] = Level(level)
        except ValueError:
            problems.append(f"{rule_id}.{LEVEL_KEY}: {level!r} is not one of {', '.join(Level)}")
        if level == Level.REMEDIATE and rule_id != "all" and not by_id[rule_id].mends:
            problems.append(f"{rule_id}.{LEVEL_KEY}: this rule mends nothing by itself")
        if members:
            problems += _thresholds(rule_id, by_id.get(rule_id), members, values)
    if problems:
        raise PolicyConfigError("\n".join(problems))
    return Config(levels, values)


def _thresholds(rule_id: str, rule: Rule | None, members: dict[str, Any], values: dict[str, RuleConfig]) -> list[str]:
    if rule is None or rule.config is None:
        return [f"{rule_id}.{key}: this rule has no thresholds" for key in members]
    try:
        values[rule_id] = rule.config.model_validate(members)
    except ValidationError as error:
        return [f"{rule_id}.{'.'.join(map(str, each['loc']))}: {_wrong(rule.config, each)}" for each in error.errors()]
    return []


def _wrong(config: type[RuleConfig], problem: Any) -> str:
    """What is wrong with a threshold, in words of the pack."""
    known, key, given = config.model_json_schema()["properties"], str(problem["loc"][0]), problem["input"]
    if key in known:
        if isinstance(given, float) and given.is_integer():
            given = int(given)  # the engine sends every number as a float
        return f"{json.dumps(given, default=str)[:80]} is not {_wanted(known[key])}"
    close = difflib.get_close_matches(key, known, n=1)
    return "no such threshold; " + (f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}")


def _wanted(schema: Mapping[str, Any]) -> str:
    kind = _KINDS[schema["type"]]
    low, high = schema.get("minimum"), schema.get("maximum")
    return kind + (f" from {low}" if low is not None else "") + (f" to {high}" if high is not None else "")
