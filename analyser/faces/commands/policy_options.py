"""Options of policy evaluation: the day, the pack's configuration, and the rules that are shown."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from analyser.faces.commands.usage_error import UsageError, near

# What takes long to import (the pack) is imported where it is used.


_COLONS = 2
"""Of a whole type token, such as aws:s3/bucket:Bucket; rules about every type are about what is less by name alone."""


@dataclass(frozen=True)
class Choice:
    """Which rules are meant: by a part of their id, severity, a part of a type they are about, framework."""

    part: str = ""
    severity: str = ""
    token: str = ""
    framework: str = ""

    def rules(self) -> list[Any]:
        """The rules of the pack that are meant. Raises UsageError where none is."""
        from policy.model import Severity
        from policy.pack import all_rules

        if self.severity and self.severity not in list(Severity):
            hint = near(self.severity, Severity)
            raise UsageError(f"strata: --severity {self.severity} is none of {', '.join(Severity)}{hint}")
        seen = _seen_by(self.framework)
        chosen = [rule for rule in all_rules() if self._means(rule) and (seen is None or rule.id in seen)]
        if chosen:
            return chosen
        if self.part and not (self.severity or self.token or self.framework):
            hint = near(self.part, (rule.id for rule in all_rules()))
            raise UsageError(f"strata: no rule's id holds {self.part!r}{hint or '; strata policies lists them'}")
        raise UsageError(f"strata: there is no rule of {self._said()}{self._hint() or '; strata policies lists them'}")

    def _said(self) -> str:
        told = {"id": self.part, "severity": self.severity, "type": self.token, "framework": self.framework}
        return ", ".join(f"{name} {value}" for name, value in told.items() if value)

    def _hint(self) -> str:
        from policy.pack import all_rules

        types = {token for rule in all_rules() for token in rule.types}
        return near(self.token, types) if self.token and not any(self.token in each for each in types) else ""

    def _means(self, rule: Any) -> bool:
        return (
            self.part in rule.id
            and (not self.severity or rule.severity == self.severity)
            and (not self.token or rule.id in _about(self.token) or any(self.token in each for each in rule.types))
        )


def _about(token: str) -> set[str]:
    from policy.model import index_of
    from policy.pack import all_rules

    return {rule.id for rule in index_of(all_rules()).concerning(token)} if token.count(":") == _COLONS else set()


def framework_named(key: str, rules: Iterable[Any]) -> Any:
    """The framework with the controls that these rules see. Raises UsageError for one that is not known."""
    from policy.profiles import NAMES, framework

    try:
        return framework(key, list(rules))
    except ValueError as error:
        raise UsageError(f"strata: --framework {error}{near(key.lower(), NAMES)}") from error


def _seen_by(framework: str) -> set[str] | None:
    from policy.pack import all_rules

    if not framework:
        return None
    return {rule.id for control in framework_named(framework, all_rules()).controls for rule in control.rules}


@dataclass(frozen=True)
class Judging:
    """The day of evaluation (default: today), the pack's configuration, and the rules that are shown."""

    day: date | None = None
    strict: bool = False
    """Whether ends that are near stop a deployment."""
    config: Path | None = None
    """What Pulumi's --policy-pack-config takes; over what the project's own file says."""
    choice: Choice = Choice()

    def check(self) -> None:
        """Raises UsageError for what no stack can be judged by, before one is run."""
        self._config()
        if self.choice != Choice():
            self.choice.rules()

    def report(self, graph: Any) -> Any:
        """The report of a graph. Raises UsageError for a broken pack, or for a choice of no rule."""
        from analyser.analyses.policies.verdict import verdict
        from analyser.analyses.report import Report

        told = None if self.choice == Choice() else {rule.id for rule in self.choice.rules()}
        try:
            found, rules = verdict(graph, config=self._config(), today=self.day)
        except ValueError as error:
            raise UsageError(f"policy: {error}") from error
        report = Report(graph, tuple(found), rules)
        if told is None:
            return report
        return replace(report, violations=tuple(each for each in found if each.rule.id in told), rules=len(told))

    def _config(self) -> Any:
        from analyser.analyses.policies.verdict import configured
        from policy.levels import PolicyConfigError

        chosen = read_config_file(self.config) if self.config else {}
        try:
            return configured(chosen, strict=self.strict) if chosen or self.strict else None
        except PolicyConfigError as error:
            where = f"{self.config}: " if self.config else "policy: "
            raise UsageError("\n".join(f"{where}{line}" for line in str(error).splitlines())) from error


PLAINLY = Judging()
"""By the project's own pack, today, all of it told."""


def read_config_file(file: Path) -> dict[str, Any]:
    """What a file says of the pack's rules. Raises UsageError for one that cannot be read, or is no JSON object."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file}: is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise UsageError(f'{file}: is no object of rules, such as {{"rds-backups": "advisory"}}')
    return found
