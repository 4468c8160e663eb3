"""What stands folded in a picture until it is asked for: many things of one kind that are drawn as one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.place import Kind, Place

_ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
_CALLED = {"s3": "buckets", "sqs": "queues", "sns": "topics", "dynamodb": "tables", "backup": "vaults"}
_FEWEST = 2
"""How many things make a fold; one alone stays what it is."""


@dataclass(frozen=True)
class Fold:
    """Several things of one kind, drawn as one, with their common name."""

    key: str
    called: str
    members: tuple[Place, ...]

    @property
    def title(self) -> str:
        """How many there are of what, or the only one's name; node ports, which stand with the nodes that answer on
        them, are not counted."""
        counted = [member for member in self.members if member.kind is not Kind.BALANCER]
        return counted[0].name if len(counted) == 1 else f"{len(counted)} {self.called}"


def folds(view: View, places: Sequence[Place], named: set[str]) -> list[Fold]:
    """Controllers, node groups, rotations, builds, and stores that nothing shown uses."""
    rotating = set(_rotating(view))
    groups: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        if called := _called(view, place, rotating, named):
            groups.setdefault((called, place.region), []).append(place)
    return [
        Fold(f"fold:{called}:{region}", called, tuple(sorted(members, key=lambda one: one.kind is Kind.BALANCER)))
        for (called, region), members in groups.items()
        if len(members) >= _FEWEST
    ]


def _called(view: View, place: Place, rotating: set[str], named: set[str]) -> str:
    """The kind of fold that a place goes into; nothing for what is always drawn by itself."""
    tokens = {view.resources.by_urn[urn].type for urn in place.urns}
    if place.kind is Kind.NODES or (place.kind is Kind.BALANCER and "kubernetes:core/v1:Service" in tokens):
        return "node groups"
    if place.kind is Kind.PODS and any(token.startswith("kubernetes:helm.sh/") for token in tokens):
        return "controllers"
    if place.kind is Kind.FUNCTION and rotating & set(place.urns):
        return "rotations"
    if place.kind is Kind.BUILD:
        return "builds"
    if place.kind is Kind.SERVICE and place.name not in named:
        return _CALLED.get(place.service, "")
    return ""


def _rotating(view: View) -> Iterator[str]:
    for found in view.of(_ROTATION):
        function = view.by_arn(text(found.get("rotationLambdaArn")))
        if function is not None:
            yield function.urn
