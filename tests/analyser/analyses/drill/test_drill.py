"""Each command of each drill is one that its program takes, names what there is, and is done by who may do it."""

import functools
import re
import shlex
from collections.abc import Iterator
from copy import copy
from dataclasses import replace

import pytest

from analyser.analyses.drill import Kind, Step, drill
from analyser.analyses.drill.model import OPERATOR
from analyser.graph import Graph
from tests import awscli
from tests.aws_actions import actions
from tests.docs import programs, pulumi_commands
from tests.docs.code import Code, inner, simple
from tests.stacks import home_of, serving, stack_graph
from tests.systems import cluster_rights, operator_rights, procedures

STACKS = (
    *("prod", "confluence-prod", "confluence-lambda", "mdreader-prod", "mdreader-amplify", "collaboration-prod"),
    *("consulting-prod", "prod-dr"),
)
KINDS = [kind for kind in Kind if kind is not Kind.REGION]
PAIRS = ("prod-dr", "confluence-lambda-dr", "mdreader-prod-dr", "confluence-prod-dr", "collaboration-prod-dr")
COPIED = {"prod": "prod-dr", "confluence-prod": "confluence-prod-dr"}
"""Who stands by for the stacks of which databases and caches are followed from another region."""
OWN = {"id", "date", "sleep"}
"""What the drills define for themselves, and what every machine has."""


@functools.cache
def steps_of(stack: str, kind: Kind) -> tuple[Step, ...]:
    if kind is Kind.RESTORE and stack in COPIED:
        return drill(serving(stack), kind, stack_graph(COPIED[stack])).steps
    if kind is not Kind.REGION:
        return drill(serving(stack), kind).steps
    home = home_of(stack)
    assert home is not None
    return drill(stack_graph(home), kind, serving(stack)).steps


def texts(step: Step) -> Iterator[str]:
    """Its commands, and those that lead back."""
    yield from step.commands
    yield from (part for part in step.back.split("; ") if re.match(r"(aws|kubectl|pulumi|helm) ", part))


def every(text: str) -> Iterator[list[str]]:
    """The simple commands of a piece of shell, those that it substitutes too."""
    yield from simple(text)
    for part in inner(text):
        yield from every(part)


def wrong(text: str) -> list[str]:
    found = [line for words in awscli.calls(text) for line in awscli.problems(words)]
    for words in every(text):
        found += judged(words)
    return found


def judged(words: list[str]) -> list[str]:
    first = words[0]
    if first == "aws" or first in programs.BUILTINS | OWN or first.startswith(programs.LOCAL):
        return []
    if first == "kubectl":
        return programs.kubectl(words[1:])[0]
    if first == "pulumi":
        return pulumi_commands.parse("a drill", shlex.join(words[1:])).problems
    if first == "strata":
        return programs.strata(words[1:], whole=True)
    if first in programs.PROGRAMS:
        return programs.unknown(programs.PROGRAMS[first], words[1:], first)
    return [f"no program {first} is known"]


ASKED = [*((stack, kind) for stack in STACKS for kind in KINDS), *((stack, Kind.REGION) for stack in PAIRS)]


@pytest.mark.parametrize(("stack", "kind"), ASKED)
def test_each_program_takes_its_commands(stack: str, kind: Kind) -> None:
    steps = steps_of(stack, kind)
    assert steps
    assert [line for step in steps for text in texts(step) for line in wrong(text)] == []
    states = [
        file for step in steps for text in texts(step) for file in re.findall(r"pulumi stack .*--file (\S+)", text)
    ]
    assert all(file.startswith("kept/") for file in states), "else git and a runner's source take secrets in"


def lacking(step: Step, graph: Graph) -> list[str]:
    """What operators may not do of a step that says it is theirs."""
    if step.role != OPERATOR:
        return []
    changed = graph if home_of(graph.stack) else None  # what is as the stack's file says is read once
    found = []
    for text in step.commands:
        code = Code("a drill", f"{text} # {graph.stack}", whole=True)
        for words in awscli.calls(text):
            found += operator_rights.lacking(procedures.Step(code, words), graph.stack, changed)
        for words in every(text):
            found += cluster_rights.lacking(procedures.Step(code, words), graph) if words[0] == "kubectl" else []
    return found


@pytest.mark.parametrize(("stack", "kind"), ASKED)
def test_operators_may_do_what_is_theirs(stack: str, kind: Kind) -> None:
    graph = serving(stack)
    steps = steps_of(stack, kind)
    assert [line for step in steps for line in lacking(step, graph)] == []
    assert not [
        step.what
        for step in steps
        if step.role == OPERATOR and re.search(r"^(pulumi|helm) ", "\n".join(step.commands), re.M)
    ]


@pytest.mark.parametrize(("stack", "kind"), ASKED)
def test_iam_knows_each_action(stack: str, kind: Kind) -> None:
    calls = [words for step in steps_of(stack, kind) for text in texts(step) for words in awscli.calls(text)]
    assert all(actions(words) for words in calls)


def test_a_right_that_is_missing_is_told() -> None:
    graph = stack_graph("prod")
    step = next(step for step in drill(graph, Kind.STUCK).steps if step.role != OPERATOR and "add-on" in step.what)
    assert any("UpdateAddon" in line for line in lacking(replace(step, role=OPERATOR), graph))


def test_a_wrong_command_is_told() -> None:
    assert wrong("aws rds reboot-db-instance --db-instance-identifier x --force-failover") == []
    assert wrong("aws rds reboot-db-instance --db-instance x") != []
    assert wrong("pulumi stack export --frobnicate") != []
    assert wrong("kubectl drain x --frobnicate") != []
    assert wrong('kubectl get pods "$(frobnicate)"') == ["no program frobnicate is known"]


def test_a_cluster_without_a_runner_is_not_sent_to_one() -> None:
    """``runner: null`` is a stack that people update from inside its network."""
    alone = copy(stack_graph("prod"))
    alone.exports = {key: value for key, value in alone.exports.items() if key != "deploymentRunner"}
    lines = [
        line
        for kind in (Kind.SCALE, Kind.ROTATE, Kind.STUCK)
        for step in drill(alone, kind).steps
        for line in texts(step)
    ]
    assert "pulumi up --stack prod" in lines
    assert not [line for line in lines if "in-vpc" in line]
