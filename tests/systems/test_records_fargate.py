"""Namespaces of the records system whose pods run on Fargate: who they are, whom they reach and who reaches them."""

import json
from functools import cache
from typing import Any

import pytest

from analyser.analyses.changes.forcing import forcing
from analyser.analyses.cost.estimate import monthly_cost
from analyser.analyses.coverage import missing
from analyser.analyses.policies.verdict import verdict
from analyser.analyses.prerequisites import prerequisites
from analyser.analyses.prerequisites.stages import first_stage
from analyser.analyses.reach.answer import Verdict, ask
from analyser.analyses.reach.model import Reach, reach_of
from analyser.analyses.timeline import timeline
from analyser.analyses.trace import State, trace
from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from tests.stacks import stack_graph
from tests.systems.changed import with_settings
from tests.systems.records import FARGATE, TEAM, made
from tests.systems.test_principals import KINDS
from tests.systems.wiring import EGRESS, INGRESS, before, statements, subnets, ways

pytestmark = pytest.mark.long

PROFILE = "aws:eks/fargateProfile:FargateProfile"
POLICY = "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy"
ROLE = "aws:iam/role:Role"


@cache
def graph() -> Graph:
    return with_settings("prod", FARGATE)


@cache
def reach() -> Reach:
    return reach_of(graph())


def role(name: str) -> Node:
    return graph().only(ROLE, f"{name}-role")


def trust(name: str) -> dict[str, Any]:
    (statement,) = json.loads(role(name).inputs["assumeRolePolicy"])["Statement"]
    return statement


def reached(source: str, target: str, port: int) -> Verdict:
    return ask(reach(), source, target, port)[0].verdict


def test_off_it_makes_nothing_and_on_it_changes_nothing_else() -> None:
    was = {node.urn: node.inputs for node in stack_graph("prod")}
    assert not {PROFILE, POLICY} & set(stack_graph("prod").counts)
    assert {urn for urn, inputs in was.items() if graph()[urn].inputs != inputs} == set()


def test_the_pack_finds_nothing_new() -> None:
    def found(of: Graph) -> set[tuple[str, str]]:
        return {(one.rule.id, one.urn) for one in verdict(of)[0]}

    assert found(graph()) - found(stack_graph("prod")) == set()


def test_everything_is_known_of_what_it_makes() -> None:
    assert list(missing(graph().counts)) == []
    assert monthly_cost(graph()).unpriced == ()
    assert timeline(graph()).guessed == ()


def test_pods_are_paid_for_by_the_hour_however_many_namespaces_there_are() -> None:
    bills = [one for one in monthly_cost(graph()).resources if one.name.endswith("-profile")]
    hours: dict[str, float] = {}
    for line in (line for bill in bills for line in bill.lines):
        hours[line.label] = hours.get(line.label, 0) + line.quantity
    assert hours == {"vCPU of pods": 100, "Memory of pods": 250}


def test_every_other_side_is_there() -> None:
    given = f"fargate-batch-team: {TEAM}"
    found = {kind: set(rows.missing(graph())) - {given} for kind, rows in KINDS.items()}
    assert {kind: rows for kind, rows in found.items() if rows} == {}
    links = [link for chain in trace(graph()) for link in chain.links]
    assert [link.says for link in links if link.state is State.MISSING] == []
    assert [link.says for link in links if link.state is State.NOT_KNOWN and "batch" in link.says] == [
        "fargate-batch-team is for a role that is there"
    ]


def test_the_account_is_asked_for_what_no_stack_makes() -> None:
    asked = {one.title: one for one in prerequisites(graph())}
    assert asked["the role batch-team exists"].good == TEAM
    (service_linked,) = [one for title, one in asked.items() if title.endswith("more services exist")]
    assert "AWSServiceRoleForAmazonEKSForFargate" in service_linked.check
    assert "eks-fargate.amazonaws.com" in service_linked.make[0]


