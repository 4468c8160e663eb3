"""The pack as Pulumi's engine meets it: one policy a rule, decoded once a resource.

The SDK's own servicer decodes a resource again for each policy (docs/decisions/0003-policy-per-rule.md); this one
keeps its listing and configuration and replaces the calls that judge and mend.
"""

import json
import os
import sys
import threading
from collections.abc import Iterable, Mapping
from concurrent import futures
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import grpc
import yaml
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2 as wire
from pulumi.runtime.proto import analyzer_pb2_grpc
from pulumi_policy import EnforcementLevel, Severity
from pulumi_policy.policy import _GRPC_CHANNEL_OPTIONS, _PolicyAnalyzerServicer

from policy.decode import from_struct
from policy.environment import environment_of
from policy.evaluate import RuleIndex, Violation, evaluate, judge, sparing
from policy.exemptions import Exemption, for_stack
from policy.graph import Graph
from policy.levels import LEVEL_KEY, PolicyConfigError, merged, read_config
from policy.listing import LEVELS, policies_of
from policy.remediation import set_value
from policy.resources import Resource
from policy.rule import Kind, Level, Rule

PACK_VERSION: str = yaml.safe_load(Path(__file__).with_name("PulumiPolicy.yaml").read_text(encoding="utf-8"))["version"]
_FROM_WIRE = {
    wire.ADVISORY: Level.ADVISORY,
    wire.MANDATORY: Level.MANDATORY,
    wire.DISABLED: Level.DISABLED,
    wire.REMEDIATE: Level.REMEDIATE,
}


class Analyzer(_PolicyAnalyzerServicer):
    """Pulumi's analyzer service over a list of rules and exemptions."""

    def __init__(
        self,
        name: str,
        rules: Iterable[Rule],
        exemptions: tuple[Exemption, ...],
        today: date,
        project: Mapping[str, Any] | None = None,
    ) -> None:
        self.index = RuleIndex(rules)
        self.today = today
        self.stack = _stack_of_environment()
        self._all_exemptions = exemptions
        self.exemptions = for_stack(exemptions, self.stack.config)
        self.listed_for = self.stack.environment(self.stack.name)
        self.project = project or {}
        self.listed = read_config(self.project, self.index.rules)
        self.config = self.listed
        self.analyzed: dict[str, Resource] = {}
        policies = policies_of(self.index.rules, self.listed_for, self.listed)
        self.name = name
        super().__init__(name, PACK_VERSION, policies, EnforcementLevel.MANDATORY, description=_DESCRIPTION)

    def Configure(self, request: wire.ConfigureAnalyzerRequest, _context: Any) -> Any:  # noqa: N802 - gRPC's name
        """Take over levels and thresholds. The engine names every rule; what differs from the listing is a choice."""
        raw: dict[str, dict[str, Any]] = {}
        by_id = {rule.id: rule for rule in self.index.rules}
        mending = sum(entry.enforcementLevel == wire.REMEDIATE for entry in request.policyConfig.values())
        # `all: remediate` arrives rule by rule; whoever names a rule that mends nothing names no half of the pack.
        for_all = 2 * mending > len(by_id)
        for rule_id, entry in request.policyConfig.items():
            members: dict[str, Any] = json_format.MessageToDict(entry.properties)
            level = _FROM_WIRE[entry.enforcementLevel]
            if for_all and level is Level.REMEDIATE and rule_id in by_id and not by_id[rule_id].mends:
                level = Level.MANDATORY
            if rule_id not in by_id or level is not self.listed.listed(by_id[rule_id], self.listed_for):
                members[LEVEL_KEY] = level.value
            raw[rule_id] = members
        try:
            self.config = read_config(merged(self.project, raw), self.index.rules)
        except PolicyConfigError as error:
            _context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))  # the engine shows this text, and no traceback
        return super().Configure(request, _context)

    def ConfigureStack(self, request: wire.AnalyzerStackConfigureRequest, _context: object) -> Any:  # noqa: N802 - gRPC's name
        """Take over the stack's configuration; what was analyzed before belongs to another run."""
        self.stack = Stack(request.stack, request.project, dict(request.config))
        self.exemptions = for_stack(self._all_exemptions, self.stack.config)
        self.analyzed = {}
        return super().ConfigureStack(request, _context)

    def Analyze(self, request: wire.AnalyzeRequest, _context: object) -> wire.AnalyzeResponse:  # noqa: N802 - gRPC's name
        """Judge one resource by every rule about its type, and keep it for when the stack is judged as a whole."""
        response = wire.AnalyzeResponse()
        resource = _resource(request)
        self.analyzed[resource.urn] = resource
        environment = self.stack.environment(resource.stack)
        for rule in self.index.concerning(request.type):
            if rule.kind is Kind.RESOURCE:
                found = judge(rule, resource, None, self.config, self.exemptions, environment, today=self.today)
                self._report(response, found, with_urn=False)
        return response

    def AnalyzeStack(self, request: wire.AnalyzeStackRequest, _context: object) -> wire.AnalyzeResponse:  # noqa: N802 - gRPC's name
        """Judge the stack as a whole; resource rules with exemptions are asked again, unreported: some may be unused.

        The engine hands over outputs here: the state's for what did not change, none for what is behind a provider
        whose own configuration is not known yet. So settings are read from what Analyze saw, the outputs tell by which
        id, ARN and name others mean a resource, and stand in only for what Analyze never saw.
        """
        response = wire.AnalyzeResponse()
        resources = [_stack_resource(each, self.analyzed.get(each.urn)) for each in request.resources]
        self.analyzed = {}  # the run ends here
        stack = resources[0].stack if resources else ""
        graph = Graph(resources, self.stack.environment(stack))
        found = evaluate(graph, self.index, self.config, self.exemptions, today=self.today, reported=True)
        self._report(response, [each for each in found if each.rule.kind is not Kind.RESOURCE], with_urn=True)
        return response

    def Remediate(self, request: wire.AnalyzeRequest, _context: object) -> wire.RemediateResponse:  # noqa: N802 - gRPC's name
        """The resource's properties as the rules at level `remediate` mend them, each after the ones before."""
        response = wire.RemediateResponse()
        current = wire.AnalyzeRequest()
        current.CopyFrom(request)
        for rule in self.index.concerning(request.type):
            if self.config.mends(rule) and self._mended(rule, current):
                response.remediations.append(
                    wire.Remediation(
                        policyName=rule.id,
                        policyPackName=self.name,
                        policyPackVersion=PACK_VERSION,
                        description=rule.title,
                        properties=current.properties,
                    )
                )
        return response

    def _mended(self, rule: Rule, message: wire.AnalyzeRequest) -> bool:
        """Whether the rule changed the message's properties."""
        resource = _resource(message)
        if sparing(self.exemptions, rule, resource, self.today) is not None:
            return False
        wanted = rule.mendable(rule.judge(resource, None, self.config.of(rule)))
        changed = [path for path, value in wanted.items() if set_value(message.properties, path, value)]
        return bool(changed)

    def _report(self, response: wire.AnalyzeResponse, violations: Iterable[Violation], *, with_urn: bool) -> None:
        for violation in violations:
            rule, exemption = violation.rule, violation.exemption
            if exemption is not None:
                reason = f"{violation.urn} is exempt until {exemption.expires} ({exemption.owner}): {exemption.reason}"
                response.not_applicable.append(wire.PolicyNotApplicable(policy_name=rule.id, reason=reason))
                continue
            response.diagnostics.append(
                wire.AnalyzeDiagnostic(
                    policyName=rule.id,
                    policyPackName=self.name,
                    policyPackVersion=PACK_VERSION,
                    description=rule.title,
                    message=message(violation),
                    urn=violation.urn if with_urn else "",
                    enforcementLevel=self._map_enforcement_level(LEVELS[violation.level]),
                    severity=self._map_severity(Severity(rule.severity.value)),
                )
            )


