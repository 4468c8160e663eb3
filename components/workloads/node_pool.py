"""A Karpenter NodePool and its EC2NodeClass."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pulumi
from pydantic import AfterValidator, Field

from components.workloads.pod import POOL_TAINT
from settings import Name, Settings
from settings.services.kubernetes import Cpu, Memory


def _image_version(value: str) -> str:
    if value != "latest" and not (value.startswith("v") and value[1:].isdigit() and len(value) == 9):
        raise ValueError(f"{value!r} is not a release of the EKS image such as v20260910, nor latest")
    return value


class NodePoolSettings(Settings):
    """The nodes of one pool and how many of them there may be, by what they offer together."""

    name: Name = "burst"
    """The pool's name in the cluster."""
    cpu: Cpu = "64"
    """The most CPU of all its nodes together, as Kubernetes spells it."""
    memory: Memory = "256Gi"
    """The most memory of all its nodes together, as Kubernetes spells it."""
    instance_categories: Annotated[tuple[Literal["c", "m", "r"], ...], Field(min_length=1)] = ("c", "m", "r")
    """Families of instance types: compute, general, memory."""
    capacity_types: Annotated[tuple[Literal["on-demand", "spot"], ...], Field(min_length=1)] = ("on-demand",)
    """Spot is taken first where it is allowed; the account must hold EC2 Spot's service-linked role."""
    architectures: Annotated[tuple[Literal["amd64", "arm64"], ...], Field(min_length=1)] = ("amd64",)
    """The processors that nodes may have."""
    disk_gib: int = Field(default=100, ge=20, le=16384)
    """Each node's root volume (gp3, encrypted), in GiB."""
    image_version: Annotated[str, AfterValidator(_image_version)] = "latest"
    """A release of the Amazon Linux 2023 image; with latest, nodes are replaced when AWS publishes one."""


def node_class(
    settings: NodePoolSettings,
    *,
    cluster_name: str,
    tags: Mapping[str, str],
    instance_profile: pulumi.Input[str],
    subnet_ids: list[pulumi.Input[str]],
    security_group_id: pulumi.Input[str],
    key_arn: pulumi.Input[str],
) -> dict[str, Any]:
    """An EC2NodeClass: https://karpenter.sh/v1.14/concepts/nodeclasses/

    Instance metadata takes session tokens only and answers the node alone; the root volume has a customer key.
    """
    return {
        "amiSelectorTerms": [{"alias": f"al2023@{settings.image_version}"}],
        "instanceProfile": instance_profile,
        "subnetSelectorTerms": [{"id": subnet_id} for subnet_id in subnet_ids],
        "securityGroupSelectorTerms": [{"id": security_group_id}],
        "associatePublicIPAddress": False,
        "detailedMonitoring": True,
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpProtocolIPv6": "disabled",
            "httpPutResponseHopLimit": 1,
            "httpTokens": "required",
        },
        "blockDeviceMappings": [
            {
                "deviceName": "/dev/xvda",
                "ebs": {
                    "volumeSize": f"{settings.disk_gib}Gi",
                    "volumeType": "gp3",
                    "encrypted": True,
                    "kmsKeyID": key_arn,
                    "deleteOnTermination": True,
                },
            }
        ],
        "tags": {**tags, "Name": f"{cluster_name}-{settings.name}"},
    }


def node_pool(settings: NodePoolSettings) -> dict[str, Any]:
    """A NodePool: https://karpenter.sh/v1.14/concepts/nodepools/

    Its taint keeps every pod away that does not name the pool. Nodes live for 30 days, so that images grow old nowhere.
    """
    return {
        "limits": {"cpu": settings.cpu, "memory": settings.memory},
        "disruption": {
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
            "consolidateAfter": "5m",
            "budgets": [{"nodes": "10%"}],
        },
        "template": {
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": settings.name},
                "taints": [{"key": POOL_TAINT, "value": settings.name, "effect": "NoSchedule"}],
                "expireAfter": "720h",
                "terminationGracePeriod": "30m",
                "requirements": [
                    _in("kubernetes.io/os", ["linux"]),
                    _in("kubernetes.io/arch", list(settings.architectures)),
                    _in("karpenter.sh/capacity-type", list(settings.capacity_types)),
                    _in("karpenter.k8s.aws/instance-category", list(settings.instance_categories)),
                    {"key": "karpenter.k8s.aws/instance-generation", "operator": "Gt", "values": ["4"]},
                ],
            }
        },
    }


def _in(key: str, values: list[str]) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": values}
