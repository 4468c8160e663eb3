"""What an environment protects and retains, of the program's own resources and of what pulumi-eks makes."""

import dataclasses

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pytest

from analyser.graph import Graph, Node
from components.component import Component
from components.protection import RETAINED, protect
from resource_types.bearing import bearing
from settings import Environment, Safeguards
from tests.support import ACCOUNT, record

CLUSTER = "aws:eks/cluster:Cluster"


class Store(Component):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        key = aws.kms.Key(self.child("key"), opts=self.child_options())
        # Its own options must outlive what is added.
        options = self.child_options(depends_on=[key], ignore_changes=["tags"])
        aws.s3.Bucket(self.child("bucket"), bucket="shop", opts=options)
        aws.kms.Alias(self.child("alias"), target_key_id=key.id, opts=self.child_options())


def build() -> None:
    Store("store")
    role = aws.iam.Role("role", assume_role_policy="{}")
    eks.Cluster(
        "cluster",
        vpc_id="vpc-1",
        private_subnet_ids=["subnet-1"],
        service_role=role,
        authentication_mode=eks.AuthenticationMode.API,
        access_entries={"people": eks.AccessEntryArgs(principal_arn="arn:aws:iam::123456789012:role/people")},
        skip_default_node_group=True,
        skip_default_security_groups=True,
        create_oidc_provider=False,
    )


def graph(safeguards: Safeguards) -> Graph:
    def program() -> None:
        protect(safeguards)
        build()

    return record(program)


def kept(node: Node) -> tuple[bool, bool]:
    return node.protect, bool(node.options.get("retainOnDelete"))


def test_production_protects_what_bears_something_and_retains_keys() -> None:
    found = graph(Environment.PROD.safeguards)
    assert kept(found.only("aws:s3/bucket:Bucket")) == (True, False)
    assert kept(found.only("aws:kms/key:Key")) == (True, True)
    assert kept(found.only(CLUSTER)) == (True, False)


def test_a_stack_that_is_about_to_go_still_leaves_its_keys() -> None:
    found = graph(dataclasses.replace(ACCOUNT, deletable=True).safeguards)
    assert [node.name for node in found if node.protect] == []
    assert kept(found.only("aws:kms/key:Key")) == (False, True)


@pytest.mark.parametrize("environment", [Environment.DEV, Environment.STAGING])
def test_elsewhere_everything_may_go(environment: Environment) -> None:
    assert {kept(node) for node in graph(environment.safeguards)} == {(False, False)}


def test_nothing_else_is_protected_not_even_inside_a_cluster() -> None:
    found = graph(Environment.PROD.safeguards)
    assert {node.type for node in found if node.protect} == {"aws:s3/bucket:Bucket", "aws:kms/key:Key", CLUSTER}
    assert found.only("aws:eks/accessEntry:AccessEntry").within == found.only(CLUSTER).within


def test_options_of_a_resource_itself_stay() -> None:
    bucket = graph(Environment.PROD.safeguards).only("aws:s3/bucket:Bucket")
    assert bucket.ignore_changes == ("tags",)
    assert [urn.rpartition("::")[2] for urn in bucket.dependencies] == ["store-key"]
    assert bucket.parent.endswith("::store")


def test_everything_is_registered_alike() -> None:
    protected, free = graph(Environment.PROD.safeguards), record(build)
    assert [(node.urn, node.inputs) for node in protected] == [(node.urn, node.inputs) for node in free]


def test_what_is_retained_bears_something() -> None:
    assert [token for token in RETAINED if bearing(token) is None] == []


def test_a_resource_that_is_protected_by_itself_stays_so() -> None:
    def program() -> None:
        protect(Environment.DEV.safeguards)
        aws.s3.Bucket("own", opts=pulumi.ResourceOptions(protect=True, retain_on_delete=True))

    assert kept(record(program).only("aws:s3/bucket:Bucket")) == (True, True)
