"""One preview as a value: the graph and what was found in it; every form of output is a function of this."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analyser.analyses.cost.document import cost_document
from analyser.analyses.cost.estimate import monthly_cost
from analyser.analyses.cost.result import Cost
from analyser.analyses.gaps_document import gaps_document
from analyser.analyses.recovery import Recovery, recovery
from analyser.analyses.recovery.document import summary as recovery_summary
from analyser.analyses.timeline import Timeline, timeline
from analyser.analyses.timeline.document import summary
from analyser.graph import Graph, Node
from policy.model import Violation
from policy.unknown import UNKNOWN
from settings.objectives import Loss
from settings.recovery import OBJECTIVES
from settings.stack import PROJECT

VERSION = 1
"""Of the JSON form. Members may be added under the same version; none changes its meaning or goes away."""

_UNKNOWN = {"$unknown": True}
_SECRET = {"$secret": True}


@dataclass(frozen=True)
class Report:
    """What a stack would create and whether it passes the policy pack."""

    graph: Graph
    violations: tuple[Violation, ...]
    rules: int
    """How many rules the pack holds."""
    with_reach: bool = False
    """Whether the JSON form says who can open a connection to what."""

    @property
    def system(self) -> str:
        """The system that the stack builds."""
        return self.graph.config.get(f"{PROJECT}:system", "")

    @property
    def environment(self) -> str:
        """The stack's environment, which decides its safeguards."""
        return self.graph.config.get(f"{PROJECT}:environment", "")

    @property
    def blocking(self) -> list[Violation]:
        """The violations that stop a deployment."""
        return [violation for violation in self.violations if violation.blocks]

    @property
    def advisory(self) -> list[Violation]:
        """The violations that are advice."""
        return [v for v in self.violations if not v.blocks and v.exemption is None]

    @property
    def exempt(self) -> list[Violation]:
        """The violations that an exemption covers."""
        return [violation for violation in self.violations if violation.exemption is not None]

    @cached_property
    def timeline(self) -> Timeline:
        """How long a deployment would take."""
        return timeline(self.graph)

    @property
    def states_recovery(self) -> bool:
        """Whether the stack's file says what recovery has to achieve, beyond what goes for its environment."""
        return f"{PROJECT}:{OBJECTIVES}" in self.graph.config

    @cached_property
    def recovery(self) -> Recovery:
        """What the stack achieves by itself when something is lost; of its region it needs another stack for that.

        Raises SettingsError for objectives of no store.
        """
        return recovery(self.graph).without(Loss.REGION)

    @cached_property
    def cost(self) -> Cost:
        """What the stack would cost a month."""
        return monthly_cost(self.graph)


def document(report: Report) -> dict[str, Any]:
    """The report as JSON data by ``schemas/preview.json``, the same at every run of the same program.

    Values that are not known are ``{"$unknown": true}``, secret ones ``{"$secret": true}``.
    """
    graph = report.graph
    return {
        "version": VERSION,
        "project": graph.project,
        "stack": graph.stack,
        "system": report.system,
        "environment": report.environment,
        "region": graph.region,
        **_default_tags(graph),
        "summary": {
            "resources": len(graph.resources),
            "components": len(graph.components),
            "protected": len(graph.protected),
            "rules": report.rules,
            "mandatory": len(report.blocking),
            "advisory": len(report.advisory),
            "exempt": len(report.exempt),
        },
        "counts": dict(sorted(graph.counts.items())),
        "timeline": summary(report.timeline),
        "recovery": recovery_summary(report.recovery),
        "cost": cost_document(report.cost),
        **({"reach": reach(report.graph)} if report.with_reach else {}),
        "resources": _resources(graph),
        "violations": [
            _violation(v) for v in sorted(report.violations, key=lambda v: (v.rule.id, v.urn, v.path or ""))
        ],
        "outputs": outputs(graph),
        **gaps_document(graph),
    }


def compared(graph: Graph) -> dict[str, Any]:
    """The members of a preview's JSON form that two previews are compared by.

    Of any graph: recovery, which the whole form has, is judged only of one with known outputs and of the stores that
    the stack's file names.
    """
    return {
        "stack": graph.stack,
        **_default_tags(graph),
        "cost": cost_document(monthly_cost(graph)),
        "resources": _resources(graph),
        **gaps_document(graph),
    }


def reach(graph: Graph) -> list[dict[str, Any]]:
    """Who can open a connection to what, as JSON data."""
    # Only who asks waits for it: it has a library of its own to import.
    from analyser.analyses.reach.answer import matrix, matrix_document
    from analyser.analyses.reach.model import reach_of

    return matrix_document(matrix(reach_of(graph)))


def outputs(graph: Graph) -> dict[str, Any]:
    """The stack's outputs as JSON data, by name."""
    exports = sorted(graph.exports.items())
    return {key: _SECRET if key in graph.secret_exports else plain(value) for key, value in exports}


def plain(value: Any) -> Any:
    """A value as JSON data."""
    if value is UNKNOWN:
        return _UNKNOWN
    if isinstance(value, dict):
        return {str(key): plain(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def inputs(node: Node) -> dict[str, Any]:
    """A resource's inputs as JSON data."""
    return plain({key: _SECRET if key in node.secret_inputs else value for key, value in node.inputs.items()})


def _default_tags(graph: Graph) -> dict[str, Any]:
    return {} if graph.default_tags is None else {"defaultTags": plain(graph.default_tags)}


def _resources(graph: Graph) -> list[dict[str, Any]]:
    # Registrations that wait for the same thing come in any order.
    return [_resource(node) for node in sorted(graph, key=lambda node: node.urn)]


def _resource(node: Node) -> dict[str, Any]:
    return {
        "urn": node.urn,
        "type": node.type,
        "name": node.name,
        "parent": node.parent,
        "component": node.is_component,
        "within": node.within,
        "provider": node.provider,
        "protect": node.protect,
        "ignoreChanges": list(node.ignore_changes),
        "options": plain(dict(node.options)),
        "inputs": inputs(node),
        "dependencies": list(node.dependencies),
        "propertyDependencies": {key: list(urns) for key, urns in sorted(node.property_dependencies.items())},
    }


def _violation(violation: Violation) -> dict[str, Any]:
    rule, exemption = violation.rule, violation.exemption
    return {
        "rule": rule.id,
        "title": rule.title,
        "severity": str(rule.severity),
        "level": str(violation.level),
        "urn": violation.urn,
        "path": violation.path,
        "message": violation.message,
        "remedy": rule.remedy,
        "link": rule.link,
        "exemption": None if exemption is None else {"reason": exemption.reason, "expires": str(exemption.expires)},
    }