@pytest.mark.parametrize("namespace", ["batch", "reports"])
def test_a_profile_takes_one_namespace_in_private_subnets(namespace: str) -> None:
    profile = graph().only(PROFILE, f"fargate-{namespace}-profile")
    assert profile.inputs["selectors"] == [{"namespace": namespace}]
    assert set(profile.inputs["subnetIds"]) == subnets(graph(), "private")
    assert profile.inputs["podExecutionRoleArn"] == role(f"fargate-{namespace}-starter").outputs["arn"]


def test_a_profile_has_no_name_of_its_own_so_that_another_one_can_take_its_place() -> None:
    profile = graph().only(PROFILE, "fargate-batch-profile")
    assert "fargateProfileName" not in profile.inputs
    known = forcing(PROFILE)
    assert known is not None
    assert {"clusterName", "podExecutionRoleArn", "selectors[]", "selectors.namespace", "subnetIds"} <= {*known.always}


def test_pods_start_when_all_that_they_take_is_there_and_profiles_come_one_by_one() -> None:
    first = before(graph(), graph().only(PROFILE, "fargate-batch-profile"))
    assert {
        "fargate-logs-config", "fargate-logs-logs-group", "fargate-batch-groups", "fargate-batch-account",
        "fargate-batch-config", "fargate-batch-starter-policy", "fargate-batch-identity-policy",
        "fargate-batch-pods-egress-https", "network-nat-a", "addons-coredns",
    } <= first  # fmt: skip
    assert "fargate-batch-profile" in before(graph(), graph().only(PROFILE, "fargate-reports-profile"))


def test_the_first_stage_waits_for_no_pod() -> None:
    left = {node.name for node in first_stage(graph()).left_out}
    assert {"fargate-batch-groups", "fargate-batch-profile", "fargate-reports-profile"} <= left


@pytest.mark.parametrize("namespace", ["batch", "reports"])
def test_every_pod_of_a_namespace_stands_behind_the_group_of_the_namespace_alone(namespace: str) -> None:
    policy = graph().only(POLICY, f"fargate-{namespace}-groups").inputs
    group = graph().only("aws:ec2/securityGroup:SecurityGroup", f"fargate-{namespace}-pods-group")
    assert policy["metadata"]["namespace"] == namespace
    assert policy["spec"] == {"podSelector": {}, "securityGroups": {"groupIds": [group.id]}}
    (place,) = reach().find(f"fargate-{namespace}")
    assert {one.groups for one in place.interfaces} == {(group.id,)}


def test_doors_are_those_that_eks_needs_and_those_of_the_stores() -> None:
    needed = {
        ("0.0.0.0/0", "tcp", 443, 443),
        ("cluster-nodes", "tcp", 53, 53),
        ("cluster-nodes", "udp", 53, 53),
    }
    stores = {("database", "tcp", 5432, 5432), ("cache", "tcp", 6379, 6379), ("stream", "tcp", 9098, 9098)}
    api = graph().only("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "cluster-api-to-fargate-batch-pods")
    assert api.inputs["fromPort"] == 443
    for namespace, used in (("batch", stores), ("reports", set())):
        own = f"fargate-{namespace}-pods"
        assert _named(EGRESS, own) == needed | used
        assert _named(INGRESS, own) == {("cluster-nodes", "tcp", 10250, 10250)}


def _named(kind: str, component: str) -> set[Any]:
    """The doors but for those to and from the group that EKS makes, which is no resource of the stack."""
    own = graph().only("aws:ec2/securityGroup:SecurityGroup", f"{component}-group").id
    control_plane = graph().only("aws:eks/cluster:Cluster").outputs["vpcConfig"]["clusterSecurityGroupId"]
    nodes = [
        node
        for node in graph()
        if not (
            node.type == kind
            and node.inputs["securityGroupId"] == own
            and node.inputs.get("referencedSecurityGroupId") == control_plane
        )
    ]
    return ways(Graph("strata", "prod", nodes, {}), kind, component)


@pytest.mark.parametrize(
    ("source", "target", "port", "so"),
    [
        ("fargate-batch", "database", 5432, Verdict.YES),
        ("fargate-batch", "cache", 6379, Verdict.YES),
        ("fargate-batch", "stream", 9098, Verdict.YES),
        ("fargate-reports", "database", 5432, Verdict.NO),
        ("fargate-reports", "stream", 9098, Verdict.NO),
        ("fargate-batch", "internet", 443, Verdict.YES),
        ("fargate-batch", "internet", 22, Verdict.NO),
        ("fargate-batch", "nodes", 8080, Verdict.NO),
        ("microservice", "fargate-batch", 443, Verdict.NO),
        ("nodes", "fargate-batch", 10250, Verdict.YES),
        ("internet", "fargate-batch", 10250, Verdict.NO),
        ("fargate-batch", "fargate-reports", 10250, Verdict.NO),
    ],
)
def test_pods_reach_what_they_use_and_nobody_reaches_them(source: str, target: str, port: int, so: Verdict) -> None:
    assert reached(source, target, port) is so


def test_pods_sign_in_as_their_service_account_alone() -> None:
    account = graph().only("kubernetes:core/v1:ServiceAccount", "fargate-batch-account").inputs
    assert account["metadata"]["annotations"] == {
        "eks.amazonaws.com/role-arn": role("fargate-batch-identity").outputs["arn"]
    }
    provider = graph().only("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "cluster-oidc")
    issuer = provider.inputs["url"].removeprefix("https://")
    assert trust("fargate-batch-identity") == {
        "Sid": "AssumeByPods",
        "Effect": "Allow",
        "Principal": {"Federated": [provider.outputs["arn"]]},
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Condition": {
            "StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": "system:serviceaccount:batch:batch"}
        },
    }


