"""What is newer is told by whoever answers; who does not is said not to have been asked."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from components.versions import EXTERNAL_SECRETS_IMAGE, FLUENT_BIT, KUBERNETES, MINORS, VERSIONS, Chart, Image
from tools import newer as subject
from tools.newer import Question, UnaskedError, digests, newer, packages, questions, told

MANIFEST = b'{"manifests": []}'
CONTENT = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
ANSWERS: dict[str, dict[str, Any]] = {
    "describe_cluster_versions": {"clusterVersions": [{"clusterVersion": "1.99"}, {"clusterVersion": "1.34"}]},
    "get_parameter": {"Parameter": {"Value": f"{KUBERNETES.value}.9-20261120"}},
    "describe_db_engine_versions": {"DBEngineVersions": [{"EngineVersion": "15.20"}, {"EngineVersion": "18.3"}]},
    "describe_cache_engine_versions": {"CacheEngineVersions": [{"EngineVersion": "7.1"}, {"EngineVersion": "6.2"}]},
    "list_kafka_versions": {"KafkaVersions": [{"Version": "4.2.x.kraft"}, {"Version": "3.9.x"}]},
    "list_versions": {"Versions": ["OpenSearch_3.5", "OpenSearch_2.19", "Elasticsearch_7.10"]},
}
CALLS = {
    "eks": ("describe_cluster_versions",),
    "ssm": ("get_parameter",),
    "rds": ("describe_db_engine_versions",),
    "elasticache": ("describe_cache_engine_versions",),
    "kafka": ("list_kafka_versions",),
    "opensearch": ("list_versions",),
}


@pytest.mark.parametrize(
    ("asked", "found", "says"),
    [
        ("1.35", ["1.34", "1.36", "1.100", "1.35"], ["1.36", "1.100"]),
        ("v1.3.10-eksbuild.3", ["v1.3.10-eksbuild.12", "v1.4.0-eksbuild.1", "v1.3.9-eksbuild.9"],
         ["v1.3.10-eksbuild.12", "v1.4.0-eksbuild.1"]),
        ("3.9.x.kraft", ["3.9.x", "4.0.x.kraft"], ["4.0.x.kraft"]),
        ("3.4.15", ["3.4.15", "3.4.16-rc1", "latest", "stable", "3.4.9"], []),
        ("17.11-alpine3.24", ["17.12-alpine3.24", "18.1-bookworm"], ["17.12-alpine3.24"]),
    ],
)  # fmt: skip
def test_newer_is_what_is_said_alike_and_counts_higher(asked: str, found: list[str], says: list[str]) -> None:
    assert newer(asked, found) == says


def test_silence_is_no_answer() -> None:
    def silent() -> Iterator[str]:
        raise UnaskedError("there are no credentials for AWS")
        yield

    def refused() -> list[str]:
        raise OSError("refused")

    asked = [Question("a", "1.0", lambda: ["1.1"]), Question("b", "1.0", lambda: ["1.0"])]
    assert list(told([*asked, Question("c", "1.0", silent), Question("d", "1.0", refused)])) == [
        "a 1.0: newer is 1.1",
        "b 1.0: nothing newer",
        "c 1.0: not asked: there are no credentials for AWS",
        "d 1.0: not asked: refused",
    ]


def client(service: str) -> Any:
    """A client whose answers botocore has checked against the service's model."""
    made = boto3.client(service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    stub = Stubber(made)
    for method in CALLS[service]:
        stub.add_response(method, ANSWERS[method])
    stub.activate()
    return made


def of_add_ons(service: str) -> Any:
    made = boto3.client(service, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    stub = Stubber(made)
    build = [{"addonVersion": "v1.99.0-eksbuild.1"}, {"addonVersion": "v0.1.0-eksbuild.1"}]
    asked = {"addonName": "vpc-cni", "kubernetesVersion": KUBERNETES.value}
    answer = {"addons": [{"addonName": "vpc-cni", "addonVersions": build}]}
    stub.add_response("describe_addon_versions", answer, asked)
    stub.activate()
    return made


def test_aws_is_asked_in_the_words_of_its_services() -> None:
    found = {one.what: line for one in questions(client) for line in told([one]) if not one.what.startswith("add-on")}
    assert found["Kubernetes on EKS"] == f"Kubernetes on EKS {KUBERNETES.value}: newer is 1.99"
    assert found[f"node image of {KUBERNETES.value}"].endswith(f"newer is {KUBERNETES.value}.9-20261120")
    assert found["PostgreSQL on RDS"] == "PostgreSQL on RDS 15: newer is 18"
    assert found["Redis on ElastiCache"] == "Redis on ElastiCache 7.1: nothing newer"
    assert found["Kafka on MSK"] == "Kafka on MSK 3.9.x.kraft: newer is 4.2.x.kraft"
    assert found["OpenSearch Service"] == "OpenSearch Service OpenSearch_2.19: newer is OpenSearch_3.5"


def test_add_ons_are_asked_for_by_their_name_and_kubernetes() -> None:
    (asked,) = [one for one in questions(of_add_ons) if one.what == "add-on vpc-cni"]
    assert asked.asked == MINORS[KUBERNETES.value].add_ons["vpc-cni"]
    assert next(told([asked])).endswith("newer is v1.99.0-eksbuild.1")


TAGS = ["latest", "3.4.15", "v0.50.0", "17.99-alpine3.24", "99.0.0", "v99.0.0", "3.99-slim-bookworm", "v1.36.9"]


def registry(address: str, **headers: str) -> bytes:
    """What registries of images and the repositories of charts answer."""
    if "/token" in address:
        return b'{"token": "T"}'
    if address.endswith("/index.yaml"):
        entries = {one.name: [{"version": "99.0.0"}] for one in VERSIONS if isinstance(one, Chart)}
        return json.dumps({"entries": entries}).encode()
    assert headers.get("Authorization") == (None if address.startswith("https://registry.k8s.io/") else "Bearer T")
    if address.endswith("/tags/list"):
        return json.dumps({"tags": TAGS}).encode()
    assert "index" in headers["Accept"]
    return MANIFEST


def nobody(service: str) -> Any:
    raise UnaskedError("there are no credentials for AWS")


def test_charts_and_images_need_no_credentials() -> None:
    lines = list(told(questions(nobody, registry)))
    assert len(lines) == len({line.split(": ")[0] for line in lines})
    answered = [line for line in lines if "not asked" not in line]
    assert len(answered) == sum(isinstance(one, (Chart, Image)) for one in VERSIONS)
    assert [line for line in answered if "newer is" not in line] == [
        f"image cluster-autoscaler {minor.cluster_autoscaler.tag}: nothing newer"
        for version, minor in MINORS.items()
        if version != "1.36"
    ]
    assert f"image cluster-autoscaler {MINORS['1.36'].cluster_autoscaler.tag}: newer is v1.36.9" in answered


def test_digests_of_the_pinned_and_of_the_newest_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "VERSIONS", [FLUENT_BIT])
    assert list(digests(registry)) == [
        f"image aws-for-fluent-bit 3.4.15: the tag has other content now, {CONTENT}",
        f"image aws-for-fluent-bit 99.0.0: {CONTENT}",
    ]


def test_the_digest_of_what_goes_by_its_tag_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answering(address: str, **headers: str) -> bytes:
        asked.append(address)
        return registry(address, **headers)

    monkeypatch.setattr(subject, "VERSIONS", [EXTERNAL_SECRETS_IMAGE])
    told_, *_ = digests(answering)
    assert told_ == f"image external-secrets v2.12.0: by its tag so far; {CONTENT}"
    assert {address.partition("?")[0] for address in asked} == {
        "https://ghcr.io/token",
        "https://ghcr.io/v2/external-secrets/external-secrets/tags/list",
        "https://ghcr.io/v2/external-secrets/external-secrets/manifests/v2.12.0",
        "https://ghcr.io/v2/external-secrets/external-secrets/manifests/v99.0.0",
    }


def test_a_registry_out_of_reach_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(address: str, **headers: str) -> bytes:
        raise OSError("no route")

    monkeypatch.setattr(subject, "VERSIONS", [FLUENT_BIT])
    assert list(digests(unreachable)) == [
        "image aws-for-fluent-bit 3.4.15: digest not asked: no route; docker buildx imagetools inspect "
        "public.ecr.aws/aws-observability/aws-for-fluent-bit:3.4.15"
    ]


@pytest.mark.parametrize(
    ("code", "out", "says"),
    [
        (0, "[]", "Python packages: nothing newer"),
        (0, '[{"name": "typer", "latest_version": "9"}]', "Python packages: typer 9; make lock UPGRADE=--upgrade"),
        (2, "", "Python packages: not asked: no index"),
    ],
)
def test_the_lock_is_asked_for_by_uv(code: int, out: str, says: str) -> None:
    def run(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], code, out, "no\nindex")

    assert packages(run) == says
