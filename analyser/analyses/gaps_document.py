"""What the run of a program could not see, as JSON data: apart from ``gaps``, which takes long to import."""

from collections.abc import Iterable

from analyser.graph import Gap, Graph


def gaps_document(told: Graph | Iterable[Gap]) -> dict[str, list[dict[str, str]]]:
    """The gaps, of a graph or several, as a member to add to an answer; none where there are none."""
    gaps = told.gaps if isinstance(told, Graph) else told
    found = [{"kind": gap.kind, "type": gap.token, "name": gap.name} for gap in gaps]
    return {"gaps": found} if found else {}
