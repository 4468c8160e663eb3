"""`strata rights-for`: the policies of the role that deploys a stack or looks at it, and what is wide in them."""

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from analyser.analyses.delivery import Delivered
from analyser.analyses.deployment_rights.by_inputs import by_inputs
from analyser.analyses.deployment_rights.documents import Document, TooLargeError, documents
from analyser.analyses.deployment_rights.names import MANY
from analyser.analyses.deployment_rights.roles import keeps_itself, of_roles
from analyser.analyses.deployment_rights.state_and_lookups import LOOKS, beside_resources, deployment_roles
from analyser.analyses.deployment_rights.statements import STACK_TAG, actions_for, no_other_stack, statements
from analyser.analyses.deployment_rights.steps import STEPS, promotion
from analyser.graph import Graph
from policy.iam.actions import expand

VERSION: Final = 1
"""Of the JSON form. Members may be added under the same version; none changes its meaning or goes away."""

_FEWER: Final = 2
_FEWEST: Final = 1
"""Names of a kind where there is no room for more: a boundary and tags tell the rest."""


class TooWideError(ValueError):
    """A stack whose resources bear no tag of their own, so that rights could not be narrowed to them."""


@dataclass(frozen=True)
class Rights:
    """The policies, ready for ``aws iam create-policy``."""

    documents: tuple[Document, ...]

    @property
    def by_service(self) -> dict[str, int]:
        """How many actions of each service are allowed."""
        allowed = {
            action.name
            for document in self.documents
            for one in document["Statement"]
            if one["Effect"] == "Allow"
            for pattern in one["Action"]
            for action in expand(pattern)
        }
        return dict(sorted(Counter(name.partition(":")[0] for name in allowed).items()))

    @property
    def anywhere(self) -> dict[str, list[str]]:
        """What is allowed on ``*``, by service: AWS lets no policy limit these to resources."""
        found: dict[str, set[str]] = {}
        for document in self.documents:
            for one in document["Statement"]:
                if one["Effect"] == "Allow" and "*" in one["Resource"]:
                    for action in one["Action"]:
                        found.setdefault(action.partition(":")[0], set()).add(action.partition(":")[2])
        return {service: sorted(found[service]) for service in sorted(found)}


def in_either_state(promoted: Graph, standing_by: Graph) -> Graph:
    """A recovery stack with what it has while it stands by and what it has once it is promoted."""
    nodes = [*standing_by.nodes, *promoted.nodes]
    return Graph(
        promoted.project, promoted.stack, nodes, promoted.exports, region=promoted.region, config=promoted.config
    )


def rights_for(
    graph: Graph,
    *,
    state: str,
    boundary: str,
    reading: bool = False,
    before: Collection[Delivered] = (),
    companions: Collection[str] = (),
) -> Rights:
    """What a role needs to deploy a stack whose values are known; ``reading``: to preview it and to find drift.

    ``state`` is the bucket of the state, ``boundary`` the ARN of what bounds the roles that the stack makes,
    ``before`` the stacks in which its images were tried and built, ``companions`` the home of a recovery stack or what
    stands by. Raises UnknownTypeError for a type that nobody has written down, TooLargeError for rights that one role
    cannot have, and TooWideError where no tag tells what is the stack's, which it takes to change anything.
    """
    if not reading and (graph.default_tags or {}).get(STACK_TAG) != graph.stack:
        raise TooWideError(
            f"aws:defaultTags.tags.{STACK_TAG} is not {graph.stack}: nothing tells what is this stack's. Add "
            f"aws:defaultTags: {{tags: {{{STACK_TAG}: {graph.stack}}}}} to its configuration; --read-only needs no tags"
        )
    actions = actions_for(graph, reading=reading) | set(LOOKS)
    if not reading:
        actions |= {action for token, steps in STEPS.items() if graph.of_type(token) for action in steps}
    always = [*beside_resources(graph, state, reading=reading)]
    if not reading:
        always += [*by_inputs(graph), *promotion(graph, before)]
        always.append(no_other_stack(graph, [*companions, *(one.stack for one in before)]))
        always.append(keeps_itself(boundary, deployment_roles(graph)))

    def written(most: int) -> Rights:
        roles = () if reading else of_roles(graph, boundary, most)
        return Rights(tuple(documents([*statements(graph, actions, most), *always, *roles])))

    for most in (MANY, _FEWER):
        with suppress(TooLargeError):
            return written(most)
    return written(_FEWEST)
