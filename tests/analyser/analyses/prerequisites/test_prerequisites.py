"""Every fact of a stack that needs something from outside is in the list; what nobody needs is not."""

from collections.abc import Callable

import pytest

from analyser.analyses.once import ONCE
from analyser.analyses.prerequisites import Prerequisite, When, prerequisites
from analyser.analyses.prerequisites.model import block, blocks
from analyser.analyses.prerequisites.stages import first_stage
from analyser.graph import Graph, Node
from tests.analyser.changed import changed, node
from tests.awscli import calls, problems
from tests.stacks import STACKS, home_of, stack_graph

SECRET, ROTATION = "aws:secretsmanager/secret:Secret", "aws:secretsmanager/secretRotation:SecretRotation"
DOMAIN = "aws:opensearch/domain:Domain"


def _always(_graph: Graph, _node: Node) -> bool:
    return True


def _unfilled(graph: Graph, found: Node) -> bool:
    return found.id not in {one.inputs.get("secretId") for one in graph.of_type(ROTATION)}


def _by_mail(_graph: Graph, found: Node) -> bool:
    return found.inputs["protocol"] == "email"


def _own_image(graph: Graph, found: Node) -> bool:
    repositories = [one.inputs["name"] for one in graph.of_type("aws:ecr/repository:Repository")]
    return any(f".amazonaws.com/{name}:" in str(found.inputs) for name in repositories)


def _by_tag(_graph: Graph, found: Node) -> bool:
    return any(one.get("name") == "TagKeyValue" for one in blocks(found, "costFilters"))


def _logs_elsewhere(graph: Graph, found: Node) -> bool:
    return bool(block(found, "accessLogSettings")) and not graph.of_type("aws:apigateway/account:Account")


def _of_github(_graph: Graph, found: Node) -> bool:
    return "githubusercontent" in str(found.inputs["url"])


def _trusts_elsewhere(graph: Graph, found: Node) -> bool:
    made = [
        one for one in graph.of_type("aws:iam/openIdConnectProvider:OpenIdConnectProvider") if _of_github(graph, one)
    ]
    return "oidc-provider/token.actions" in str(found.inputs["assumeRolePolicy"]) and not made


def _spot(_graph: Graph, found: Node) -> bool:
    return found.inputs.get("capacityType") == "SPOT"


def _reserves(_graph: Graph, found: Node) -> bool:
    return (found.inputs.get("reservedConcurrentExecutions") or 0) > 0


def _prefix(_graph: Graph, found: Node) -> bool:
    return "." not in found.inputs["domain"]


def _calls_a_model(_graph: Graph, found: Node) -> bool:
    return "foundation-model/" in str(found.inputs["policy"])


def _becomes_another(graph: Graph, found: Node) -> bool:
    """A role that the stack makes says by itself who becomes it."""
    policy = str(found.inputs["policy"])
    own = [str(one.outputs["arn"]) for one in graph.of_type("aws:iam/role:Role")]
    return "sts:AssumeRole" in policy and not any(f'"{arn}"' in policy for arn in own)


def _replicated(_graph: Graph, found: Node) -> bool:
    return bool(found.inputs.get("replicas"))


def _by_ses(_graph: Graph, found: Node) -> bool:
    return block(found, "emailConfiguration").get("emailSendingAccount") == "DEVELOPER"


