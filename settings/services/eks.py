"""Nodes of EKS: https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html"""

from typing import Annotated

from pydantic import AfterValidator, Field

from settings.errors import shown
from settings.services.kubernetes import LabelKey, LabelValue
from settings.services.names import name_form

_LONGEST_KEY = 63
_RESERVED = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")
"""EKS refuses such labels, and kubelet all but a few of the first two:
https://github.com/eksctl-io/eksctl/issues/4007
https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction"""


def _own(value: str) -> str:
    domain, slash, _ = value.rpartition("/")
    if slash and any(domain == end or domain.endswith(f".{end}") for end in _RESERVED):
        raise ValueError(f"{shown(value)} lies in {domain}, which is Kubernetes' and EKS's own; a domain of yours")
    return value


def _short(value: str) -> str:
    if len(value) > _LONGEST_KEY:
        raise ValueError(f"has {len(value)} characters; at most {_LONGEST_KEY}, its domain among them")
    return value


def _said(value: str) -> str:
    if not value:
        raise ValueError("is empty; EKS asks for a value")
    return value


NodeLabelKey = Annotated[LabelKey, AfterValidator(_short), AfterValidator(_own)]
NodeLabelValue = Annotated[LabelValue, AfterValidator(_said)]
NodeLabels = Annotated[dict[NodeLabelKey, NodeLabelValue], Field(max_length=50)]
"""Labels that nodes carry."""
TaintKey = Annotated[LabelKey, AfterValidator(_short)]
TaintValue = LabelValue
MOST_TAINTS = 50
"""https://docs.aws.amazon.com/eks/latest/userguide/node-taints-managed-node-groups.html"""

NodeGroupName = Annotated[str, name_form(36)]
"""What the group's AWS name begins with; EKS allows 63 characters, of which the provider appends 26."""