def test_pods_may_do_what_the_microservice_may_with_what_they_use() -> None:
    own = {one["Sid"]: one for one in statements(graph(), role("fargate-batch-identity"))}
    microservice = {one["Sid"]: one for one in statements(graph(), role("microservice-pods"))}
    assert set(own) == {
        "ConnectDatabase", "ConnectCache", "ProduceToRecords", "ConsumeRecordsAsBatch", "ReadWriteArchives",
    }  # fmt: skip
    assert all(own[sid] == microservice[sid] for sid in set(own) - {"ConsumeRecordsAsBatch"})
    assert not [node for node in graph().of_type(ROLE) if node.name == "fargate-reports-identity-role"]
    told = graph().only("kubernetes:core/v1:ConfigMap", "fargate-batch-config").inputs["data"]
    assert told["CONSUMER_GROUP"] == "batch"
    assert {"DATABASE_HOST", "CACHE_ENDPOINT", "BOOTSTRAP_BROKERS", "ARCHIVES_BUCKET"} <= set(told)
    nothing = graph().only("kubernetes:core/v1:ConfigMap", "fargate-reports-config").inputs["data"]
    assert set(nothing) == {"AWS_REGION"}


def test_who_starts_pods_pulls_and_logs_and_does_it_for_this_cluster_alone() -> None:
    assert trust("fargate-batch-starter")["Principal"] == {"Service": ["eks-fargate-pods.amazonaws.com"]}
    assert trust("fargate-batch-starter")["Condition"] == {
        "ArnLike": {"aws:SourceArn": "arn:aws:eks:us-east-1:123456789012:fargateprofile/microservice-prod/*"}
    }
    may = {action for one in statements(graph(), role("fargate-batch-starter")) for action in one["Action"]}
    assert may == {
        "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents",
    }  # fmt: skip


