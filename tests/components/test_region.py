import pulumi
import pulumi_aws as aws

from components.region import in_region
from components.security.key import Key
from components.security.role import Role
from components.statements import service_trust
from tests.support import ACCOUNT, record_once


def program() -> None:
    there = in_region("us-west-2")
    Key("there", account=ACCOUNT, purpose="Copies", opts=there)
    Key("edge", account=ACCOUNT, purpose="Edge", region="us-east-2", opts=there)
    Key("here", account=ACCOUNT, purpose="Data")
    Role("role", trust=service_trust("rds.amazonaws.com"), description="A role", opts=there)
    parent = pulumi.ComponentResource("test:index:Group", "group", None, there)
    aws.sns.Topic("nested", opts=pulumi.ResourceOptions(parent=parent))


def regions(known: bool) -> dict[str, str | None]:
    return {node.name: node.inputs.get("region") for node in record_once(program, known=known).resources}


def test_a_component_is_moved_whole_and_what_names_a_region_or_has_none_is_left_alone() -> None:
    expected = {
        "there-key": "us-west-2", "there-alias": "us-west-2", "edge-key": "us-east-2", "edge-alias": "us-east-2",
        "here-key": None, "here-alias": None, "role-role": None, "nested": "us-west-2",
    }  # fmt: skip
    assert regions(known=True) == expected
    assert regions(known=False) == expected


def test_a_resource_keeps_its_name_and_its_provider() -> None:
    graph = record_once(program)
    assert all(not node.provider for node in graph.resources)
    assert graph.only("aws:kms/key:Key", "there-key").outputs["arn"].split(":")[3] == "us-west-2"
