"""Roles: who may assume them and exactly what they may do."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.security.human_access import HumanAccess
from components.security.pod_role import PodRole
from components.security.role import Role
from components.statements import Statement, service_trust
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

ROLE, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
READ = Statement("Read", ["s3:GetObject"], ["arn:aws:s3:::records/*"])
WRITE = Statement("Write", ["s3:PutObject"], ["arn:aws:s3:::records/*"])


class FakeCluster:
    cluster_name = "records"

    @property
    def arn(self) -> pulumi.Output[str]:
        return pulumi.Output.from_input(f"arn:aws:eks:us-east-1:{ACCOUNT.id}:cluster/records")


def trust(graph: Graph) -> list[dict[str, Any]]:
    return json.loads(graph.only(ROLE).inputs["assumeRolePolicy"])["Statement"]


def document(node: Node) -> list[dict[str, Any]]:
    return json.loads(node.inputs["policy"])["Statement"]


def plain_role(**more: Any) -> Role:
    return Role("worker", trust=service_trust("ec2.amazonaws.com"), description="Works", **more)


def pod_role() -> PodRole:
    return PodRole(
        "api",
        account=ACCOUNT,
        cluster=FakeCluster(),
        namespace="prod",
        service_account="api",
        grants=[READ],
    )


def test_a_role_has_what_it_was_granted_in_one_policy() -> None:
    graph = record(lambda: plain_role(grants=[READ, WRITE]))
    assert trust(graph) == [
        {
            "Sid": "Assume",
            "Effect": "Allow",
            "Principal": {"Service": ["ec2.amazonaws.com"]},
            "Action": ["sts:AssumeRole"],
        }
    ]
    policy = graph.only(POLICY)
    assert document(policy) == [
        {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::records/*"]},
        {"Sid": "Write", "Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::records/*"]},
    ]
    assert policy.inputs["role"] == graph.only(ROLE).outputs["name"]


def test_a_role_without_statements_has_no_policy() -> None:
    assert record_once(plain_role).of_type(POLICY) == []


def test_several_may_assume_one_role() -> None:
    second = Statement("AssumeToo", ["sts:AssumeRole"], [], principals={"Service": ["scheduler.amazonaws.com"]})
    graph = record(lambda: Role("r", trust=[service_trust("ec2.amazonaws.com"), second], description="Works"))
    assert [statement["Sid"] for statement in trust(graph)] == ["Assume", "AssumeToo"]


def test_managed_policies_are_attached_by_their_own_name() -> None:
    arn = ACCOUNT.managed_policy("job-function/ViewOnlyAccess")
    node = record(lambda: plain_role(managed_policies=[arn])).only(ATTACHMENT)
    assert (node.name, node.inputs["policyArn"]) == ("worker-ViewOnlyAccess", arn)


def test_a_later_grant_is_a_policy_of_its_own() -> None:
    graph = record(lambda: plain_role(grants=[READ]).grant("writing", WRITE))
    assert [statement["Sid"] for statement in document(graph.only(POLICY, "worker-writing"))] == ["Write"]


def test_statements_must_have_their_own_ids() -> None:
    with pytest.raises(ProgramError, match="statement ids repeat: \\['Read'"):
        record(lambda: plain_role(grants=[READ, READ]))


def test_a_pod_role_is_for_one_service_account_of_one_cluster() -> None:
    graph = record_once(pod_role)
    assert trust(graph) == [
        {
            "Sid": "AssumeByPods",
            "Effect": "Allow",
            "Principal": {"Service": ["pods.eks.amazonaws.com"]},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringEquals": {
                    "aws:SourceAccount": ACCOUNT.id,
                    "aws:RequestTag/eks-cluster-arn": f"arn:aws:eks:us-east-1:{ACCOUNT.id}:cluster/records",
                    "aws:RequestTag/kubernetes-namespace": "prod",
                    "aws:RequestTag/kubernetes-service-account": "api",
                },
            },
        }
    ]
    assert [statement["Sid"] for statement in document(graph.only(POLICY))] == ["Read"]


def test_a_pod_role_is_associated_with_its_service_account() -> None:
    graph = record_once(pod_role)
    association = graph.only("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    assert association == {
        "clusterName": "records",
        "namespace": "prod",
        "serviceAccount": "api",
        "roleArn": graph.only(ROLE).outputs["arn"],
    }


def test_people_need_a_fresh_second_factor() -> None:
    graph = record(lambda: HumanAccess("people", account=ACCOUNT))
    allow, deny = trust(graph)
    assert allow == {
        "Sid": "AssumeWithMfa",
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{ACCOUNT.id}:root"]},
        "Action": ["sts:AssumeRole"],
        "Condition": {
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
            "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
        },
    }
    assert (deny["Effect"], deny["Principal"]) == ("Deny", {"AWS": ["*"]})
    assert deny["Condition"] == {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}


def test_people_see_and_do_what_they_were_granted_only() -> None:
    graph = record(lambda: HumanAccess("people", account=ACCOUNT, grants=[READ]))
    assert graph.only(ATTACHMENT).inputs["policyArn"] == "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
    assert [statement["Sid"] for statement in document(graph.only(POLICY))] == ["Read"]
    assert record(lambda: HumanAccess("people", account=ACCOUNT)).of_type(POLICY) == []


@pytest.mark.parametrize("program", [pod_role, lambda: HumanAccess("people", account=ACCOUNT, grants=[READ])])
def test_the_same_without_outputs(program: Callable[[], Any]) -> None:
    assert unequal_when_unknown(program) == []
