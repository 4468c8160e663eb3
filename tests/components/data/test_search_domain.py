"""An OpenSearch domain: where it stands, who gets in, and what its nodes are."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.account import Account
from components.data.search_domain import SearchDomain
from components.data.search_domain_settings import SearchDomainSettings
from components.security.role import Role
from components.statements import service_trust
from settings import Environment
from tests.components.data.stores import Ground, given, ground, log_groups_of, named, recorded, rules
from tests.components.subnets import Subnets
from tests.support import ACCOUNT, DEV_ACCOUNT, once, unequal_when_unknown

DOMAIN = "aws:opensearch/domain:Domain"
ROLE, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
LINKED = "aws:iam/serviceLinkedRole:ServiceLinkedRole"
LOGS = "/aws/OpenSearchService/domains/confluence/"
ADMINISTRATOR = "arn:aws:iam::123456789012:role/mapper"


def build(at: Ground, administrators: tuple[str, ...] = (), **settings: Any) -> SearchDomain:
    domain = SearchDomain(
        "search",
        SearchDomainSettings(domain_name="confluence", **settings),
        account=at.account,
        network=at.network,
        key=at.key,
        log_key=at.log_key,
        administrators=administrators,
    )
    domain.allow(at.client)
    Role(
        "app",
        trust=service_trust("pods.eks.amazonaws.com"),
        grants=[domain.read, domain.search, domain.write, domain.read_write, domain.administer],
        description="An application",
    )
    return domain


@once
def graph(account: Account = ACCOUNT, **settings: Any) -> Graph:
    return recorded(lambda at: build(at, **settings), account)


def statements(found: Graph, policy: str) -> dict[str, dict[str, Any]]:
    return {s["Sid"]: s for s in json.loads(named(found, POLICY, policy).inputs["policy"])["Statement"]}


def trust(found: Graph) -> dict[str, dict[str, Any]]:
    document = json.loads(named(found, ROLE, "search-master-role").inputs["assumeRolePolicy"])
    return {s["Sid"]: s for s in document["Statement"]}


@pytest.fixture(scope="module")
def search() -> Graph:
    return graph()


@pytest.fixture(scope="module")
def domain(search: Graph) -> Node:
    return search.only(DOMAIN)


def test_three_nodes_in_three_zones_of_the_data_tier(search: Graph, domain: Node) -> None:
    assert given(domain, "domainName", "engineVersion") == {
        "domainName": "confluence",
        "engineVersion": "OpenSearch_2.19",
    }
    assert domain.inputs["clusterConfig"] == {
        "instanceType": "r6g.large.search",
        "instanceCount": 3,
        "zoneAwarenessEnabled": True,
        "zoneAwarenessConfig": {"availabilityZoneCount": 3},
        "dedicatedMasterEnabled": False,
    }
    assert domain.inputs["ebsOptions"] == {
        "ebsEnabled": True,
        "volumeType": "gp3",
        "volumeSize": 100,
        "iops": 3000,
        "throughput": 125,
    }
    subnets = {node.id for node in search.of_type("aws:ec2/subnet:Subnet") if node.name.startswith("net-data")}
    assert set(domain.inputs["vpcOptions"]["subnetIds"]) == subnets
    assert len(domain.inputs["vpcOptions"]["subnetIds"]) == 3


def test_only_who_is_let_in_reaches_it(search: Graph, domain: Node) -> None:
    group = named(search, "aws:ec2/securityGroup:SecurityGroup", "search-group")
    assert domain.inputs["vpcOptions"]["securityGroupIds"] == [group.id]
    assert rules(search, "search-group") == {("nodes-group", 443, 443)}
    egress = search.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    assert [rule for rule in egress if rule.inputs["securityGroupId"] == group.id] == []


def test_everything_is_encrypted(search: Graph, domain: Node) -> None:
    key = named(search, "aws:kms/key:Key", "data-key").outputs["arn"]
    assert given(domain, "encryptAtRest", "nodeToNodeEncryption", "domainEndpointOptions") == {
        "encryptAtRest": {"enabled": True, "kmsKeyId": key},
        "nodeToNodeEncryption": {"enabled": True},
        "domainEndpointOptions": {"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
    }


def test_the_master_is_a_role_and_nobody_has_a_password(search: Graph, domain: Node) -> None:
    role = named(search, ROLE, "search-master-role")
    assert domain.inputs["advancedSecurityOptions"] == {
        "enabled": True,
        "anonymousAuthEnabled": False,
        "internalUserDatabaseEnabled": False,
        "masterUserOptions": {"masterUserArn": role.outputs["arn"]},
    }
    assert "accessPolicies" not in domain.inputs
    assert statements(search, "search-master-policy")["MasterSearch"] == {
        "Sid": "MasterSearch",
        "Effect": "Allow",
        "Action": [f"es:ESHttp{method}" for method in ("Delete", "Get", "Head", "Patch", "Post", "Put")],
        "Resource": [f"{domain.outputs['arn']}/*"],
    }


def test_people_need_a_second_factor_to_be_the_master(search: Graph) -> None:
    (people,) = trust(search).values()
    assert people["Principal"] == {"AWS": [ACCOUNT.root]}
    assert people["Condition"]["Bool"] == {"aws:MultiFactorAuthPresent": "true"}


def test_named_roles_may_be_the_master_as_well() -> None:
    both = trust(graph(administrators=(ADMINISTRATOR,)))
    assert set(both) == {"AssumeWithMfa", "Administrators"}
    assert both["Administrators"]["Principal"] == {"AWS": [ADMINISTRATOR]}


def test_grants_name_methods_and_this_domain(search: Graph, domain: Node) -> None:
    arn = domain.outputs["arn"]
    granted = statements(search, "app-policy")
    assert {sid: (s["Action"], s["Resource"]) for sid, s in granted.items() if sid != "SearchSearch"} == {
        "ReadSearch": (["es:ESHttpGet", "es:ESHttpHead"], [f"{arn}/*"]),
        "WriteSearch": (["es:ESHttpDelete", "es:ESHttpPost", "es:ESHttpPut"], [f"{arn}/*"]),
        "ReadWriteSearch": (
            ["es:ESHttpDelete", "es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"],
            [f"{arn}/*"],
        ),
        "AdministerSearch": (["sts:AssumeRole"], [named(search, ROLE, "search-master-role").outputs["arn"]]),
    }
    assert granted["SearchSearch"]["Action"] == ["es:ESHttpPost"]
    assert {f"{arn}/_search", f"{arn}/*/_search", f"{arn}/*/_mget"} < set(granted["SearchSearch"]["Resource"])
    assert f"{arn}/*" not in granted["SearchSearch"]["Resource"]


def test_all_logs_are_kept_and_the_domain_may_write_them_first(search: Graph, domain: Node) -> None:
    groups = log_groups_of(search, LOGS)
    assert set(groups) == {"audit", "application", "index-slow", "search-slow"}
    key = named(search, "aws:kms/key:Key", "logs-key").outputs["arn"]
    assert {node.inputs["kmsKeyId"] for node in groups.values()} == {key}
    published = {log["logType"]: log["cloudwatchLogGroupArn"] for log in domain.inputs["logPublishingOptions"]}
    assert published == {
        "AUDIT_LOGS": groups["audit"].outputs["arn"],
        "ES_APPLICATION_LOGS": groups["application"].outputs["arn"],
        "INDEX_SLOW_LOGS": groups["index-slow"].outputs["arn"],
        "SEARCH_SLOW_LOGS": groups["search-slow"].outputs["arn"],
    }
    policy = search.only("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
    (write,) = json.loads(policy.inputs["policyDocument"])["Statement"]
    assert write["Principal"] == {"Service": ["es.amazonaws.com"]}
    assert write["Resource"] == ["arn:aws:logs:us-east-1:123456789012:log-group:/aws/OpenSearchService/domains/*:*"]
    assert {g.inputs["name"].rpartition("/")[0] for g in groups.values()} == {
        "/aws/OpenSearchService/domains/confluence"
    }
    assert write["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT.id},
        "ArnLike": {"aws:SourceArn": "arn:aws:es:us-east-1:123456789012:domain/*"},
    }
    assert policy.urn in domain.dependencies


def test_updates_and_tuning_come_off_peak(domain: Node) -> None:
    assert given(domain, "softwareUpdateOptions", "offPeakWindowOptions", "autoTuneOptions") == {
        "softwareUpdateOptions": {"autoSoftwareUpdateEnabled": True},
        "offPeakWindowOptions": {
            "enabled": True,
            "offPeakWindow": {"windowStartTime": {"hours": 2, "minutes": 0}},
        },
        "autoTuneOptions": {
            "desiredState": "ENABLED",
            "useOffPeakWindow": True,
            "rollbackOnDisable": "NO_ROLLBACK",
        },
    }


@pytest.mark.parametrize("small", [{"instance_type": "t3.small.search"}, {"master_type": "t3.medium.search"}])
def test_t3_nodes_are_not_tuned(small: dict[str, Any]) -> None:
    assert "autoTuneOptions" not in graph(**small).only(DOMAIN).inputs


def in_two_zones(at: Ground, nodes: int) -> None:
    build(replace(at, network=Subnets("small", zones=("a", "b"))), nodes=nodes)


def test_the_zones_are_those_of_the_network() -> None:
    made = recorded(lambda at: in_two_zones(at, 4)).only(DOMAIN)
    assert made.inputs["clusterConfig"]["zoneAwarenessConfig"] == {"availabilityZoneCount": 2}
    assert made.inputs["clusterConfig"]["instanceCount"] == 4
    assert len(made.inputs["vpcOptions"]["subnetIds"]) == 2


def test_an_odd_number_of_nodes_over_two_zones_is_refused() -> None:
    with pytest.raises((ValueError, ProgramError), match="nodes: 3 is odd, which OpenSearch refuses over"):
        recorded(lambda at: in_two_zones(at, 3))


def test_a_single_node_stands_in_one_zone() -> None:
    made = graph(DEV_ACCOUNT, nodes=1, instance_type="t3.small.search", volume_gib=10).only(DOMAIN)
    assert made.inputs["clusterConfig"]["zoneAwarenessEnabled"] is False
    assert "zoneAwarenessConfig" not in made.inputs["clusterConfig"]
    assert len(made.inputs["vpcOptions"]["subnetIds"]) == 1


def test_masters_are_three() -> None:
    cluster = graph(master_type="m6g.large.search").only(DOMAIN).inputs["clusterConfig"]
    assert given_of(cluster) == (True, 3, "m6g.large.search")


def given_of(cluster: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(cluster[f"dedicatedMaster{what}"] for what in ("Enabled", "Count", "Type"))


def test_larger_volumes_get_what_they_come_with() -> None:
    ebs = graph(volume_gib=1500).only(DOMAIN).inputs["ebsOptions"]
    assert (ebs["iops"], ebs["throughput"]) == (4500, 250)


def test_the_accounts_role_is_made_on_demand_and_stays() -> None:
    assert graph().of_type(LINKED) == []
    found = graph(create_service_linked_role=True)
    role = found.only(LINKED)
    assert role.inputs["awsServiceName"] == "opensearchservice.amazonaws.com"
    assert role.options["retainOnDelete"] is True
    assert role.urn in found.only(DOMAIN).dependencies


def test_the_pack_finds_nothing_in_it() -> None:
    violations, _ = verdict(recorded(build, whole=True))
    assert [(v.rule.id, v.message) for v in violations if "SearchDomain" in v.urn] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"domain_name": "Confluence"},
        {"domain_name": "no"},
        {"domain_name": "a-domain-name-of-29-characters"},
        {"engine_version": "OpenSearch_2.3"},
        {"instance_type": "r6g.large"},
        {"instance_type": "i3.large.search"},
        {"nodes": 0},
        {"volume_gib": 9},
        {"master_type": "m6g.large"},
        {"off_peak_start": "24:00"},
    ],
)
def test_what_opensearch_would_refuse_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SearchDomainSettings.model_validate({"domain_name": "confluence", **wrong})


def test_production_needs_a_quorum() -> None:
    def checked(environment: Environment) -> SearchDomainSettings:
        return SearchDomainSettings.model_validate(
            {"domain_name": "confluence", "nodes": 2}, context={"environment": environment}
        )

    assert checked(Environment.DEV).nodes == 2
    with pytest.raises(ValidationError, match="2 is below 3"):
        checked(Environment.PROD)


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(lambda: build(ground(), create_service_linked_role=True)) == []
