"""Which customer key a store is encrypted with."""

from analyser.graph import Graph

_KEY = "aws:kms/key:Key"
NONE = "AWS-owned key"


class Keys:
    """The keys of a graph, by ARN and id."""

    def __init__(self, graph: Graph) -> None:
        self._names: dict[str, str] = {}
        for node in graph.of_type(_KEY):
            name = node.name.removesuffix("-key")
            for output in ("arn", "keyId"):
                self._names[str(node.outputs.get(output))] = name

    def said(self, reference: object) -> str:
        """The customer-managed key in words, by its logical name, or that there is none."""
        if not reference:
            return NONE
        return f"customer key `{self._names.get(str(reference), 'of another stack')}`"
