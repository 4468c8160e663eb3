"""Small clusters whose controllers make load balancers: the Gateway API, classes of Ingresses, ports of nodes."""

from collections.abc import Callable
from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict, ask
from analyser.analyses.reach.model import Reach
from tests.analyser.analyses.reach.made import Made, public

YES, NO, UNSURE = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
API = "kubernetes:gateway.networking.k8s.io/v1:"
FACING = {"scheme": "internet-facing"}


def cluster(*, gives_public: bool = False, **pods: Any) -> Made:
    """Pods ``web`` behind the service ``door`` on nodes that are or are not on public addresses."""
    made, vpc, subnet = public(mapPublicIpOnLaunch=gives_public)
    container = {"name": "c", "ports": [{"containerPort": 8080, **pods.pop("port", {})}]}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container], **pods}}
    made.any("kubernetes:apps/v1:Deployment", "web", metadata={"name": "web"}, spec={"template": template})
    template_of_nodes = made.add("LaunchTemplate", "nodes-t", vpcSecurityGroupIds=[made.group(vpc, "n", 8080)])
    made.any("aws:eks/cluster:Cluster", "eks", vpcConfig={"subnetIds": [subnet]})
    made.any("aws:eks/nodeGroup:NodeGroup", "nodes", subnetIds=[subnet], launchTemplate={"id": template_of_nodes})
    return made


def service(made: Made, namespace: str = "", **spec: Any) -> Made:
    entries = [{"port": 80, "targetPort": 8080}]
    metadata = {"name": "door", **({"namespace": namespace} if namespace else {})}
    made.any("kubernetes:core/v1:Service", "door", metadata=metadata,
             spec={"selector": {"app": "web"}, "ports": entries, **spec})  # fmt: skip
    return made


def gateway(
    *,
    controller: str = "gateway.k8s.aws/alb",
    said: dict[str, Any] | None = FACING,
    by_class: dict[str, Any] | None = None,
    version: str = "v1",
    listener: dict[str, Any] | None = None,
    lost: bool = False,
    protocol: str = "HTTP",
) -> Made:
    made = service(cluster())
    at = made.any
    api = f"kubernetes:gateway.networking.k8s.io/{version}:"
    reference = {"group": "gateway.k8s.aws", "kind": "LoadBalancerConfiguration"}
    of_class = {"parametersRef": {**reference, "name": "of-class", "namespace": "default"}} if by_class else {}
    at(f"{api}GatewayClass", "gc", metadata={"name": "edge"}, spec={"controllerName": controller, **of_class})
    infrastructure = {"infrastructure": {"parametersRef": {**reference, "name": "own"}}} if said or lost else {}
    for name, spec in (("own", said), ("of-class", by_class)):
        if spec and not lost:
            at("kubernetes:gateway.k8s.aws/v1beta1:LoadBalancerConfiguration", name, metadata={"name": name}, spec=spec)
    ear = {"name": "http", "protocol": protocol, "port": 80, **(listener or {})}
    spec = {"gatewayClassName": "edge", "listeners": [ear], **infrastructure}
    at(f"{api}Gateway", "gw", metadata={"name": "gw"}, spec=spec)
    return made


def route(
    made: Made,
    *,
    kind: str = "HTTPRoute",
    parent: dict[str, Any] | None = None,
    backend: dict[str, Any] | None = None,
    rule: dict[str, Any] | None = None,
    namespace: str = "default",
) -> Made:
    sends = {"name": "door", "port": 80, **(backend or {})}
    spec = {"parentRefs": [{"name": "gw", **(parent or {})}], "rules": [{"backendRefs": [sends], **(rule or {})}]}
    made.any(f"{API}{kind}", "rt", metadata={"name": "rt", "namespace": namespace}, spec=spec)
    return made


