"""Configuration of an OpenTelemetry collector that exports to X-Ray, and of the SDKs that send to it.

All names are those of the AWS distribution 0.49.0, which is the collector 0.156.0:
https://github.com/aws-observability/aws-otel-collector/blob/v0.49.0/pkg/defaultcomponents/defaults.go
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from components.operations.tracing import SamplingRule, TracingSettings
from components.versions import COLLECTOR

CONFIG_VARIABLE = "AOT_CONFIG_CONTENT"
"""Where the image looks for its configuration before it looks for a file."""
USER = 4317
"""The user and the group of the image:
https://github.com/aws-observability/aws-otel-collector/blob/v0.49.0/cmd/awscollector/Dockerfile"""
OTLP_PORT, PEER_PORT, HEALTH_PORT = 4318, 4317, 13133
INDEXED = ("service", "model")
"""The attributes of spans that X-Ray can be asked for, as annotations."""

_DECISION_WAIT = "10s"
_REMEMBERED = 100_000
_ANY = "*"
_PATHS = ("url.path", "http.target")
"""Of today's semantic conventions and of those before."""


def image(settings: TracingSettings) -> str:
    """The image by tag or digest."""
    return COLLECTOR.at(settings.collector_tag)


def client_variables(service: str, host: str) -> dict[str, str]:
    """Environment variables by which an OpenTelemetry SDK exports all spans of ``service`` to the collector.

    Every span, whatever an upstream decided: a load balancer starts traces without a decision, and only the collector
    sees how they end. https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
    """
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{host}:{OTLP_PORT}",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_SERVICE_NAME": service,
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_TRACES_SAMPLER": "always_on",
    }


def sidecar_config(settings: TracingSettings, region: str, memory_mib: int) -> str:
    """The configuration of a collector beside one task, which listens on loopback only."""
    return _written(
        region,
        memory_mib,
        settings,
        host="127.0.0.1",
        receivers={"otlp": _otlp("http", "127.0.0.1", OTLP_PORT)},
        exporters={},
        pipelines={"traces": _kept("otlp")},
    )


def cluster_config(settings: TracingSettings, region: str, memory_mib: int, peers: str) -> str:
    """For one of several collectors, all of which ``peers`` resolves to: each span goes to the one that its trace is
    for, since who decides on a trace must have all of it.

    https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.156.0/exporter/loadbalancingexporter
    """
    passed_on = {
        "routing_key": "traceID",
        "protocol": {"otlp": {"tls": {"insecure": True}}},
        "resolver": {"dns": {"hostname": peers, "port": str(PEER_PORT)}},
    }
    return _written(
        region,
        memory_mib,
        settings,
        host="0.0.0.0",  # noqa: S104 -- a pod's own address, behind its network policy
        receivers={
            "otlp": _otlp("http", "0.0.0.0", OTLP_PORT),  # noqa: S104 -- the same
            "otlp/peers": _otlp("grpc", "0.0.0.0", PEER_PORT),  # noqa: S104 -- the same
        },
        exporters={"load_balancing": passed_on},
        pipelines={
            "traces/from-clients": {
                "receivers": ["otlp"],
                "processors": ["memory_limiter"],
                "exporters": ["load_balancing"],
            },
            "traces": _kept("otlp/peers"),
        },
    )


def _otlp(protocol: str, host: str, port: int) -> dict[str, Any]:
    return {"protocols": {protocol: {"endpoint": f"{host}:{port}"}}}


def _kept(receiver: str) -> dict[str, list[str]]:
    return {
        "receivers": [receiver],
        "processors": ["memory_limiter", "tail_sampling", "batch"],
        "exporters": ["awsxray"],
    }


def _written(
    region: str,
    memory_mib: int,
    settings: TracingSettings,
    *,
    host: str,
    receivers: Mapping[str, Any],
    exporters: Mapping[str, Any],
    pipelines: Mapping[str, Any],
) -> str:
    """As JSON, which is YAML; a dollar sign stands twice, or the collector would take it for a variable's."""
    configuration = {
        "extensions": {"health_check": {"endpoint": f"{host}:{HEALTH_PORT}"}},
        "receivers": receivers,
        "processors": {
            # Clients are told to wait, and send again, before the container is killed for its memory.
            "memory_limiter": {
                "check_interval": "1s",
                "limit_mib": memory_mib * 4 // 5,
                "spike_limit_mib": memory_mib // 5,
            },
            "tail_sampling": {
                "decision_wait": _DECISION_WAIT,
                # Spans that come after the decision share it.
                "decision_cache": {"sampled_cache_size": _REMEMBERED, "non_sampled_cache_size": _REMEMBERED},
                "policies": policies(settings),
            },
            "batch": {"timeout": "1s", "send_batch_size": 50},
        },
        "exporters": {
            **exporters,
            # Neither pods nor tasks can ask the metadata of an instance.
            "awsxray": {"region": region, "local_mode": True, "indexed_attributes": list(INDEXED)},
        },
        "service": {
            "extensions": ["health_check"],
            "telemetry": {"logs": {"encoding": "json"}, "metrics": {"level": "none"}},
            "pipelines": pipelines,
        },
    }
    return json.dumps(configuration, sort_keys=True).replace("$", "$$")


def policies(settings: TracingSettings) -> list[dict[str, Any]]:
    """Any of which keeps a trace: it failed, it was slow, or its rule takes it.

    The rule of the lowest priority that fits is a trace's own, as in X-Ray; behind one for every path come no others.
    https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.156.0/processor/tailsamplingprocessor
    """
    kept: list[dict[str, Any]] = [
        {"name": "failed", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}},
        {"name": "slow", "type": "latency", "latency": {"threshold_ms": settings.slow_ms}},
    ]
    before: list[dict[str, Any]] = []
    for name, rule in sorted(settings.rules.items(), key=lambda item: item[1].priority):
        own = [] if rule.url_path == _ANY else [_path(name, rule)]
        kept.append(_all_of(f"rule-{name}", [*own, *map(_not, before), _share(name, rule)]))
        if not own:
            break
        before += own
    return kept


def _all_of(name: str, conditions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "type": "and", "and": {"and_sub_policy": list(conditions)}}


def _not(condition: dict[str, Any]) -> dict[str, Any]:
    return {"name": f"not-{condition['name']}", "type": "not", "not": {"not_sub_policy": condition}}


def _share(name: str, rule: SamplingRule) -> dict[str, Any]:
    return {
        "name": f"share-{name}",
        "type": "probabilistic",
        "probabilistic": {"sampling_percentage": round(rule.rate * 100, 6)},
    }


def _path(name: str, rule: SamplingRule) -> dict[str, Any]:
    """Whether any span of a trace has a path like the rule's, in which ``*`` is any text and ``?`` any character."""
    pattern = "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in rule.url_path)
    quoted = json.dumps(f"^{pattern}$")
    conditions = [f'IsMatch(span.attributes["{key}"], {quoted})' for key in _PATHS]
    return {
        "name": f"path-{name}",
        "type": "ottl_condition",
        "ottl_condition": {"error_mode": "silent", "span": conditions},
    }
