"""What services do with the caller's rights in the course of making something, and where the state of a stack is."""

import pytest

from analyser.analyses.deployment_rights.by_inputs import by_inputs
from analyser.analyses.deployment_rights.rights import in_either_state
from analyser.analyses.deployment_rights.state_and_lookups import state_of
from analyser.analyses.deployment_rights.statements import actions_for, statements
from analyser.graph import Graph, Node
from analyser.run.mock_cloud import ACCOUNT_ID
from settings import stackfile
from tests.analyser.analyses.deployment_rights.judged import deployer
from tests.stacks import ROOT, STACKS, serving, stack_graph

_LINKED = f"arn:aws:iam::{ACCOUNT_ID}:role/aws-service-role"
_HERE = f"us-east-1:{ACCOUNT_ID}"


@pytest.mark.parametrize(("stack", "scaled"), [("prod", "kafka"), ("mdreader-prod", "ecs")])
def test_what_scales_a_service_has_a_role_of_its_own(stack: str, scaled: str) -> None:
    """https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html"""
    role = deployer(stack)
    for service in ("dynamodb", "ecs", "kafka", "lambda"):
        name = f"{service}.application-autoscaling.amazonaws.com"
        asked = ("iam:CreateServiceLinkedRole", f"{_LINKED}/{name}/AWSServiceRoleForApplicationAutoScaling")
        assert role.may(*asked, {"iam:awsservicename": name}) == (service == scaled), service


def test_kafka_writes_its_own_role_alone() -> None:
    role = deployer("prod")
    for action in ("iam:AttachRolePolicy", "iam:PutRolePolicy"):
        assert role.may(action, f"{_LINKED}/kafka.amazonaws.com/AWSServiceRoleForKafka")
        assert not role.may(action, f"{_LINKED}/eks.amazonaws.com/AWSServiceRoleForAmazonEKS")


@pytest.mark.parametrize("kind", ["instance", "network-interface", "volume"])
def test_nodes_are_tagged_as_they_start(kind: str) -> None:
    """A launch template with tags is tried out with the caller's rights.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
    """
    role, arn = deployer("prod"), f"arn:aws:ec2:{_HERE}:{kind}/x-0123456789abcdef0"
    started = {"ec2:createaction": "RunInstances", "aws:requesttag/stack": "prod"}
    assert role.may("ec2:CreateTags", arn, started)
    assert not role.may("ec2:CreateTags", arn, {**started, "ec2:createaction": "CreateVolume"})
    assert not role.may("ec2:CreateTags", arn, {**started, "aws:requesttag/stack": "another"})


def test_a_copy_asks_where_its_source_is() -> None:
    """Standing by it follows the home's database, promoted it has none of that: the role has the rights of both."""
    source = f"arn:aws:rds:{_HERE}:db:mdreader-prod"
    standing_by, promoted = stack_graph("mdreader-prod-dr"), serving("mdreader-prod-dr")
    allowed = [one for one in by_inputs(in_either_state(promoted, standing_by)) if one["Sid"] == "Sources"]
    assert [(one["Action"], one["Resource"]) for one in allowed] == [(["rds:CreateDBInstanceReadReplica"], [source])]
    assert not [one for one in by_inputs(promoted) if one["Sid"] == "Sources"]


def test_a_firewall_stands_before_a_load_balancer() -> None:
    role = deployer("mdreader-prod")
    (balancer,) = serving("mdreader-prod").of_type("aws:lb/loadBalancer:LoadBalancer")
    arn = str(balancer.outputs["arn"])
    for verb in ("CreateWebACLAssociation", "DeleteWebACLAssociation"):
        action = f"elasticloadbalancing:{verb}"
        assert role.may(action, arn, {"aws:resourcetag/stack": "mdreader-prod"}), verb
        assert not role.may(action, arn, {"aws:resourcetag/stack": "another"}), verb


def test_names_of_services_are_private_in_the_stacks_regions() -> None:
    zone = "arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ"
    asked = ("route53:AssociateVPCWithHostedZone", zone)
    assert deployer("prod").may(*asked, {"route53:vpcs": "VPCId=vpc-0123,VPCRegion=us-east-1"})
    assert not deployer("prod").may(*asked, {"route53:vpcs": "VPCId=vpc-0123,VPCRegion=eu-west-1"})
    assert not deployer("mdreader-prod").may(*asked, {"route53:vpcs": "VPCId=vpc-0123,VPCRegion=us-east-1"})


def test_a_budget_is_read_with_its_view() -> None:
    assert deployer("prod", reading=True).may(
        "billing:GetBillingViewData", f"arn:aws:billing::{ACCOUNT_ID}:billingview/primary"
    )


@pytest.mark.parametrize(
    ("stack", "bucket"),
    [
        ("prod", "records-pulumi-state"),
        ("mdreader-prod", "mdreader-pulumi-state"),
        ("mdreader-dev", "mdreader-pulumi-state"),
        ("confluence-prod-dr", "confluence-clone-pulumi-state"),
        ("local", ""),
    ],
)
def test_a_state_is_where_the_one_who_deploys_has_it(stack: str, bucket: str) -> None:
    assert state_of(_bare(stack), ROOT) == bucket


def test_every_stack_that_is_deployed_says_where_its_state_is() -> None:
    assert [stack for stack in STACKS if not state_of(_bare(stack), ROOT)] == ["local"]


def _bare(stack: str) -> Graph:
    return Graph("strata", stack, [], {}, config=stackfile.read(ROOT, stack).config)


def test_a_policy_of_a_table_is_written_for_tables_of_the_stack_alone() -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-iam-actions.html"""
    token = "aws:dynamodb/resourcePolicy:ResourcePolicy"
    node = Node(urn="u", type=token, name="p", inputs={"policy": "{}"}, outputs={})
    graph = Graph("shop", "shop-dev", [node], {}, region="us-east-1", config={})
    found = {action: one for one in statements(graph, actions_for(graph, reading=False)) for action in one["Action"]}
    for verb in ("Put", "Delete"):
        allowed = found[f"dynamodb:{verb}ResourcePolicy"]
        assert allowed["Resource"] == [f"arn:aws:dynamodb:{_HERE}:table/*"]
        assert allowed["Condition"] == {"StringEquals": {"aws:ResourceTag/stack": "shop-dev"}}
    assert actions_for(graph, reading=True) == {"dynamodb:GetResourcePolicy"}
