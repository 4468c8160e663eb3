"""From what sends spans to X-Ray: the collector it is told of, the way there, and what that one may do."""

import re
from collections.abc import Iterator

from analyser.analyses.reach.graph_view import text
from analyser.analyses.trace.code import SERVICE, Code, every_code
from analyser.analyses.trace.code_configuration import ConfigValue
from analyser.analyses.trace.model import Chain, Link, Story, found, missing
from analyser.analyses.trace.survey import Survey
from policy.model import Resource

_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""https://opentelemetry.io/docs/specs/otel/protocol/exporter/"""
_CONFIG = "AOT_CONFIG_CONTENT"
"""What a collector of AWS's distribution beside a container is told by."""
_IN_CLUSTER = re.compile(r"https?://([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local:(\d+)")
_SEND = "xray:PutTraceSegments"
_KUBERNETES_SERVICE = "kubernetes:core/v1:Service"


def spans(s: Survey) -> Iterator[Chain]:
    """One chain for all code whose configuration names a collector."""
    every = every_code(s)
    for code in every:
        endpoint = next((one for one in code.configuration if one.name == _ENDPOINT), None)
        if endpoint is not None:
            beside = code.resource.type == SERVICE
            links = _beside(s, code, endpoint) if beside else _in_cluster(s, code, endpoint, every)
            yield Chain(Story.SPAN, f"spans of {code.name} to X-Ray", tuple(links))


def _beside(s: Survey, code: Code, endpoint: ConfigValue) -> Iterator[Link]:
    """A container of the same task listens."""
    address = endpoint.value.rpartition("/")[2]
    listening = [one.where for one in code.configuration if one.name == _CONFIG and f'"{address}"' in one.value]
    says = f"a collector beside {code.name} listens on {address}"
    if not listening:
        yield missing("collector", says, "no container of the task does", [endpoint.where])
        return
    yield found("collector", says, listening)
    yield from _sends(s, code)


def _in_cluster(s: Survey, code: Code, endpoint: ConfigValue, every: list[Code]) -> Iterator[Link]:
    """A service of the cluster has pods behind it, which network policies of both sides let the code reach."""
    says = f"{code.name} is told of a collector: {endpoint.value}"
    named = _IN_CLUSTER.fullmatch(endpoint.value)
    services = [one for one in s.of(_KUBERNETES_SERVICE) if named and _is_at(one, named[1], named[2])]
    collector = next((one for one in every for service in services if _behind(service, one.resource)), None)
    if named is None or collector is None:
        yield missing("collector", says, "no pods of the stack are behind it", [endpoint.where])
        return
    yield found("collector", says, [endpoint.where, *services, collector.resource])
    own, target = s.place(code.resource), s.place(collector.resource)
    if own and target:
        yield s.way("network", own, target, int(named[3]))
    yield from _sends(s, collector)


def _is_at(service: Resource, name: str, namespace: str) -> bool:
    return service.has("metadata.name", name) and service.has("metadata.namespace", namespace)


def _behind(service: Resource, pods: Resource) -> bool:
    labels, selector = pods.get("spec.template.metadata.labels"), service.get("spec.selector")
    if not isinstance(labels, dict) or not isinstance(selector, dict):
        return False
    return (
        pods.has("metadata.namespace", text(service.get("metadata.namespace"))) and selector.items() <= labels.items()
    )


def _sends(s: Survey, collector: Code) -> Iterator[Link]:
    """Whoever collects has a role, may send by it, and reaches X-Ray."""
    identity = collector.identity
    yield identity.link(collector.name)
    if identity.role is not None:
        decision = s.may(text(identity.role.outputs.get("arn")), _SEND, "*")
        evidence = [identity.role, *s.policies_of(identity.role)]
        yield s.permission("rights", f"{collector.name} may send segments", decision, evidence)
    place = s.place(collector.resource)
    if place is not None:
        yield s.way("out", place, s.service("xray"))
