"""Small graphs of data stores: which ports they answer, and to whom."""

from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict
from policy.model import UNKNOWN
from tests.analyser.analyses.reach.made import Made, public
from tests.analyser.analyses.reach.test_kinds import NO, UNSURE, YES, asked, verdict


def brokers(access: object, first: int, last: int, **client: Any) -> Made:
    made, vpc, subnet = public()
    group = made.group(vpc, fromPort=first, toPort=last)
    info = {
        "clientSubnets": [subnet], "securityGroups": [group], "connectivityInfo": {"publicAccess": {"type": access}}
    }  # fmt: skip
    made.any("aws:msk/cluster:Cluster", "events", brokerNodeGroupInfo=info, clientAuthentication=client)
    return made


@pytest.mark.parametrize(
    ("access", "ports", "expected"),
    [
        ("SERVICE_PROVIDED_EIPS", (9194, 9198), YES),
        ("SERVICE_PROVIDED_EIPS", (9092, 9098), NO),
        ("DISABLED", (9194, 9198), NO),
        (UNKNOWN, (9194, 9198), UNSURE),
    ],
)
def test_brokers_answer_public_addresses_on_ports_of_their_own(
    access: object, ports: tuple[int, int], expected: Verdict
) -> None:
    made = brokers(access, *ports, sasl={"iam": True})
    assert verdict(made, target="events", port=None) is expected
    if expected is YES:
        assert asked(made, target="events", port=None).port == 9198


def test_who_stands_in_the_vpc_of_brokers_asks_on_the_usual_ports() -> None:
    made = brokers("SERVICE_PROVIDED_EIPS", 9098, 9098, sasl={"iam": True})
    made.add("Instance", "vm", subnetId="subnet-public", vpcSecurityGroupIds=["sg-open"])
    assert verdict(made, "vm", "events", None) is YES
