"""The reach section: who can open a connection to what, and by which way or for want of what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyser.analyses.reach.answer import Answer, Verdict, survey
from analyser.analyses.reach.model import Reach
from analyser.analyses.reach.place import Kind, Link, Place

_COLUMNS = (Kind.STORE, Kind.PROXY, Kind.SERVICE)
_STORES = "Stores"
# The services behind VPC endpoints, as people call them.
_SERVICES = {
    "dynamodb": "DynamoDB", "ecr.dkr": "ECR", "kinesis-streams": "Kinesis", "s3": "S3",
    "secretsmanager": "Secrets Manager", "sns": "SNS", "sqs": "SQS", "states": "Step Functions",
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One answer: its words, and the entry that explains it."""

    key: str
    verdict: str
    """yes, no or unknown."""
    target: str
    says: str
    checks: tuple[str, ...]

    @property
    def yes(self) -> bool:
        """Whether it is a yes."""
        return self.verdict == "yes"

    @property
    def word(self) -> str:
        """The answer as it is shown."""
        return "not known" if self.verdict == "unknown" else self.verdict


@dataclass(frozen=True)
class Row:
    """All answers for one source."""

    name: str
    kind: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Group:
    """Columns under one heading."""

    name: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Public:
    """Something that the internet reaches."""

    name: str
    kind: str
    port: str
    way: str


@dataclass(frozen=True)
class Reaches:
    """The contents of the reach section."""

    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    public: tuple[Public, ...]


def reaches(reach: Reach) -> Reaches:
    """The reach section of a stack."""
    answers = survey(reach)
    groups = _groups(place for place in reach.places if place.kind in _COLUMNS)
    columns = [place for places in groups.values() for place in places]
    by_pair = {(answer.source, answer.target): answer for answer in answers}
    sources = [place for place in reach.places if place.opens]
    return Reaches(
        groups=tuple(Group(name, tuple(place.name for place in places)) for name, places in groups.items()),
        rows=tuple(_row(number, place, columns, by_pair) for number, place in enumerate(sources, 1)) if columns else (),
        public=tuple(_public(answers)),
    )


def _groups(places: Iterable[Place]) -> dict[str, list[Place]]:
    """The columns by what they are; in the order of the stack, its own stores first."""
    found: dict[str, list[Place]] = {}
    for place in places:
        name = _SERVICES.get(place.service, place.service) if place.kind is Kind.SERVICE else _STORES
        found.setdefault(name, []).append(place)
    return found


def _row(number: int, source: Place, columns: list[Place], by_pair: dict[tuple[Place, Place], Answer]) -> Row:
    cells = [_cell(f"reach-{number}-{column}", by_pair[source, target]) for column, target in enumerate(columns, 1)]
    return Row(source.name, str(source.kind), tuple(cells))


def _cell(key: str, answer: Answer) -> Cell:
    name = answer.target.name
    if answer.yes:
        checks = dict.fromkeys(check.says for link in answer.path for check in link.checks)
        return Cell(key, "yes", target=name, says=_way(answer), checks=tuple(checks))
    verdict = "no" if answer.verdict is Verdict.NO else "unknown"
    first, *rest = answer.missing or answer.not_known
    return Cell(key, verdict, target=name, says=first, checks=tuple(rest))


def _way(answer: Answer) -> str:
    return " → ".join((answer.source.name, *map(_stop, answer.path)))


def _stop(link: Link) -> str:
    return f"{link.target.name}:{link.port}" if link.port else link.target.name


def _public(answers: Iterable[Answer]) -> Iterator[Public]:
    for answer in answers:
        if answer.yes and answer.source.kind is Kind.INTERNET:
            port = str(answer.port or "")
            yield Public(answer.target.name, str(answer.target.kind), port, _way(answer))
