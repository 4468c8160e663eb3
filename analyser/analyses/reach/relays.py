"""What passes connections on: CloudFront to its origins, load balancers to their targets, APIs, proxies; and events."""

from collections.abc import Iterator, Sequence

from analyser.analyses.reach.accelerators import accelerated
from analyser.analyses.reach.api_authorization import for_client, signature
from analyser.analyses.reach.balancers import BALANCER
from analyser.analyses.reach.classic_load_balancers import classic_links
from analyser.analyses.reach.connection import Connections
from analyser.analyses.reach.data_planes import BUCKET, by_policy, policies_of
from analyser.analyses.reach.edge import AMPLIFY, API, DISTRIBUTION, INTERNET, QUICK, REST_API
from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.invocations import PERMISSION, may_invoke
from analyser.analyses.reach.kubernetes_links import KubernetesLinks
from analyser.analyses.reach.origins import Origins
from analyser.analyses.reach.place import Check, Kind, Link, Place, not_known
from analyser.analyses.reach.prefix_lists import CLOUDFRONT_LIST
from analyser.analyses.reach.private_link import PrivateLinks
from analyser.analyses.reach.public_functions import invoked_by_strangers
from analyser.analyses.reach.security_groups import ANYWHERE, Peer
from analyser.analyses.reach.stores import PROXY, RDS_CLUSTER, RDS_INSTANCE
from analyser.analyses.reach.targets import Targets
from analyser.analyses.reach.vpc_links import VpcLinks
from analyser.analyses.reach.workloads import FUNCTION
from policy.exposure import ACCELERATOR, ACCELERATOR_LISTENER, ENDPOINT_GROUP
from policy.model import Block, Resource

RELAYS = frozenset({Kind.CLOUDFRONT, Kind.BALANCER, Kind.API, Kind.PROXY})
"""What a connection goes on through. An event goes one step only: whoever fills a queue does not call its reader."""
_ALIAS = "aws:lambda/alias:Alias"
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
_PROXY_TARGET = "aws:rds/proxyTarget:ProxyTarget"
_RECORD = "aws:route53/record:Record"
_URL = "aws:lambda/functionUrl:FunctionUrl"
_GATEWAY = "apigateway.amazonaws.com"
# For each kind of API: its integrations and authorizers, the input that names the API, the one that names the function.
_CALLS = {
    REST_API: (
        ("aws:apigateway/integration:Integration", "restApi", "uri"),
        ("aws:apigateway/authorizer:Authorizer", "restApi", "authorizerUri"),
    ),
    API: (
        ("aws:apigatewayv2/integration:Integration", "apiId", "integrationUri"),
        ("aws:apigatewayv2/authorizer:Authorizer", "apiId", "authorizerUri"),
    ),
}
_DOMAINS = {
    "aws:apigateway/domainName:DomainName": ("aws:apigateway/basePathMapping:BasePathMapping", "restApi"),
    "aws:apigatewayv2/domainName:DomainName": ("aws:apigatewayv2/apiMapping:ApiMapping", "apiId"),
}


