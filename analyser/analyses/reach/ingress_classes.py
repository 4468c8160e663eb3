"""What stands behind the class of an Ingress: which controller, and parameters of the class for its load balancers.

https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/ingress_class/
https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html
"""

from dataclasses import dataclass

from analyser.analyses.reach.graph_view import View, text
from policy.model import Resource, known

_CLASS = "kubernetes:networking.k8s.io/v1:IngressClass"
_PARAMETERS = (
    "kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams",
    "kubernetes:eks.amazonaws.com/v1:IngressClassParams",
)
_CONTROLLERS = ("ingress.k8s.aws/alb", "eks.amazonaws.com/alb")
_USUAL = "alb"
_DEFAULT = "ingressclass.kubernetes.io/is-default-class"


@dataclass(frozen=True)
class IngressClass:
    """The IngressClass of one Ingress: its controller and parameters."""

    name: str
    of_alb: bool
    parameters: Resource | None = None
    """What comes before annotations; None for no parameters."""
    not_known: str = ""
    """Why its parameters are not known; empty where they are."""


def class_of(view: View, found: Resource, annotated: str) -> IngressClass:
    """The class that an Ingress names by its field or else by its annotation, or the default one."""
    classes = view.of(_CLASS)
    named = text(found.get("spec.ingressClassName")) or annotated
    mine = [one for one in classes if (one.has("metadata.name", named) if named else _is_default(one))]
    name = named or next((text(one.get("metadata.name")) for one in mine), "")
    of_alb = name == _USUAL or any(one.has("spec.controller", *_CONTROLLERS) for one in mine)
    asking = [one for one in mine if one.given("spec.parameters")]
    if not asking:
        return IngressClass(name, of_alb)
    wanted = asking[0].get("spec.parameters.name")
    parameters = next((one for one in view.of(*_PARAMETERS) if one.has("metadata.name", wanted)), None)
    not_known = "" if parameters is not None else f"IngressClassParams of class {name} are not in the stack"
    return IngressClass(name, of_alb, parameters, not_known)


def _is_default(found: Resource) -> bool:
    annotations = found.get("metadata.annotations")
    value = annotations.get(_DEFAULT) if known(annotations) and isinstance(annotations, dict) else None
    return str(value).lower() == "true"
