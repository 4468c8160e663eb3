"""From code to the stores that it uses: configuration, network, role, user of the store, TLS."""

from collections.abc import Iterator
from dataclasses import replace

from analyser.analyses.reach.fargate import PROFILE
from analyser.analyses.reach.graph_view import text
from analyser.analyses.reach.place import Kind, Place
from analyser.analyses.reach.stores import PROXY, RDS_CLUSTER, RDS_INSTANCE
from analyser.analyses.trace import principals
from analyser.analyses.trace.code import Code
from analyser.analyses.trace.code_configuration import MAPPING, SECRET, secret_arn, secret_named
from analyser.analyses.trace.model import Chain, Link, Story, found, missing, not_known
from analyser.analyses.trace.readers import Reader, readers
from analyser.analyses.trace.stores import CACHE, CLUSTER, FILES, Use, arn_of, identities, named, place_of, uses
from analyser.analyses.trace.survey import Survey
from analyser.analyses.trace.transport import in_tls
from policy.model import Resource

_PORTED = (RDS_INSTANCE, RDS_CLUSTER, PROXY, CACHE)
"""Stores whose name alone does not say the port."""
_POLLERS_CALL = ("lambda", "sts")
"""https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html"""


def stores(s: Survey) -> Iterator[Chain]:
    """One chain for each store that some code uses."""
    for use in uses(s):
        title = f"{use.code.name} to {named(use.store)}"
        links = _secret(s, use) if use.store.type == SECRET else _store(s, use)
        yield Chain(Story.STORE, title, tuple(links))


def _store(s: Survey, use: Use) -> Iterator[Link]:
    yield is_told(s, use)
    yield from network(s, use)
    if use.granted or not use.kind.signs_in:
        if use.store.type == FILES:
            yield from principals.of_files(s, use)
        else:
            yield use.code.identity.link(use.code.name)
            yield from becomes(s, use)
            yield from may(s, use)
            yield from principals.of(s, use)
    else:
        yield from signs_in(s, use)
    yield from in_tls(s, use.store)


def _secret(s: Survey, use: Use) -> Iterator[Link]:
    yield is_told(s, use)
    for reader in readers(s, use):
        yield reader.identity
        if reader.place:
            yield _way(s, reader.place, use.store, place_of(s, use.store))
        yield reads(s, reader, use.store)
    yield principals.has_a_value(s, use.store)


def is_told(s: Survey, use: Use) -> Link:
    """The code's configuration names the store and its port."""
    says = f"{use.code.name} is told of {named(use.store)}"
    where = list(dict.fromkeys(one.where for one in use.configuration))
    if not where:
        return missing("configured", says, "nothing that it is given names it", [use.code.resource, use.store])
    names = ", ".join(dict.fromkeys(one.name for one in use.configuration))
    place = place_of(s, use.store)
    port = place.ports[0] if place and place.ports else None
    if use.store.type in _PORTED and port and not _knows_port(s, use, port):
        return missing("configured", says, f"nothing that it is given says port {port}", where)
    return found("configured", f"{says} by {names}", where)


def _knows_port(s: Survey, use: Use, port: int) -> bool:
    """By the place of the name itself, or in a value of its own beside it."""
    beside = {id(one.where) for one in use.configuration}
    hosts = identities(s, use.store)
    in_url = any(f"{host}:{port}" in one.value for one in use.configuration for host in hosts)
    return in_url or any(one.value == str(port) and id(one.where) in beside for one in use.code.configuration)


def network(s: Survey, use: Use) -> Iterator[Link]:
    """The network lets the code open connections to the store; volumes are mounted by nodes, whatever pods may do."""
    target, own = place_of(s, use.store), s.place(use.code.resource)
    if target and _is_polled(s, use):
        # Lambda's pollers stand where the brokers do, and call the function and its role from there.
        yield _way(s, target, use.store, target)
        yield from (s.way("network", target, s.service(service)) for service in _POLLERS_CALL)
        return
    by_nodes = use.store.type == FILES and not (own and own.pods and own.pods.on_fargate)
    sources = _nodes(s) if by_nodes else [own] if own else []
    if not sources:
        yield not_known("network", f"{use.code.name} reaches {named(use.store)}", "where it runs is not modelled")
    for source in sources:
        yield _way(s, source, use.store, target)


