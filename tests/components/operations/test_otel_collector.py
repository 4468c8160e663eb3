"""What a collector of traces keeps, whom it listens to, and what its clients are told."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.operations.otel_collector import client_variables, cluster_config, image, policies, sidecar_config
from components.operations.tracing import SamplingRule, TracingSettings

RULES = TracingSettings(
    rules={
        "default": SamplingRule(rate=0.01, priority=9000),
        "busy": SamplingRule(rate=0.001, priority=100, url_path="/api/pages/*.?"),
        "never-reached": SamplingRule(rate=1, priority=9999, url_path="/x"),
    },
    slow_ms=250,
)


def read(text: str) -> dict[str, Any]:
    """A configuration as the collector reads it, which takes two dollar signs for one."""
    assert "$" not in text.replace("$$", "")
    return json.loads(text.replace("$$", "$"))


def by_name(settings: TracingSettings) -> dict[str, dict[str, Any]]:
    return {policy["name"]: policy for policy in policies(settings)}


def test_every_failure_is_kept_and_every_slow_trace() -> None:
    kept = by_name(RULES)
    assert kept["failed"] == {"name": "failed", "type": "status_code", "status_code": {"status_codes": ["ERROR"]}}
    assert kept["slow"]["latency"] == {"threshold_ms": 250}


def test_the_rules_of_the_stack_share_out_the_rest_in_the_order_of_x_ray() -> None:
    assert list(by_name(RULES)) == ["failed", "slow", "rule-busy", "rule-default"]
    path, share = by_name(RULES)["rule-busy"]["and"]["and_sub_policy"]
    pattern = r'"^/api/pages/.*\\..$"'
    assert path["ottl_condition"]["span"] == [
        f'IsMatch(span.attributes["{key}"], {pattern})' for key in ("url.path", "http.target")
    ]
    assert share["probabilistic"] == {"sampling_percentage": 0.1}


def test_a_path_of_its_own_rule_is_not_taken_by_the_rule_for_the_rest() -> None:
    busy, _ = by_name(RULES)["rule-busy"]["and"]["and_sub_policy"]
    spared, share = by_name(RULES)["rule-default"]["and"]["and_sub_policy"]
    assert (spared["type"], spared["not"]["not_sub_policy"]) == ("not", busy)
    assert share["probabilistic"] == {"sampling_percentage": 1}


def test_each_span_goes_to_the_collector_that_has_the_rest_of_its_trace() -> None:
    config = read(cluster_config(RULES, "eu-west-1", 512, "peers.tracing.svc.cluster.local"))
    passing, keeping = (config["service"]["pipelines"][name] for name in ("traces/from-clients", "traces"))
    assert (passing["receivers"], passing["exporters"]) == (["otlp"], ["load_balancing"])
    assert (keeping["receivers"], keeping["exporters"]) == (["otlp/peers"], ["awsxray"])
    assert "tail_sampling" not in passing["processors"]
    balancing = config["exporters"]["load_balancing"]
    assert balancing["routing_key"] == "traceID"
    port = balancing["resolver"]["dns"]["port"]
    assert config["receivers"]["otlp/peers"]["protocols"] == {"grpc": {"endpoint": f"0.0.0.0:{port}"}}


def test_beside_a_task_it_listens_to_that_task_alone() -> None:
    config = read(sidecar_config(RULES, "eu-west-1", 256))
    told = client_variables("server", "127.0.0.1")["OTEL_EXPORTER_OTLP_ENDPOINT"].removeprefix("http://")
    assert config["receivers"] == {"otlp": {"protocols": {"http": {"endpoint": told}}}}
    assert config["extensions"]["health_check"]["endpoint"] == "127.0.0.1:13133"
    assert list(config["exporters"]) == ["awsxray"]


@pytest.mark.parametrize(
    "text", [sidecar_config(RULES, "eu-west-1", 256), cluster_config(RULES, "eu-west-1", 512, "peers")]
)
def test_every_part_that_a_pipeline_names_is_configured_and_every_part_is_named(text: str) -> None:
    config = read(text)
    service = config["service"]
    for kind in ("receivers", "processors", "exporters"):
        named = {part for pipeline in service["pipelines"].values() for part in pipeline[kind]}
        assert named == set(config[kind]), kind
    assert service["extensions"] == list(config["extensions"])
    # The limiter first, or the others' memory is spent before it refuses.
    assert {pipeline["processors"][0] for pipeline in service["pipelines"].values()} == {"memory_limiter"}
    assert config["exporters"]["awsxray"]["region"] == "eu-west-1"


def test_clients_send_every_span_and_nothing_else() -> None:
    told = client_variables("bff", "collector")
    assert told["OTEL_TRACES_SAMPLER"] == "always_on"
    assert told["OTEL_SERVICE_NAME"] == "bff"
    assert {key for key, value in told.items() if value == "none"} == {"OTEL_LOGS_EXPORTER", "OTEL_METRICS_EXPORTER"}


@pytest.mark.parametrize(("tag", "joined"), [("v0.49.0", ":v0.49.0"), ("sha256:" + "b" * 64, "@sha256:" + "b" * 64)])
def test_the_image_is_one_version(tag: str, joined: str) -> None:
    assert image(TracingSettings(collector_tag=tag)).endswith(f"/aws-otel-collector{joined}")


def test_latest_is_no_version() -> None:
    with pytest.raises(ValidationError, match="collector_tag"):
        TracingSettings(collector_tag="latest")