def message(violation: Violation) -> str:
    """What is wrong and where, what holds when all is well, how to mend it and where to read more: a line each.

    Where one line is shown it is the first or the last. The SDK's own messages begin with the policy's description.
    """
    rule, name = violation.rule, violation.urn.rpartition("::")[2]
    where = f" ({violation.path})" if violation.path else ""
    wrong = f"{name}: {violation.message}" if name else violation.message
    return f"{wrong}{where}\n{rule.title}.\nTo mend: {rule.remedy} {rule.link}"


_DESCRIPTION = "Encryption, least privilege, exposure and resilience of AWS and Kubernetes resources"


@dataclass(frozen=True, slots=True)
class Stack:
    """The stack that is deployed, as far as the engine says; `policy analyze --file` says nothing."""

    name: str
    project: str
    config: Mapping[str, str]

    def environment(self, stack: str) -> str:
        """The environment of resources of the stack of this name."""
        return environment_of(stack, self.config, self.project)


def _stack_of_environment() -> Stack:
    """What the engine tells the pack's process from its start."""
    given = os.environ.get("PULUMI_CONFIG") or "{}"
    return Stack(os.environ.get("PULUMI_STACK", ""), os.environ.get("PULUMI_PROJECT", ""), json.loads(given))


def _resource(message: wire.AnalyzeRequest | wire.AnalyzerResource) -> Resource:
    """A resource with the message's properties as its inputs.

    The engine names the provider of whatever has one. Without a single property nothing is known of such a resource:
    providers fill in at least what they default, and `--target` empties what it leaves out.
    """
    options = message.options
    return Resource(
        urn=message.urn,
        type=message.type,
        name=message.name,
        inputs=from_struct(message.properties),
        parent=options.parent or None,
        options={"protect": options.protect, "ignoreChanges": list(options.ignoreChanges)},
        seen=bool(message.properties.fields) or not message.HasField("provider"),
    )


def _stack_resource(message: wire.AnalyzerResource, analyzed: Resource | None) -> Resource:
    """A resource with the inputs that Analyze saw and the outputs of the message, which are all there is without."""
    shown = _resource(message)
    known = analyzed if analyzed is not None and analyzed.seen else shown
    return replace(
        shown,
        inputs=known.inputs,
        seen=known.seen,
        outputs=shown.inputs,
        parent=message.parent or shown.parent,
        dependencies=list(message.dependencies),
        property_dependencies={key: list(value.urns) for key, value in message.propertyDependencies.items()},
    )


def serve(servicer: Analyzer) -> None:
    """Serve gRPC on a free loopback port, print the port as Pulumi expects, and stay until the engine ends us."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=_GRPC_CHANNEL_OPTIONS)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        server.stop(0)
