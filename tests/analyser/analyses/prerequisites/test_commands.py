"""Every command that a plan prints is one that AWS's CLI has, and valid shell."""

import subprocess
from pathlib import Path

import pytest

from analyser.analyses.checks import checks
from analyser.analyses.prerequisites import plan, prerequisites
from analyser.faces.terminal.prerequisites import prerequisite_lines
from tests.awscli import calls, problems
from tests.stacks import ROOT, STACKS, stack_graph

PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])


def commands(stack: str) -> list[str]:
    steps = plan(stack_graph(stack))
    told = [command for step in steps for command in step.commands]
    told += [line for step in steps for one in step.prerequisites for line in (one.check, *one.make)]
    return [*told, *(check.command for check in checks(stack_graph(stack)))]


@pytest.mark.parametrize("stack", STACKS)
def test_aws_has_every_command_with_these_options(stack: str) -> None:
    found = [call for command in commands(stack) for call in calls(command)]
    assert len(found) > 3
    assert [problem for call in found for problem in problems(call)] == []


@pytest.mark.parametrize("stack", STACKS)
def test_every_command_is_valid_shell(stack: str) -> None:
    script = "\n".join(commands(stack))
    assert subprocess.run(["bash", "-n"], input=script, check=False, capture_output=True, text=True).stderr == ""


@pytest.mark.parametrize("stack", STACKS)
def test_the_list_alone_sets_the_account_before_it_is_taken(stack: str) -> None:
    lines = list(prerequisite_lines(prerequisites(stack_graph(stack))))
    taken = [number for number, line in enumerate(lines) if "$ACCOUNT" in line]
    set_at = [number for number, line in enumerate(lines) if line.startswith("ACCOUNT=")]
    assert set_at == ([0] if taken else [])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_aws_has_the_commands_that_pages_name(page: Path) -> None:
    found = [call for call in calls(page.read_text(encoding="utf-8")) if len(call) > 2]
    assert [problem for call in found for problem in problems(call, whole=False)] == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("aws ecr describe-image --repository-name a", ["aws ecr describe-image: no such operation"]),
        ("aws nothing describe-images --all", ["aws nothing describe-images: no such operation"]),
        ("aws ecr describe-images --repository a", [
            "aws ecr describe-images: no option --repository", "aws ecr describe-images: lacks --repository-name",
        ]),
        ("aws sts get-caller-identity --query Acount", ["aws sts get-caller-identity: no Acount in the answer"]),
        ("X=$(aws sts get-caller-identity) | aws iam list-role", ["aws iam list-role: no such operation"]),
        ("aws deploy wait deployment-successful --deployment-id d", []),
        ("aws ecs wait services-gone", ["aws ecs wait services-gone: no such waiter"]),
    ],
)  # fmt: skip
def test_a_wrong_command_is_found(command: str, said: list[str]) -> None:
    assert [problem for call in calls(f"{command} ") for problem in problems(call)] == said
