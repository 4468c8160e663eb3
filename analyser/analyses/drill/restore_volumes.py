"""Volumes of pods restored out of their snapshots, as volumes beside those that are there.

No cluster has the snapshot controller of CSI, so that none knows of snapshots: a volume is made by EC2 and named to it,
https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reserving-a-persistentvolume.
"""

import json
from collections.abc import Iterator

from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import FILES, id_of, mine
from analyser.graph import Graph, Node

CLASS, EBS = "kubernetes:storage.k8s.io/v1:StorageClass", "ebs.csi.aws.com"
_CLAIM, _POLICY = "kubernetes:core/v1:PersistentVolumeClaim", "aws:dlm/lifecyclePolicy:LifecyclePolicy"
BY_POLICY = "aws:dlm:lifecycle-policy-id"
"""The tag that Data Lifecycle Manager gives its snapshots: https://docs.aws.amazon.com/ebs/latest/userguide/dlm-elements.html"""
_WHERE = "topology.ebs.csi.aws.com/zone"


def volumes(graph: Graph) -> Iterator[Step]:
    """What a cluster's claims hold: those that the program makes, and those of its classes."""
    claims = [node.inputs["metadata"] for node in graph.of_type(_CLAIM)]
    classes = [node for node in graph.of_type(CLASS) if node.inputs.get("provisioner") == EBS]
    kept = [(node, policy) for node in classes if (policy := _snapshotted(graph, node))]
    if not claims and not classes:
        return
    told = ", ".join(f"{each['namespace']}/{each['name']}" for each in claims) or "none that the program makes"
    said = ["claims on EFS are restored with their file system, above"] if mine(graph, FILES) else []
    if kept:
        said.append(
            "a claim that is Bound, whose pod finds what the snapshot held; then its workload names it. The volume is "
            "in the zone of its nodes, of the class that it was of, and in snapshots as before"
        )
    elif classes:
        said.append("of volumes on EBS nothing takes snapshots: what such a claim holds goes with its zone")
    yield Step(
        f"volumes of pods ({told})",
        ("kubectl get pvc --all-namespaces", *(_made(graph, *kept[0]) if kept else ())),
        see="; ".join(said),
        back="the workload names the former claim, which stays; kubectl -n <namespace> delete pvc <claim>-restored; "
        "kubectl delete pv <claim>-restored; aws ec2 delete-volume --volume-id <volume>"
        if kept
        else "",
    )


def tags_of(storage: Node) -> list[str]:
    """What a class puts on its volumes, each as key=value."""
    parameters = storage.inputs.get("parameters") or {}
    return [str(value) for key, value in parameters.items() if key.startswith("tagSpecification_")]


def _snapshotted(graph: Graph, storage: Node) -> Node | None:
    tags = set(tags_of(storage))
    for node in mine(graph, _POLICY):
        wanted = (node.inputs.get("policyDetails") or {}).get("targetTags") or {}
        if tags & {f"{key}={value}" for key, value in wanted.items()}:
            return node
    return None


def _made(graph: Graph, storage: Node, policy: Node) -> Iterator[str]:
    """One volume, with its key and tags, then what names it to the cluster, then what claims it."""
    key = next(
        (f" --kms-key-id {id_of(graph[urn])}" for urn in storage.property_dependencies.get("parameters", ())), ""
    )
    tags = ",".join("{{Key={},Value={}}}".format(*tag.split("=", 1)) for tag in tags_of(storage))
    yield (
        f"aws ec2 describe-snapshots --owner-ids self --filters Name=tag:{BY_POLICY},Values={id_of(policy)} --query "
        "'Snapshots[].[SnapshotId,VolumeId,StartTime,Description]' --output table"
    )
    yield (
        f"aws ec2 create-volume --snapshot-id <snapshot> --availability-zone <zone> --volume-type gp3 --encrypted{key} "
        f"--tag-specifications 'ResourceType=volume,Tags=[{tags}]'"
    )
    shape = {
        "storageClassName": storage.inputs["metadata"]["name"],
        "accessModes": ["ReadWriteOnce"],
    }
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": "<claim>-restored"},
        "spec": {
            **shape,
            "capacity": {"storage": "<size>"},
            "persistentVolumeReclaimPolicy": "Retain",
            "csi": {"driver": EBS, "volumeHandle": "<volume>", "fsType": "ext4"},
            "nodeAffinity": {
                "required": {
                    "nodeSelectorTerms": [
                        {"matchExpressions": [{"key": _WHERE, "operator": "In", "values": ["<zone>"]}]}
                    ]
                }
            },
        },
    }
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "<claim>-restored", "namespace": "<namespace>"},
        "spec": {**shape, "volumeName": "<claim>-restored", "resources": {"requests": {"storage": "<size>"}}},
    }
    for each in (volume, claim):
        yield f"echo '{json.dumps(each)}' | kubectl apply -f -"
    yield "kubectl -n <namespace> get pvc <claim>-restored"
