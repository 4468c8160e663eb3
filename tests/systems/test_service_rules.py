"""What AWS refuses though the provider's schema allows it, looked for in every stack."""

from collections import defaultdict

import pulumi
import pulumi_aws as aws
import pytest

from analyser.graph import Graph
from settings.services.ec2 import described
from settings.services.windows import hours_from, overlap
from tests.analyser.changed import changed
from tests.stacks import STACKS, stack_graph
from tests.support import record
from tests.systems.service_models import OPERATIONS, refusals

DESCRIBED = (
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
)
PLAN, DATABASE = "aws:backup/plan:Plan", "aws:rds/instance:Instance"
LOG_POLICIES = 10
"""Resource policies of CloudWatch Logs in a region of an account:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""


def graph(stack: str) -> Graph:
    """Without what AWS would answer, whose stand-ins have forms of their own."""
    return stack_graph(stack, known=False)


@pytest.mark.parametrize("stack", STACKS)
def test_every_input_fits_the_services_own_model(stack: str) -> None:
    assert [line for node in graph(stack) for line in refusals(node)] == []


def test_the_models_know_the_types_that_take_names_and_numbers() -> None:
    registered = {node.type for stack in STACKS for node in graph(stack)}
    assert set(OPERATIONS) <= registered, "a type that no stack registers any more"


def broken() -> None:
    """One input of each form that a model refuses: a pattern, a length, a range, a value, and one within a block."""
    aws.xray.Group("group", group_name="g" * 33, filter_expression="ok")
    aws.appautoscaling.Target(
        "target", max_capacity=4, min_capacity=1, resource_id="t/x", scalable_dimension="d", service_namespace="ec3"
    )
    aws.backup.Vault("vault", name="v")
    aws.sfn.StateMachine("machine", definition="{}", role_arn=pulumi.Output.from_input("arn"), type="SLOW")


def test_a_refusal_names_the_resource_the_input_and_the_bound() -> None:
    lines = [line for node in record(broken) for line in refusals(node)]
    assert [line.split(": ")[0] for line in lines] == [
        "group (aws:xray/group:Group) groupName",
        "target (aws:appautoscaling/target:Target) scalableDimension",
        "target (aws:appautoscaling/target:Target) serviceNamespace",
        "vault (aws:backup/vault:Vault) name",
        "machine (aws:sfn/stateMachine:StateMachine) type",
    ]
    assert lines[0].endswith("groupName: 33 characters is above 32")


@pytest.mark.parametrize("stack", STACKS)
def test_descriptions_of_security_groups_are_what_ec2_takes(stack: str) -> None:
    texts = [node.inputs["description"] for node in graph(stack) if node.type in DESCRIBED]
    assert texts or not graph(stack).of_type("aws:ec2/vpc:Vpc")
    assert [described(text) for text in texts] == texts
    with pytest.raises(ValueError, match="is not a description of a security group"):
        described("The owner's addresses")


def uneven(found: Graph) -> list[str]:
    """Domains whose nodes do not spread over their zones as OpenSearch asks."""
    lines = []
    for domain in found.of_type("aws:opensearch/domain:Domain"):
        shape = domain.inputs["clusterConfig"]
        zones = shape.get("zoneAwarenessConfig", {}).get("availabilityZoneCount", 1)
        if len(domain.inputs["vpcOptions"]["subnetIds"]) != zones:
            lines.append(f"{domain.name}: other subnets than {zones}")
        if zones == 2 and shape["instanceCount"] % 2:
            lines.append(f"{domain.name}: {shape['instanceCount']} nodes over two zones")
    return lines


def meeting(found: Graph) -> list[str]:
    """Windows of databases in which AWS Backup begins, and fails."""
    hours = [int(rule["schedule"].split()[1]) for plan in found.of_type(PLAN) for rule in plan.inputs["rules"]]
    return [
        f"{database.name}: {key} {database.inputs[key]} is the hour of AWS Backup, {hour}:00"
        for database in found.of_type(DATABASE)
        for key in ("backupWindow", "maintenanceWindow")
        for hour in hours
        if key in database.inputs and overlap(hours_from(hour, 2), database.inputs[key])
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_a_domain_over_two_zones_has_an_even_number_of_nodes(stack: str) -> None:
    assert uneven(graph(stack)) == []


@pytest.mark.parametrize("stack", STACKS)
def test_aws_backup_never_meets_a_window_of_a_database(stack: str) -> None:
    assert graph(stack).of_type(PLAN)
    assert meeting(graph(stack)) == []


def test_three_nodes_over_two_zones_are_found() -> None:
    (domain,) = graph("confluence-lambda").of_type("aws:opensearch/domain:Domain")
    shape = {**domain.inputs["clusterConfig"], "instanceCount": 3}
    shape["zoneAwarenessConfig"] = {"availabilityZoneCount": 2}
    found = uneven(changed(graph("confluence-lambda"), inputs={domain.name: {"clusterConfig": shape}}))
    assert f"{domain.name}: 3 nodes over two zones" in found


def test_a_backup_in_a_window_is_found() -> None:
    plan, database = graph("prod").of_type(PLAN)[0], graph("prod").of_type(DATABASE)[0]
    window = database.inputs["maintenanceWindow"]
    hour = int(window.split(":")[1])
    rules = [{**rule, "schedule": f"cron(0 {hour} * * ? *)"} for rule in plan.inputs["rules"]]
    found = meeting(changed(graph("prod"), inputs={plan.name: {"rules": rules}}))
    assert f"{database.name}: maintenanceWindow {window} is the hour of AWS Backup, {hour}:00" in found


def test_all_stacks_together_fit_into_the_log_policies_of_one_account() -> None:
    """Stacks share a policy by its name, so every stack must write the same document under it, and none delete it."""
    documents: dict[tuple[str, str], set[str]] = defaultdict(set)
    for stack in STACKS:
        for node in stack_graph(stack).of_type("aws:cloudwatch/logResourcePolicy:LogResourcePolicy"):
            region = node.inputs.get("region") or stack_graph(stack).region
            documents[region, node.inputs["policyName"]].add(node.inputs["policyDocument"])
            assert node.options["retainOnDelete"], node.name
    assert {len(texts) for texts in documents.values()} == {1}
    regions = [region for region, _ in documents]
    assert max(map(regions.count, regions)) <= LOG_POLICIES
