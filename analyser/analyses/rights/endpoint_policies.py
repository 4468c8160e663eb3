"""VPC endpoints that a role's requests pass, with their policies.

https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from analyser.analyses.reach.endpoints import ENDPOINT_TYPE, Endpoint, Endpoints
from analyser.analyses.reach.graph_view import View, names
from analyser.analyses.reach.network import Network
from analyser.analyses.rights.matching_statements import Ground, ground
from analyser.analyses.rights.policy_source import Source
from analyser.analyses.rights.principal import Principal, runners
from analyser.analyses.rights.principal_match import standing
from analyser.analyses.rights.request import request
from analyser.analyses.rights.target import Target
from policy.iam import ENDPOINT, documents
from policy.model import Resource

_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"
# Where the endpoint's service has another name than the actions.
_SERVICES = {"kinesis": ("kinesis-streams",), "ecr": ("ecr.api", "ecr.dkr"), "es": ()}
_SUBNETS = ("vpcConfig.subnetIds", "networkConfiguration.subnets", "vpcConfig.subnets")


@dataclass(frozen=True)
class Passage:
    """An endpoint on the way of everything that runs with the role (``always``), or of some of it."""

    name: str
    context: dict[str, str]
    policies: tuple[Source, ...]
    unread: bool
    always: bool

    def refuses(self, who: Principal, action: str, what: Target) -> bool:
        """Whether the endpoint's policy keeps all of it out. None given lets everything through."""
        if not self.policies or self.unread:
            return False
        found = list(self._grounds(who, action, what))
        return any(one.plain for one in found if not one.allows) or not any(one.allows for one in found)

    def _grounds(self, who: Principal, action: str, what: Target) -> Iterator[Ground]:
        context = request(who, what, self.context, action)
        for source in self.policies:
            for statement in source.document.statements:
                if standing(statement, who) is not None:
                    one = ground(source, statement, action, what, context)
                    if one is not None:
                        yield one


class _Ways:
    """What of a stack every question looks up again: networks, endpoints, and what runs with each role."""

    def __init__(self, view: View) -> None:
        self.network = Network(view)
        self.endpoints = Endpoints(view)
        self.runners = runners(view)


_KNOWN: WeakKeyDictionary[View, _Ways] = WeakKeyDictionary()


def passages(view: View, name: str, who: Principal, action: str) -> list[Passage]:
    """The endpoints by which what runs with a role speaks to an action's service."""
    if not view.of(ENDPOINT_TYPE):
        return []
    ways = _KNOWN.get(view) or _KNOWN.setdefault(view, _Ways(view))
    every = ways.runners.get(who.arn, [])
    called = [one for one in every if name in (one.name, view.owner(one), view.id_of(one))]
    network, endpoints = ways.network, ways.endpoints
    found: dict[str, Endpoint] = {}
    for_all = bool(every)
    for runner in called or every:
        mine = _on_the_way(network, endpoints, runner, action)
        for_all = for_all and mine is not None
        if mine is not None:
            found[mine.id] = mine
    return [_passage(view, one, always=for_all and len(found) == 1) for one in found.values()]


def _on_the_way(network: Network, endpoints: Endpoints, runner: Resource, action: str) -> Endpoint | None:
    ids = next((found for path in _SUBNETS if (found := names(runner, path))), ())
    homes = [network.subnets[one] for one in ids if one in network.subnets]
    vpcs = {home.vpc for home in homes}
    service = action.partition(":")[0]
    for named in _SERVICES.get(service, (service,)) if len(vpcs) == 1 else ():
        found = endpoints.find(vpcs.pop(), named, {home.table for home in homes if home.table})
        if found is not None:
            return found
    return None


def _passage(view: View, endpoint: Endpoint, *, always: bool) -> Passage:
    found = view.resources.by_urn[endpoint.urn]
    holders = [found, *view.resources.companions(found, _POLICY, by="vpcEndpointId")]
    given = [one for one in holders if one.given("policy")]
    written = [(one, document) for one in given for document in documents(one, ENDPOINT)]
    unread = any(one.unknown("policy") for one in holders) or not all(document.whole for _, document in written)
    sources = tuple(Source(f"policy of endpoint {endpoint.name}", document) for _, document in written)
    context = {"aws:sourcevpce": endpoint.id, "aws:sourcevpc": endpoint.vpc}
    return Passage(endpoint.name, context, sources, unread or (bool(given) and not written), always)
