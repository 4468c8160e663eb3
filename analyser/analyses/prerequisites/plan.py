"""The steps of a first deployment, with the stack's own names filled in."""

from dataclasses import dataclass

from analyser.analyses.prerequisites.collect import prerequisites
from analyser.analyses.prerequisites.deployer import runner_of
from analyser.analyses.prerequisites.model import SET_ACCOUNT, Prerequisite, When
from analyser.analyses.prerequisites.stages import FirstStage, first_stage
from analyser.graph import Graph

_POLICIES = "--policy-pack policy"


@dataclass(frozen=True)
class Step:
    """One thing to do, in order."""

    title: str
    why: str
    commands: tuple[str, ...] = ()
    prerequisites: tuple[Prerequisite, ...] = ()
    """What to see to in this step, beside its commands."""


def plan(graph: Graph) -> list[Step]:
    """How a stack comes into an empty account; the same steps for every system, docs/deploying.md tells of them."""
    found = prerequisites(graph)
    stage = first_stage(graph)
    due = {when: tuple(one for one in found if one.when is when) for when in When}
    return [
        Step(
            "A place for the state",
            "where Pulumi keeps what it knows of the stack; the runner reads it there too, so it is no local folder",
            (
                SET_ACCOUNT,
                'pulumi login "$PULUMI_BACKEND_URL"',
                f'pulumi stack init {graph.stack} --secrets-provider "$PULUMI_SECRETS_PROVIDER"',
            ),
        ),
        Step(
            "What must be true before",
            "AWS refuses in the middle what is not so; the first holds all stacks' names against one another, a "
            "preview of one stack only those of its own system in the account and region",
            ("strata preview --all",),
            due[When.BEFORE],
        ),
        *(_in_two(graph, stage, due[When.BETWEEN]) if stage.left_out else [_at_once(graph, stage)]),
        Step("Afterwards", "what nothing waits for, and everybody forgets", (), due[When.AFTER]),
        Step(
            "See that it works",
            "each command says what it shows",
            (f"strata check {graph.stack}", f"STACK={graph.stack} delivery/step.sh integration"),
        ),
    ]


def _at_once(graph: Graph, stage: FirstStage) -> Step:
    title = f"The up: {stage.total} resources"
    return Step(title, "from anywhere; nothing waits for what people do", (_up(graph),))


def _in_two(graph: Graph, stage: FirstStage, between: tuple[Prerequisite, ...]) -> list[Step]:
    left = len(stage.left_out)
    return [
        Step(
            f"The first up: {stage.total - left} of {stage.total} resources",
            f"from anywhere; it waits for nobody and ends by itself ({'; '.join(stage.reasons)})",
            (f"{_up(graph)} {stage.options}",),
        ),
        Step("What the second up waits for", "by now every name is known", (), between),
        _second(graph, left),
    ]


def _up(graph: Graph) -> str:
    return f"pulumi up --stack {graph.stack} {_POLICIES}"


def _second(graph: Graph, left: int) -> Step:
    up = _up(graph)
    title = f"The second up: the other {left} resources"
    if not graph.of_type("aws:eks/cluster:Cluster"):
        return Step(title, "from anywhere", (up,))
    if runner_of(graph) is not None:
        return Step(
            title,
            "from inside the network: the commit that is checked out goes to the runner, which does the same up there",
            (f"STACK={graph.stack} delivery/in-vpc.sh infrastructure",),
        )
    return Step(title, "over the VPN that cluster.apiClients lets in", (up,))
