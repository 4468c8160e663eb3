"""``strata policies``: the rules of the pack, frameworks by control, and what became of these in a stack."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from analyser.faces.commands.policy_options import Choice, framework_named
from analyser.faces.commands.stack import VIOLATED, AsJson, graph_of, is_file, named_so, stacks_here, tell_gaps
from analyser.faces.commands.usage_error import UsageError


def policies(
    name: Annotated[
        str,
        typer.Argument(
            metavar="RULE|STACK", help="A rule's id or a part of it; with --framework a stack.", autocompletion=named_so
        ),
    ] = "",
    framework: Annotated[str, typer.Option("--framework", help="fsbp, cis, pci, hipaa or nist, by control.")] = "",
    severity: Annotated[str, typer.Option("--severity", help="critical, high, medium or low.")] = "",
    token: Annotated[str, typer.Option("--type", help="Rules about this type of resource, or a part of one.")] = "",
    as_json: AsJson = False,
) -> int:
    """List the rules of the policy pack, or a framework's controls. Those whose id holds RULE are explained.

    With a stack: how each control stands there, and by which resources. Where no rule or no resource is, none passes.
    """
    if framework and name:
        if severity or token:
            raise UsageError("strata: --severity and --type choose rules to list; a stack is judged by all")
        return _evidence(name, framework, as_json=as_json)
    if is_file(name) or name in stacks_here():
        kind, asked = ("file", f"--from {name}") if is_file(name) else ("stack", name)
        raise UsageError(
            f"strata: {name} is a {kind}; strata preview {asked} judges it, and strata policies {asked} "
            "--framework cis says how a framework's controls stand in it"
        )
    chosen = Choice(name, severity, token).rules()
    if framework:
        return _controls(framework, chosen, as_json=as_json)
    return _rules(chosen, explained=bool(name), as_json=as_json)


def _rules(chosen: Sequence[Any], *, explained: bool, as_json: bool) -> int:
    from analyser.analyses.policies.document import rules_document
    from analyser.faces.terminal.rules import show

    if as_json:
        return _json(rules_document(chosen))
    show(chosen, explained=explained)
    return 0


def _controls(key: str, chosen: Sequence[Any], *, as_json: bool) -> int:
    """Lists the controls: of some rules those that they see, of all rules every one."""
    from analyser.analyses.policies.document import framework_document
    from analyser.faces.terminal.frameworks import show_controls
    from policy.pack import all_rules

    found = framework_named(key, chosen)
    whole = len(chosen) == len(all_rules())
    controls = [control for control in found.controls if whole or control.rules]
    if as_json:
        return _json(framework_document(found, controls))
    show_controls(found, controls)
    return 0


def _evidence(stack: str, key: str, *, as_json: bool) -> int:
    from policy.pack import all_rules

    found = framework_named(key, all_rules())
    graph = graph_of(stack)
    from analyser.analyses.gaps_document import gaps_document
    from analyser.analyses.policies.document import evidence_document
    from analyser.analyses.policies.verdict import stands
    from analyser.faces.terminal.frameworks import show_evidence

    try:
        controls = stands(found, graph)
    except ValueError as error:
        raise UsageError(f"policy: {error}") from error
    if as_json:
        _json(evidence_document(found, stack, controls) | gaps_document(graph))
    else:
        show_evidence(found, stack, controls)
    tell_gaps(graph, "policies", as_json=as_json)
    return VIOLATED if any(each.blocks for control in controls for each in control.findings) else 0


def _json(document: dict[str, Any]) -> int:
    typer.echo(json.dumps(document, indent=2))
    return 0
