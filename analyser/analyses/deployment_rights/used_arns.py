"""ARNs that policies of a stack name, with patterns for what AWS or Pulumi chooses, as few as tell them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Final

from analyser.analyses.deployment_rights.names import filled, made_up, without_made_up
from analyser.analyses.deployment_rights.table import operations
from analyser.graph import Graph

_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")
_CHOSEN: Final = ("resourceId",)
"""Outputs that AWS chooses and that ARNs of other services hold: an instance's, for its users and its metrics."""
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
            yield given, f"{node.name}-{'?' * 7}"


def fewest(arns: Iterable[str], kinds: int) -> list[str]:
    """What covers all of them: buckets with what is in them, nothing that another one covers.

    Of as many ``kinds`` whose made-up names take most room, only what the names of each begin with.
    """
    every = {_with_content(arn) for arn in arns}
    made: dict[str, set[str]] = defaultdict(set)
    for arn in every:
        begin, mark, _ = arn.partition("???????")
        if mark:
            made[begin[: max(begin.rfind("/"), begin.rfind(":")) + 1]].add(arn)
    for kind in sorted(made, key=lambda kind: (-sum(map(len, made[kind])), kind))[:kinds]:
        begin = _common(made[kind])
        every = every - made[kind] | {f"{begin[: max(begin.rfind('-') + 1, len(kind))]}*"}
    return sorted(arn for arn in every if not any(other != arn and _covers(other, arn) for other in every))


def _common(texts: set[str]) -> str:
    """What all begin with: the first and the last in order differ the soonest."""
    pairs = zip(min(texts), max(texts), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _with_content(arn: str) -> str:
    if not arn.startswith("arn:aws:s3:::"):
        return arn
    return f"{arn.partition('/')[0].rstrip('*')}*"


def _covers(pattern: str, arn: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, arn) is not None
