"""A claim on an access point, and pods that mount it."""

from typing import Any

import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.data.file_system import AccessPointSettings, FileSystem, FileSystemSettings
from components.workloads.namespace import Namespace
from components.workloads.pod import PodSettings, pod_spec
from components.workloads.shared_volume import SharedVolume
from tests.components.subnets import Subnets
from tests.components.workloads.support import Cluster, key, nodes, of, waits_for
from tests.support import record, unequal_when_unknown

VOLUME, CLAIM = "kubernetes:core/v1:PersistentVolume", "kubernetes:core/v1:PersistentVolumeClaim"


def build(access_point: str = "attachments") -> SharedVolume:
    settings = FileSystemSettings(access_points={"attachments": AccessPointSettings(path="/attachments")})
    files = FileSystem("files", settings, network=Subnets("net"), key=key("data"))
    namespace = Namespace("apps", namespace="confluence", cluster=Cluster(), nodes=nodes())
    return SharedVolume(
        "attachments", claim="attachments", namespace=namespace, file_system=files, access_point=access_point
    )


@pytest.fixture(scope="module")
def made() -> Graph:
    return of(build)


def test_the_volume_is_one_access_point_mounted_over_tls_by_iam(made: Graph) -> None:
    volume = made.only(VOLUME).inputs
    files = made.only("aws:efs/fileSystem:FileSystem").id
    point = made.only("aws:efs/accessPoint:AccessPoint").id
    assert volume["metadata"]["name"] == "confluence-attachments"
    assert volume["spec"]["csi"] == {
        "driver": "efs.csi.aws.com",
        "volumeHandle": f"{files}::{point}",
        "volumeAttributes": {"encryptInTransit": "true"},
    }
    assert volume["spec"]["mountOptions"] == ["iam"]
    assert volume["spec"]["accessModes"] == ["ReadWriteMany"]
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"


def test_volume_and_claim_are_for_each_other_only(made: Graph) -> None:
    claim = made.only(CLAIM).inputs
    assert claim["metadata"] == {"name": "attachments", "namespace": "confluence"}
    assert claim["spec"]["volumeName"] == "confluence-attachments"
    assert claim["spec"]["storageClassName"] == ""
    reference = made.only(VOLUME).inputs["spec"]["claimRef"]
    assert reference == {"name": "attachments", "namespace": "confluence"}
    assert claim["spec"]["resources"]["requests"] == made.only(VOLUME).inputs["spec"]["capacity"]


def test_it_comes_after_all_that_a_mount_needs(made: Graph) -> None:
    volume, claim = made.only(VOLUME), made.only(CLAIM)
    for kind in ("mountTarget:MountTarget", "fileSystemPolicy:FileSystemPolicy"):
        assert all(waits_for(made, volume, other) for other in made.of_type(f"aws:efs/{kind}"))
    assert waits_for(made, claim, volume)
    assert waits_for(made, claim, made.only("kubernetes:core/v1:Namespace"))


def test_the_pack_finds_nothing_in_it(made: Graph) -> None:
    violations, _ = verdict(made)
    assert [(v.rule.id, v.message) for v in violations if "SharedVolume" in v.urn] == []


def test_an_access_point_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ProgramError, match="exports"):
        record(lambda: build("exports"))


def test_pods_mount_the_claim_beside_their_scratch() -> None:
    settings = PodSettings(tag="1.0.0", port=8080, shared={"/var/attachments": "attachments"})
    spec: Any = pod_spec("api", settings, image="api:1.0.0", service_account="api", config_map=None)
    (container,) = spec.containers
    assert {mount.mount_path: mount.name for mount in container.volume_mounts} == {
        "/tmp": "scratch-tmp",
        "/var/attachments": "shared-var-attachments",
    }
    (shared,) = [volume for volume in spec.volumes if volume.name == "shared-var-attachments"]
    assert shared.persistent_volume_claim.claim_name == "attachments"


def test_the_same_is_made_when_nothing_is_known_yet() -> None:
    assert unequal_when_unknown(build) == []
