"""Load balancers that a controller makes in a cluster: for Services, Ingresses and Gateways."""

import json
from collections.abc import Iterator

from analyser.analyses.reach.gateway_api import GatewayApi
from analyser.analyses.reach.graph_view import View, names, text
from analyser.analyses.reach.ingress_classes import IngressClass, class_of
from analyser.analyses.reach.place import Kind, Place
from policy.model import Block, Resource, known

SERVICE = "kubernetes:core/v1:Service"
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
_RELEASE = "kubernetes:helm.sh/v3:Release"
_ON_SERVICE = "service.beta.kubernetes.io/aws-load-balancer-"
_ON_INGRESS = "alb.ingress.kubernetes.io/"
_AWS_CLASSES = ("service.k8s.aws/nlb", "eks.amazonaws.com/nlb")
_FACING = "internet-facing"


def kubernetes_balancers(view: View) -> Iterator[Place]:
    """A place for each, on public addresses or closed to them."""
    for found in view.of(SERVICE):
        if found.has("spec.type", "LoadBalancer"):
            ports = [
                block.get("port") for block in found.blocks("spec.ports") if block.lacks("protocol", "UDP", "SCTP")
            ]
            yield _place(view, found, ports, *_service_closed(view, found), _source_ranges(found))
    for found in view.of(INGRESS):
        of = class_of(view, found, _annotation(found, "kubernetes.io/ingress.class"))
        yield _place(view, found, _ingress_ports(found, of), *_ingress_closed(found, of), _inbound(found, of))
    gateways = GatewayApi(view)
    for found in gateways.gateways():
        yield _place(view, found, gateways.ports(found), *gateways.closed(found), gateways.admits(found))


def _place(
    view: View, found: Resource, ports: list[object], closed: str, unsure: bool, admits: tuple[str, ...]
) -> Place:
    return Place(
        name=view.owner(found),
        kind=Kind.BALANCER,
        urns=(found.urn,),
        ports=tuple(port for port in ports if isinstance(port, int)),
        words=frozenset({"load-balancer", found.type.rpartition(":")[2].lower()}),
        region=view.region_of(found),
        closed=closed,
        unsure=unsure,
        admits=admits,
    )


def _service_closed(view: View, found: Resource) -> tuple[str, bool]:
    """Internal where it says so; by the load balancer controller unless it says otherwise.

    https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/
    """
    if why := _not_known(found, _ON_SERVICE + "security-groups"):
        return why, True
    scheme, internal = (_annotation(found, f"{_ON_SERVICE}{key}") for key in ("scheme", "internal"))
    if scheme == "?" or internal == "?":
        return f"the scheme of {found.name} is not known yet", True
    if scheme:
        return ("" if scheme == _FACING else f"{found.name} is an internal load balancer"), False
    if internal.lower() in ("true", "0.0.0.0/0"):
        return f"{found.name} is an internal load balancer", False
    of_controller = _annotation(found, f"{_ON_SERVICE}type") in ("external", "nlb-ip")
    of_controller |= text(found.get("spec.loadBalancerClass")) in _AWS_CLASSES
    if of_controller or any("aws-load-balancer-controller" in text(one.get("chart")) for one in view.of(_RELEASE)):
        return f"{found.name} is an internal load balancer: its controller makes no other unless asked", False
    return "", False


def _not_known(found: Resource, groups: str) -> str:
    """Why nobody can tell: annotations that are not known, or security groups that take the place of the ranges."""
    if not known(found.get("metadata.annotations")):
        return f"the annotations of {found.name} are not known yet"
    if _annotation(found, groups):
        return f"what the security groups let in that {found.name} names for its load balancer is not modelled"
    return ""


def _ingress_closed(found: Resource, of: IngressClass) -> tuple[str, bool]:
    if why := _not_known(found, _ON_INGRESS + "security-groups"):
        return why, True
    if not of.of_alb:
        return f"what answers for ingress class {of.name or '(default)'} is not modelled", True
    if of.not_known:
        return of.not_known, True
    scheme = _parameter(of, "scheme") or _annotation(found, f"{_ON_INGRESS}scheme")
    if scheme == "?":
        return f"the scheme of {found.name} is not known yet", True
    return ("" if scheme == _FACING else f"{found.name} is an internal load balancer"), False


def _parameter(of: IngressClass, key: str) -> str:
    value = of.parameters.get(f"spec.{key}") if of.parameters else None
    return "?" if not known(value) else text(value)


def _ingress_ports(found: Resource, of: IngressClass) -> list[object]:
    """443 with a certificate and 80 without, or those that an annotation lists."""
    said = _annotation(found, f"{_ON_INGRESS}listen-ports")
    try:
        listed = json.loads(said) if said and said != "?" else []
    except ValueError:
        listed = []
    ports = [port for one in listed if isinstance(one, dict) for port in one.values()]
    secure = _annotation(found, f"{_ON_INGRESS}certificate-arn") or found.given("spec.tls")
    secure = secure or bool(of.parameters and of.parameters.given("spec.certificateArn"))
    return ports or ([443] if secure else [80])


def _source_ranges(found: Resource) -> tuple[str, ...]:
    """By the field, or else by the annotation that was there before it."""
    given = names(found, "spec.loadBalancerSourceRanges")
    return given or _listed(_annotation(found, "service.beta.kubernetes.io/load-balancer-source-ranges"))


def _inbound(found: Resource, of: IngressClass) -> tuple[str, ...]:
    """By the class's parameters, or else by the annotation."""
    given = names(of.parameters, "spec.inboundCIDRs") if of.parameters else ()
    return given or _listed(_annotation(found, f"{_ON_INGRESS}inbound-cidrs"))


def _listed(said: str) -> tuple[str, ...]:
    return tuple(cidr.strip() for cidr in said.split(",") if cidr.strip())


def _annotation(found: Resource, key: str) -> str:
    """An annotation as text; a question mark for one that is not known yet."""
    annotations = found.get("metadata.annotations")
    value = annotations.get(key, "") if known(annotations) and isinstance(annotations, dict) else ""
    return "?" if not known(value) else str(value)


def backends(found: Resource) -> Iterator[Block]:
    """The services that an Ingress sends to."""
    for path in ("spec.defaultBackend.service",):
        yield from found.blocks(path)
    for rule in found.blocks("spec.rules"):
        for route in rule.blocks("http.paths"):
            yield from route.blocks("backend.service")
