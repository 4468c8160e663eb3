import pulumi
import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.account import Account
from components.data.log_bucket import LogBucket, LogBucketSettings
from components.edge.global_accelerator import GlobalAccelerator, GlobalAcceleratorSettings
from components.edge.origin_secret import OriginSecret, OriginSecretSettings
from tests.support import ACCOUNT, record

ELSEWHERE = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/balancer/0123456789abcdef"
OURS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/ours/0123456789abcdef"


class Balancer:
    """All that an accelerator asks of a load balancer."""

    arn = OURS


def made(settings: GlobalAcceleratorSettings, account: Account = ACCOUNT) -> Graph:
    def program() -> None:
        logs = LogBucket("logs", LogBucketSettings(bucket="logs"), account=account)
        GlobalAccelerator("entry", settings, account=account, balancer=Balancer(), access_logs=logs)

    return record(program)


def test_every_region_has_a_group_and_only_the_own_one_a_share() -> None:
    graph = made(GlobalAcceleratorSettings(own_percent=25, elsewhere={"us-west-2": ELSEWHERE}))
    groups = {
        node.inputs["endpointGroupRegion"]: (
            node.inputs["endpointConfigurations"][0]["endpointId"],
            node.inputs["trafficDialPercentage"],
        )
        for node in graph.of_type("aws:globalaccelerator/endpointGroup:EndpointGroup")
    }
    assert groups == {"us-east-1": (OURS, 25), "us-west-2": (ELSEWHERE, 100)}


def test_the_own_region_is_not_elsewhere() -> None:
    with pytest.raises(Exception, match="us-east-1 is this stack's own region"):
        made(GlobalAcceleratorSettings(elsewhere={"us-east-1": ELSEWHERE}))


@pytest.mark.parametrize("elsewhere", [{"west": ELSEWHERE}, {"us-west-2": "arn:aws:lambda:us-west-2:1:function:f"}])
def test_only_load_balancers_of_regions_are_taken(elsewhere: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        GlobalAcceleratorSettings(elsewhere=elsewhere)


def test_a_header_that_is_given_is_the_only_one_that_is_taken() -> None:
    sent = []

    def program() -> None:
        secret = OriginSecret("secret", OriginSecretSettings(), given=pulumi.Output.secret("shared"))
        sent.extend([secret.sent, *secret.accepted])
        pulumi.export("header", secret.sent)

    graph = record(program)
    assert len({id(one) for one in sent}) == 1
    assert graph.of_type("random:index/randomPassword:RandomPassword") == []