class Relays:
    """All links by which something is passed on."""

    def __init__(self, view: View, places: Sequence[Place], connections: Connections) -> None:
        self._view = view
        self._connections = connections
        self._places = {urn: place for place in places for urn in place.urns}
        self.targets = Targets(view, self._places, connections)
        self._origin_ways = Origins(view, connections)
        self._kubernetes = KubernetesLinks(view, places, self._places, connections)
        self._vpc_links = VpcLinks(view, self._places, connections, self._behind)

    def links(self) -> Iterator[Link]:
        """Every link, open or not."""
        for distribution in self._view.of(DISTRIBUTION):
            yield from self._origins(distribution)
        for balancer in self._view.of(BALANCER):
            yield from self.targets.of(balancer, self._places[balancer.urn])
        for token in _CALLS:
            for api in self._view.of(token):
                yield from self._called(api)
        yield from self._kubernetes.links()
        yield from self._kubernetes.past_balancers(INTERNET)
        yield from classic_links(self._view, self._places, self._connections)
        yield from accelerated(self._view, self._places, self._connections)
        yield from PrivateLinks(self._view).links(self._places, self.targets)
        yield from self._function_urls()
        for function in self._view.of(FUNCTION):
            yield from invoked_by_strangers(self._view, function, self._places[function.urn], INTERNET)
        yield from self._proxied()
        yield from self._events()

    def leading_anywhere(self) -> dict[Place, Check]:
        """The places whose targets are unknown, each with a check that says why."""
        found = {
            place: not_known(f"where {place.name} leads is not modelled")
            for place in self._kubernetes.may_lead_anywhere()
        }
        for place in dict.fromkeys(self._places.values()):
            if place.kind is Kind.SITE and not place.urns[0].rpartition("::")[0].endswith(AMPLIFY):
                found[place] = not_known(f"what {place.name} reaches is not modelled")
        for balancer in self._view.of(BALANCER):
            if why := self.targets.not_known(balancer):
                found[self._places[balancer.urn]] = not_known(why)
        return found

    def _origins(self, distribution: Resource) -> Iterator[Link]:
        for origin in distribution.blocks("origins"):
            yield from self.to_origin(distribution, origin)

    def to_origin(self, distribution: Resource, origin: Block) -> Iterator[Link]:
        """The links from a distribution to what answers for one of its origins."""
        source, name = self._places[distribution.urn], text(origin.get("domainName"))
        used = Check(*_behaviours(distribution, text(origin.get("originId"))))
        plain = any(
            origin.has(f"{config}.originProtocolPolicy", "http-only")
            for config in ("customOriginConfig", "vpcOriginConfig")
        )
        within = self._origin_ways.within(origin)
        if within is not None:
            plain = self._origin_ways.is_plain(origin)
        places = (
            [(self._places[within.urn], "a VPC origin")]
            if within and within.urn in self._places
            else self._behind(name)
        )
        for target, says in places:
            named = Check(
                ok=True, says=f"origin {name} is {target.name} by {says}" if within else f"origin {name} is {says}"
            )
            port = 80 if plain else 443
            checks = self._origin_checks(distribution, origin, target, port)
            yield Link(source, target, port, (used, named, *checks))

    def _origin_checks(self, distribution: Resource, origin: Block, target: Place, port: int) -> tuple[Check, ...]:
        if target.kind is Kind.SERVICE:
            return (self._origin_ways.bucket(distribution, origin, target),)
        if target.closed:
            return (not_known(target.closed) if target.unsure else Check(ok=False, says=target.closed),)
        if not target.interfaces:
            return ()
        listening = Check(
            ok=not target.ports or port in target.ports, says=f"{target.name} has {_a_listener(port, target)}"
        )
        if self._origin_ways.within(origin):
            return (listening, *self._origin_ways.inside(target, port))
        peer = Peer("CloudFront", cidrs=ANYWHERE, prefix_lists=(CLOUDFRONT_LIST,), one_of=True)
        return (listening, *self._connections.inward(target, port, peer))

    def _behind(self, name: str, before: frozenset[str] = frozenset()) -> Iterator[tuple[Place, str]]:
        """The places that a host name leads to, and how; a name may stand for another one."""
        for record in self._view.of(_RECORD):
            if record.has("name", name) and record.has("type", "A", "AAAA", "CNAME"):
                named = self._view.refers(record, "aliases") + self._view.refers(record, "records")
                for place in (place for found in named for place in self._stands_for(found)):
                    yield place, f"{place.name} by record {record.name}"
                for other in sorted(_other_names(record, named) - {name, *before}):
                    yield from self._behind(other, before | {name})
        for found in self._view.of(BALANCER, BUCKET, REST_API, API, _URL):
            if self._answers_as(found, name) and found.urn in self._places:
                yield self._places[found.urn], f"{self._places[found.urn].name} itself"

    def _stands_for(self, found: Resource) -> Iterator[Place]:
        if found.type == ACCELERATOR:
            # It keeps the address of whoever calls: what the load balancer admits is what it admits without.
            for balancer in self._accelerated(found):
                yield self._places[balancer.urn]
        elif found.type in _DOMAINS:
            token, by = _DOMAINS[found.type]
            for mapping in self._view.resources.companions(found, token, by="domainName"):
                for api in self._view.refers(mapping, by, REST_API, API):
                    yield self._places[api.urn]
        elif found.urn in self._places:
            yield self._places[found.urn]

    def _accelerated(self, accelerator: Resource) -> Iterator[Resource]:
        companions = self._view.resources.companions
        for listener in companions(accelerator, ACCELERATOR_LISTENER, by="acceleratorArn"):
            for group in companions(listener, ENDPOINT_GROUP, by="listenerArn"):
                yield from self._view.refers(group, "endpointConfigurations", BALANCER)

    def _answers_as(self, found: Resource, name: str) -> bool:
        if found.type in (REST_API, API):
            return name.startswith(f"{self._view.id_of(found)}.execute-api.")
        keys = ("dnsName", "bucketRegionalDomainName", "bucketDomainName", "functionUrl")
        return any(name in (host, host.partition("://")[2].strip("/")) for key in keys if (host := _out(found, key)))

    def _called(self, api: Resource) -> Iterator[Link]:
        source = self._places[api.urn]
        seen: set[str] = set()
        for token, by, uri in _CALLS[api.type]:
            for call in self._view.resources.companions(api, token, by=by):
                for function in self._functions(call, uri):
                    if function.urn not in seen:
                        seen.add(function.urn)
                        kind = "authorizer" if uri == "authorizerUri" else "integration"
                        through = Check(ok=True, says=f"{kind} {call.name} of {source.name} calls it")
                        signed = signature(self._view, api, call, lets_others=self._lets_others(api))
                        yield self._invokes(source, function, (through,), self._permission(function, api), signed)
            if uri != "authorizerUri":
                for call in self._view.resources.companions(api, token, by=by):
                    yield from self._vpc_links.of(source, call, uri)
        for path, says in (("body", "the definition of"), (QUICK, "the route that is made with")):
            yield from self._named_by(api, path, Check(ok=True, says=f"{says} {source.name} calls it"))

    def _named_by(self, api: Resource, path: str, through: Check) -> Iterator[Link]:
        for function in self._functions(api, path):
            yield self._invokes(self._places[api.urn], function, (through,), self._permission(function, api), None)

    def _invokes(
        self, source: Place, function: Resource, through: tuple[Check, ...], may: Check, signed: Check | None
    ) -> Link:
        checks = (*through, may)
        again = (lambda client: (*checks, *for_client(client, signed))) if signed else None
        return Link(source, self._places[function.urn], None, (*checks, *([signed] if signed else [])), again=again)

    def _lets_others(self, api: Resource) -> bool:
        """Whether the API has a policy, and that lets in more than its own account."""
        held, unread = policies_of(self._view, api)
        return unread or (bool(held) and not by_policy(self._view, api, "").closed)

    def _permission(self, function: Resource, api: Resource) -> Check:
        return may_invoke(self._view, function, _GATEWAY, "API Gateway", (self._view.id_of(api),))

    def _functions(self, found: Resource, path: str) -> list[Resource]:
        """The functions that an input names, also by an alias."""
        named = self._view.refers(found, path, FUNCTION, _ALIAS)
        behind = [one for alias in named if alias.type == _ALIAS for one in self._functions(alias, "functionName")]
        return list(dict.fromkeys([one for one in named if one.type == FUNCTION] + behind))

    def _function_urls(self) -> Iterator[Link]:
        for url in self._view.of(_URL):
            for function in self._functions(url, "functionName"):
                yield Link(self._places[url.urn], self._places[function.urn], None, (self._url_check(url, function),))

    def _url_check(self, url: Resource, function: Resource) -> Check:
        """Where a URL asks for no one, the provider itself adds the permission for everybody.

        https://github.com/hashicorp/terraform-provider-aws: internal/service/lambda/function_url.go
        """
        if url.unknown("authorizationType"):
            return not_known("whom its URL asks for is not known yet")
        if not url.has("authorizationType", "AWS_IAM"):
            return Check(ok=True, says="its URL asks for no one")
        for permission in self._view.resources.companions(function, PERMISSION, by="function"):
            if permission.has("principal", "*") and permission.has("action", "lambda:InvokeFunctionUrl"):
                return Check(True, f"its URL takes requests signed by whichever AWS principal ({permission.name})")
        return Check(ok=False, says="its URL takes requests signed by AWS principals only")

    def _proxied(self) -> Iterator[Link]:
        for found in self._view.of(_PROXY_TARGET):
            for proxy in self._view.refers(found, "dbProxyName", PROXY):
                named = [("dbInstanceIdentifier", RDS_INSTANCE), ("dbClusterIdentifier", RDS_CLUSTER)]
                for database in [one for path, kind in named for one in self._view.refers(found, path, kind)]:
                    source, target = self._places[proxy.urn], self._places[database.urn]
                    through = Check(ok=True, says=f"{found.name} makes {target.name} its target")
                    port = target.ports[0]
                    yield Link(source, target, port, (through, *self._connections.inside(source, target, port)))

    def _events(self) -> Iterator[Link]:
        for mapping in self._view.of(_MAPPING):
            for function in self._functions(mapping, "functionName"):
                yield from self._event(mapping, "eventSourceArn", function, f"event source {mapping.name}")
        for permission in self._view.of(PERMISSION):
            for function in self._functions(permission, "function"):
                if not permission.has("principal", _GATEWAY):
                    yield from self._event(permission, "sourceArn", function, f"permission {permission.name}")
        for found in self._view.of(_SUBSCRIPTION):
            for target in self._view.refers(found, "endpoint"):
                yield from self._event(found, "topic", target, f"subscription {found.name}")

    def _event(self, found: Resource, by: str, target: Resource, says: str) -> Iterator[Link]:
        for source in self._view.refers(found, by):
            if source.urn in self._places and target.urn in self._places and source is not target:
                checks = (Check(ok=True, says=f"{says} hands its events on"),)
                yield Link(self._places[source.urn], self._places[target.urn], None, checks)


