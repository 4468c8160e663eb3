"""Data sources that only an account could answer: stand-ins of the types that the SDK declares for their results."""

import functools
import importlib
from dataclasses import dataclass
from typing import Any

from pulumi import _types

from analyser.run.mock_cloud.computed_outputs import module_of, value_of
from analyser.run.mock_cloud.identity import ACCOUNT_ID, NAMES, Identity
from analyser.run.mock_cloud.invokes import EXACT, invoke, is_known

_SEVERAL = 3
"""How many of a thing a list of ids holds: as many as the zones that an answer names."""
_LABELS = (*NAMES, "id", "arn", "vpcId", "serviceName", "secretId", "domain")


@dataclass(frozen=True)
class Answer:
    """The result of a data source."""

    values: dict[str, Any]
    invented: bool
    """Whether an account would answer with values of its own; not for what follows from the arguments alone."""
    label: str
    """Which one was asked for, where an argument says it."""


def look_up(token: str, arguments: dict[str, Any], region: str, account: str = ACCOUNT_ID) -> Answer:
    """The answer to any data source. Of one whose SDK is not here it holds the arguments only."""
    label = next((text for key in _LABELS if isinstance(text := arguments.get(key), str) and text), "")
    if is_known(token):
        return Answer(invoke(token, arguments, region, account), token not in EXACT, label)
    types = _result_types(token)
    there = arguments.get("region") or region
    identity = Identity(_resource(token), label or "found", arguments, there)
    values = {key: _value(identity, key, typ) for key, typ in types.items()}
    return Answer({**values, **arguments}, True, label)


def _value(identity: Identity, key: str, typ: Any) -> Any:
    if key == "id":
        return identity.id
    if key == "ids":
        token = identity.token.removesuffix("s")
        names = (f"{identity.logical_name}-{number}" for number in range(_SEVERAL))
        return [Identity(token, name, {}, identity.region).id for name in names]
    return value_of(identity, key, typ)


def _resource(token: str) -> str:
    """The type of what a function finds: ``aws:ec2/vpc:Vpc`` of ``aws:ec2/getVpc:getVpc``."""
    package, path, function = token.split(":")
    kind = function.removeprefix("get")
    return f"{package}:{path.split('/')[0]}/{kind[:1].lower()}{kind[1:]}:{kind}"


@functools.cache
def _result_types(token: str) -> dict[str, Any]:
    function = token.rpartition(":")[2]
    try:
        found = getattr(importlib.import_module(module_of(token)), f"{function[:1].upper()}{function[1:]}Result", None)
    except ImportError:
        return {}
    return _types.output_type_types(found) if found else {}
