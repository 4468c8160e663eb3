"""A StorageClass of encrypted gp3 volumes."""

from collections.abc import Mapping
from typing import Self

import pulumi
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.storage.v1 import StorageClass as KubernetesStorageClass
from pydantic import Field, model_validator

from components.account import Account
from components.security.key import Key
from components.workloads.in_cluster import InCluster, KubernetesCluster
from settings import MisfitError, Name, Problem, Settings
from settings.services.tags import MOST, TagKey, TagValue


class StorageClassSettings(Settings):
    """The performance of gp3 volumes, whatever their size.

    Bounds: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html. A volume carries at
    most 500 IOPS a GiB, so that 16,000 IOPS take claims of 32 GiB or more; a smaller claim stays pending. What a node
    can sustain is a bound of its own (c5.2xlarge: about 10,000 IOPS).
    """

    name: Name = "gp3"
    """The class's name, which claims name."""
    iops: int = Field(default=3000, ge=3000, le=16000)
    """Reads and writes a second of each volume."""
    throughput_mib: int = Field(default=125, ge=125, le=1000)
    """In MiB/s; at most a quarter of the IOPS."""
    default: bool = False
    """Whether claims that name no class get this one."""
    tags: dict[TagKey, TagValue] = Field(default_factory=dict, max_length=MOST)
    """Tags of the volumes, beside the stack's own and the one by which their snapshot policy finds them."""

    @model_validator(mode="after")
    def _throughput_carried(self) -> Self:
        if self.throughput_mib * 4 > self.iops:
            raise MisfitError(Problem("throughputMib", f"{self.throughput_mib} is above a quarter of iops {self.iops}"))
        return self


class StorageClass(InCluster):
    """Encrypted gp3 volumes of the EBS CSI add-on, made in the zone where the pod was put.

    ``key``'s policy must hold ``account_volumes``. Volumes carry ``tags`` beside those of the settings, and can grow.
    Where the environment keeps data, the volume of a deleted claim is kept.
    """

    def __init__(
        self,
        name: str,
        settings: StorageClassSettings,
        *,
        account: Account,
        cluster: KubernetesCluster,
        key: Key,
        tags: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=cluster, opts=opts)
        self.storage_class_name = settings.name
        KubernetesStorageClass(
            self.child("class"),
            metadata=ObjectMetaArgs(
                name=settings.name,
                annotations={"storageclass.kubernetes.io/is-default-class": str(settings.default).lower()},
            ),
            provisioner="ebs.csi.aws.com",
            parameters=_parameters(settings, key, {**settings.tags, **(tags or {})}),
            volume_binding_mode="WaitForFirstConsumer",
            allow_volume_expansion=True,
            reclaim_policy="Retain" if account.safeguards.keeps_data else "Delete",
            opts=self.in_cluster(),
        )
        self.register_outputs({"storageClassName": self.storage_class_name})


def _parameters(settings: StorageClassSettings, key: Key, tags: Mapping[str, str]) -> dict[str, pulumi.Input[str]]:
    """https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md"""
    numbered = {f"tagSpecification_{n}": f"{k}={v}" for n, (k, v) in enumerate(sorted(tags.items()), start=1)}
    return {
        "type": "gp3",
        "encrypted": "true",
        "kmsKeyId": key.arn,
        "iops": str(settings.iops),
        "throughput": str(settings.throughput_mib),
        "csi.storage.k8s.io/fstype": "ext4",
        **numbered,
    }