FACTS: list[tuple[str, str, Callable[[Graph, Node], bool]]] = [
    ("aws:route53/zone:Zone", "delegation", _always),
    ("aws:sesv2/emailIdentity:EmailIdentity", "identity", _always),
    ("aws:sesv2/emailIdentity:EmailIdentity", "sandbox", _always),
    ("aws:codeconnections/connection:Connection", "connection", _always),
    ("aws:amplify/app:App", "repository-token", _always),
    (DOMAIN, "service-linked-role", _always),
    ("aws:ecs/cluster:Cluster", "service-linked-role", _always),
    ("aws:eks/nodeGroup:NodeGroup", "service-linked-role", _spot),
    ("aws:eks/cluster:Cluster", "service-linked-role", _always),
    ("aws:eks/cluster:Cluster", "deployer", _always),
    ("aws:eks/cluster:Cluster", "cluster-access", _always),
    ("aws:lb/loadBalancer:LoadBalancer", "service-linked-role", _always),
    ("aws:rds/instance:Instance", "service-linked-role", _always),
    ("aws:backup/selection:Selection", "service-linked-role", _always),
    ("aws:efs/fileSystem:FileSystem", "service-linked-role", _always),
    ("aws:dynamodb/table:Table", "service-linked-role", _replicated),
    ("aws:appautoscaling/target:Target", "service-linked-role", _always),
    ("aws:apigateway/restApi:RestApi", "service-linked-role", _always),
    ("aws:apigatewayv2/api:Api", "service-linked-role", _always),
    ("aws:cognito/userPool:UserPool", "service-linked-role", _by_ses),
    ("aws:budgets/budget:Budget", "cost-tag", _by_tag),
    ("aws:costexplorer/anomalyMonitor:AnomalyMonitor", "cost-tag", _always),
    ("aws:backup/selection:Selection", "backup-switch", _always),
    ("aws:apigateway/stage:Stage", "api-logging", _logs_elsewhere),
    ("aws:apigatewayv2/stage:Stage", "api-logging", _logs_elsewhere),
    ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "one-github-provider", _of_github),
    ("aws:iam/role:Role", "github-provider", _trusts_elsewhere),
    ("aws:apigateway/account:Account", "one-role-by-which-api-gateway-logs", _always),
    ("aws:cfg/recorder:Recorder", "one-recorder-of-aws-config", _always),
    ("aws:cognito/userPoolDomain:UserPoolDomain", "sign-in-prefix", _prefix),
    ("aws:sns/topicSubscription:TopicSubscription", "subscription", _by_mail),
    ("aws:ecs/taskDefinition:TaskDefinition", "image", _own_image),
    ("kubernetes:apps/v1:Deployment", "image", _own_image),
    (SECRET, "secret-value", _unfilled),
    ("aws:ec2/eip:Eip", "quota", _always),
    ("aws:ec2/vpc:Vpc", "quota", _always),
    ("aws:lambda/function:Function", "concurrency", _reserves),
    ("aws:lambda/layerVersion:LayerVersion", "packages", _always),
    ("aws:iam/rolePolicy:RolePolicy", "model", _calls_a_model),
]


def of_kind(found: list[Prerequisite], kind: str) -> list[Prerequisite]:
    return [one for one in found if one.kind == kind]


@pytest.mark.parametrize("stack", STACKS)
def test_every_fact_that_needs_something_from_outside_has_it_in_the_list(stack: str) -> None:
    graph = stack_graph(stack)
    found = prerequisites(graph)
    named = {(urn, one.kind) for one in found for urn in one.urns}
    missing = [
        (kind, one.name)
        for token, kind, needs in FACTS
        for one in graph.of_type(token)
        if needs(graph, one) and (one.urn, kind) not in named
    ]
    assert missing == []


@pytest.mark.parametrize("stack", STACKS)
def test_no_role_that_the_stack_makes_is_made_by_hand_as_an_administrator(stack: str) -> None:
    graph = stack_graph(stack)
    own = {str(one.outputs["name"]) for one in graph.of_type("aws:iam/role:Role")}
    asked = [one.check for one in of_kind(prerequisites(graph), "deployment-role")]
    assert [check for check in asked if own & set(check.split())] == []


@pytest.mark.parametrize("stack", STACKS)
def test_roles_that_become_the_deployment_role_are_let_in_by_it(stack: str) -> None:
    graph = stack_graph(stack)
    becoming = {
        one.inputs["role"] for one in graph.of_type("aws:iam/rolePolicy:RolePolicy") if _becomes_another(graph, one)
    }
    trusted = {graph[urn].outputs["name"] for one in of_kind(prerequisites(graph), "trust") for urn in one.urns}
    assert trusted == becoming


def test_the_role_of_another_account_is_asked_to_let_a_build_in_and_not_the_own() -> None:
    """A pipeline stands in production's account, and deploys staging as the role of staging's."""
    graph = stack_graph("mdreader-prod")
    own, _, there = sorted(of_kind(prerequisites(graph), "trust"), key=lambda one: ("account" in one.title, one.title))
    staging = next(one.urn for one in graph.of_type("aws:iam/role:Role") if one.name == "delivery-staging-build-role")
    assert there.urns == (staging,)
    assert staging not in own.urns
    assert "of account 111122223333" in there.title
    assert all("--profile 111122223333" in command for command in (there.check, there.make[-1]))
    assert '"delivery-staging-build-role"' in there.make[1]


def test_each_kind_is_needed_by_some_stack_and_by_none_without_its_fact() -> None:
    by_stack = {stack: {one.kind for one in prerequisites(stack_graph(stack))} for stack in STACKS}
    assert {kind for _, kind, _ in FACTS} - {"api-logging"} <= set.union(*by_stack.values())
    for stack in STACKS:
        graph = stack_graph(stack)
        for token, kind, _needs in FACTS:
            others = {known for known, other, _ in FACTS if other == kind}
            if not any(graph.of_type(other) for other in others):
                assert kind not in by_stack[stack], (stack, token)
    assert prerequisites(Graph("strata", "empty", (), {}, region="us-east-1")) == []


