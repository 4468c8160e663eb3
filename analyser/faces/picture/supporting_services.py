"""What a picture shows beside connections: DNS, firewalls, sign-in, use of stores, copies in other regions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.place import Kind, Place
from analyser.analyses.rights.patterns import arn_matches
from analyser.analyses.rights.principal import principal
from analyser.analyses.rights.unknown_name import UnknownNameError
from analyser.faces.picture.flows import DNS, Flow
from policy.model import Resource, known

_RECORD = "aws:route53/record:Record"
_ACL = "aws:wafv2/webAcl:WebAcl"
_ACL_ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
_AUTHORIZERS = ("aws:apigateway/authorizer:Authorizer", "aws:apigatewayv2/authorizer:Authorizer")
_REPLICATION = ("aws:s3/bucketReplicationConfig:BucketReplicationConfig",)
_TABLE = "aws:dynamodb/table:Table"
_PLAN = "aws:backup/plan:Plan"
_RUN_CODE = frozenset({Kind.FUNCTION, Kind.PODS, Kind.TASKS, Kind.INSTANCE})
_SHOWN = frozenset({"s3", "dynamodb", "sqs", "sns", "kinesis-streams", "cognito-idp", "states", "es", "backup"})
"""AWS's services that keep or hand on what people care for; keys, secrets and images are everybody's."""


@dataclass(frozen=True)
class Extra:
    """A thing in a picture that is no place of the reach analysis."""

    key: str
    title: str
    type: str
    kind: str
    region: str = ""
    """Empty for what is in all regions."""


def shown(place: Place, named: set[str]) -> bool:
    """Whether a place is drawn in the picture."""
    return place.kind is not Kind.SERVICE or place.service in _SHOWN or place.name in named


def zones(view: View) -> tuple[list[Extra], list[Flow]]:
    """Route 53, where clients ask for the names that lead to the stack."""
    names = {text(record.get("name")) for record in view.of(_RECORD) if record.given("aliases")} - {""}
    if not names:
        return [], []
    shortest = min(names, key=lambda name: (len(name), name))
    more = f" + {len(names) - 1}" if len(names) > 1 else ""
    return [Extra(DNS, shortest + more, _RECORD, "dns")], [Flow("internet", DNS, (53,), "public")]


def guards(view: View, places: Sequence[Place]) -> tuple[list[Extra], list[Flow]]:
    """Each firewall that a request is inspected by, and what asks it."""
    extras, flows = [], []
    of_urn = {urn: place for place in places for urn in place.urns}
    for acl in view.of(_ACL):
        arn = text(acl.outputs.get("arn"))
        asks = [place for urn, place in of_urn.items() if _names(view.resources.by_urn[urn].get("webAclId"), arn)]
        bound = [found for found in view.of(_ACL_ASSOCIATION) if _names(found.get("webAclArn"), arn)]
        asks += [place for found in bound if (place := _guarded(view, of_urn, text(found.get("resourceArn"))))]
        everywhere = text(acl.get("scope")) == "CLOUDFRONT"
        key = f"waf:{view.owner(acl)}"
        extras.append(Extra(key, view.owner(acl), _ACL, "firewall", "" if everywhere else view.region_of(acl)))
        flows += [Flow(place.name, key, (), "check") for place in dict.fromkeys(asks)]
    return extras, flows


def _guarded(view: View, of_urn: Mapping[str, Place], arn: str) -> Place | None:
    """The place with this ARN; the API of a stage's."""
    found = view.by_arn(arn)
    if found is None:
        return None
    api = view.by_id(text(found.get("restApi")))
    return of_urn.get(found.urn) or (of_urn.get(api.urn) if api else None)


