"""What passes connections on: CloudFront to its origins, load balancers to their targets, APIs, proxies; and events."""

from collections.abc import Iterable, Iterator

from analyser.analyses.reach.connection import Connections
from analyser.analyses.reach.edge import API, BALANCER, BUCKET, DISTRIBUTION, REST_API
from analyser.analyses.reach.place import Check, Kind, Link, Place
from analyser.analyses.reach.security_groups import ANYWHERE, CLOUDFRONT_LIST, Peer
from analyser.analyses.reach.stores import PROXY, RDS_INSTANCE
from analyser.analyses.reach.targets import Targets
from analyser.analyses.reach.view import View, text
from analyser.analyses.reach.workloads import FUNCTION
from policy.iam import RESOURCE, documents
from policy.iam.reach import covers
from policy.model import Block, Resource

RELAYS = frozenset({Kind.CLOUDFRONT, Kind.BALANCER, Kind.API, Kind.PROXY})
"""What a connection goes on through. An event goes one step only: whoever fills a queue does not call its reader."""
_ALIAS = "aws:lambda/alias:Alias"
_PERMISSION = "aws:lambda/permission:Permission"
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
_PROXY_TARGET = "aws:rds/proxyTarget:ProxyTarget"
_RECORD = "aws:route53/record:Record"
_BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
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

    def __init__(self, view: View, places: Iterable[Place], connections: Connections) -> None:
        self._view = view
        self._connections = connections
        self._places = {urn: place for place in places for urn in place.urns}
        self.targets = Targets(view, self._places, connections)

    def links(self) -> Iterator[Link]:
        """Every link, open or not."""
        for distribution in self._view.of(DISTRIBUTION):
            yield from self._origins(distribution)
        for balancer in self._view.of(BALANCER):
            yield from self.targets.of(balancer, self._places[balancer.urn])
        for token in _CALLS:
            for api in self._view.of(token):
                yield from self._called(api)
        yield from self._function_urls()
        yield from self._proxied()
        yield from self._events()

    def _origins(self, distribution: Resource) -> Iterator[Link]:
        for origin in distribution.blocks("origins"):
            yield from self.to_origin(distribution, origin)

    def to_origin(self, distribution: Resource, origin: Block) -> Iterator[Link]:
        """The links from a distribution to what answers for one of its origins."""
        source, name = self._places[distribution.urn], text(origin.get("domainName"))
        used = Check(*_behaviours(distribution, text(origin.get("originId"))))
        for target, says in self._behind(name):
            named = Check(ok=True, says=f"origin {name} is {says}")
            port = 80 if origin.has("customOriginConfig.originProtocolPolicy", "http-only") else 443
            checks = self._origin_checks(distribution, origin, target, port)
            yield Link(source, target, port, (used, named, *checks))

    def _origin_checks(self, distribution: Resource, origin: Block, target: Place, port: int) -> tuple[Check, ...]:
        if target.kind is Kind.SERVICE:
            return (self._bucket_check(distribution, origin, target),)
        if target.closed:
            return (Check(ok=False, says=target.closed),)
        if target.kind is not Kind.BALANCER:
            return ()
        listening = Check(ok=port in target.ports, says=f"{target.name} has {_a_listener(port, target)}")
        peer = Peer("CloudFront", cidrs=ANYWHERE, prefix_lists=(CLOUDFRONT_LIST,))
        return (listening, *self._connections.inward(target, port, peer))

    def _bucket_check(self, distribution: Resource, origin: Block, target: Place) -> Check:
        bucket = self._view.resources.by_urn[target.urns[0]]
        if not origin.has("originAccessControlId"):
            return Check(ok=False, says=f"origin {text(origin.get('originId'))} has no origin access control")
        arn = text(distribution.outputs.get("arn"))
        for policy in self._view.resources.companions(bucket, _BUCKET_POLICY, by="bucket"):
            for document in documents(policy, RESOURCE):
                for statement in document.allowing():
                    sources = [value for one in statement.values_of("aws:SourceArn") for value in one.values]
                    service = "cloudfront.amazonaws.com" in statement.principals_of("Service")
                    if service and covers(statement, "s3:GetObject") and (not sources or arn in sources):
                        says = f"the bucket's policy lets this distribution read ({statement.label})"
                        return Check(ok=True, says=says, urns=(policy.urn,))
        return Check(ok=False, says=f"the policy of bucket {target.name} lets this distribution read nothing")

    def _behind(self, name: str) -> Iterator[tuple[Place, str]]:
        """The places that a host name leads to, and how."""
        for record in self._view.of(_RECORD):
            if record.has("name", name) and record.has("type", "A", "AAAA", "CNAME"):
                for found in self._view.refers(record, "aliases") + self._view.refers(record, "records"):
                    for place in self._stands_for(found):
                        yield place, f"{place.name} by record {record.name}"
        for found in self._view.of(BALANCER, BUCKET, REST_API, API, _URL):
            if self._answers_as(found, name) and found.urn in self._places:
                yield self._places[found.urn], f"{self._places[found.urn].name} itself"

    def _stands_for(self, found: Resource) -> Iterator[Place]:
        if found.type in _DOMAINS:
            token, by = _DOMAINS[found.type]
            for mapping in self._view.resources.companions(found, token, by="domainName"):
                for api in self._view.refers(mapping, by, REST_API, API):
                    yield self._places[api.urn]
        elif found.urn in self._places:
            yield self._places[found.urn]

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
                        yield self._invokes(source, function, (through,), self._permission(function, api))
        for function in self._functions(api, "body"):
            through = Check(ok=True, says=f"the definition of {source.name} calls it")
            yield self._invokes(source, function, (through,), self._permission(function, api))

    def _invokes(self, source: Place, function: Resource, through: tuple[Check, ...], may: Check) -> Link:
        return Link(source, self._places[function.urn], None, (*through, may))

    def _permission(self, function: Resource, api: Resource) -> Check:
        identifier = self._view.id_of(api)
        for permission in self._view.resources.companions(function, _PERMISSION, by="function"):
            source = text(permission.get("sourceArn"))
            if permission.has("principal", _GATEWAY) and (not source or identifier in source):
                says = f"permission {permission.name} lets API Gateway invoke it"
                return Check(ok=True, says=says, urns=(permission.urn,))
        return Check(ok=False, says=f"no permission lets API Gateway invoke {self._places[function.urn].name}")

    def _functions(self, found: Resource, path: str) -> list[Resource]:
        """The functions that an input names, also by an alias."""
        named = self._view.refers(found, path, FUNCTION, _ALIAS)
        behind = [one for alias in named if alias.type == _ALIAS for one in self._functions(alias, "functionName")]
        return list(dict.fromkeys([one for one in named if one.type == FUNCTION] + behind))

    def _function_urls(self) -> Iterator[Link]:
        for url in self._view.of(_URL):
            for function in self._functions(url, "functionName"):
                signed = url.has("authorizationType", "AWS_IAM")
                says = "its URL takes requests signed by AWS principals only" if signed else "its URL asks for no one"
                yield Link(self._places[url.urn], self._places[function.urn], None, (Check(not signed, says),))

    def _proxied(self) -> Iterator[Link]:
        for found in self._view.of(_PROXY_TARGET):
            for proxy in self._view.refers(found, "dbProxyName", PROXY):
                for database in self._view.refers(found, "dbInstanceIdentifier", RDS_INSTANCE):
                    source, target = self._places[proxy.urn], self._places[database.urn]
                    through = Check(ok=True, says=f"{found.name} makes {target.name} its target")
                    port = target.ports[0]
                    yield Link(source, target, port, (through, *self._connections.inside(source, target, port)))

    def _events(self) -> Iterator[Link]:
        for mapping in self._view.of(_MAPPING):
            for function in self._functions(mapping, "functionName"):
                yield from self._event(mapping, "eventSourceArn", function, f"event source {mapping.name}")
        for permission in self._view.of(_PERMISSION):
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
