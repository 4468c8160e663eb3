from datetime import date

import pytest

from policy.model import UNKNOWN, Level
from policy.version_support import read_support
from tests.policy.cases import Case, Set
from tests.policy.support import check, exempt, resource, verdict

DAY = date(2026, 11, 29)
CLUSTER = resource("aws:eks/cluster:Cluster", version="1.36")
DATABASE = resource("aws:rds/instance:Instance", engine="postgres", engineVersion="15")
CACHE = resource("aws:elasticache/replicationGroup:ReplicationGroup", engineVersion="7.1")
CASES = [
    Case("version-support", [CLUSTER], [Set("version", "1.35"), Set("version", "1.33")], {"day": DAY}),
    Case("version-support", [DATABASE], [Set("engineVersion", "14"), Set("engineVersion", "13.22")], {"day": DAY}),
    Case(
        "version-support",
        [resource("aws:rds/cluster:Cluster", engine="aurora-postgresql", engineVersion="15.17")],
        [Set("engineVersion", "14.22")],
        {"day": DAY},
    ),
    Case("version-support", [CACHE], [Set("engineVersion", "6.2"), Set("engineVersion", "5.0.6")], {"day": DAY}),
    Case(
        "version-support",
        [resource("aws:msk/cluster:Cluster", kafkaVersion="3.9.x.kraft")],
        [Set("kafkaVersion", "3.7.x"), Set("kafkaVersion", "3.6.0")],
        {"day": DAY},
    ),
    Case(
        "version-support",
        [resource("aws:opensearch/domain:Domain", engineVersion="OpenSearch_2.19")],
        [Set("engineVersion", "OpenSearch_2.9")],
        {"day": DAY},
    ),
    Case(
        "version-support",
        [resource("aws:lambda/function:Function", runtime="python3.13")],
        [Set("runtime", "python3.10"), Set("runtime", "nodejs22.x")],
        {"day": DAY},
    ),
]
OLD = resource("aws:eks/cluster:Cluster", version="1.35")


def test_the_day_decides() -> None:
    said = "it: asks for Kubernetes on EKS 1.35, whose support {} (version)"
    assert check("version-support", OLD, day=date(2026, 9, 27)) == []
    assert check("version-support", OLD, day=date(2026, 9, 28)) == [said.format("ends on 2027-03-27, in 180 days")]
    assert check("version-support", OLD, day=date(2027, 3, 28)) == [said.format("ended on 2027-03-27")]
    assert check("version-support", OLD, day=date(2026, 11, 29), notice_days=100) == []


def test_without_a_day_it_is_the_one_of_the_run() -> None:
    """Which these tests say is in January 2026."""
    found = verdict(resource("aws:eks/cluster:Cluster", version="1.32"), environment="prod")
    assert [(one.message, one.blocks) for one in found if one.rule.id == "version-support"] == [
        ("asks for Kubernetes on EKS 1.32, whose support ends on 2026-03-23, in 51 days", False)
    ]


def test_it_stops_a_deployment_where_it_is_asked_to() -> None:
    config = {"version-support": {"enforcementLevel": "mandatory", "day": "2026-11-29", "noticeDays": 150}}
    (found,) = [one for one in verdict(OLD, config=config) if one.rule.id == "version-support"]
    assert (found.blocks, found.level) == (True, Level.MANDATORY)


@pytest.mark.parametrize(
    "subject",
    [
        resource("aws:eks/cluster:Cluster", version="1.99"),
        resource("aws:eks/cluster:Cluster"),
        resource("aws:rds/instance:Instance", engine="mysql", engineVersion="14.1"),
        resource("aws:rds/cluster:Cluster", engine="aurora-mysql", engineVersion="14.1"),
        resource("aws:rds/instance:Instance", engine=UNKNOWN, engineVersion="14"),
        resource("aws:elasticache/cluster:Cluster", engine="memcached", engineVersion="1.6.22"),
        resource("aws:lambda/function:Function", packageType="Image"),
    ],
)
def test_of_what_nobody_has_said_an_end_none_is_told(subject) -> None:
    assert check("version-support", subject, day=date(2040, 1, 1)) == []


def test_every_end_has_a_source_and_a_form_that_its_versions_are_said_in() -> None:
    for service in read_support().values():
        assert service.source.startswith("https://")
        assert service.ends


def test_an_exemption_can_spare_it_for_a_while() -> None:
    found = verdict(OLD, exemptions=[exempt("version-support", OLD)], config={"version-support": {"day": "2027-01-01"}})
    assert [one.exemption is not None for one in found if one.rule.id == "version-support"] == [True]
