"""What a push goes to: the lines that workflows are made of, and which of their stacks a change touches."""

from pathlib import Path
from typing import Any

import pytest

from analyser.analyses.delivery import PLACES, beside, delivered, images, lines
from analyser.analyses.report import compared
from analyser.faces.commands import delivery, revision
from settings import SettingsError, stackfile
from settings.delivery import Deployer
from tests.stacks import ROOT, STACKS, stack_graph
from tests.systems.changed import otherwise


def test_every_stack_of_the_workflow_stands_in_one_place_of_one_line() -> None:
    told = [line[place] for line in lines(ROOT) for place in PLACES if line[place]]
    ours = [stack for stack in STACKS if delivered(ROOT, stack).by is Deployer.WORKFLOW]
    assert sorted(told) == sorted(ours)
    assert {"line": "dev", "dev": "dev", "staging": "", "prod": "prod", "recovery": "prod-dr"} in lines(ROOT)


def test_no_stack_that_is_shipped_is_left_to_hands_or_has_no_state() -> None:
    by_hand = [s for s in STACKS if delivered(ROOT, s).by is Deployer.HAND or not delivered(ROOT, s).state]
    left = [f"Pulumi.{stack}.yaml: say strata:delivery (docs/deploying.md)" for stack in by_hand if stack != "local"]
    assert not left  # local goes to no account


def test_what_is_not_touched_is_left_out() -> None:
    assert lines(ROOT, {"prod", "mdreader-prod"}) == [
        {"line": "dev", "dev": "", "staging": "", "prod": "prod", "recovery": ""}
    ]
    assert lines(ROOT, set()) == []


def test_two_stacks_in_one_place_are_refused(tmp_path: Path) -> None:
    for name, environment, after in (("a", "dev", ""), ("b", "prod", "after: a, "), ("c", "prod", "after: a, ")):
        (tmp_path / f"Pulumi.{name}.yaml").write_text(
            f"config:\n  strata:environment: {environment}\n"
            f"  strata:delivery: {{by: workflow, {after}state: s3://state}}\n"
        )
    with pytest.raises(SettingsError, match=r"Pulumi\.c\.yaml: delivery\.after: b is prod of the line"):
        lines(tmp_path)


def test_a_push_goes_to_the_stacks_that_it_touches_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The revision before built all stacks as they are; now the file of ``dev`` says something else."""
    few = ["dev", "prod", "consulting-dev", "collaboration-dev"]
    # Built beside all files, which say where images go on to.
    graphs = {stack: stack_graph(stack) for stack in few}

    def now(stack: str) -> Any:
        return otherwise("dev") if stack == "dev" else graphs[stack]

    monkeypatch.setattr(stackfile, "stack_names", lambda directory: few)
    monkeypatch.setattr(revision, "had_stack", lambda root, stack, rev: True)
    monkeypatch.setattr(revision, "preview_at", lambda root, stack, rev: compared(graphs[stack]))
    monkeypatch.setattr(
        revision, "changed", lambda root, paths, rev: "functions/collaboration/requirements.txt" in paths
    )
    monkeypatch.setattr(revision, "stacks_at", lambda root, rev: ["shop", *few])
    monkeypatch.setattr(delivery, "graph_of", now)
    found = delivery._all(ROOT, "HEAD")
    assert [one["stack"] for one in found["stacks"]] == ["dev", "collaboration-dev"], "a layer's lock is no input"
    assert found["lines"][0] == {"line": "dev", "dev": "dev", "staging": "", "prod": "", "recovery": ""}
    assert found["gone"] == ["shop"]


@pytest.mark.parametrize("stack", STACKS)
def test_what_is_delivered_beside_the_program_is_told(stack: str) -> None:
    """Each layer's lock, as the Makefile builds it, and the site where ``site.sh`` finds a bucket for one."""
    graph, system = stack_graph(stack), delivered(ROOT, stack).system
    told = beside(graph, system)
    locks = [one for one in told if one.startswith("functions/")]
    made = (ROOT / "Makefile").read_text()
    archives = {node.inputs["code"]["path"] for node in graph.of_type("aws:lambda/layerVersion:LayerVersion")}
    assert len(locks) == len(archives)
    assert all(any(f"{archive}: {lock}\n" in made for archive in archives) for lock in locks)
    site = any(graph.exports.get(bucket) for bucket in ("webBucket", "staticBucket"))
    assert told == [*locks, *([f"frontend/{system}"] if site else [])]


def test_a_stack_that_was_not_there_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revision, "had_stack", lambda root, stack, rev: False)
    assert delivery.differs(ROOT, "dev", "HEAD")


def test_images_are_those_of_the_stack_s_own_repositories() -> None:
    assert [(one.repository, one.version) for one in images(stack_graph("dev"))] == [
        ("records-dev/microservice", ":1.0.0")
    ]
