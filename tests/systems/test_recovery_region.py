"""Keys of the second region, and nothing else."""

import json

import pytest

from analyser.graph import Graph
from systems.recovery_region import make_recovery_region
from tests.support import ACCOUNT, record


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(lambda: make_recovery_region("us-west-2", ACCOUNT))


def test_one_key_a_purpose_in_that_region(graph: Graph) -> None:
    keys = graph.of_type("aws:kms/key:Key")
    assert {key.name: key.inputs["region"] for key in keys} == {
        "recovery-data-key-key": "us-west-2",
        "recovery-secrets-key-key": "us-west-2",
    }


def test_nothing_names_the_home_region(graph: Graph) -> None:
    assert [node.name for node in graph.resources if ACCOUNT.region in json.dumps(node.inputs)] == []