def sign_ins(view: View, places: Sequence[Place]) -> Iterator[Flow]:
    """User pools: whoever signs in, and the APIs whose authorizers trust their tokens."""
    pools = [(place, view.resources.by_urn[place.urns[0]]) for place in places if place.service == "cognito-idp"]
    apis = {view.id_of(view.resources.by_urn[urn]): place for place in places for urn in place.urns}
    for place, pool in pools:
        yield Flow("internet", place.name, (443,), "public")
        for found in view.of(*_AUTHORIZERS):
            trusted = f"{found.get('jwtConfiguration.issuer')} {found.get('providerArns')}"
            api = apis.get(text(found.get("apiId")) or text(found.get("restApi")))
            if view.id_of(pool) in trusted and api:
                yield Flow(api.name, place.name, (), "check")


def uses(view: View, places: Sequence[Place]) -> Iterator[Flow]:
    """Which code may use which store behind AWS's API, by what the policies of its role name."""
    stores = [(place, _arns(view, place)) for place in places if place.kind is Kind.SERVICE and place.service in _SHOWN]
    for place in places:
        if place.kind not in _RUN_CODE:
            continue
        patterns = list(_allowed(view, place.name))
        for store, arns in stores:
            if any(arn_matches(pattern, arn) for pattern in patterns for arn in arns):
                yield Flow(place.name, store.name, (), "use")


def copies(view: View, places: Sequence[Place]) -> tuple[list[Extra], list[Flow]]:
    """Copies in other regions that AWS keeps by itself: of buckets, tables and backups."""
    of_urn = {urn: place.name for place in places for urn in place.urns}
    extras, flows = [], []
    for source, target in _replicated(view):
        if source.urn in of_urn and target.urn in of_urn:
            flows.append(Flow(of_urn[source.urn], of_urn[target.urn], (), "copy"))
    for table in view.of(_TABLE):
        for region in _replicas(table):
            extras.append(Extra(f"copy:{of_urn[table.urn]}:{region}", view.owner(table), _TABLE, "service", region))
            flows.append(Flow(of_urn[table.urn], extras[-1].key, (), "copy"))
    for source, target in _vaults(view):
        extras.append(Extra(f"copy:{target.name}", target.name, target.type, "service", view.region_of(target)))
        flows.append(Flow(of_urn[source.urn], extras[-1].key, (), "copy"))
    return extras, list(dict.fromkeys(flows))


def _names(value: object, arn: str) -> bool:
    return bool(arn) and known(value) and value == arn


def _arns(view: View, place: Place) -> list[str]:
    return [arn for urn in place.urns if (arn := text(view.resources.by_urn[urn].outputs.get("arn")))]


def _allowed(view: View, name: str) -> Iterator[str]:
    """What the role of some code may be used on, as its policies write it; not what they leave open."""
    try:
        found = principal(view, name)
    except UnknownNameError:
        return
    for source in found.policies:
        for statement in source.document.statements:
            if statement.allows:
                yield from (one for one in statement.resources if known(one) and _narrow(one))


def _narrow(pattern: str) -> bool:
    """Whether a pattern names something: an ARN whose resource does not begin with a wildcard."""
    parts = pattern.split(":", 5)
    return len(parts) == 6 and not parts[5].startswith("*")


def _replicated(view: View) -> Iterator[tuple[Resource, Resource]]:
    for found in view.of(*_REPLICATION):
        source = view.by_id(text(found.get("bucket")))
        for rule in _blocks(found.get("rules")):
            target = view.by_arn(text(_at(rule, "destination", "bucket")))
            if source and target:
                yield source, target


def _vaults(view: View) -> Iterator[tuple[Resource, Resource]]:
    vaults = {text(one.get("name")) or view.id_of(one): one for one in view.of("aws:backup/vault:Vault")}
    seen = set()
    for plan in view.of(_PLAN):
        for rule in _blocks(plan.get("rules")):
            source = vaults.get(text(_at(rule, "targetVaultName")))
            for action in _blocks(_at(rule, "copyActions")):
                target = view.by_arn(text(_at(action, "destinationVaultArn")))
                if source and target and (source, target) not in seen:
                    seen.add((source, target))
                    yield source, target


def _replicas(table: Resource) -> list[str]:
    return [region for replica in _blocks(table.get("replicas")) if (region := text(_at(replica, "regionName")))]


def _blocks(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()


def _at(value: object, *path: str) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
