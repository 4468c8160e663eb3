"""What a rule is: its identity, whom it concerns, and one function that yields findings."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from traceback import walk_tb
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from policy.environment import PROD
from policy.graph import Graph
from policy.resources import Resource
from policy.unknown import UnknownTouchedError

_HERE = f"{Path(__file__).resolve().parent}{os.sep}"


class Severity(StrEnum):
    """How bad a violation is, from the attacker's point of view."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Level(StrEnum):
    """What a violation does to a deployment."""

    MANDATORY = "mandatory"
    REMEDIATE = "remediate"  # mended where the rule can, mandatory for the rest; chosen by configuration only
    MANDATORY_IN_PROD = "mandatory_in_prod"
    ADVISORY = "advisory"
    DISABLED = "disabled"

    def within(self, environment: str) -> "Level":
        """The level in this environment, where it depends on that."""
        if self is Level.MANDATORY_IN_PROD:
            return Level.MANDATORY if environment == PROD else Level.ADVISORY
        return self


class Kind(StrEnum):
    """Whether a rule's function gets one resource or the whole stack."""

    RESOURCE = "resource"
    STACK = "stack"
    EXEMPTION = "exemption"


class RuleConfig(BaseModel):
    """Thresholds of one rule, camelCase outside; every field has a default and a description."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation: a sentence without the resource's name, and the input it is about.

    `mend` is what the input at `path` is set to where the rule is asked to remediate; None where a person must decide.
    """

    message: str
    path: str | None = None
    mend: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule; see `rule` and `stack_rule` for how it is declared."""

    id: str
    title: str
    severity: Severity
    level: Level
    kind: Kind
    types: tuple[str, ...]
    frameworks: Mapping[str, tuple[str, ...]]
    remedy: str
    link: str
    check: Callable[..., Iterable[Finding]]
    config: type[RuleConfig] | None = None
    mends: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The module that declares it."""
        return self.check.__module__

    @property
    def explanation(self) -> str:
        """The rationale of the rule: its function's docstring."""
        return " ".join((self.check.__doc__ or "").split())

    def judge(self, resource: Resource, graph: Graph | None, config: RuleConfig | None) -> list[Finding]:
        """What the rule finds from what is known; it is silent from where it trips over an unknown value."""
        return self.found(self.stream(resource, graph, config))

    def found(self, stream: Iterable[Finding]) -> list[Finding]:
        """The findings one by one: what was found before an unknown value, or before the rule itself failed, stands.

        A rule that fails has not judged: that is a finding of its own, at the rule's level, wherever the rule is asked.
        """
        found: list[Finding] = []
        try:
            for finding in stream:
                found.append(finding)
        except UnknownTouchedError:
            return found
        except Exception as error:
            found.append(Finding(f"is not judged: the rule {self.id} failed{_place(error)}: {_said(error)}"))
        return found

    def mendable(self, found: Iterable[Finding]) -> dict[str, str]:
        """What the findings set to be content, by path; nothing but the paths that the rule declares, and below."""
        return {
            finding.path: finding.mend
            for finding in found
            if finding.mend is not None and finding.path is not None and _within(finding.path, self.mends)
        }

    def stream(self, resource: Resource, graph: Graph | None, config: RuleConfig | None) -> Iterator[Finding]:
        """The findings as the rule's function yields them; raises UnknownTouchedError where it trips over unknowns."""
        arguments: list[Any] = [resource]
        if self.kind is Kind.STACK:
            arguments.append(graph)
        if self.config is not None:
            arguments.append(config or self.config())
        yield from self.check(*arguments)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(": ")


def _place(error: Exception) -> str:
    """File and line of the pack's innermost frame below this module that led to the error."""
    trace = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    found = [(file, line) for file, line in trace if file.startswith(_HERE) and file != __file__]
    return f" at {__package__}/{found[-1][0].removeprefix(_HERE)}:{found[-1][1]}" if found else ""


def _within(path: str, declared: tuple[str, ...]) -> bool:
    return any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in declared)


ResourceCheck = Callable[..., Iterator[Finding]]


def rule(
    rule_id: str,
    *,
    title: str,
    severity: Severity,
    types: Iterable[str],
    remedy: str,
    link: str,
    frameworks: Mapping[str, str | tuple[str, ...]] | None = None,
    level: Level = Level.MANDATORY,
    config: type[RuleConfig] | None = None,
    kind: Kind = Kind.RESOURCE,
    mends: Iterable[str] = (),
) -> Callable[[ResourceCheck], Rule]:
    """Declare a rule about one resource's inputs: `def check(resource)`, or `check(resource, config)`.

    `types` are type tokens; one that ends in `*` stands for all that begin so. `title` says what holds when all is
    well, `remedy` how to mend it, `frameworks` maps "FSBP", "CIS", "cdk-nag", "Checkov" … to its identifiers there.
    `mends` are the inputs that findings may set at level `remediate`: only such as update in place in every type
    (tests/policy/test_remediation.py names the source of that) and have one right answer.
    """

    def declare(check: ResourceCheck) -> Rule:
        return Rule(
            id=rule_id,
            title=title,
            severity=severity,
            level=level,
            kind=kind,
            types=tuple(types),
            frameworks={name: (ids,) if isinstance(ids, str) else ids for name, ids in (frameworks or {}).items()},
            remedy=remedy,
            link=link,
            check=check,
            config=config,
            mends=tuple(mends),
        )

    return declare


def stack_rule(
    rule_id: str,
    *,
    title: str,
    severity: Severity,
    types: Iterable[str],
    remedy: str,
    link: str,
    frameworks: Mapping[str, str | tuple[str, ...]] | None = None,
    level: Level = Level.MANDATORY,
    config: type[RuleConfig] | None = None,
) -> Callable[[ResourceCheck], Rule]:
    """Declare a rule that needs the whole stack: `def check(resource, graph)`, plus `config` when it has one.

    It is called once for each resource of its types; with `types=[STACK_TYPE]` once for the stack as a whole.
    """
    return rule(
        rule_id,
        title=title,
        severity=severity,
        types=types,
        remedy=remedy,
        link=link,
        frameworks=frameworks,
        level=level,
        config=config,
        kind=Kind.STACK,
    )
