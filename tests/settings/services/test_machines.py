"""What AWS runs things on: EC2's list is its API's, and who misspells a name is told which was meant."""

import botocore.session
import pytest

from components.data.postgres_connections import max_connections
from settings.services.machines import Service, known, machines


def test_instance_types_are_those_of_ec2_s_api() -> None:
    shape = botocore.session.get_session().get_service_model("ec2").shape_for("InstanceType")
    assert set(machines("ec2")) == set(shape.enum)


@pytest.mark.parametrize(
    ("service", "name", "said"),
    [
        ("ec2", "c5.2xlrge", "there is no instance type 'c5.2xlrge'; did you mean c5.2xlarge?"),
        ("rds", "db.t4g.mediuma", "there is no instance class 'db.t4g.mediuma'; did you mean db.t4g.medium?"),
        ("rds", "", "there is no instance class ''; for example db.m5.large"),
        (
            "elasticache",
            "cache.r6gd.xlarge",
            "there is no node type 'cache.r6gd.xlarge'; did you mean cache.r6g.xlarge?",
        ),
        ("opensearch", "r6g.large", "there is no instance type 'r6g.large'; did you mean r6g.large.search?"),
        ("dax", "dax.t3.large", "there is no node type 'dax.t3.large'; did you mean dax."),
        ("msk", "kafka.m5.huge", "there is no instance type 'kafka.m5.huge'; did you mean kafka.m5."),
    ],
)
def test_a_name_that_is_not_there_is_told_with_what_was_meant(service: Service, name: str, said: str) -> None:
    with pytest.raises(ValueError, match="there is no") as error:
        known(name, service)
    assert str(error.value).startswith(said)


def test_every_class_of_postgresql_has_a_memory() -> None:
    counted = {name: max_connections(name) for name in machines("rds")}
    assert min(counted.values()) > 0
    # 16, 32 and 128 GiB over 9,531,392 bytes
    assert (counted["db.m5.xlarge"], counted["db.r5.xlarge"]) == (1802, 3604)
    assert (counted["db.x2g.large"], counted["db.x2iedn.xlarge"]) == (3604, 5000)