def _behaviours(distribution: Resource, origin: str) -> tuple[bool, str]:
    """Whether some behaviour sends requests to an origin, alone or within a group of origins; and which do."""
    groups = {
        text(group.get("originId"))
        for group in distribution.blocks("originGroups")
        if any(member.has("originId", origin) for member in group.blocks("members"))
    }
    ways = ["every other path"] if distribution.has("defaultCacheBehavior.targetOriginId", origin, *groups) else []
    for behaviour in distribution.blocks("orderedCacheBehaviors"):
        if behaviour.has("targetOriginId", origin, *groups):
            ways.insert(-1 if ways else 0, text(behaviour.get("pathPattern")))
    if not ways:
        return False, f"no behaviour sends requests to origin {origin}"
    return True, f"behaviours for {', '.join(ways)} lead to origin {origin}"


def _a_listener(port: int, target: Place) -> str:
    return f"a listener on {port}" if port in target.ports else f"no listener on {port}, only on {target.ports}"


def _out(found: Resource, key: str) -> str:
    return text(found.outputs.get(key))


def _other_names(record: Resource, named: list[Resource]) -> set[str]:
    """Names of the same zone, or of another stack's part of it, that a record stands for."""
    aliases = {text(alias.get("name")) for alias in record.blocks("aliases")}
    return {name for name in (*aliases, *(text(one.get("name")) for one in named if one.type == _RECORD)) if name}
