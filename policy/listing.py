"""The rules as the engine lists and configures them: one policy a rule."""

from collections.abc import Callable, Iterable

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    ResourceValidationPolicy,
    Severity,
    StackValidationPolicy,
)

from policy.levels import Config
from policy.rule import Kind, Level, Rule

LEVELS = {
    Level.ADVISORY: EnforcementLevel.ADVISORY,
    Level.MANDATORY: EnforcementLevel.MANDATORY,
    Level.DISABLED: EnforcementLevel.DISABLED,
    Level.REMEDIATE: EnforcementLevel.REMEDIATE,
}


def policies_of(rules: Iterable[Rule], environment: str, config: Config) -> list[Policy]:
    """One Pulumi policy for each rule, as listed and configured by the engine; the judging is the Analyzer's."""
    return [_policy(rule, environment, config) for rule in rules]


def _policy(rule: Rule, environment: str, config: Config) -> Policy:
    make: Callable[..., Policy] = ResourceValidationPolicy if rule.kind is Kind.RESOURCE else StackValidationPolicy
    frameworks = [f"{name} {each}" for name, ids in rule.frameworks.items() for each in ids]
    name, ids = next(iter(rule.frameworks.items()), (None, ()))
    return make(
        name=rule.id,
        description=rule.title,
        validate=_judged_by_the_analyzer,
        enforcement_level=LEVELS[config.listed(rule, environment)],
        config_schema=_schema(rule, config),
        display_name=rule.title,
        severity=Severity(rule.severity.value),
        framework=PolicyComplianceFramework(name=name, reference=", ".join(ids)) if name else None,
        tags=frameworks,
        remediation_steps=rule.remedy,
        url=rule.link,
    )


def _judged_by_the_analyzer(_args: object, _report: object) -> None:
    raise AssertionError("the Analyzer asks the rules themselves")


def _schema(rule: Rule, config: Config) -> PolicyConfigSchema | None:
    if rule.config is None:
        return None
    properties = rule.config.model_json_schema(by_alias=True)["properties"]
    given = config.of(rule)
    if given is not None:
        values = given.model_dump(mode="json", by_alias=True)
        properties = {key: {**each, "default": values[key]} for key, each in properties.items()}
    # The engine fills in defaults before it checks types, and null is of none.
    shown = {
        key: {name: value for name, value in each.items() if (name, value) != ("default", None)}
        for key, each in properties.items()
    }
    return PolicyConfigSchema(properties=shown)
