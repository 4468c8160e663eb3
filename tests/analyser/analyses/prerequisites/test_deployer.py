"""The role that deploys gets its stack's rights; an administrator's are the fallback that is said to be one."""

from analyser.analyses.prerequisites import prerequisites
from analyser.analyses.prerequisites.deployer import deployers
from analyser.graph import Graph, Node
from tests.stacks import stack_graph


def test_the_role_that_plans_is_made_with_rights_that_only_read() -> None:
    (plans,) = (
        one for one in deployers(stack_graph("prod")) if one.kind == "deployment-role" and "strata-preview" in one.title
    )
    assert "strata rights-for prod --read-only --output rights" in plans.make, "its file says where the state is"
    assert not [line for line in plans.make if "AdministratorAccess" in line]


def test_the_stack_s_own_rights_come_before_an_administrator_s() -> None:
    token = "aws:eks/cluster:Cluster"
    cluster = Node(urn=f"urn:pulumi:dev::strata::{token}::c", type=token, name="c", inputs={"name": "c"}, outputs={})
    graph = Graph("strata", "dev", [cluster], {}, region="us-east-1", config={})
    (role,) = (one for one in deployers(graph) if one.kind == "deployment-role")
    made, rights, fallback, attached = role.make
    assert made.startswith("aws iam create-role ")
    assert rights == "strata rights-for dev --state s3://my-state-bucket --output rights"
    assert fallback.startswith("# ")
    assert attached.endswith("AdministratorAccess")


def test_a_role_is_asked_for_once() -> None:
    titles = [one.title for one in prerequisites(stack_graph("prod"))]
    assert len([title for title in titles if "the role strata-preview" in title]) == 1
