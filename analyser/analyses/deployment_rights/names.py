"""What a stack's resources are called in ARNs, before they are there."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from analyser.analyses.deployment_rights.table import operations
from analyser.analyses.prerequisites.model import known
from analyser.graph import Graph, Node
from analyser.run.mock_cloud import ACCOUNT_ID

SUFFIX = "?" * 7
"""Pulumi ends a name that nobody gave with seven hexadecimal digits.

https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
"""
MANY = 4
"""So many names of a kind are listed; of more, what they begin with."""
_ROLES = ":role/"
"""Of roles the ends are kept as well: who may pass a role, or tag one and then write its trust, becomes it."""
_END = re.compile(r"-[0-9a-f]{7}")
_MADE = re.compile(r"[A-Za-z0-9.-]+-[0-9a-f]{7}(?![0-9a-f])")
_ISSUER = re.compile(r"(oidc\.eks\.[a-z0-9-]+\.amazonaws\.com/id/).*")


@dataclass(frozen=True)
class Called:
    """ARN patterns of a stack's resources before they exist."""

    named: frozenset[str]
    """Hold a name that the stack file gives, which nothing else in the account has, or are of what bears no tags."""
    generated: frozenset[str]
    """Hold an id, or a name that Pulumi makes up: others may be called so as well."""


def called(graph: Graph) -> Called:
    """All ARNs of a graph whose values are known, ``*`` and ``?`` where AWS or Pulumi chooses."""
    made = made_up(graph)
    named: set[str] = set()
    generated: set[str] = set()
    for node in graph.resources:
        known_type = operations().get(node.type)
        if known_type is None:
            continue
        for form in known_type.arns:
            arn = filled(graph, node, form, made)
            given = "{name}" in form and SUFFIX not in arn and arn == filled(graph, node, form, {})
            (named if given or not known_type.tagged else generated).add(arn)
        named.update(filled(graph, node, form, made) for form in known_type.also)
    return Called(frozenset(named), frozenset(generated))


def filled(graph: Graph, node: Node, form: str, made: Mapping[str, str]) -> str:
    """An ARN of one resource."""
    name = _name(node, operations()[node.type].name)
    issuer = known(node, "url").removeprefix("https://")
    text = form.format(
        region=graph.region_of(node),
        account=ACCOUNT_ID,
        name=name,
        cluster=known(node, "clusterName") or "*",
        issuer=_ISSUER.sub(r"\1*", issuer) or "*",
    )
    return without_made_up(f"arn:aws:{text}", made)


def fewer(arns: Iterable[str], most: int = MANY) -> list[str]:
    """ARNs whose made-up names are more than ``most`` of a kind, by what the names begin with.

    A wildcard takes in no other kind; for a ``most`` of 1 it takes in all of its own.
    """
    kinds: dict[str, set[str]] = {}
    every = set(arns)
    for arn in {
        f"{arn}*" if f"{arn}:*" in every else arn for arn in every if arn.removesuffix(":*") not in every - {arn}
    }:
        kind, name = _split(arn) if SUFFIX in arn else ("", arn)
        kinds.setdefault(kind, set()).add(name)
    return sorted(
        f"{kind}{name}"
        for kind, names in kinds.items()
        for name in (_begun(names, most, _ended(names) if kind.endswith(_ROLES) else ()) if kind else names)
    )


def _split(arn: str) -> tuple[str, str]:
    """What an ARN has before a made-up name, and the rest."""
    place = arn.index(SUFFIX)
    begin = max(arn.rfind(mark, 0, place) for mark in ":/") + 1
    return arn[:begin], arn[begin:]


def _begun(names: set[str], most: int, end: Sequence[str]) -> set[str]:
    for words in (4, 3, 2, 1) if most > 1 else (0,):
        if len(names) <= most:
            break
        names = {_shortened(name, words, end) for name in names}
    return names


def _shortened(name: str, words: int, end: Sequence[str]) -> str:
    parts = name.split("-")
    return name if len(parts) <= words + max(1, len(end)) else "-".join([*parts[:words], "*", *end])


def _ended(names: set[str]) -> Sequence[str]:
    """The words with which all names end."""
    backwards = zip(*(reversed(name.split("-")) for name in names), strict=False)
    return [words[0] for words in itertools.takewhile(lambda words: len(set(words)) == 1, backwards)][::-1]


def without_made_up(text: str, made: Mapping[str, str]) -> str:
    """A text with what the preview made up replaced by what AWS may have instead."""
    return _MADE.sub(lambda found: made.get(found[0], found[0]), text)


@lru_cache(maxsize=8)
def made_up(graph: Graph) -> Mapping[str, str]:
    """Names that the preview made up as Pulumi would, each with the pattern that stands for it."""
    return {
        name: f"{node.name}-{SUFFIX}" if node.type in operations() and operations()[node.type].name else "*"
        for node, name in _auto_named(graph.resources)
    }


def _auto_named(nodes: Iterable[Node]) -> Iterator[tuple[Node, str]]:
    for node in nodes:
        for value in (node.id, node.outputs.get("name")):
            if isinstance(value, str) and value.startswith(f"{node.name}-") and _END.fullmatch(value, len(node.name)):
                yield node, value


def _name(node: Node, key: str) -> str:
    given = known(node, key).removeprefix("alias/")
    prefix = known(node, f"{key}Prefix")
    return given or (f"{prefix}*" if prefix else f"{node.name}-{SUFFIX}")
