"""Parameters of a database that answers many short requests, and who has them."""

from typing import Any

import pytest

from components.data.postgres_base import PARAMETERS
from components.data.postgres_settings import PostgresSettings
from components.data.postgres_tuning import LOGS, PLANS, for_requests
from tests.stacks import stack_graph


def tuned(storage_gib: int = 1000) -> dict[str, str]:
    return for_requests(PostgresSettings(identifier="one", instance_class="db.r5.2xlarge", storage_gib=storage_gib))


@pytest.mark.parametrize(("storage_gib", "mib"), [(50, 4096), (400, 8192), (1000, 16384), (16000, 16384)])
def test_the_log_between_checkpoints_is_a_fiftieth_of_the_disk_within_bounds(storage_gib: int, mib: int) -> None:
    assert tuned(storage_gib)["max_wal_size"] == str(mib)


def parameters(name: str, kind: str) -> list[dict[str, Any]]:
    return [node.inputs for node in stack_graph(name).of_type(kind)]


@pytest.mark.parametrize("name", ["prod", "dev"])
def test_records_stands_on_it_with_all_of_its_replicas(name: str) -> None:
    graph = stack_graph(name)
    (group,) = parameters(name, "aws:rds/parameterGroup:ParameterGroup")
    told = {parameter["name"]: parameter["value"] for parameter in group["parameters"]}
    assert told.keys() == {*PARAMETERS, *PLANS, *LOGS, "effective_io_concurrency", "max_wal_size"}
    assert told["log_min_duration_statement"] == "500"
    assert told["rds.force_ssl"] == "1"
    used = {node.inputs["parameterGroupName"] for node in graph.of_type("aws:rds/instance:Instance")}
    assert len(used) == 1


@pytest.mark.parametrize("name", ["consulting-prod", "confluence-prod", "mdreader-prod"])
def test_databases_that_do_other_things_keep_what_they_had(name: str) -> None:
    for group in parameters(name, "aws:rds/parameterGroup:ParameterGroup"):
        assert {parameter["name"] for parameter in group["parameters"]} == {*PARAMETERS}
