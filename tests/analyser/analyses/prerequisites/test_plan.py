"""The plan of a first deployment: the same steps for every system, with the stack's own names."""

import json
import re

import pytest

from analyser.analyses.prerequisites import plan, prerequisites
from analyser.analyses.prerequisites.images import BUILT_HERE
from analyser.analyses.prerequisites.stages import WAITING
from analyser.analyses.report import VERSION
from analyser.faces.commands import cli
from analyser.graph import Graph
from analyser.run import program as run
from tests.stacks import ROOT, STACKS, stack_graph

TITLES = [
    "A place for the state",
    "What must be true before",
    "The first up",
    "What the second up waits for",
    "The second up",
    "Afterwards",
    "See that it works",
]
AT_ONCE = [*TITLES[:2], "The up", *TITLES[-2:]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def known(root: object, stack: str, **_: object) -> Graph:
        return stack_graph(stack)

    monkeypatch.setattr(run, "run_stack", known)
    monkeypatch.chdir(ROOT)

    def ask(*words: str) -> tuple[int, str, str]:
        code = cli.run(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return ask


@pytest.mark.parametrize("stack", STACKS)
def test_the_steps_are_the_same_for_every_system(stack: str) -> None:
    titles = [step.title.partition(":")[0] for step in plan(stack_graph(stack))]
    assert titles == (TITLES if waits(stack) else AT_ONCE)


def waits(stack: str) -> bool:
    """Whether anything of a stack waits for what people do."""
    return any(node.type in WAITING for node in stack_graph(stack))


def test_where_nothing_waits_there_is_one_run() -> None:
    graph = stack_graph("collaboration-dev")
    free = Graph(graph.project, graph.stack, [each for each in graph if each.type not in WAITING], graph.exports)
    steps = plan(free)
    assert [step.title.partition(":")[0] for step in steps] == AT_ONCE
    assert steps[2].commands == ("pulumi up --stack collaboration-dev --policy-pack policy",)


@pytest.mark.parametrize("stack", STACKS)
def test_the_two_runs_make_everything_once(stack: str) -> None:
    first, *second = (step for step in plan(stack_graph(stack)) if " up:" in step.title)
    made, *total = (int(word) for word in first.title.split() if word.isdigit())
    rest = [int(word) for step in second for word in step.title.split() if word.isdigit()]
    assert sum([made, *rest]) == len(stack_graph(stack).resources)
    assert total == [len(stack_graph(stack).resources)] * len(second)
    run = f"pulumi up --stack {stack} --policy-pack policy"
    assert first.commands[0].startswith(f"{run} --exclude-dependents " if waits(stack) else run)


@pytest.mark.parametrize(
    ("stack", "command"),
    [
        ("prod", "STACK=prod delivery/in-vpc.sh infrastructure"),
        ("confluence-dev", "STACK=confluence-dev delivery/in-vpc.sh infrastructure"),
        ("consulting-prod", "STACK=consulting-prod delivery/in-vpc.sh infrastructure"),
        ("mdreader-prod", "pulumi up --stack mdreader-prod --policy-pack policy"),
        ("confluence-lambda", "pulumi up --stack confluence-lambda --policy-pack policy"),
    ],
)
def test_a_cluster_is_deployed_into_from_inside(stack: str, command: str) -> None:
    assert plan(stack_graph(stack))[4].commands == (command,)


def test_without_a_runner_the_second_run_goes_over_the_vpn() -> None:
    graph = stack_graph("dev")
    without = Graph(
        graph.project,
        graph.stack,
        [node for node in graph if "deployment-runner" not in node.name],
        graph.exports,
        region=graph.region,
    )
    step = plan(without)[4]
    assert step.commands == ("pulumi up --stack dev --policy-pack policy",)
    assert "cluster.apiClients" in step.why


def test_the_text_can_be_pasted_step_by_step(told) -> None:
    code, out, _ = told("deploy-plan", "consulting-prod")
    assert code == 0
    numbered = [line for line in out.splitlines() if line.startswith("## ")]
    assert [line.split(". ", 1)[1].partition(":")[0] for line in numbered] == TITLES
    assert (
        "aws ecr describe-images --repository-name consulting/cloud-consulting-backend --image-ids imageTag=1.0.0"
        in out
    )


def test_json_has_all_of_it(told) -> None:
    code, out, _ = told("deploy-plan", "mdreader-amplify", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["stack"] == "mdreader-amplify"
    assert found["version"] == VERSION
    assert [step["number"] for step in found["steps"]] == list(range(1, 8))
    kinds = {one["kind"] for step in found["steps"] for one in step["prerequisites"]}
    assert {"repository-token", "delegation", "image", "cost-tag"} <= kinds
    for step in found["steps"]:
        for one in step["prerequisites"]:
            assert set(one) == {"kind", "title", "when", "why", "check", "good", "make", "urns"}


def test_check_before_prints_the_list_and_check_alone_does_not(told) -> None:
    code, out, _ = told("check", "confluence-prod", "--before")
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("## ")] == [
        "## Before the first up",
        "## Before the second up",
        "## Afterwards",
    ]
    assert "aws iam create-service-linked-role --aws-service-name opensearchservice.amazonaws.com" in out
    _, alone, _ = told("check", "confluence-prod")
    assert "service-linked" not in alone


@pytest.mark.parametrize(
    ("stack", "command"),
    [
        ("dev", "gh workflow run deploy.yml --ref main --field stack=dev"),
        ("prod", "STACK=prod PROMOTE_FROM=dev GITHUB_REPOSITORY=strata/platform delivery/step.sh images"),
        ("mdreader-prod", "STACK=mdreader-prod PROMOTE_FROM=mdreader-dev delivery/step.sh images"),
        ("mdreader-prod-dr", "STACK=mdreader-prod-dr PROMOTE_FROM=mdreader-dev delivery/step.sh images"),
        ("consulting-dev", "pulumi stack output pushRoleArn --stack consulting-dev"),
        ("mdreader-amplify", "pulumi stack output pushRoleArn --stack mdreader-amplify"),
    ],
)
def test_an_image_comes_as_the_deliveries_of_the_stack_take_it(stack: str, command: str) -> None:
    """``delivery/images.sh`` refuses what a person pushed, and in a later stack what was tried nowhere."""
    made = [one.make for one in prerequisites(stack_graph(stack)) if one.kind == "image"]
    assert made
    assert all(lines[-1].startswith(command) for lines in made)


def test_what_the_workflow_builds_is_what_its_script_does() -> None:
    script = (ROOT / "delivery" / "publish.sh").read_text()
    assert set(re.findall(r"^  (\w+)\) name=(\S+) ", script, re.MULTILINE)) == BUILT_HERE
