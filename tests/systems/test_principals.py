"""Whoever is granted something exists: the other side of each grant is a resource, or what a migration makes."""

import json
import re

import pytest

from preview.graph import Graph
from tests.stacks import STACKS, stack_graph

pytestmark = pytest.mark.xdist_group("stacks")
POLICY = "aws:iam/rolePolicy:RolePolicy"


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


def granted(graph: Graph, action: str) -> set[str]:
    """The resources of every allowing statement with this action."""
    return {
        resource
        for node in graph.of_type(POLICY)
        for statement in json.loads(node.inputs["policy"])["Statement"]
        if statement["Effect"] == "Allow" and action in statement["Action"]
        for resource in statement["Resource"]
    }


def migrations(graph: Graph) -> str:
    """All SQL that a stack's Job or function runs."""
    files = [str(node.inputs["data"]) for node in graph.of_type("kubernetes:core/v1:ConfigMap")]
    return "\n".join(files + [str(node.inputs["input"]) for node in graph.of_type("aws:lambda/invocation:Invocation")])


def test_a_database_user_is_made_by_a_migration_and_let_in_by_iam(graph: Graph) -> None:
    sql = migrations(graph)
    for user in {arn.rsplit("/", 1)[1] for arn in granted(graph, "rds-db:connect")}:
        assert f"CREATE ROLE {user} LOGIN" in sql, f"{graph.stack}: nobody makes {user}"
        assert f"GRANT rds_iam TO {user}" in sql, f"{graph.stack}: {user} cannot sign in by IAM"


def test_a_topic_that_somebody_writes_is_there(graph: Graph) -> None:
    topics = {node.inputs["name"] for node in graph.of_type("aws:msk/topic:Topic")}
    wanted = granted(graph, "kafka-cluster:WriteData") | granted(graph, "kafka-cluster:ReadData")
    assert {arn.rsplit("/", 1)[1] for arn in wanted if ":topic/" in arn} <= topics


def test_a_redis_user_is_in_the_group_of_the_cache(graph: Graph) -> None:
    members = {user for node in graph.of_type("aws:elasticache/userGroup:UserGroup") for user in node.inputs["userIds"]}
    users = {node.outputs["arn"]: node for node in graph.of_type("aws:elasticache/user:User")}
    for arn in granted(graph, "elasticache:Connect"):
        if ":user:" in arn:
            assert users[arn].inputs["userId"] in members
            assert users[arn].inputs["authenticationMode"]["type"] == "iam"
            assert users[arn].inputs["userName"] == users[arn].inputs["userId"], "IAM asks for a name that is the id"


def test_every_role_that_asks_a_search_domain_is_mapped_there(graph: Graph) -> None:
    told = [json.loads(node.inputs["input"]) for node in graph.of_type("aws:lambda/invocation:Invocation")]
    mapped = {arn for one in told for role in one.get("Roles", {}).values() for arn in role["BackendRoles"]}
    masters = {one["MasterRoleArn"] for one in told if "MasterRoleArn" in one}
    names = {node.outputs["name"]: node.outputs["arn"] for node in graph.of_type("aws:iam/role:Role")}
    names |= {node.id: node.outputs["arn"] for node in graph.of_type("aws:iam/role:Role")}
    for node in graph.of_type(POLICY):
        if re.search("es:ESHttp", node.inputs["policy"]):
            assert names[node.inputs["role"]] in mapped | masters, f"{graph.stack}: {node.name}"


def test_every_access_entry_is_a_role_of_the_stack(graph: Graph) -> None:
    roles = {node.outputs["arn"] for node in graph.of_type("aws:iam/role:Role")}
    for node in graph.of_type("aws:eks/accessEntry:AccessEntry"):
        assert node.inputs["principalArn"] in roles, node.name


def test_every_pod_identity_has_its_service_account(graph: Graph) -> None:
    """The program makes the account, or a chart or an add-on does."""
    made = {
        (node.inputs["metadata"]["namespace"], node.inputs["metadata"]["name"])
        for node in graph.of_type("kubernetes:core/v1:ServiceAccount")
    }
    charts = json.dumps([node.inputs.get("values") for node in graph.of_type("kubernetes:helm.sh/v3:Release")])
    addons = {
        one["serviceAccount"]
        for node in graph.of_type("aws:eks/addon:Addon")
        for one in node.inputs.get("podIdentityAssociations") or ()
    }
    for node in graph.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation"):
        account = node.inputs["serviceAccount"]
        ours = (node.inputs["namespace"], account) in made or account in addons
        assert ours or f'"{account}"' in charts or account in ADD_ONS, f"{graph.stack}: nobody makes {account}"


# Accounts that EKS's add-ons bring: https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html
ADD_ONS = {"aws-node", "ebs-csi-controller-sa", "efs-csi-controller-sa", "efs-csi-node-sa", "cloudwatch-agent"}
