"""How many connections a database takes."""

import pytest

from components.data.postgres_connections import max_connections, max_connections_serverless


@pytest.mark.parametrize(
    ("instance_class", "connections"),
    [
        ("db.r5.2xlarge", 5000),
        ("db.r6g.large", 1802),
        ("db.m6g.large", 901),
        ("db.t3.micro", 112),
        ("db.t4g.medium", 450),
        ("db.x2g.large", 3604),
    ],
)
def test_connections_come_from_the_memory_of_the_class(instance_class: str, connections: int) -> None:
    assert max_connections(instance_class) == connections


def test_a_class_that_nobody_knows_is_not_guessed() -> None:
    with pytest.raises(LookupError, match=r"db.z9.large is not in resource_types/machine_sizes.toml"):
        max_connections("db.z9.large")


def test_a_serverless_instance_takes_what_its_greatest_capacity_does_unless_it_may_pause() -> None:
    assert max_connections_serverless(1, 4) == 901
    assert max_connections_serverless(2, 64) == 5000
    assert max_connections_serverless(0.5, 64) == 2000
    assert max_connections_serverless(0.5, 4) == 901
