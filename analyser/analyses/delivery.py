"""Who deploys which stack on a push, in which order: one source, the stack files, for workflow and tests alike."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analyser.analyses.prerequisites.images import IMAGE, images_of
from analyser.graph import Graph
from settings import stackfile
from settings.accounts import account_of
from settings.delivery import KEY, Deployer, delivery_of, rank
from settings.errors import Problem, SettingsError
from settings.project_files import PROJECT
from settings.provider import REGION_KEY
from settings.services.delivery import without_numbers

PLACES = ("dev", "staging", "prod", "recovery")
"""The order in which a commit comes to the stacks of a line."""
_ECR = "aws:ecr/repository:Repository"
_LAYER = "aws:lambda/layerVersion:LayerVersion"
_BUILT_LAYER = re.compile(r"dist/(.+)-layer\.zip")


@dataclass(frozen=True)
class Delivered:
    """One stack with the pipeline or workflow that deploys it."""

    stack: str
    system: str
    place: str
    by: Deployer
    after: str | None
    account: str | None
    region: str
    state: str | None
    attestor: str | None
    """Who builds and attests its images, without GitHub's numbers; None for the workflow's own repository."""


@dataclass(frozen=True)
class Image:
    """An image that a stack runs from a repository of its own."""

    repository: str
    version: str
    """A tag or a digest, with the sign before it."""
    registry: str
    region: str


def delivered(directory: Path, stack: str) -> Delivered:
    """What the stack file says. Raises SettingsError where there is none."""
    config = stackfile.read(directory, stack).config
    said = delivery_of(config)
    state = said.state
    if said.pipeline_of is not None:
        state = _pipeline_state(stackfile.read(directory, said.pipeline_of).config)
    return Delivered(
        stack,
        config.get(f"{PROJECT}:system", ""),
        PLACES[rank(config)],
        said.by,
        said.after,
        account_of(config),
        config.get(REGION_KEY, ""),
        state,
        without_numbers(said.attested_by) if said.attested_by else None,
    )


def tried_in(directory: Path, stack: str) -> list[Delivered]:
    """A stack whose images another one runs, then what it has them from, to the one where they are built.

    Raises SettingsError where one of them has no file.
    """
    found: list[Delivered] = []
    name: str | None = stack
    while name and name not in [one.stack for one in found]:
        found.append(delivered(directory, name))
        name = found[-1].after
    return found


def lines(directory: Path, touched: Collection[str] | None = None) -> list[dict[str, str]]:
    """What the workflow deploys: a line for each chain of stacks, with the stack of each place, or nothing.

    Left out of a line is what is not ``touched``; a line of which nothing is left is left out. Raises SettingsError
    where two stacks stand in the same place of a line, of which a commit could go to one only.
    """
    found = [delivered(directory, name) for name in stackfile.stack_names(directory)]
    ours = {one.stack: one for one in found if one.by is Deployer.WORKFLOW}
    made: dict[str, dict[str, str]] = {}
    for one in sorted(ours.values(), key=lambda one: PLACES.index(one.place)):
        first = _first(one, ours)
        line = made.setdefault(first, {"line": first, **dict.fromkeys(PLACES, "")})
        if line[one.place]:
            said = f"{line[one.place]} is {one.place} of the line that begins with {first} already"
            raise SettingsError(f"Pulumi.{one.stack}.yaml", [Problem(f"{KEY}.after", said)])
        line[one.place] = one.stack
    if touched is None:
        return list(made.values())
    left = [
        {key: one if key == "line" or one in touched else "" for key, one in line.items()} for line in made.values()
    ]
    return [line for line in left if any(line[place] for place in PLACES)]


def images(graph: Graph) -> list[Image]:
    """The images that a stack runs from repositories that it makes itself, each once, by name."""
    own = {node.inputs.get("name") for node in graph.of_type(_ECR)}
    found = {re.match(IMAGE, text) for _, text in images_of(graph) if re.match(IMAGE, text)}
    made = {
        Image(one["name"], one["tag"], f"{one['account']}.dkr.ecr.{one['region']}.amazonaws.com", one["region"])
        for one in found
        if one is not None and one["name"] in own
    }
    return sorted(made, key=lambda one: (one.repository, one.version))


def beside(graph: Graph, system: str) -> list[str]:
    """Paths of the repository that a deployment delivers and that are no input of the program.

    They are locks, of which layers are built (Makefile), and the site that ``delivery/site.sh`` publishes.
    """
    layers = (str((node.inputs.get("code") or {}).get("path")) for node in graph.of_type(_LAYER))
    found = [
        f"functions/{one[1].replace('-', '_')}/requirements.txt" for path in layers if (one := _BUILT_LAYER.match(path))
    ]
    site = [f"frontend/{system}"] if graph.exports.get("webBucket") or graph.exports.get("staticBucket") else []
    return [*sorted(found), *site]


def _first(one: Delivered, ours: Mapping[str, Delivered]) -> str:
    """The stack with which a line begins; ranks rise along ``after``, so that it has an end."""
    while one.after in ours:
        one = ours[str(one.after)]
    return one.stack


def _pipeline_state(config: Mapping[str, str]) -> str | None:
    pipeline: Any = stackfile.mapping(config, f"{PROJECT}:settings").get("pipeline")
    return str(pipeline["state"]) if isinstance(pipeline, dict) and "state" in pipeline else None
