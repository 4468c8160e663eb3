"""What the run of a program could not see, as JSON data: apart from ``gaps``, which takes long to import."""

from analyser.graph import Graph


def gaps_document(graph: Graph) -> dict[str, list[dict[str, str]]]:
    """The gaps as a member to add to an answer; none for a graph without any."""
    found = [{"kind": gap.kind, "type": gap.token, "name": gap.name} for gap in graph.gaps]
    return {"gaps": found} if found else {}