def _nodes(s: Survey) -> list[Place]:
    """What several pods run on, and mounts volumes for them."""
    profiles = {one.urn for one in s.of(PROFILE)}
    return [place for place in s.reach.places if place.kind is Kind.NODES and not profiles & set(place.urns)]


def _is_polled(s: Survey, use: Use) -> bool:
    """Whether Lambda reads a Kafka cluster for the code."""
    mappings = s.companions(use.code.resource, MAPPING, "functionName")
    return use.store.type == CLUSTER and any(use.store in s.refers(one, "eventSourceArn") for one in mappings)


def _way(s: Survey, source: Place, store: Resource, target: Place | None) -> Link:
    if target is None:
        says = f"{source.name} reaches {named(store)}"
        return missing("network", says, f"{named(store)} has no place in the network", [store])
    return s.way("network", source, target)


def becomes(s: Survey, use: Use) -> Iterator[Link]:
    """Code that uses another role than its own may assume it: by its rights, and by that role's trust policy."""
    own, other = use.code.identity.role, use.role
    if own and other and own is not other:
        decision = s.may(text(own.outputs.get("arn")), "sts:AssumeRole", text(other.outputs.get("arn")))
        evidence = [*s.policies_of(own), other]
        yield s.permission("rights", f"{use.code.name} may become {other.name}", decision, evidence)


def may(s: Survey, use: Use) -> Iterator[Link]:
    """The role may do what it is granted, nothing denies it, and the store's key lets it."""
    role, says = use.role, f"{use.code.name} may use {named(use.store)}"
    if role is None or not use.granted:
        lacks = f"its role may do none of {', '.join(use.kind.uses)}"
        yield missing("rights", says, lacks, [use.store, *([role] if role else [])])
        return
    for action in use.granted:
        decision = s.may(text(role.outputs.get("arn")), action, _asked(use, action))
        evidence = [*s.policies_of(role), use.store]
        yield s.permission("rights", f"{use.code.name} may do {action} on {named(use.store)}", decision, evidence)


def _asked(use: Use, action: str) -> str:
    """What an action is about: of a cluster's topics, those of the cluster."""
    if use.store.type == CLUSTER and action != "kafka-cluster:Connect":
        return text(use.store.outputs.get("arn")).replace(":cluster/", ":topic/", 1) + "/*"
    return arn_of(use.store)


def signs_in(s: Survey, use: Use) -> Iterator[Link]:
    """Code without a right to sign in has a name and a password in a secret, which somebody reads for it."""
    secrets = list(dict.fromkeys(one.secret for one in use.configuration if one.secret))
    secrets = secrets or [secret for secret in _secrets(s, use.code) if principals.is_password_of(s, secret, use.store)]
    says = f"{use.code.name} signs in to {named(use.store)} with a password"
    if not secrets:
        lacks = f"its role may not {use.kind.uses[0]}, and it is told of no secret"
        yield missing("identity", says, lacks, [use.code.resource])
        return
    yield found("identity", f"{says} from {', '.join(map(named, secrets))}", secrets)
    for secret in secrets:
        if secret.type != SECRET:  # one that RDS keeps itself is no store of its own
            yield from _fetched(s, use, secret)
    yield from principals.with_password(s, use, secrets)


def _fetched(s: Survey, use: Use, secret: Resource) -> Iterator[Link]:
    telling = tuple(
        one for one in use.code.configuration if one.secret is secret or secret_named(s, one.value) is secret
    )
    for reader in readers(s, replace(use, configuration=telling)):
        yield reader.identity
        yield reads(s, reader, secret)


def _secrets(s: Survey, code: Code) -> list[Resource]:
    named = [one.secret or secret_named(s, one.value) for one in code.configuration]
    return list(dict.fromkeys(one for one in named if one))


def reads(s: Survey, reader: Reader, secret: Resource) -> Link:
    """Who fetches a secret may read and decrypt it."""
    says = f"{reader.name} may read {named(secret)}"
    if reader.role is None:
        return missing("rights", says, "it has no role", [secret])
    decision = s.may(text(reader.role.outputs.get("arn")), "secretsmanager:GetSecretValue", secret_arn(secret))
    return s.permission("rights", says, decision, [*s.policies_of(reader.role), secret])