def test_logs_go_to_a_group_of_the_stack_in_the_form_that_the_router_takes() -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/fargate-logging.html"""
    config = graph().only("kubernetes:core/v1:ConfigMap", "fargate-logs-config").inputs
    assert (config["metadata"]["namespace"], config["metadata"]["name"]) == ("aws-observability", "aws-logging")
    space = graph().only("kubernetes:core/v1:Namespace", "fargate-logs-namespace-namespace").inputs["metadata"]
    assert (space["name"], space["labels"]["aws-observability"]) == ("aws-observability", "enabled")
    data = config["data"]
    assert sum(map(len, data.values())) < 5300
    assert {key: sections(text) for key, text in data.items() if key.endswith(".conf")} == {
        "filters.conf": {"FILTER"},
        "output.conf": {"OUTPUT"},
        "parsers.conf": {"PARSER"},
    }
    output = [line.split() for line in data["output.conf"].splitlines()]
    group = graph().only("aws:cloudwatch/logGroup:LogGroup", "fargate-logs-logs-group").inputs
    assert ["log_group_name", group["name"]] in output
    assert ["auto_create_group", "false"] in output
    assert data["flb_log_cw"] == "false"
    assert group["kmsKeyId"]
    assert group["retentionInDays"] == 365


def sections(text: str) -> set[str]:
    return {line[1:-1] for line in text.splitlines() if line.startswith("[")}


def test_a_team_edits_its_namespace_and_nothing_else() -> None:
    entry = graph().only("aws:eks/accessEntry:AccessEntry", "fargate-batch-team").inputs
    assert (entry["principalArn"], entry["type"]) == (TEAM, "STANDARD")
    assert "kubernetesGroups" not in entry
    edits = graph().only("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "fargate-batch-team-edits").inputs
    assert edits["policyArn"] == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
    assert edits["accessScope"] == {"type": "namespace", "namespaces": ["batch"]}


def test_containers_that_say_nothing_are_promised_all_that_they_may_take() -> None:
    (bounds,) = graph().only("kubernetes:core/v1:LimitRange", "fargate-batch-namespace-limits").inputs["spec"]["limits"]
    assert bounds["defaultRequest"] == bounds["default"]


ALONE = {"network": {"nat": "none", "interfaceEndpoints": ["logs", "sts"]}, "runner": None}
BAD: list[tuple[dict[str, Any], str]] = [
    ({"fargate": {"kube-system": {}}}, "settings.fargate.kube-system: 'kube-system' is a namespace that every cluster"),
    ({"fargate": {"n" * 33: {}}}, f"settings.fargate.{'n' * 33}: "),
    ({"fargate": {"default": {}}}, "settings.fargate.default: 'default' is a namespace that every cluster has"),
    (
        {"fargate": {"records": {}}},
        "settings.fargate.records: is the microservice's namespace, whose pods run on nodes",
    ),
    (
        {"fargate": {"batch": {"uses": ["backups"]}}},
        "settings.fargate.batch.uses[0]: 'backups' is not allowed; one of: database",
    ),
    ({"fargate": {"batch": {"uses": ["cache", "cache"]}}}, "settings.fargate.batch.uses: cache, cache: a store is"),
    ({"fargate": {"batch": {"team": "batch-team"}}}, "settings.fargate.batch.team: "),
    ({"fargate": {"a": {"team": TEAM}, "b": {"team": TEAM}}}, f"settings.fargate: {TEAM} is the team of two"),
    ({"fargate": {"batch": {}}, **ALONE}, "settings.fargate: needs network.nat, or network.interfaceEndpoints with"),
]


@pytest.mark.parametrize(("change", "said"), BAD)
def test_a_bad_value_is_told_with_its_file_and_key(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ProgramError) as refused:
        with_settings("prod", change)
    assert f"Pulumi.prod.yaml: {said}" in str(refused.value)
    assert "\n" not in str(refused.value).strip()


def test_running_pods_keep_their_way_while_another_database_takes_the_place_of_theirs() -> None:
    moved = made("primary")
    for database in ("database", "aurora"):
        assert ("fargate-batch-pods", "tcp", 5432, 5432) in ways(moved, INGRESS, database)
    told = moved.only("kubernetes:core/v1:ConfigMap", "fargate-batch-config").inputs["data"]
    microservice = moved.only("kubernetes:core/v1:ConfigMap", "microservice-config").inputs["data"]
    assert told["DATABASE_HOST"] == microservice["DATABASE_HOST"]
    identity = moved.only(ROLE, "fargate-batch-identity-role")
    (connect,) = [one for one in statements(moved, identity) if one["Action"] == ["rds-db:connect"]]
    (of_microservice,) = [
        one
        for one in statements(moved, moved.only(ROLE, "microservice-pods-role"))
        if one["Action"] == ["rds-db:connect"]
    ]
    assert connect["Resource"] == of_microservice["Resource"]
