"""Of every type that the project makes, each fact is known; where one is missing, this says where to write it."""

import pytest

import resource_types
from analyser.analyses.cost.services import PRICERS
from analyser.analyses.coverage import NEEDED, coverage, missing
from analyser.faces.coverage_page import PAGE, page
from tests.resource_types.made import made_by_code
from tests.stacks import ROOT, STACKS, stack_graph


def registered() -> set[str]:
    return {token for stack in STACKS for token in stack_graph(stack).counts}


def test_the_code_makes_many_types() -> None:
    assert len(made_by_code()) > 150
    assert "aws:ecs/service:Service" in made_by_code()


def test_everything_is_known_of_every_type_that_the_project_makes() -> None:
    assert "\n".join(missing(registered() | made_by_code().keys())) == ""


@pytest.mark.parametrize("fact", NEEDED)
def test_what_is_missing_is_named_with_its_place(fact: str) -> None:
    told = list(missing(["aws:ses/template:Template"]))
    assert len(told) == len(NEEDED)
    assert f"aws:ses/template:Template: no {fact} in resource_types/aws/ses.toml (docs/extending.md)" in told


def test_what_has_a_rule_for_its_cost_says_nothing_else_of_it() -> None:
    assert [token for token in PRICERS if "cost" in resource_types.table(token)] == []


def test_the_page_is_what_the_files_say() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(coverage(resource_types.tokens())), "run: make update"
