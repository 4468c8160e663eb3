"""Arguments of an operation of AWS's from the inputs of a resource, by botocore's model of the operation.

Pulumi's provider and the API call nearly everything alike, but for case, a plural, and the kind before a name
(``name`` of a function is ``FunctionName``); and the provider keeps side by side what the API keeps in a structure.
So that is tried for each input, and what has another name altogether is told by its recipe.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import Shape

Path = tuple[str, ...]


def arguments(
    shape: Shape, inputs: Mapping[str, Any], kind: str, renamed: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """What the operation is called with, and the inputs that it knows nothing of, by name.

    ``renamed`` has the member, or the path to one with dots, by input.
    """
    found: dict[str, Any] = {}
    unknown = []
    for key, value in inputs.items():
        path = tuple(renamed[key].split(".")) if key in renamed else next(_places(shape, key, kind), None)
        if path is None:
            unknown.append(key)
            continue
        place, member = found, shape
        for step in path[:-1]:
            place, member = place.setdefault(step, {}), _below(member, step)
        place[path[-1]] = _value(_below(member, path[-1]), value)
    return found, unknown


def _below(shape: Any, step: str) -> Any:
    return shape.value if shape.type_name == "map" else shape.members[step]


def _places(shape: Any, key: str, kind: str) -> Iterator[Path]:
    """Where a member of that name may be: here by its name, here with the kind before it, one structure below."""
    if member := _member(shape, key, kind):
        yield (member,)
    for name, below in shape.members.items():
        if below.type_name == "structure" and (member := _member(below, key, kind)):
            yield (name, member)
    if (attributes := shape.members.get("Attributes")) is not None and attributes.type_name == "map":
        yield ("Attributes", f"{key[0].upper()}{key[1:]}")


def _member(shape: Any, key: str, kind: str) -> str | None:
    members = {_plain(name): name for name in shape.members}
    wanted = (_plain(key), _plain(kind + key), _plain(key).removesuffix("s"), f"{_plain(key)}s")
    return next((members[name] for name in wanted if name in members), None)


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _value(shape: Any, value: Any) -> Any:
    """A value in the type that the model asks for."""
    match shape.type_name:
        case "structure":
            (one,) = value if isinstance(value, list) else (value,)
            return arguments(shape, one, "", {})[0]
        case "list":
            return [_value(shape.member, each) for each in (value if isinstance(value, list) else [value])]
        case "map":
            return {key: _value(shape.value, each) for key, each in value.items()}
        case "string":
            return value if isinstance(value, str) else json.dumps(value)
        case "blob":
            return value if isinstance(value, bytes) else str(value).encode()
        case _:
            return value
