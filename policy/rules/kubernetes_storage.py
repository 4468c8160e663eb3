"""Volumes of Kubernetes."""

from collections.abc import Iterator

from policy.model import Finding, Level, Resource, Severity, rule
from policy.tokens import canonical

STORAGE_CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
VOLUME = "kubernetes:core/v1:PersistentVolume"
_EBS = ("ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs")
_EFS = "efs.csi.aws.com"
_EBS_LINK = "https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md"


@rule(
    "kubernetes-storage-encrypted",
    title="Storage classes make encrypted volumes under a customer key",
    severity=Severity.HIGH,
    types=[STORAGE_CLASS],
    frameworks={"FSBP": "EC2.3", "CIS": "6.1.1", "Checkov": ("CKV_AWS_3", "CKV_AWS_189")},
    remedy='Set parameters.encrypted to "true" and parameters.kmsKeyId.',
    link=_EBS_LINK,
)
def storage_encrypted(storage: Resource) -> Iterator[Finding]:
    """The driver makes the volumes later; no other rule sees them."""
    if not storage.has("provisioner", *_EBS):
        return
    if storage.lacks("parameters.encrypted", True):
        yield Finding("makes unencrypted volumes", "parameters.encrypted")
    elif storage.lacks("parameters.kmsKeyId"):
        yield Finding("makes volumes under the key that AWS manages", "parameters.kmsKeyId")


@rule(
    "kubernetes-storage-retained",
    title="Volumes outlive their claims",
    severity=Severity.MEDIUM,
    types=[STORAGE_CLASS, VOLUME],
    frameworks={"Well-Architected": "REL09-BP01"},
    remedy="Set reclaimPolicy (of a PersistentVolume: spec.persistentVolumeReclaimPolicy) to Retain.",
    link="https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming",
    level=Level.MANDATORY_IN_PROD,
)
def storage_retained(storage: Resource) -> Iterator[Finding]:
    """By default, who deletes a claim or its namespace deletes the data."""
    token = canonical(storage.type)
    if token == STORAGE_CLASS and storage.lacks("reclaimPolicy", "Retain"):
        yield Finding("deletes volumes together with their claims", "reclaimPolicy")
    if token == VOLUME and storage.has("spec.persistentVolumeReclaimPolicy", "Delete", "Recycle"):
        yield Finding("is deleted together with its claim", "spec.persistentVolumeReclaimPolicy")


@rule(
    "kubernetes-storage-in-transit",
    title="EFS volumes are mounted over TLS",
    severity=Severity.MEDIUM,
    types=[VOLUME],
    frameworks={"Well-Architected": "SEC09-BP02"},
    remedy='Leave volumeAttributes.encryptInTransit at its default, "true".',
    link="https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/examples/kubernetes/encryption_in_transit/README.md",
)
def storage_in_transit(volume: Resource) -> Iterator[Finding]:
    """Files cross the network with every read and write."""
    attribute = "spec.csi.volumeAttributes.encryptInTransit"
    if volume.has("spec.csi.driver", _EFS) and volume.has(attribute, False):
        yield Finding("is mounted in clear", attribute)
