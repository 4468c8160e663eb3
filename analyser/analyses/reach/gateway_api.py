"""Kubernetes' Gateway API as the AWS Load Balancer Controller makes load balancers of it.

https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/gateway/gateway/
https://gateway-api.sigs.k8s.io/reference/spec/
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.reach.graph_view import View, names, text
from analyser.analyses.reach.place import Check, not_known
from policy.model import Block, Resource, known

_GROUP = "kubernetes:gateway.networking.k8s.io/"
_VERSIONS = ("v1", "v1beta1", "v1alpha3", "v1alpha2")
_OF_AWS = ("gateway.k8s.aws/alb", "gateway.k8s.aws/nlb")
_CONFIGURATION = "kubernetes:gateway.k8s.aws/v1beta1:LoadBalancerConfiguration"
_ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute")
_DATAGRAMS = ("UDP", "QUIC")


def kinds(*wanted: str) -> tuple[str, ...]:
    """The type tokens of kinds of the Gateway API, in every version of it."""
    return tuple(f"{_GROUP}{version}:{kind}" for kind in wanted for version in _VERSIONS)


GATEWAYS = kinds("Gateway")
_LISTENER_SETS = (*kinds("ListenerSet"), "kubernetes:gateway.networking.x-k8s.io/v1alpha1:XListenerSet")


@dataclass(frozen=True)
class Forward:
    """Where requests to one listener of a gateway may go."""

    port: int
    route: Resource
    backend: Block
    checks: tuple[Check, ...]


class GatewayApi:
    """The gateways of a stack, with their classes, configurations and routes."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._routes = view.of(*kinds(*_ROUTES))
        self._grants = view.of(*kinds("ReferenceGrant"))

    def gateways(self) -> list[Resource]:
        """All of them, whoever answers for them."""
        return self._view.of(*GATEWAYS)

    def closed(self, gateway: Resource) -> tuple[str, bool]:
        """Why the internet does not get in, and whether that says what nobody can tell."""
        if why := self.unread(gateway):
            return why, True
        if any(found is None for found in self._configurations(gateway)):
            return f"a LoadBalancerConfiguration of Gateway {gateway.name} is not in the stack", True
        if any(self._said(gateway, key) is not None for key in ("securityGroups", "securityGroupPrefixes")):
            return f"what the security groups of the load balancer of {gateway.name} let in is not modelled", True
        scheme = self._said(gateway, "scheme")
        if not known(scheme):
            return f"the scheme of Gateway {gateway.name} is not known yet", True
        facing = scheme == "internet-facing"
        return ("" if facing else f"the load balancer of Gateway {gateway.name} is an internal one"), False

    def admits(self, gateway: Resource) -> tuple[str, ...]:
        """The only addresses that its configuration lets in; empty for all."""
        for found in self._configurations(gateway):
            if found is not None and (ranges := names(found, "spec.sourceRanges")):
                return ranges
        return ()

    def ports(self, gateway: Resource) -> list[object]:
        """The ports of its listeners; of those alone that have a route, where that decides which are made."""
        if self.unread(gateway):
            return [block.get("port") for block in gateway.blocks("spec.listeners")]
        return list(dict.fromkeys(one.port for one in self.forwards(gateway)))

    def unread(self, gateway: Resource) -> str:
        """Why nobody can tell what the gateway does; empty where that is known."""
        named = gateway.get("spec.gatewayClassName")
        classes = [one for one in self._classes() if one.has("metadata.name", named)]
        controllers = [text(one.get("spec.controllerName")) for one in classes]
        if not any(one in _OF_AWS for one in controllers):
            by = controllers[0] if controllers else f"class {text(named) or '?'}"
            return f"the load balancer of Gateway {gateway.name} ({by}) is not modelled"
        if self._view.of(*_LISTENER_SETS):
            return f"listeners that a ListenerSet adds to Gateway {gateway.name} are not modelled"
        return ""

    def forwards(self, gateway: Resource) -> Iterator[Forward]:
        """By which route each listener sends to which backend. A listener without a route is none."""
        for listener in gateway.blocks("spec.listeners"):
            port = listener.get("port")
            if not isinstance(port, int) or listener.has("protocol", *_DATAGRAMS):
                continue
            for route in self._routes:
                attached = self._attached(route, gateway, listener)
                if attached is not None:
                    for backend, checks in self._backends(route):
                        yield Forward(port, route, backend, (attached, *checks))

    def _classes(self) -> list[Resource]:
        return self._view.of(*kinds("GatewayClass"))

    def _configurations(self, gateway: Resource) -> list[Resource | None]:
        """Those of the class and of the gateway, what comes first first; None for one that is not in the stack."""
        mine = self._configuration(gateway, "spec.infrastructure.parametersRef", _namespace(gateway))
        of_class: list[Resource | None] = []
        for one in self._classes():
            if one.has("metadata.name", gateway.get("spec.gatewayClassName")):
                of_class += self._configuration(one, "spec.parametersRef", "")
        own_first = any(one is not None and one.has("spec.mergingMode", "prefer-gateway") for one in of_class)
        return [*mine, *of_class] if own_first else [*of_class, *mine]

    def _configuration(self, found: Resource, path: str, namespace: str) -> list[Resource | None]:
        if not found.given(f"{path}.name"):
            return []
        wanted, home = found.get(f"{path}.name"), text(found.get(f"{path}.namespace")) or namespace
        fitting = (one for one in self._view.of(_CONFIGURATION) if one.has("metadata.name", wanted))
        return [next((one for one in fitting if not home or _namespace(one) == home), None)]

    def _said(self, gateway: Resource, key: str) -> object:
        """What the configurations say, by the one that comes first."""
        every = (found.get(f"spec.{key}") for found in self._configurations(gateway) if found is not None)
        return next((value for value in every if value is not None and value != []), None)

    def _attached(self, route: Resource, gateway: Resource, listener: Block) -> Check | None:
        """Whether a route that names a listener may hang on it; None for a route that does not."""
        for parent in route.blocks("spec.parentRefs"):
            home = text(parent.get("namespace")) or _namespace(route)
            named = parent.has("name", gateway.get("metadata.name")) and home == _namespace(gateway)
            section = parent.lacks("sectionName") or parent.has("sectionName", listener.get("name"))
            at = parent.lacks("port") or parent.has("port", listener.get("port"))
            kind = parent.lacks("kind") or parent.has("kind", "Gateway")
            if named and section and at and kind:
                return self._allowed(route, gateway, listener)
        return None

    def _allowed(self, route: Resource, gateway: Resource, listener: Block) -> Check:
        kind = route.type.rpartition(":")[2]
        says = f"{kind} {route.name} hangs on Gateway {gateway.name}"
        whence = text(listener.get("allowedRoutes.namespaces.from")) or "Same"
        if whence == "Selector":
            return not_known(f"{says}, if its namespace has the labels that the listener asks for", (route.urn,))
        if whence == "All" or _namespace(route) == _namespace(gateway):
            return Check(ok=True, says=says, urns=(route.urn,))
        return Check(ok=False, says=f"Gateway {gateway.name} takes no routes of namespace {_namespace(route)}")

    def _backends(self, route: Resource) -> Iterator[tuple[Block, tuple[Check, ...]]]:
        for rule in route.blocks("spec.rules"):
            checks = tuple(_filtered(route, rule))
            for backend in rule.blocks("backendRefs"):
                if not backend.has("weight", 0):
                    yield backend, (*checks, *self._granted(route, backend))

    def _granted(self, route: Resource, backend: Block) -> Iterator[Check]:
        """A service of another namespace has to be granted there."""
        home = text(backend.get("namespace")) or _namespace(route)
        if home == _namespace(route):
            return
        kind = route.type.rpartition(":")[2]
        for grant in self._grants:
            home_of_route = _namespace(route)
            of = any(one.has("kind", kind) and one.has("namespace", home_of_route) for one in grant.blocks("spec.from"))
            to = any(
                one.has("kind", "Service") and (one.lacks("name") or one.has("name", backend.get("name")))
                for one in grant.blocks("spec.to")
            )
            if of and to and _namespace(grant) == home:
                return
        says = f"no ReferenceGrant of namespace {home} lets {kind} {route.name} send to its services"
        yield Check(ok=False, says=says)


def namespace_of(route: Resource, backend: Block) -> str:
    """The namespace that a backend stands in."""
    return text(backend.get("namespace")) or _namespace(route)


def _filtered(route: Resource, rule: Block) -> Iterator[Check]:
    """What a rule does before it forwards."""
    for one in rule.blocks("filters"):
        if one.has("type", "RequestRedirect"):
            yield Check(ok=False, says=f"{route.name} sends requests elsewhere")
        elif one.has("type", "ExtensionRef"):
            yield not_known(f"what {text(one.get('extensionRef.kind'))} of {route.name} asks for is not modelled")


def _namespace(found: Resource) -> str:
    return text(found.get("metadata.namespace")) or "default"
