"""Writes what forces a replacement: into the files of the types that are known, and of every AWS type into one table.

``python -m analyser.analyses.changes.generate FACTS``, where FACTS holds, by Terraform type, the arguments that force
a new resource, as the Terraform provider answered for each. A test fails while a stack registers a type that has no
file. ``provider.json.gz`` serves types that no stack has yet, or has no more.
"""

import gzip
import json
import sys
import tomllib
import typing
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pulumi import _types

import resource_types
from analyser.analyses.changes.forcing import DIRECTIONS, PROVIDER
from analyser.run.mock_cloud.computed_outputs import bare, is_list, output_types
from analyser.run.program import run_stack
from resource_types import FOLDER, PACKAGE_FILE, fact
from resource_types.writing import put, text
from settings.stackfile import stack_names

_RENAMED = {
    ("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm_name"): "name",
    ("aws:lambda/function:Function", "function_name"): "name",
    ("aws:lambda/function:Function", "filename"): "code",
    ("aws:apigateway/basePathMapping:BasePathMapping", "api_id"): "restApi",
    ("aws:lambda/layerVersion:LayerVersion", "filename"): "code",
    ("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "log_group_name"): "logGroup",
}
"""Where pulumi-aws has a name of its own."""
_SHORTENED = {
    "rest_api_id": "restApi",
    "function_name": "function",
    "topic_arn": "topic",
    "deployment_id": "deployment",
}
"""Where it takes the resource itself."""
_GONE = {
    "aws:apigateway/deployment:Deployment": ("canary_settings", "stage_description", "stage_name"),
    "aws:ec2/eip:Eip": ("vpc",),
    "aws:ec2/instance:Instance": ("cpu_core_count", "cpu_threads_per_core"),
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": (
        "block_duration_minutes",
        "cpu_core_count",
        "cpu_threads_per_core",
    ),
    "aws:ssm/association:Association": ("instance_id",),
    "aws:ec2/flowLog:FlowLog": ("log_group_name",),
    "aws:ecs/taskDefinition:TaskDefinition": ("inference_accelerator",),
}
"""Arguments of the provider's version 5 that version 6 took away."""
_COMPUTED = frozenset({"arn", "id", "tagsAll"})


class UnnamedError(Exception):
    """An argument that pulumi-aws has no property for, and nobody said so."""


def table(facts: Mapping[str, Any], tokens: set[str]) -> dict[str, Any]:
    """Type -> properties that replace, that replace in some directions of change, and that may."""
    by_token = {entry["pulumi"]: entry for entry in facts.values() if entry["pulumi"] in tokens}
    return {token: _entry(token, by_token[token]) for token in sorted(by_token)}