@pytest.mark.parametrize(
    ("stack", "gone", "kind"),
    [
        ("mdreader-dev", "aws:route53/zone:Zone", "delegation"),
        ("mdreader-dev", "aws:ecs/taskDefinition:TaskDefinition", "image"),
        ("mdreader-dev", "aws:sns/topicSubscription:TopicSubscription", "subscription"),
    ],
)
def test_what_is_gone_asks_for_nothing_and_what_is_new_does(stack: str, gone: str, kind: str) -> None:
    graph = stack_graph(stack)
    without = changed(graph, drop=tuple({one.name for one in graph.of_type(gone)}))
    assert of_kind(prerequisites(graph), kind)
    assert of_kind(prerequisites(without), kind) == []


@pytest.mark.parametrize("stack", STACKS)
def test_they_come_in_the_order_in_which_they_must_hold(stack: str) -> None:
    times = [list(When).index(one.when) for one in prerequisites(stack_graph(stack))]
    assert times == sorted(times)
    assert {0, 2} <= set(times)
    assert (1 in times) is bool(first_stage(stack_graph(stack)).left_out)


def test_what_the_first_up_makes_is_not_asked_for_before_it() -> None:
    for stack in STACKS:
        for one in prerequisites(stack_graph(stack)):
            if one.kind in {"delegation", "image", "secret-value", "trust", "cluster-access"}:
                assert one.when is When.BETWEEN, one.title


@pytest.mark.parametrize("token", ONCE)
def test_what_an_account_has_once_is_looked_for_by_a_command_that_there_is(token: str) -> None:
    found = of_kind(prerequisites(Graph("shop", "prod", (node(token, "one"),), {}, region="us-east-1")), kind_of(token))
    assert bool(found) is bool(ONCE[token].look)
    for one in found:
        assert one.good
        assert ("--region" in one.check) is not ONCE[token].of_account
        assert [line for words in calls(one.check) for line in problems(words)] == []


def kind_of(token: str) -> str:
    return f"one-{ONCE[token].what.replace(' ', '-').lower()}"


def test_a_stack_that_leaves_logging_to_another_says_so() -> None:
    graph = changed(stack_graph("mdreader-dev"), drop=("api-logging-account",))
    (found,) = of_kind(prerequisites(graph), "api-logging")
    assert found.when is When.BEFORE
    assert found.check.startswith("aws apigateway get-account --region us-east-1")


def test_a_zone_a_connection_and_a_certificate_that_are_given_must_be_there_before() -> None:
    record = node("aws:route53/record:Record", "given", zoneId="Z0123456789ABC")
    arn = "arn:aws:codeconnections:us-east-1:123456789012:connection/0a1b2c3d-4b5a-6978-8796-a5b4c3d2e1f0"
    stages = [{"actions": [{"configuration": {"ConnectionArn": arn}}]}]
    pipeline = node("aws:codepipeline/pipeline:Pipeline", "given-pipeline", stages=stages)
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/1234"
    listener = node("aws:lb/listener:Listener", "given-listener", certificateArn=certificate)
    found = prerequisites(Graph("strata", "given", (record, pipeline, listener), {}, region="us-east-1"))
    assert {one.kind: one.when for one in found} == dict.fromkeys(("zone", "connection", "certificate"), When.BEFORE)
    assert any(f"--certificate-arn {certificate} " in one.check for one in found)


BACKED_UP = {"rds": "RDS", "elasticfilesystem": "EFS", "eks": "EKS", "dynamodb": "DynamoDB", "s3": "S3"}
"""Services in ARNs, and what AWS Backup calls them in the region's settings."""


@pytest.mark.parametrize("stack", STACKS)
def test_every_service_that_a_plan_selects_is_asked_for_in_its_region(stack: str) -> None:
    graph = stack_graph(stack)
    selected = {
        (BACKED_UP[arn.split(":")[2]], node.inputs.get("region") or graph.region)
        for node in graph.of_type("aws:backup/selection:Selection")
        for arn in node.inputs["resources"]
    }
    found = of_kind(prerequisites(graph), "backup-switch")
    asked = {
        (name, region)
        for one in found
        for region in ("us-east-1", "us-west-2")
        if f"--region {region} " in one.check
        for name in one.good.removeprefix("true for ").split(", ")
    }
    assert asked == selected
    assert all(
        f"{name}=true" in one.make[0] for one in found for name in one.good.removeprefix("true for ").split(", ")
    )


@pytest.mark.parametrize(
    ("stack", "asked"), [("collaboration-prod", True), ("collaboration-dev", False), ("prod", False)]
)
def test_tables_are_copied_only_where_aws_backup_manages_them(stack: str, asked: bool) -> None:
    found = of_kind(prerequisites(stack_graph(stack)), "backup-management")
    assert len(found) == int(asked)
    assert all("--resource-type-management-preference DynamoDB=true" in one.make[0] for one in found)