def other_namespace(*, allowed: bool, from_: str = "All") -> Made:
    """A route of another namespace, whose service stands with the gateway."""
    made = gateway(listener={"allowedRoutes": {"namespaces": {"from": from_}}})
    route(made, namespace="team", parent={"namespace": "default"}, backend={"namespace": "default"})
    if allowed:
        whence = [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "team"}]
        made.any("kubernetes:gateway.networking.k8s.io/v1beta1:ReferenceGrant", "may", metadata={"name": "may"},
                 spec={"from": whence, "to": [{"group": "", "kind": "Service"}]})  # fmt: skip
    return made


def chained() -> Made:
    """A gateway of addresses in front of one of requests, which is internal."""
    made = route(gateway(said={"scheme": "internal"}))
    at = made.any
    at(f"{API}GatewayClass", "gc2", metadata={"name": "outer"}, spec={
        "controllerName": "gateway.k8s.aws/nlb",
        "parametersRef": {"kind": "LoadBalancerConfiguration", "name": "facing", "namespace": "default"}})  # fmt: skip
    at("kubernetes:gateway.k8s.aws/v1beta1:LoadBalancerConfiguration", "facing", metadata={"name": "facing"},
       spec=FACING)  # fmt: skip
    at(f"{API}Gateway", "outer", metadata={"name": "outer"}, spec={
        "gatewayClassName": "outer", "listeners": [{"name": "tcp", "protocol": "TCP", "port": 443}]})  # fmt: skip
    sends = [{"backendRefs": [{"kind": "Gateway", "name": "gw", "port": 80}]}]
    at("kubernetes:gateway.networking.k8s.io/v1alpha2:TCPRoute", "over", metadata={"name": "over"},
       spec={"parentRefs": [{"name": "outer"}], "rules": sends})  # fmt: skip
    return made


def listeners_added() -> Made:
    made = route(gateway())
    made.any(f"{API}ListenerSet", "more", metadata={"name": "more"}, spec={"parentRef": {"name": "gw"}})
    return made


def classed(
    spec: dict[str, Any] | None, *, annotation: str = "", group: str = "elbv2.k8s.aws/v1beta1", default: bool = False
) -> Made:
    """An Ingress whose class has parameters."""
    made = service(cluster())
    controller = "eks.amazonaws.com/alb" if group.startswith("eks") else "ingress.k8s.aws/alb"
    marks = {"ingressclass.kubernetes.io/is-default-class": "true"} if default else {}
    made.any("kubernetes:networking.k8s.io/v1:IngressClass", "ic", metadata={"name": "edge", "annotations": marks},
             spec={"controller": controller, "parameters": {"kind": "IngressClassParams", "name": "p"}})  # fmt: skip
    if spec is not None:
        made.any(f"kubernetes:{group}:IngressClassParams", "icp", metadata={"name": "p"}, spec=spec)
    said = {"alb.ingress.kubernetes.io/scheme": annotation} if annotation else {}
    path = {"path": "/", "backend": {"service": {"name": "door", "port": {"number": 80}}}}
    named = {} if default else {"ingressClassName": "edge"}
    made.any("kubernetes:networking.k8s.io/v1:Ingress", "ing", metadata={"name": "ing", "annotations": said},
             spec={**named, "rules": [{"http": {"paths": [path]}}]})  # fmt: skip
    return made


def host_port(**more: Any) -> Made:
    return cluster(gives_public=True, port={"hostPort": 8080}, **more)


