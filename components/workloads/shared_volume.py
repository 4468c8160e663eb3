"""A persistent volume on EFS that the pods of a namespace share."""

import pulumi
from pulumi_kubernetes.core.v1 import (
    CSIPersistentVolumeSourceArgs,
    ObjectReferenceArgs,
    PersistentVolume,
    PersistentVolumeClaim,
    PersistentVolumeClaimSpecArgs,
    PersistentVolumeSpecArgs,
    VolumeResourceRequirementsArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.data.file_system import FileSystem
from components.workloads.in_cluster import InCluster
from components.workloads.namespace import Namespace

_MODES = ["ReadWriteMany"]
_SIZE = "1Gi"
"""Kubernetes wants a size to bind a claim by; EFS has none to enforce."""


class SharedVolume(InCluster):
    """The claim ``claim`` on one access point, which any number of pods of the namespace mount for writing.

    The nodes' EFS driver mounts it, over TLS and as its own role, which must have been granted the access point's
    ``mount`` (``Addons``, with ``efs``); the nodes' security group must be allowed in by the file system. Nothing is
    deleted with the claim. https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/docs/parameters.md

    Raises KeyError when the file system has no such access point.
    """

    def __init__(
        self,
        name: str,
        *,
        claim: str,
        namespace: Namespace,
        file_system: FileSystem,
        access_point: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, cluster=namespace.cluster, opts=opts)
        self.claim_name = claim
        # Volumes have names of the whole cluster.
        volume_name = f"{namespace.namespace}-{claim}"
        point = file_system.access_point_ids[access_point]
        volume = PersistentVolume(
            self.child("volume"),
            metadata=ObjectMetaArgs(name=volume_name),
            spec=PersistentVolumeSpecArgs(
                access_modes=_MODES,
                capacity={"storage": _SIZE},
                persistent_volume_reclaim_policy="Retain",
                # No other claim may take it.
                claim_ref=ObjectReferenceArgs(name=claim, namespace=namespace.namespace),
                mount_options=["iam"],
                csi=CSIPersistentVolumeSourceArgs(
                    driver="efs.csi.aws.com",
                    volume_handle=pulumi.Output.concat(file_system.file_system_id, "::", point),
                    volume_attributes={"encryptInTransit": "true"},
                ),
            ),
            # The handle names file system and access point, but a mount needs the targets and the policy as well.
            opts=self.in_cluster(depends_on=[file_system]),
        )
        PersistentVolumeClaim(
            self.child("claim"),
            metadata=ObjectMetaArgs(name=claim, namespace=namespace.namespace),
            spec=PersistentVolumeClaimSpecArgs(
                access_modes=_MODES,
                resources=VolumeResourceRequirementsArgs(requests={"storage": _SIZE}),
                # Empty, or the default class would make a volume of its own.
                storage_class_name="",
                volume_name=volume_name,
            ),
            # The claim names both in plain text, so that they are known at a first preview.
            opts=self.in_cluster(depends_on=[namespace, volume]),
        )
        self.register_outputs({"claimName": self.claim_name})
