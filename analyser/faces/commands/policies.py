"""``strata policies``: the rules of the pack, frameworks by control, and what became of these in a stack."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from analyser.faces.commands.stack import VIOLATED, graph_of
from analyser.faces.commands.usage_error import UsageError

_FORMS = ("text", "json")


def policies(
    name: Annotated[
        str, typer.Argument(metavar="RULE|STACK", help="A rule's id or a part of it; with --framework a stack.")
    ] = "",
    framework: Annotated[str, typer.Option("--framework", help="fsbp, cis, pci, hipaa or nist, by control.")] = "",
    severity: Annotated[str, typer.Option("--severity", help="critical, high, medium or low.")] = "",
    token: Annotated[str, typer.Option("--type", help="Rules about this type of resource, or a part of one.")] = "",
    form: Annotated[str, typer.Option("--format", help="text, or json.")] = "text",
) -> int:
    """List the rules of the policy pack, or a framework's controls. Those whose id holds RULE are explained.

    With a stack: how each control stands there, and by which resources. Where no rule or no resource is, none passes.
    """
    if form not in _FORMS:
        raise UsageError(f"strata: --format {form} is not known; text or json")
    if framework and name:
        if severity or token:
            raise UsageError("strata: --severity and --type choose rules to list; a stack is judged by all")
        return _evidence(name, framework, form)
    chosen = _chosen(name, severity, token)
    return _controls(framework, chosen, form) if framework else _rules(chosen, form, explained=bool(name))


def _chosen(part: str, severity: str, token: str) -> list[Any]:
    """The rules that are meant. Raises UsageError where none is."""
    from policy.model import Severity, index_of
    from policy.pack import all_rules

    if severity and severity not in list(Severity):
        raise UsageError(f"strata: --severity {severity} is none of {', '.join(Severity)}")
    concerned = {rule.id for rule in index_of(all_rules()).concerning(token)} if ":" in token else set()
    chosen = [
        rule
        for rule in all_rules()
        if part in rule.id
        and (not severity or rule.severity == severity)
        and (not token or rule.id in concerned or any(token in each for each in rule.types))
    ]
    if chosen:
        return chosen
    if part and not (severity or token):
        raise UsageError(f"strata: no rule's id holds {part!r}; strata policies lists them")
    raise UsageError("strata: there is no such rule; strata policies lists them")


def _rules(chosen: Sequence[Any], form: str, *, explained: bool) -> int:
    from analyser.analyses.policies.document import rules_document
    from analyser.faces.terminal.rules import show

    if form == "json":
        return _json(rules_document(chosen))
    show(chosen, explained=explained)
    return 0


def _controls(key: str, chosen: Sequence[Any], form: str) -> int:
    """Lists the controls: of some rules those that they see, of all rules every one."""
    from analyser.analyses.policies.document import framework_document
    from analyser.faces.terminal.frameworks import show_controls
    from policy.pack import all_rules

    found = _framework(key, chosen)
    whole = len(chosen) == len(all_rules())
    controls = [control for control in found.controls if whole or control.rules]
    if form == "json":
        return _json(framework_document(found, controls))
    show_controls(found, controls)
    return 0


def _evidence(stack: str, key: str, form: str) -> int:
    from policy.pack import all_rules

    found = _framework(key, all_rules())
    graph = graph_of(stack)
    from analyser.analyses.policies.document import evidence_document
    from analyser.analyses.policies.verdict import stands
    from analyser.faces.terminal.frameworks import show_evidence

    try:
        controls = stands(found, graph)
    except ValueError as error:
        raise UsageError(f"policy: {error}") from error
    if form == "json":
        _json(evidence_document(found, stack, controls))
    else:
        show_evidence(found, stack, controls)
    return VIOLATED if any(each.blocks for control in controls for each in control.findings) else 0


def _framework(key: str, rules: Sequence[Any]) -> Any:
    from policy.profiles import framework

    try:
        return framework(key, rules)
    except ValueError as error:
        raise UsageError(f"strata: --framework {error}") from error


def _json(document: dict[str, Any]) -> int:
    typer.echo(json.dumps(document, indent=2))
    return 0
