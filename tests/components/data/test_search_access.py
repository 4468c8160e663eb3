import json

import pytest

from analyser.graph import Graph
from components.data.search_access import SearchAccess, SearchRole
from components.data.search_domain import SearchDomain
from components.data.search_domain_settings import SearchDomainSettings
from tests.components.data.stores import Ground, ground, named, recorded, rules
from tests.support import unequal_when_unknown

WRITER, READER = (f"arn:aws:iam::123456789012:role/{name}" for name in ("writer", "reader"))
POLICY = "aws:iam/rolePolicy:RolePolicy"


def build(at: Ground) -> None:
    access = SearchAccess("access", account=at.account, network=at.network, key=at.key, log_key=at.log_key)
    domain = SearchDomain(
        "search",
        SearchDomainSettings(domain_name="confluence"),
        account=at.account,
        network=at.network,
        key=at.key,
        log_key=at.log_key,
        administrators=[access.role_arn],
    )
    roles = {"writer": SearchRole.writer(["pages*"], [WRITER]), "reader": SearchRole.reader(["pages*"], [READER])}
    access.map(domain, roles)


@pytest.fixture(scope="module")
def found() -> Graph:
    return recorded(build)


def test_the_function_is_told_roles_and_who_has_them(found: Graph) -> None:
    called = found.only("aws:lambda/invocation:Invocation")
    domain = found.only("aws:opensearch/domain:Domain")
    told = json.loads(called.inputs["input"])
    assert told["Endpoint"] == domain.outputs["endpoint"]
    assert told["MasterRoleArn"] == named(found, "aws:iam/role:Role", "search-master-role").outputs["arn"]
    assert told["Roles"] == {
        "reader": {
            "BackendRoles": [READER],
            "Definition": {
                "cluster_permissions": ["cluster_composite_ops_ro"],
                "index_permissions": [{"index_patterns": ["pages*"], "allowed_actions": ["read"]}],
            },
        },
        "writer": {
            "BackendRoles": [WRITER],
            "Definition": {
                "cluster_permissions": ["cluster_composite_ops"],
                "index_permissions": [
                    {
                        "index_patterns": ["pages*"],
                        "allowed_actions": ["crud", "create_index", "indices:admin/mapping/put"],
                    }
                ],
            },
        },
    }


def test_it_becomes_the_master_role_and_reaches_the_domain(found: Graph) -> None:
    mapper = named(found, "aws:iam/role:Role", "access-mapper-execution-role")
    master = named(found, "aws:iam/role:Role", "search-master-role")
    policy = json.loads(named(found, POLICY, "access-mapper-grant-administer").inputs["policy"])
    assert [(s["Action"], s["Resource"]) for s in policy["Statement"]] == [
        (["sts:AssumeRole"], [master.outputs["arn"]])
    ]
    trusted = json.loads(master.inputs["assumeRolePolicy"])["Statement"]
    assert {"AWS": [mapper.outputs["arn"]]} in [statement["Principal"] for statement in trusted]
    assert rules(found, "search-group") == {("access-mapper-group", 443, 443)}
    (out,) = [
        node.inputs
        for node in found.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        if node.name.endswith("egress-https")
    ]
    assert (out["cidrIpv4"], out["fromPort"]) == ("0.0.0.0/0", 443)
    inside = named(found, "aws:lambda/function:Function", "access-mapper-function").inputs["vpcConfig"]["subnetIds"]
    private = {node.id for node in found.of_type("aws:ec2/subnet:Subnet") if "-private-" in node.name}
    assert set(inside) == private


def test_it_is_called_once_all_of_that_is_there(found: Graph) -> None:
    called = found.only("aws:lambda/invocation:Invocation")
    first = {found[urn].name for urn in called.dependencies}
    assert {
        "access-mapper-grant-administer",
        "access-mapper-function",
        "search-domain",
        "search-master-policy",
    } <= first


def test_an_empty_account_gets_the_same() -> None:
    assert unequal_when_unknown(lambda: build(ground())) == []
