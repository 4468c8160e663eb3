"""Values for the computed properties of a resource, by the types that the SDK declares for them."""

import functools
import importlib
import typing
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from pulumi import _types

from analyser.run.mock_cloud.host_names import host_name, port_of
from analyser.run.mock_cloud.identity import ACCOUNT_ID, Identity
from policy.unknown import UNKNOWN

# What AWS adds to a block that was given without it; to one that names a region, what there is in that region.
_FILLED = {
    "aws:dynamodb/table:Table": {"replicas": ("arn", "streamArn")},
    "aws:eks/cluster:Cluster": {"vpcConfig": ("clusterSecurityGroupId", "vpcId")},
}
_MODULES = {"index": "", "lambda": "lambda_"}


def computed(token: str, name: str, inputs: dict[str, Any], region: str) -> tuple[str, dict[str, Any]]:
    """The id of a resource and its inputs with a value for each property that they leave open."""
    identity = Identity(token, name, inputs, region)
    state = {key: _made_of(token, key)(identity) for key in output_types(token) if key not in inputs and key != "id"}
    state |= inputs

    def value(member: str, block: dict[str, Any]) -> Any:
        there = Identity(token, name, inputs, block.get("regionName", region))
        return f"{there.arn}/stream/2026-01-01T00:00:00.000" if member == "streamArn" else _text(there, member)

    return identity.id, _filled(token, state, value)


