"""Every role of a stack has the boundary that its file names."""

import pulumi_aws as aws
import pulumi_eks as eks

from analyser.graph import Graph
from components.boundary import ROLE, bound
from tests.support import record

ARN = "arn:aws:iam::123456789012:policy/strata-prod-boundary"


def roles(*, bounded: bool) -> Graph:
    def program() -> None:
        if bounded:
            bound(ARN)
        aws.iam.Role("reader", assume_role_policy="{}")
        aws.sqs.Queue("queue")
        eks.Cluster(
            "cluster",
            vpc_id="vpc-1",
            private_subnet_ids=["subnet-1"],
            authentication_mode=eks.AuthenticationMode.API,
            skip_default_node_group=True,
            skip_default_security_groups=True,
            create_oidc_provider=False,
        )

    return record(program)


def test_roles_of_the_program_and_of_pulumi_eks_have_it() -> None:
    found = roles(bounded=True)
    given = {node.name: node.inputs.get("permissionsBoundary") for node in found.of_type(ROLE)}
    assert len(given) > 1
    assert set(given.values()) == {ARN}
    assert all("permissionsBoundary" not in node.inputs for node in found.resources if node.type != ROLE)


def test_without_it_no_role_has_one() -> None:
    assert not [node for node in roles(bounded=False).of_type(ROLE) if node.inputs.get("permissionsBoundary")]