CASES: dict[str, tuple[Callable[[], Made], Verdict]] = {
    # https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/gateway/loadbalancerconfig/
    "a gateway": (lambda: route(gateway()), YES),
    "an older version": (lambda: route(gateway(version="v1beta1")), YES),
    "an internal one": (lambda: route(gateway(said={"scheme": "internal"})), NO),
    "one that says nothing": (lambda: route(gateway(said=None)), NO),
    "one by its class": (lambda: route(gateway(said=None, by_class=FACING)), YES),
    "the class comes first": (lambda: route(gateway(by_class={"scheme": "internal"})), NO),
    "the gateway comes first": (
        lambda: route(gateway(by_class={"scheme": "internal", "mergingMode": "prefer-gateway"})), YES),
    "a configuration that is lost": (lambda: route(gateway(lost=True)), UNSURE),
    "ranges of the office": (lambda: route(gateway(said={**FACING, "sourceRanges": ["198.51.100.0/24"]})), YES),
    "ranges of its own network": (lambda: route(gateway(said={**FACING, "sourceRanges": ["10.0.0.0/8"]})), NO),
    "groups of its own": (lambda: route(gateway(said={**FACING, "securityGroups": ["sg-1"]})), UNSURE),
    "somebody else's class": (lambda: route(gateway(controller="example.net/gateway")), UNSURE),
    "no route": (gateway, NO),
    "a route to another gateway": (lambda: route(gateway(), parent={"name": "gw2"}), NO),
    "a route to another listener": (lambda: route(gateway(), parent={"sectionName": "https"}), NO),
    "a route to the port": (lambda: route(gateway(), parent={"port": 80, "sectionName": "http"}), YES),
    "a backend without weight": (lambda: route(gateway(), backend={"weight": 0}), NO),
    "another service": (lambda: route(gateway(), backend={"name": "nobody"}), NO),
    "a redirect": (lambda: route(gateway(), rule={"filters": [{"type": "RequestRedirect"}]}), NO),
    "a rule of the controller": (
        lambda: route(gateway(), rule={"filters": [
            {"type": "ExtensionRef", "extensionRef": {"kind": "ListenerRuleConfiguration", "name": "x"}}]}), UNSURE),
    "a route of another namespace": (lambda: other_namespace(allowed=True), YES),
    "one that nobody granted the service": (lambda: other_namespace(allowed=False), NO),
    "one that the listener does not take": (lambda: other_namespace(allowed=True, from_="Same"), NO),
    "one by labels of its namespace": (lambda: other_namespace(allowed=True, from_="Selector"), UNSURE),
    "TCP": (lambda: route(gateway(controller="gateway.k8s.aws/nlb", protocol="TCP"), kind="TCPRoute"), YES),
    "datagrams": (lambda: route(gateway(controller="gateway.k8s.aws/nlb", protocol="UDP"), kind="TCPRoute"), NO),
    "a gateway behind another": (chained, YES),
    "more listeners": (listeners_added, UNSURE),
    # https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/ingress_class/
    "a class that faces the internet": (lambda: classed(FACING), YES),
    "a class that does not": (lambda: classed({"scheme": "internal"}, annotation="internet-facing"), NO),
    "a class without a scheme": (lambda: classed({}), NO),
    "a class that leaves it to the Ingress": (lambda: classed({}, annotation="internet-facing"), YES),
    "a class of EKS itself": (lambda: classed(FACING, group="eks.amazonaws.com/v1"), YES),
    "a class with ranges": (lambda: classed({**FACING, "inboundCIDRs": ["10.0.0.0/8"]}), NO),
    "a class with parameters elsewhere": (lambda: classed(None, annotation="internet-facing"), UNSURE),
    "the default class": (lambda: classed(FACING, default=True), YES),
    # https://kubernetes.io/docs/concepts/configuration/overview/ and services-networking/service/#external-ips
    "a port of the nodes": (host_port, YES),
    "a port of nodes that are private": (lambda: cluster(port={"hostPort": 8080}), NO),
    "no port of the nodes": (lambda: cluster(gives_public=True), NO),
    "pods in the network of their nodes": (lambda: cluster(gives_public=True, hostNetwork=True), YES),
    "an address that somebody routes to nodes": (lambda: service(cluster(), externalIPs=["198.51.100.7"]), UNSURE),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_controllers_make(name: str) -> None:
    make, expected = CASES[name]
    answer = ask(Reach(make().graph()), "internet", "web", 8080)[0]
    assert answer.verdict is expected, (answer.missing, answer.not_known)