def not_computed(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The state of a resource before there is one: its inputs, with what AWS adds inside a block still unknown."""
    return _filled(token, dict(inputs), lambda *_: UNKNOWN)


def _filled(token: str, state: dict[str, Any], value: Callable[[str, dict[str, Any]], Any]) -> dict[str, Any]:
    def full(block: Any, members: Sequence[str]) -> Any:
        if not isinstance(block, dict):
            return block
        return {**{member: value(member, block) for member in members}, **block}

    for key, members in _FILLED.get(token, {}).items():
        found = state.get(key)
        if found is not None:
            state[key] = [full(each, members) for each in found] if isinstance(found, list) else full(found, members)
    return state


@functools.cache
def output_types(token: str) -> dict[str, Any]:
    """The properties of a type by Pulumi's names, with the types that the SDK declares; none where it has no such."""
    cls = resource_class(token)
    return _types.resource_types(cls) if cls else {}


@functools.cache
def resource_class(token: str) -> type | None:
    """The SDK class registered under a type token, or None when the SDK has none."""
    try:
        found = getattr(importlib.import_module(module_of(token)), token.rpartition(":")[2], None)
    except ImportError:
        return None
    return found if getattr(found, "pulumi_type", None) == token else None


def module_of(token: str) -> str:
    """The module of the SDK that holds a resource or a function, by its token."""
    package, _, rest = token.partition(":")
    path = rest.partition(":")[0].split("/")[0].replace("-", "_")
    return f"pulumi_{package.replace('-', '_')}.{_MODULES.get(path, path)}".rstrip(".")


def value_of(identity: Identity, key: str, typ: Any) -> Any:
    """A value of a type for a property."""
    return _made(key, typ)(identity)


@functools.cache
def _made_of(token: str, key: str) -> Callable[[Identity], Any]:
    return _made(key, output_types(token)[key])


def _made(key: str, typ: Any, within: tuple[Any, ...] = ()) -> Callable[[Identity], Any]:
    """What makes the value of a property from who it is of, which is the same for all resources of a type.

    ``within`` are the types that it is made for; one that holds itself, as a rule of WAF does, ends there.
    """
    inner, origin = _form(typ)
    if is_list(origin):
        return _items(key, inner, within)
    if origin is not None:
        return lambda _: {}
    if not isinstance(inner, type):
        return functools.partial(_text, key=key)
    if _types.is_output_type(inner):
        deeper = (*within, inner)
        parts = _types.output_type_types(inner).items() if inner not in within else ()
        made = {name: _made(name, part, deeper) for name, part in parts}
        return lambda identity: {name: make(identity) for name, make in made.items()}
    if inner is bool:
        return lambda _: False
    if inner in (int, float):
        return port_of if key == "port" else lambda _: 1
    if issubclass(inner, Enum):
        first = next(iter(inner)).value
        return lambda _: first
    return functools.partial(_text, key=key)


def _items(key: str, listed: Any, within: tuple[Any, ...]) -> Callable[[Identity], list[Any]]:
    if key == "nameServers":
        return _name_servers
    if key == "domainValidationOptions":
        return _validations
    arguments = typing.get_args(listed)
    made = _made(key.removesuffix("s"), arguments[0] if arguments else str, within)
    return lambda identity: [made(identity)]


@functools.cache
def _form(typ: Any) -> tuple[Any, Any]:
    """A type without Optional, and what it is made of, which typing works out anew each time."""
    inner = bare(typ)
    return inner, typing.get_origin(inner)


def bare(typ: Any) -> Any:
    """A type without Optional and its like."""
    while type(typ).__name__ == "UnionType" or typing.get_origin(typ) is typing.Union:
        typ = next(argument for argument in typing.get_args(typ) if argument is not type(None))
    return typ


def is_list(origin: Any) -> bool:
    """Whether this is what a list is made of."""
    return origin is not None and (origin in (list, tuple) or getattr(origin, "__name__", "") == "Sequence")


def _text(identity: Identity, key: str) -> Any:
    found = host_name(identity, key)
    if found is not None:
        return found
    return _text_of(key)(identity)


@functools.cache
def _text_of(key: str) -> Callable[[Identity], str]:
    """What makes the text of a property by the end of its name."""
    lowered = key.lower()
    return next((make for end, make in _TEXTS if lowered.endswith(end)), lambda identity: f"{identity.name}-{key}")


def _endpoint(identity: Identity) -> str:
    if identity.path == "eks/cluster":  # which alone gives a URL
        return f"https://{identity.digest[:32].upper()}.gr7.{identity.region}.eks.amazonaws.com"
    return f"{identity.name}.{identity.digest[:8]}.{identity.region}.{identity.service}.amazonaws.com"


def _validations(identity: Identity) -> list[dict[str, str]]:
    """The record by which each name of a certificate is proven."""
    names = [identity.inputs.get("domainName"), *(identity.inputs.get("subjectAlternativeNames") or ())]
    return [
        {
            "domainName": name,
            "resourceRecordName": f"_{identity.digest[:32]}.{name.removeprefix('*.')}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": f"_{identity.digest[32:]}.acm-validations.aws.",
        }
        for name in dict.fromkeys(each for each in names if isinstance(each, str))
    ]


def _ipv6(identity: Identity) -> str:
    """The block of a VPC that asks for one, which is Amazon's; none of any other."""
    return f"2600:1f18:{identity.digest[:3]}:{identity.digest[3:5]}00::/56" if _has_ipv6(identity) else ""


def _has_ipv6(identity: Identity) -> bool:
    return any(identity.inputs.get(key) for key in ("assignGeneratedIpv6CidrBlock", "ipv6IpamPoolId"))


def _name_servers(identity: Identity) -> list[str]:
    """One below each of the four domains that Route 53 spreads them over."""
    digits = iter(identity.digest)

    def number(limit: int) -> int:
        return int(next(digits) + next(digits) + next(digits), 16) % limit

    return [f"ns-{number(2048)}.awsdns-{number(64):02}.{top}" for top in ("com", "net", "org", "co.uk")]


def _registry(identity: Identity) -> str:
    return f"{ACCOUNT_ID}.dkr.ecr.{identity.region}.amazonaws.com/{identity.name}"


_TEXTS: tuple[tuple[str, Callable[[Identity], str]], ...] = (
    ("arnsuffix", lambda i: f"app/{i.name}/{i.digest[:16]}"),
    ("arn", lambda i: i.arn),
    ("hostedzoneid", lambda _: "Z2FDTNDATAQYW2"),
    ("zoneid", lambda i: f"Z{i.digest[:13].upper()}"),
    ("securitygroupid", lambda i: f"sg-{i.digest[:17]}"),
    ("ownerid", lambda _: ACCOUNT_ID),
    ("accountid", lambda _: ACCOUNT_ID),
    ("keyid", lambda i: i.uuid),
    ("uuid", lambda i: i.uuid),
    ("ipv6cidrblock", _ipv6),
    ("cidrblock", lambda _: "10.0.0.0/16"),
    ("json", lambda _: "{}"),
    ("issuer", lambda i: f"https://oidc.eks.{i.region}.amazonaws.com/id/{i.digest[:32].upper()}"),
    ("repositoryurl", _registry),
    ("url", lambda i: f"https://{i.name}.{i.region}.amazonaws.com"),
    ("endpoint", _endpoint),
    ("address", _endpoint),
    ("domainname", lambda i: f"d{i.digest[:13]}.{'cloudfront.net' if i.service == 'cloudfront' else 'amazonaws.com'}"),
    ("dnsname", lambda i: f"{i.name}-{i.digest[:10]}.{i.region}.elb.amazonaws.com"),
    ("region", lambda i: i.region),
    ("availabilityzone", lambda i: f"{i.region}a"),
    ("version", lambda _: "1"),
    ("name", lambda i: i.name),
    ("bucket", lambda i: i.name),
    ("identifier", lambda i: i.name),
    ("result", lambda i: i.digest[:32]),
)
