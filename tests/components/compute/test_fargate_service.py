"""A service: private, spread, drained, rolled back, and reached by whom it allows."""

from typing import Any

import pytest
from pydantic import ValidationError

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from components.account import Account
from components.compute.service_scaling import OffPeak, ScalingSettings
from components.statements import Statement
from tests.components.compute.fargate import SERVICE, TASK, build, graph, settings
from tests.components.compute.support import waits_for
from tests.support import ACCOUNT, DEV_ACCOUNT, unequal_when_unknown

EVERYTHING = settings(
    spot_weight=4,
    scaling=ScalingSettings(
        min_count=2,
        max_count=10,
        requests_per_task=100,
        connections_per_task=50,
        off_peak=OffPeak(min_count=1, max_count=2),
    ),
)


GRANTED = Statement("ReadTable", ["dynamodb:GetItem"], [ACCOUNT.arn("dynamodb", "table/state")])


def rules(found: Graph, kind: str, group: str) -> list[dict[str, Any]]:
    identifier = found.only("aws:ec2/securityGroup:SecurityGroup", group).id
    nodes = found.of_type(f"aws:vpc/securityGroup{kind}Rule:SecurityGroup{kind}Rule")
    return [node.inputs for node in nodes if node.inputs["securityGroupId"] == identifier]


def test_what_a_service_is_by_default() -> None:
    found = graph()
    private = [n.id for n in found.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("net-private-")]
    assert found.only(SERVICE).inputs == {
        "name": "mdreader-hocuspocus",
        "cluster": found.only("aws:ecs/cluster:Cluster").outputs["arn"],
        "taskDefinition": found.only(TASK).outputs["arn"],
        "desiredCount": 2,
        "capacityProviderStrategies": [{"capacityProvider": "FARGATE", "weight": 1}],
        "networkConfiguration": {
            "subnets": private,
            "securityGroups": [found.only("aws:ec2/securityGroup:SecurityGroup", "hocuspocus-group").id],
            "assignPublicIp": False,
        },
        "loadBalancers": [
            {
                "targetGroupArn": found.only("aws:lb/targetGroup:TargetGroup").outputs["arn"],
                "containerName": "app",
                "containerPort": 8443,
            }
        ],
        "healthCheckGracePeriodSeconds": 60,
        "deploymentMinimumHealthyPercent": 100,
        "deploymentMaximumPercent": 200,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "availabilityZoneRebalancing": "ENABLED",
        "enableExecuteCommand": False,
        "enableEcsManagedTags": True,
        "propagateTags": "SERVICE",
        "forceNewDeployment": True,
    }


def test_the_scaler_s_count_is_left_alone() -> None:
    assert graph().only(SERVICE).ignore_changes == ("desiredCount",)


def test_a_new_one_of_the_same_name_waits_for_the_old_one_to_go() -> None:
    assert graph().only(SERVICE).options["deleteBeforeReplace"] is True


def test_deployments_can_be_faster() -> None:
    inputs = graph(settings(minimum_healthy_percent=50, maximum_percent=200)).only(SERVICE).inputs
    assert (inputs["deploymentMinimumHealthyPercent"], inputs["deploymentMaximumPercent"]) == (50, 200)


@pytest.mark.parametrize(
    ("account", "given", "base"), [(ACCOUNT, None, 2), (DEV_ACCOUNT, None, 1), (ACCOUNT, 3, 3), (DEV_ACCOUNT, 0, 0)]
)
def test_the_first_tasks_never_run_on_spot(account: Account, given: int | None, base: int) -> None:
    found = graph(settings(spot_weight=4, on_demand_base=given), account=account)
    assert found.only(SERVICE).inputs["capacityProviderStrategies"] == [
        {"capacityProvider": "FARGATE", "base": base, "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 4},
    ]


def test_it_starts_where_it_is_told() -> None:
    assert graph(settings(desired_count=4)).only(SERVICE).inputs["desiredCount"] == 4
    with pytest.raises(ValidationError, match="desiredCount: 11 is outside scaling's 2 to 10"):
        settings(desired_count=11)


@pytest.mark.parametrize("change", [{"maximum_percent": 100}, {"service_name": "Bad Name"}, {"spot_weight": -1}])
def test_settings_that_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**change)


def test_without_a_load_balancer_nobody_waits_for_one() -> None:
    inputs = graph(target_groups=None, balanced=None, after=()).only(SERVICE).inputs
    assert inputs["loadBalancers"] == []
    assert "healthCheckGracePeriodSeconds" not in inputs


def test_only_the_load_balancer_gets_in_and_only_https_gets_out() -> None:
    found = graph()
    balancer = found.only("aws:ec2/securityGroup:SecurityGroup", "edge-group").id
    (way_in,) = rules(found, "Ingress", "hocuspocus-group")
    assert (way_in["referencedSecurityGroupId"], way_in["fromPort"], way_in["toPort"]) == (balancer, 8443, 8443)
    (way_out,) = rules(found, "Egress", "hocuspocus-group")
    assert (way_out["cidrIpv4"], way_out["fromPort"], way_out["toPort"]) == ("0.0.0.0/0", 443, 443)


def test_nothing_starts_before_it_can() -> None:
    found = graph()
    before = waits_for(found, found.only(SERVICE))
    assert {
        "cluster-capacity",
        "hocuspocus-task-execution-policy",
        "hocuspocus-egress-https",
        "edge-to-hocuspocus",
        "edge-https",
    } <= before


@pytest.mark.parametrize("account", [ACCOUNT, DEV_ACCOUNT])
def test_the_pack_finds_nothing_but_what_a_load_balancer_without_firewall_lacks(account: Account) -> None:
    violations, number = verdict(graph(EVERYTHING, account=account, grants=[GRANTED], whole=True))
    assert number > 100
    found = [(v.rule.id, v.urn.rpartition("::")[2]) for v in violations]
    assert [(rule, name) for rule, name in found if name != "edge-alb"] == []


@pytest.mark.parametrize("chosen", [None, EVERYTHING])
def test_the_same_without_outputs(chosen: Any) -> None:
    assert unequal_when_unknown(lambda: build(chosen)) == []
