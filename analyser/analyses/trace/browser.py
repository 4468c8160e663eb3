"""From a browser to what answers: name, certificate, CDN, web ACL, load balancer or API, and what runs behind."""

from collections.abc import Iterable, Iterator

from analyser.analyses.reach.balancers import BALANCER
from analyser.analyses.reach.edge import API, DISTRIBUTION, REST_API
from analyser.analyses.reach.graph_view import text, texts
from analyser.analyses.reach.place import Kind, Place
from analyser.analyses.trace import edge, origin_links
from analyser.analyses.trace.model import Chain, Link, Story, found, missing, shown
from analyser.analyses.trace.survey import Survey
from policy.model import Resource

_MAPPINGS = (
    (edge.REST_DOMAIN, "aws:apigateway/basePathMapping:BasePathMapping", "restApi"),
    (edge.API_DOMAIN, "aws:apigatewayv2/apiMapping:ApiMapping", "apiId"),
)
_TLS = 443
_SITE = "aws:amplify/domainAssociation:DomainAssociation"


def browsers(s: Survey) -> Iterator[Chain]:
    """One chain for each name under which the stack answers."""
    behind_cdn = {text(origin.get("domainName")) for one in s.of(DISTRIBUTION) for origin in edge.origins(one)}
    for distribution in s.of(DISTRIBUTION):
        for host in _hosts(s, distribution, texts(distribution.list("aliases"))):
            yield Chain(Story.BROWSER, f"browser to {host}", tuple(_by_cdn(s, host, distribution)))
    for token, mapping, by in _MAPPINGS:
        for domain in s.of(token):
            host = text(domain.get("domainName"))
            if host not in behind_cdn:
                links = _by_domain(s, host, domain, mapping, by)
                yield Chain(Story.BROWSER, f"browser to {host}", tuple(links))
    yield from _unnamed(s, behind_cdn)
    yield from _sites(s)
    yield from _forgotten(s)


def _by_cdn(s: Survey, host: str, distribution: Resource) -> Iterator[Link]:
    yield from _named(s, host, distribution)
    yield edge.answers_for(host, distribution)
    yield edge.web_acl_stands_before(s, distribution)
    reached: dict[str, Place] = {}
    for origin in edge.origins(distribution):
        yield from edge.origin_answers(s, distribution, origin)
        ways = s.reach.relays.to_origin(distribution, origin)
        reached |= {way.target.name: way.target for way in ways}
    for place in reached.values():
        yield from _onward(s, place)


def _by_domain(s: Survey, host: str, domain: Resource, mapping: str, by: str) -> Iterator[Link]:
    yield from _named(s, host, domain)
    mappings = s.companions(domain, mapping, "domainName")
    apis = [api for one in mappings for api in s.refers(one, by, REST_API, API)]
    if not apis:
        yield missing("mapping", f"{host} is the address of an API", "no mapping leads on from the domain", [domain])
    for api in apis:
        yield found("mapping", f"{host} is the address of {api.name}", mappings)
        place = s.place(api)
        if place is None:
            continue
        if api.type == REST_API and any(way.target.kind is Kind.FUNCTION for way in s.reach.passed_on(place)):
            yield edge.web_acl_stands_before(s, api)
        yield from _onward(s, place)


def _unnamed(s: Survey, behind_cdn: set[str]) -> Iterator[Chain]:
    """Load balancers and APIs that a CDN or a domain does not lead to, by their certificates' names or their own."""
    led_to = {urn for one in s.of(DISTRIBUTION) for way in _origin_ways(s, one) for urn in way.urns}
    for balancer in s.of(BALANCER):
        if balancer.urn not in led_to:
            hosts = _hosts(s, balancer, edge.certified(s, balancer))
            for host in [host for host in hosts if host not in behind_cdn] or [""]:
                title = f"browser to {host or balancer.name}"
                yield Chain(Story.BROWSER, title, tuple(_by_balancer(s, host, balancer)))
    mapped = {api.urn for _, mapping, by in _MAPPINGS for one in s.of(mapping) for api in s.refers(one, by)}
    for api in s.of(REST_API, API):
        place = s.place(api)
        if place and api.urn not in {*mapped, *led_to}:
            yield Chain(Story.BROWSER, f"browser to {api.name}", tuple(_onward(s, place)))


def _hosts(s: Survey, front: Resource, known: Iterable[str]) -> list[str]:
    """The names that something is to answer for: those that it knows, and those of records that lead to it."""
    led = [text(one.get("name")) for one in s.of(edge.RECORD) if front in s.refers(one, "aliases")]
    return sorted({*known, *led})


def _by_balancer(s: Survey, host: str, balancer: Resource) -> Iterator[Link]:
    if host:
        yield from _named(s, host, balancer)
    else:
        yield missing("dns", f"a name leads to {balancer.name}", "no record and no distribution do", [balancer])
    place = s.place(balancer)
    internet = s.reach.find("internet")[0]
    if place:
        yield edge.web_acl_stands_before(s, balancer)
        yield s.way("door", internet, place, place.ports[0] if place.ports and _TLS not in place.ports else _TLS)
        yield from _onward(s, place)


def _forgotten(s: Survey) -> Iterator[Chain]:
    """Target groups that wait for requests which nobody sends them."""
    led_to = {group for balancer in s.of(BALANCER) for group in origin_links.groups_of(s, balancer)}
    for group in s.of(origin_links.GROUP):
        if group not in led_to:
            link = missing("rule", f"a load balancer forwards requests to {group.name}", "no rule does", [group])
            yield Chain(Story.BROWSER, f"nobody to {group.name}", (link,))


def _sites(s: Survey) -> Iterator[Chain]:
    """What Amplify hosts under a domain of its own; it makes certificate and records itself."""
    for domain in s.of(_SITE):
        for branch in domain.blocks("subDomains"):
            host = ".".join(part for part in (text(branch.get("prefix")), text(domain.get("domainName"))) if part)
            says = f"{host} shows branch {text(branch.get('branchName'))}"
            apps = s.refers(domain, "appId", "aws:amplify/app:App")
            branches = [
                one
                for app in apps
                for one in s.companions(app, "aws:amplify/branch:Branch", "appId")
                if one.has("branchName", text(branch.get("branchName")))
            ]
            links = (
                edge.zone_is_delegated(s, host),
                shown("site", says, [*branches, domain] if branches else [], "the app has no such branch"),
            )
            yield Chain(Story.BROWSER, f"browser to {host}", links)


def _named(s: Survey, host: str, front: Resource) -> Iterator[Link]:
    yield edge.zone_is_delegated(s, host)
    yield edge.name_resolves(s, host, front)
    yield edge.certificate_covers(s, host, front)
    yield edge.certificate_is_issued(s, host, front)


def _onward(s: Survey, place: Place) -> Iterator[Link]:
    """From a load balancer or an API to what runs behind it; a bucket is the end."""
    (resource, *_) = s.at(place)
    if place.kind is Kind.BALANCER:
        yield origin_links.listens(s, resource)
        for group in origin_links.groups_of(s, resource):
            yield origin_links.is_forwarded_to(s, group, resource)
            yield from origin_links.members_answer(s, group, resource)
    if place.kind is Kind.API:
        yield origin_links.api_is_staged(s, resource)
        yield from origin_links.api_calls(s, resource, place)


def _origin_ways(s: Survey, distribution: Resource) -> Iterator[Place]:
    for origin in edge.origins(distribution):
        yield from (way.target for way in s.reach.relays.to_origin(distribution, origin))
