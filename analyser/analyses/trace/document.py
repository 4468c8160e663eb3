"""A trace as JSON data."""

from collections.abc import Sequence
from typing import Any

from analyser.analyses.trace.model import Chain, Link

VERSION = 1
"""Of the JSON form. Members may be added under the same version; none changes its meaning or goes away."""


def document(stack: str, chains: Sequence[Chain]) -> dict[str, Any]:
    """Every chain with its links; ``state`` is one of found, missing and not known."""
    return {
        "version": VERSION,
        "stack": stack,
        "chains": [
            {
                "story": chain.story.value,
                "title": chain.title,
                "state": chain.state.value,
                "links": [_link(link) for link in chain.links],
            }
            for chain in chains
        ],
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "kind": link.kind,
        "says": link.says,
        "state": link.state.value,
        "because": link.because,
        "urns": list(link.urns),
    }
