"""The reach section: every pair has an answer, with its way or what stops it."""

import pytest

from analyser.analyses.reach.answer import ask, matrix, survey
from analyser.analyses.reach.model import Reach, reach_of
from analyser.analyses.reach.place import Kind
from analyser.faces.page.reach import Reaches, reaches
from tests.analyser.faces.page.pages import stack_report


@pytest.fixture(scope="module", name="reach")
def _reach() -> Reach:
    return reach_of(stack_report("prod").graph)


@pytest.fixture(scope="module", name="section")
def _section(reach: Reach) -> Reaches:
    return reaches(reach)


def test_rows_open_connections_and_columns_answer_them(section: Reaches) -> None:
    groups = {group.name: group.targets for group in section.groups}
    assert groups["Stores"] == ("cache", "stream", "database")
    here = {"access-logs", "archives", "backups", "deployment-runner-bundles", "logs"}
    assert set(groups["S3"]) == {*here, "copies-access-logs", "copies-archives", "copies-backups"}
    assert section.rows[0].name == "internet"
    assert "microservice" in {row.name for row in section.rows}
    assert {len(row.cells) for row in section.rows} == {sum(len(group.targets) for group in section.groups)}


def test_cells_agree_with_what_the_command_answers(reach: Reach, section: Reaches) -> None:
    cells = {(row.name, cell.target): cell for row in section.rows for cell in row.cells}
    for pair in [("internet", "database"), ("microservice", "database"), ("cursor-key-rotation", "cache")]:
        answer = ask(reach, *pair)[0]
        assert cells[pair].yes is answer.yes
        if not answer.yes:
            assert cells[pair].says == answer.missing[0]
    assert cells["microservice", "database"].says == "microservice → database:5432"
    assert cells["microservice", "database"].checks
    assert "database" in cells["internet", "database"].says


def test_the_survey_answers_every_pair_and_the_matrix_is_its_yes(reach: Reach) -> None:
    every = survey(reach)
    sources = {answer.source for answer in every}
    assert len(every) == len(sources) * (len(reach.places) - 1)
    assert [(a.source, a.target) for a in matrix(reach)] == [(a.source, a.target) for a in every if a.yes]
    assert all(answer.missing for answer in every if not answer.yes)
    here = [(a.source, a.target) for a in every if a.source.kind is Kind.PODS]
    assert [(a.source, a.target) for a in survey(reach, frozenset({Kind.PODS}))] == here != []


def test_what_the_internet_reaches_is_told_with_its_way(section: Reaches) -> None:
    ways = {public.name: public.way for public in section.public}
    assert ways["balancer"] == "internet → cdn:443 → balancer:443"
    assert "database" not in ways
