"""ARNs that policies of a stack name, with patterns for what AWS or Pulumi chooses, as few as tell them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import takewhile
from typing import Final

from analyser.analyses.deployment_rights.names import SUFFIX, filled, made_up, without_made_up
from analyser.analyses.deployment_rights.table import operations
from analyser.graph import Graph

_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")
_CHOSEN: Final = ("resourceId",)
"""Outputs that AWS chooses and that ARNs of other services hold: an instance's, for its users and its metrics."""
_BUCKETS: Final = "arn:aws:s3:::"
_OF_ARN: Final = re.compile(r"^(arn:aws:[^:]*:)[^:]+(:.*)$")
_IN_BUCKET: Final = re.compile(rf"^({_BUCKETS}.*-[0-9]{{12}}-)[a-z0-9-]+\*$")
_BY_AWS: Final = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "*"),
    (re.compile(r"(:table/[^/]+/stream/).*"), r"\1*"),
    (re.compile(r"(:secret:.*-)[0-9A-Za-z]{6}$"), r"\1??????"),
)
"""Ids, the day of a stream, and the end of a secret's name: AWS chooses them, of other stacks' things too."""


class Used:
    """The ARNs that a preview gives to a stack's resources, each with the form that stands for it."""

    def __init__(self, graph: Graph) -> None:
        self._made = {**made_up(graph), **dict(_under_other_inputs(graph))}
        self._forms: dict[str, str] = {}
        self._chosen: set[str] = set()
        for node in graph.resources:
            self._chosen |= {str(node.outputs[key]) for key in _CHOSEN if isinstance(node.outputs.get(key), str)}
            forms = operations()[node.type].arns if node.type in operations() else ()
            arn = node.outputs.get("arn")
            if forms and isinstance(arn, str):
                self._forms[arn] = filled(graph, node, forms[0], self._made)

    def shown(self, resource: str) -> str:
        """A resource of a statement, as it will be called."""
        begin = next((arn for arn in self._begins(resource) if arn in self._forms), "")
        text = f"{self._forms[begin]}{resource[len(begin) :]}" if begin else resource
        for chosen in self._chosen:
            text = text.replace(chosen, "*")
        text = without_made_up(text, self._made)
        for chosen_by_aws, shown in _BY_AWS:
            text = chosen_by_aws.sub(shown, text)
        return re.sub(r"\*+", "*", _VARIABLE.sub("*", text))

    def _begins(self, resource: str) -> Iterable[str]:
        """It, and what it is below."""
        yield resource
        for place in range(len(resource) - 1, 0, -1):
            if resource[place] in "/:":
                yield resource[:place]


def _under_other_inputs(graph: Graph) -> Iterator[tuple[str, str]]:
    """Made-up names that are not called so, as a Kafka cluster's ``clusterName``."""
    for node in graph.resources:
        key = operations()[node.type].name if node.type in operations() else ""
        given = node.outputs.get(key)
        if key and key not in node.inputs and isinstance(given, str) and re.fullmatch(r".*-[0-9a-f]{7}", given):
            yield given, f"{node.name}-{SUFFIX}"


def fewer_and_wider(arns: Iterable[str]) -> Iterator[list[str]]:
    """What covers all of them: buckets with what is in them, nothing that another one covers. Each list is wider than
    the one before: any region where the same is in several, then of made-up names and of given ones only what those of
    a kind begin with, and at last all of a service in a region, but for buckets; one kind or service more each time,
    that which takes most room first.
    """
    every = {_with_content(arn) for arn in arns}
    yield _uncovered(every)
    every = _in_any_region(every)
    yield _uncovered(every)
    for chosen in (SUFFIX, ""):
        kinds: dict[str, set[str]] = defaultdict(set)
        for arn in every:
            begin = arn.partition(SUFFIX)[0]
            if chosen in arn:
                kinds[begin[: max(begin.rfind("/"), begin.rfind(":")) + 1]].add(arn)
        for kind in sorted(kinds, key=lambda kind: (-sum(map(len, kinds[kind])), kind)):
            if len(kinds[kind]) > 1 or chosen:
                every = every - kinds[kind] | _begun(kinds[kind], kind)
                yield _uncovered(every)
    yield from _by_service(every)


def _by_service(every: set[str]) -> Iterator[list[str]]:
    services: dict[str, set[str]] = defaultdict(set)
    for arn in every:
        services[":".join(arn.split(":")[:5])].add(arn)
    for service in sorted(services, key=lambda service: (-sum(map(len, services[service])), service)):
        if len(services[service]) > 1 and f"{service}:" != _BUCKETS:
            every = every - services[service] | {f"{service}:*"}
            yield _uncovered(every)


def _uncovered(every: set[str]) -> list[str]:
    wider = [arn for arn in every if "*" in arn or "?" in arn]
    return sorted(arn for arn in every if not any(other != arn and _covers(other, arn) for other in wider))


def _in_any_region(arns: set[str]) -> set[str]:
    """What differs by its region alone as one; a bucket's stands at the end of its name, after the account."""
    found: dict[str, set[str]] = defaultdict(set)
    for arn in arns:
        found[_IN_BUCKET.sub(r"\1*", _OF_ARN.sub(r"\1*\2", arn))].add(arn)
    return {anywhere if len(same) > 1 else next(iter(same)) for anywhere, same in found.items()}


def _begun(names: set[str], kind: str) -> set[str]:
    """What they begin with, as far as whole words go; of buckets that begin with nothing alike each by itself."""
    begin = _common(names).partition(SUFFIX)[0].rstrip("*")
    if begin not in names and f"{begin}*" not in names:
        begin = begin[: max(begin.rfind("-") + 1, len(kind))]
    return names if begin == _BUCKETS else {f"{begin}*"}


def _common(texts: set[str]) -> str:
    """What all begin with: the first and the last in order differ the soonest."""
    pairs = zip(min(texts), max(texts), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _with_content(arn: str) -> str:
    if not arn.startswith(_BUCKETS):
        return arn
    return f"{arn.partition('/')[0].rstrip('*')}*"


def _covers(pattern: str, arn: str) -> bool:
    return _expression(pattern).fullmatch(arn) is not None


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
