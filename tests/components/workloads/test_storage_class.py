"""Volumes of claims."""

import pytest

from analyser.graph import Node
from components.account import Account
from components.workloads.storage_class import StorageClass, StorageClassSettings
from tests.components.workloads.support import Cluster, key, of
from tests.support import ACCOUNT, DEV_ACCOUNT, unequal_when_unknown

DATABASE = StorageClassSettings(name="gp3-database", iops=16000, throughput_mib=1000, tags={"snapshots": "daily"})


def made(settings: StorageClassSettings, account: Account = ACCOUNT) -> tuple[Node, Node]:
    graph = of(lambda: StorageClass("class", settings, account=account, cluster=Cluster(), key=key("volumes")))
    return graph.only("kubernetes:storage.k8s.io/v1:StorageClass"), graph.only("aws:kms/key:Key")


def test_database_volumes_are_fast_encrypted_and_made_where_the_pod_is() -> None:
    storage, kms = made(DATABASE)
    assert storage.inputs["provisioner"] == "ebs.csi.aws.com"
    assert storage.inputs["parameters"] == {
        "type": "gp3",
        "encrypted": "true",
        "kmsKeyId": kms.outputs["arn"],
        "iops": "16000",
        "throughput": "1000",
        "csi.storage.k8s.io/fstype": "ext4",
        "tagSpecification_1": "snapshots=daily",
    }
    assert storage.inputs["volumeBindingMode"] == "WaitForFirstConsumer"
    assert storage.inputs["allowVolumeExpansion"] is True


@pytest.mark.parametrize("default", [True, False])
def test_the_default_class_says_so(default: bool) -> None:
    storage, _ = made(StorageClassSettings(default=default))
    annotation = storage.inputs["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"]
    assert (storage.inputs["metadata"]["name"], annotation) == ("gp3", str(default).lower())


def test_production_keeps_the_volumes_of_deleted_claims() -> None:
    assert made(DATABASE)[0].inputs["reclaimPolicy"] == "Retain"
    assert made(DATABASE, DEV_ACCOUNT)[0].inputs["reclaimPolicy"] == "Delete"


def test_the_same_is_made_when_nothing_is_known_yet() -> None:
    assert (
        unequal_when_unknown(
            lambda: StorageClass("class", DATABASE, account=ACCOUNT, cluster=Cluster(), key=key("volumes"))
        )
        == []
    )