def every_type(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same of all types. What no fact names, at whatever depth, may force a replacement as well."""
    found = {}
    for asked in facts.values():
        token = asked["pulumi"]
        types = output_types(token) if token else {}
        if not types:
            continue
        sides = ("replace", "computed_by_code", "unknown", "in_place")
        named = {side: [name for path in asked[side] for name in _if_named(token, path)] for side in sides}
        entry = _entry(token, {**asked, **{side: [path for _, path in named[side]] for side in sides}})
        told = {name.removesuffix("[]") for side in sides for name, _ in named[side]}
        entry["may"] = sorted({*entry.get("may", ()), *_unnamed(types, told)})
        found[token] = {key: value for key, value in entry.items() if value or key == "replaces"}
    return dict(sorted(found.items()))


def _unnamed(types: Mapping[str, Any], told: set[str], above: str = "") -> Iterator[str]:
    """What no fact names: whole properties, and members of blocks of which others are named."""
    for name, declared in types.items():
        path, members = f"{above}{name}", _members(declared)
        if any(one.startswith(f"{path}.") for one in told):
            yield from _unnamed(members, told, f"{path}.")
        elif (members or path not in told) and name not in _COMPUTED:
            yield path


def _if_named(token: str, path: str) -> Iterator[tuple[str, str]]:
    """The property and the path of an argument; nothing where pulumi-aws has another name for it, or none."""
    try:
        yield _property(token, path), path
    except UnnamedError:
        return


def _entry(token: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"replaces": sorted(_named(token, asked["replace"]))}
    when = {path: _directions(asked["when"][path]) for path in asked["computed_by_code"]}
    if decided := {path: words for path, words in when.items() if words}:
        found["when"] = {name: decided[path] for path in sorted(decided) for name in _named(token, [path])}
    open_to = {path: _doubtful(asked["when"][path]) for path, words in when.items() if not words}
    if narrowed := {path: words for path, words in open_to.items() if words}:
        found["may_when"] = {name: narrowed[path] for path in sorted(narrowed) for name in _named(token, [path])}
    if doubtful := [*asked["unknown"], *(path for path, words in open_to.items() if not words)]:
        found["may"] = sorted(_named(token, doubtful))
    return found


def _directions(when: Mapping[str, list[str]]) -> list[str]:
    """The directions in which a change replaces; none where that depends on more than the direction."""
    words = {side: {word for entry in entries for word in entry.split("/")} for side, entries in when.items()}
    plain = words["replace"] | words["in_place"] <= DIRECTIONS
    return sorted(words["replace"]) if plain and not words["replace"] & words["in_place"] else []


def _doubtful(when: Mapping[str, list[str]]) -> list[str]:
    """The directions in which a change may replace, where some never did in any base; none where all may."""
    words = {
        side: {word for entry in entries for word in entry.split(" with ")[0].split("/")}
        for side, entries in when.items()
    }
    plain = {word for entry in when["in_place"] if " with " not in entry for word in entry.split("/")}
    safe = plain - words["replace"]
    return sorted(DIRECTIONS - safe) if safe and words["replace"] <= DIRECTIONS else []


def _named(token: str, paths: list[str]) -> Iterator[str]:
    for path in paths:
        if path.split("[]")[0] in _GONE.get(token, ()):
            continue
        yield _property(token, path)


def _property(token: str, path: str) -> str:
    """The property of an argument; ``[]`` at its end says that only the number of blocks counts."""
    if renamed := _RENAMED.get((token, path)):
        return renamed
    types: Mapping[str, Any] = output_types(token)
    names = []
    for argument in path.split("."):
        name = next((name for name in _candidates(argument.removesuffix("[]")) if name in types), None)
        if name is None:
            raise UnnamedError(f"{token}: no property for {path}")
        names.append(name)
        types = _members(types[name])
    return ".".join(names) + ("[]" if types else "")


def _candidates(argument: str) -> Iterator[str]:
    """What the bridge may call an argument: lists of blocks are in the plural."""
    first, *rest = argument.split("_")
    name = first + "".join(word.capitalize() for word in rest)
    yield from (name, f"{name}s", f"{name}es", f"{name.removesuffix('y')}ies")
    if argument in _SHORTENED:
        yield _SHORTENED[argument]


def _members(declared: Any) -> Mapping[str, Any]:
    """The types of what is in a block or a list of blocks; nothing for plain values."""
    found = bare(declared)
    if is_list(typing.get_origin(found)):
        found = bare((typing.get_args(found) or (str,))[0])
    if isinstance(found, type) and _types.is_output_type(found):
        return _types.output_type_types(found)
    return {}


def _added(token: str) -> dict[str, Any]:
    """What people wrote beside the provider's answers."""
    return {key: value for key, value in (fact(token, "replacement") or {}).items() if key.startswith("in_place")}


def main(facts_file: Path, root: Path) -> None:
    """Write what the provider answered into the files of the types, and into the package's from where that is."""
    facts = json.loads(facts_file.read_text(encoding="utf-8"))
    tokens = {node.type for stack in stack_names(root) for node in run_stack(root, stack).resources}
    found = table(facts["types"], tokens | {*resource_types.tokens()})
    put("replacement", {token: {**entry, **_added(token)} for token, entry in found.items()})
    text_of_all = json.dumps(every_type(facts["types"]), separators=(",", ":"))
    PROVIDER.write_bytes(gzip.compress(text_of_all.encode(), mtime=0))
    path = FOLDER / "aws" / PACKAGE_FILE
    whole = tomllib.loads(path.read_text(encoding="utf-8"))
    asked = f"{facts['provider']}, asked by PlanResourceChange what a change of each argument alone would do"
    whole["replacement"] |= {"source": asked, "read": date.today()}
    path.write_text(text(path, whole), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path.cwd())
