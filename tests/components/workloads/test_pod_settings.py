"""What a workload's settings refuse."""

from typing import Any

import pytest
from pydantic import ValidationError

from components.workloads.autoscaling import Autoscaling
from components.workloads.node_pool import NodePoolSettings
from components.workloads.quantity import Amount, Resources, millicores, size_in_bytes
from components.workloads.storage_class import StorageClassSettings
from components.workloads.workload_settings import WorkloadSettings


def refused(**settings: Any) -> str:
    given: dict[str, Any] = {"tag": "1.0.0", "port": 8080, **settings}
    with pytest.raises(ValidationError) as error:
        WorkloadSettings(**given)
    return str(error.value)


@pytest.mark.parametrize("tag", ["latest", "", "a b", "sha256:12", "-x"])
def test_an_image_is_named_exactly(tag: str) -> None:
    said = refused(tag=tag)
    assert "names no one image" in said or "is not a tag of an image" in said


def test_a_digest_is_an_exact_name() -> None:
    digest = "sha256:" + "a" * 64
    assert WorkloadSettings(tag=digest, port=80).tag == digest


@pytest.mark.parametrize(
    ("requests", "limits", "said"),
    [
        (("600m", "256Mi"), ("500m", "512Mi"), "requests.cpu: 600m is above the limit of 500m"),
        (("1.5", "256Mi"), ("1", "512Mi"), "requests.cpu: 1.5 is above the limit of 1"),
        (("250m", "1Gi"), ("500m", "512Mi"), "requests.memory: 1Gi is above the limit of 512Mi"),
    ],
)
def test_requests_stay_within_limits(requests: tuple[str, str], limits: tuple[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Resources(requests=Amount(cpu=requests[0], memory=requests[1]), limits=Amount(cpu=limits[0], memory=limits[1]))


def test_amounts_are_compared_by_value() -> None:
    assert (millicores("250m"), millicores("2"), millicores("1.5")) == (250, 2000, 1500)
    assert (size_in_bytes("1Gi"), size_in_bytes("512Mi"), size_in_bytes("1024Ki")) == (2**30, 2**29, 2**20)


@pytest.mark.parametrize(("cpu", "memory"), [("0", "1Gi"), ("250", "1G"), ("1,5", "1Gi"), ("250M", "1Gi")])
def test_amounts_are_written_as_kubernetes_does(cpu: str, memory: str) -> None:
    with pytest.raises(ValidationError):
        Amount(cpu=cpu, memory=memory)


def test_autoscaling_has_an_order_and_holds_the_first_count() -> None:
    with pytest.raises(ValidationError, match="minReplicas: 5 is above maxReplicas 2"):
        Autoscaling(min_replicas=5, max_replicas=2)
    said = refused(replicas=1, autoscaling=Autoscaling(min_replicas=2, max_replicas=10))
    assert "replicas: 1 lies outside autoscaling's 2 to 10" in said


@pytest.mark.parametrize(
    "settings",
    [
        {"port": 0},
        {"replicas": 0},
        {"user_id": 0},
        {"drain_seconds": 0},
        {"scratch": ("relative",)},
        {"secrets": {"1X": {"secret": "app", "key": "url"}}},
        {"service_type": "LoadBalancer"},
        {"unheard_of": 1},
    ],
)
def test_other_nonsense_is_refused(settings: dict[str, Any]) -> None:
    assert refused(**settings)


def test_throughput_needs_iops() -> None:
    with pytest.raises(ValidationError, match="throughputMib: 1000 is above a quarter of iops 3000"):
        StorageClassSettings(throughput_mib=1000)
    with pytest.raises(ValidationError):
        StorageClassSettings(iops=16001)


@pytest.mark.parametrize(
    "settings",
    [{"image_version": "1.35"}, {"capacity_types": ()}, {"instance_categories": ("t",)}, {"cpu": "lots"}],
)
def test_a_pool_of_nodes_is_bounded(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NodePoolSettings(**settings)