def test_a_service_without_a_name_of_backup_s_is_not_passed_over() -> None:
    arn = "arn:aws:timestream:us-east-1:123456789012:database/x"
    selection = node("aws:backup/selection:Selection", "selection", resources=[arn])
    (switch,) = of_kind(prerequisites(Graph("strata", "x", (selection,), {}, region="us-east-1")), "backup-switch")
    assert switch.good == "true for timestream"


def test_the_roles_that_services_make_are_those_of_what_the_stack_has() -> None:
    def roles(stack: str) -> set[str]:
        found = of_kind(prerequisites(stack_graph(stack)), "service-linked-role")
        listed = next(one.check for one in found if one.check.startswith("for role in "))
        return set(listed.removeprefix("for role in ").split(";")[0].split())

    scaling = "AWSServiceRoleForApplicationAutoScaling_"
    assert roles("confluence-lambda") == {
        "AWSServiceRoleForAPIGateway",
        "AWSServiceRoleForBackup",
        "AWSServiceRoleForBackupRestoreTesting",
        "AWSServiceRoleForDynamoDBReplication",
        "AWSServiceRoleForElastiCache",
        "AWSServiceRoleForRDS",
    }
    assert roles("prod") >= {f"{scaling}KafkaCluster", "AWSServiceRoleForKafka"}
    assert roles("collaboration-prod") >= {f"{scaling}ECSService"}
    assert not roles("collaboration-prod") & {f"{scaling}KafkaCluster", f"{scaling}DynamoDBTable"}
    assert "AWSServiceRoleForAmazonCognitoIdpEmailService" in roles("mdreader-prod")


def test_figures_are_the_stack_s() -> None:
    found = {one.title: one for one in prerequisites(stack_graph("confluence-lambda"))}
    assert "functions may run 900 at a time" in found
    prod = [one.title for one in of_kind(prerequisites(stack_graph("prod")), "quota")]
    assert prod == [
        "us-east-1 has room for 3 more Elastic IP addresses",
        "us-east-1 has room for 1 more VPC",
        "us-east-1 has room for 24 more vCPUs of on-demand standard instances",
    ]


def quota_regions(found: list[Prerequisite]) -> set[str]:
    return {one.title.split()[0] for one in of_kind(found, "quota")}


def test_a_second_region_is_asked_for_itself() -> None:
    graph = stack_graph("confluence-prod")
    away = node("aws:ec2/vpc:Vpc", "away", region="us-west-2", cidrBlock="10.128.0.0/16")
    both = prerequisites(changed(graph, add=(away,)))
    assert quota_regions(prerequisites(graph)) == {"us-east-1"}
    assert quota_regions(both) == {"us-east-1", "us-west-2"}


@pytest.mark.parametrize("stack", [stack for stack in STACKS if home_of(stack)])
def test_a_recovery_stack_asks_for_its_own_region(stack: str) -> None:
    assert quota_regions(prerequisites(stack_graph(stack))) == {"us-west-2"}


def test_commands_ask_for_the_caller_s_account_and_not_for_the_preview_s() -> None:
    for stack in STACKS:
        for one in prerequisites(stack_graph(stack)):
            if one.kind != "connection":
                assert "123456789012" not in " ".join((one.check, *one.make)), one.title


def test_a_recovery_stack_needs_a_copy_of_its_state_and_no_other_stack_does() -> None:
    (found,) = [one for one in prerequisites(stack_graph("prod-dr")) if one.kind == "state-copy"]
    assert "--region us-west-2" in found.check
    assert ".pulumi/stacks/strata/prod-dr.json" in found.check
    assert not [one for one in prerequisites(stack_graph("prod")) if one.kind == "state-copy"]


def test_one_stack_of_an_account_has_the_registry_copy_images() -> None:
    (found,) = [one for one in prerequisites(stack_graph("prod")) if one.kind == "one-replication-of-images"]
    assert found.check.startswith("aws ecr describe-registry ")
    assert " --region us-east-1 " in found.check
    assert not [one for one in prerequisites(stack_graph("prod-dr")) if one.kind == "one-replication-of-images"]
    copies = stack_graph("prod").only("aws:ecr/replicationConfiguration:ReplicationConfiguration")
    (rule,) = copies.inputs["replicationConfiguration"]["rules"]
    taken = tuple(one["filter"] for one in rule["repositoryFilters"])
    for stack in ("prod", "confluence-prod", "mdreader-prod", "collaboration-prod"):
        repositories = stack_graph(stack).of_type("aws:ecr/repository:Repository")
        assert all(node.inputs["name"].startswith(taken) for node in repositories), stack
