"""Nothing stops a stack's own destroy, each seeded fault does, and programs take the commands of the steps."""

import re
import subprocess
from dataclasses import replace

import pytest

from analyser.analyses.teardown import blocks, take_away
from analyser.analyses.teardown.holders import holders
from analyser.graph import Graph, Node
from tests.analyser.analyses.drill.test_drill import texts, wrong
from tests.analyser.changed import changed
from tests.stacks import STACKS, serving, stack_graph

SOME = ("prod", "dev", "confluence-prod", "confluence-lambda", "mdreader-prod", "collaboration-prod")
FUNCTION, ROLE_POLICY = "aws:lambda/function:Function", "aws:iam/rolePolicy:RolePolicy"
GROUP = "aws:cloudwatch/logGroup:LogGroup"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_is_in_the_way(stack: str) -> None:
    assert list(blocks(serving(stack))) == []


@pytest.mark.parametrize("stack", SOME)
def test_what_has_to_be_empty_is_emptied_or_kept_with_its_settings(stack: str) -> None:
    graph = serving(stack)
    steps = [line for step in take_away(graph).steps for line in step.commands]
    for holder in holders(graph):
        assert holder.look() in steps
        assert holder.empty() in steps
        kept = next(line for line in steps if line.startswith("keep=") and f"={holder.node.urn} " in f"{line[:-1]} ")
        assert kept.count("--exclude=") == 1 + len(holder.settings)


@pytest.mark.parametrize("stack", SOME)
def test_each_program_takes_its_commands(stack: str) -> None:
    steps = take_away(serving(stack), "prod-dr").steps
    assert [line for step in steps for text in texts(step) for line in wrong(text)] == []


def test_what_survives_is_told() -> None:
    told = "\n".join(take_away(stack_graph("prod")).survives)
    for part in (
        "Key data-key-key: destroy leaves it",
        "the final snapshot of PostgreSQL prod-postgres\n",
        "automated backups of PostgreSQL prod-postgres, for 35 days",
        "the final snapshot of Redis prod-redis",
        "vault backup-vault, unless it was emptied; unlocked when protection was lifted",
        "volumes that pods claimed of the class gp3, until somebody deletes them",
        "snapshots of volumes in us-east-1, us-west-2, until somebody deletes them",
        "secret database-master-secret, for 30 days\n",
    ):
        assert part in told
    files = "\n".join(take_away(stack_graph("confluence-prod")).survives)
    assert "in the vault aws/efs/automatic-backup-vault, for 35 days" in files
    assert "for 30 days; its name is taken" in "\n".join(take_away(stack_graph("mdreader-prod")).survives)


def test_what_nothing_survives_of_is_asked_about_before_it_is_destroyed() -> None:
    for stack, lost in (
        ("mdreader-prod", "the users of user pool users-pool: "),
        ("prod", "the messages of Kafka stream-cluster: "),
        ("confluence-prod", "the indexes of OpenSearch search-domain: "),
    ):
        steps = take_away(stack_graph(stack)).steps
        (at,) = [number for number, step in enumerate(steps) if step.what.startswith(lost)]
        assert steps[at].commands[-1].count("--exclude=") == 1
        later = [line for step in steps[at + 1 :] for line in step.commands]
        assert any("pulumi destroy" in line and "${keep?}" in line for line in later)


def test_what_other_stacks_of_the_account_lean_on_is_kept() -> None:
    for stack, named, beside in (
        ("mdreader-prod", "api-logging-account", 0),
        ("consulting-prod", "config-recorder", 2),
        ("prod", "images-rules", 0),
    ):
        (step,) = [one for one in take_away(serving(stack)).steps if one.what.startswith(f"{named} is kept, unless")]
        assert step.commands[0].count("--exclude=") == 1 + beside


def test_ids_are_read_from_what_was_kept_before_the_state_forgets_them() -> None:
    steps = take_away(stack_graph("prod")).steps
    assert "pulumi stack export --stack prod --file kept/prod-before.json" in steps[0].commands
    assert any(line.endswith(" kept/prod-before.json; }") for line in steps[0].commands)
    assert not [line for step in steps[1:] for line in step.commands if "stack export" in line]


def test_what_stands_by_goes_before_this_stacks_shell_is_made_ready() -> None:
    """Its own steps name another region, other ids and other exceptions."""
    first, second, *rest = take_away(stack_graph("prod"), "prod-dr").steps
    assert first.commands == ("strata teardown prod-dr",)
    assert second.commands[0] == "export AWS_REGION=us-east-1"
    assert second.commands[-1] == "keep=''"
    exported = [line for step in rest for line in step.commands if line.startswith("export ")]
    assert all(line.startswith("export KUBECONFIG=") for line in exported)  # of whichever cluster is next


def test_buckets_for_access_logs_are_emptied_after_those_whose_emptying_is_logged_in_them() -> None:
    buckets = [one.name for one in holders(stack_graph("prod")) if one.kind == "bucket"]
    assert ["access-logs" in name for name in buckets] == [False] * 6 + [True] * 2


def test_log_groups_are_deleted_in_the_region_that_they_are_in() -> None:
    graph = stack_graph("prod")
    elsewhere = next(node.name for node in graph.of_type(GROUP) if str(node.inputs.get("name")).startswith("/aws/rds/"))
    moved = changed(graph, inputs={elsewhere: {"region": "us-west-2"}})
    name = graph.only(GROUP, elsewhere).inputs["name"]
    lines = [line for step in take_away(moved).steps for line in step.commands]
    assert f"aws logs delete-log-group --log-group-name {name} --region us-west-2" in lines


def test_a_vault_whose_lock_went_with_the_protection_is_locked_again_where_it_is_kept() -> None:
    graph = stack_graph("prod")
    vaults = [one for one in holders(graph) if one.kind == "vault"]
    assert [(one.free(), len(one.settings)) for one in vaults] == [((), 0), ((), 0)]
    assert all(one.lock()[0].endswith(" --min-retention-days 35") for one in vaults)
    (lifted,) = [step.see for step in take_away(graph).steps if step.what.startswith("protection is lifted")]
    assert "deleted are the locks and policies of vaults alone" in lifted
    foreign = Graph("theirs", graph.stack, list(graph), graph.exports, region=graph.region, config=graph.config)
    (first, _) = [one for one in holders(foreign) if one.kind == "vault"]
    assert first.lock() == ()
    assert [line.split()[2] for line in first.free()] == [f"delete-{word}" for word in VAULT]
    assert "governance mode, 35 days" in first.locked


def test_a_shell_that_was_told_of_nothing_to_keep_destroys_nothing() -> None:
    lines = [line for step in take_away(stack_graph("prod")).steps for line in step.commands]
    (destroyed,) = [line for line in lines if line.startswith("pulumi destroy") and "--target" not in line]
    script = destroyed.replace("pulumi", "echo")
    for told, ended in (("", False), ("keep=''; ", True)):
        assert (subprocess.run(["bash", "-c", told + script], capture_output=True).returncode == 0) is ended


def test_what_is_left_is_looked_for_wherever_the_stack_was_and_whoever_has_it() -> None:
    lines = [line for step in take_away(stack_graph("prod")).steps for line in step.commands]
    for wanted in ("get-resources --tag-filters Key=stack", "describe-snapshots --owner-ids self", "delete-snapshot"):
        found = [line for line in lines if wanted in line]
        assert [re.findall(r"--region (\S+)", line) for line in found] == [["us-east-1"], ["us-west-2"]]
    (shown,) = [line for line in lines if "describe-network-interfaces" in line]
    assert "Name=vpc-id" in shown
    assert "available" not in shown, "GuardDuty's endpoint is in use"
    scheduled = [line for line in lines if "schedule-key-deletion" in line]
    assert all(" --pending-window-in-days 30 " in line for line in scheduled)
    end = take_away(stack_graph("prod")).steps[-1].commands
    assert [line.split()[:2] for line in end] == [["pulumi", "stack"], ["git", "commit"], ["gh", "workflow"]]


def test_a_lock_for_ever_says_so() -> None:
    graph = changed(stack_graph("prod"), inputs={"backup-vault-lock": {"changeableForDays": 3}})
    assert "compliance mode" in next(one.locked for one in holders(graph) if one.kind == "vault")


def without(graph: Graph, waiting: Node, *lost: Node) -> Graph:
    """The graph where one resource waits for others no more, by value or otherwise."""
    gone = {node.urn for node in lost}
    named = {key: tuple(urn for urn in urns if urn not in gone) for key, urns in waiting.property_dependencies.items()}
    kept = tuple(urn for urn in waiting.dependencies if urn not in gone)
    other = replace(waiting, dependencies=kept, property_dependencies=named)
    nodes = [other if node.urn == waiting.urn else node for node in graph]
    return Graph(graph.project, graph.stack, nodes, graph.exports, region=graph.region, config=graph.config)


def told(graph: Graph) -> str:
    return "\n".join(f"{block.resource}: {block.because}" for block in blocks(graph))


def test_interfaces_of_a_function_whose_rights_go_first() -> None:
    graph = stack_graph("confluence-lambda")
    function = graph.only(FUNCTION, "index-access-mapper-function")
    policies = [node for node in graph.of_type(ROLE_POLICY) if node.name.startswith("index-access-mapper-")]
    assert "network interfaces stay in the subnets" in told(without(graph, function, *policies))


def test_a_binding_whose_controller_goes_first() -> None:
    graph = stack_graph("prod")
    binding = graph.of_type(BINDING)[0]
    controller = [node for node in graph if "load-balancer-controller" in node.name]
    assert "nothing of load-balancer-controller outlives it" in told(without(graph, binding, *controller))


def test_a_balancer_that_a_controller_makes_for_a_service_nobody_waits_with() -> None:
    graph = stack_graph("prod")
    service = graph.only("kubernetes:core/v1:Service", "microservice-service")
    spec = {**service.inputs["spec"], "type": "LoadBalancer"}
    assert "microservice-service: nothing of" in told(changed(graph, inputs={"microservice-service": {"spec": spec}}))


def test_a_record_that_stays_in_its_zone() -> None:
    graph = stack_graph("prod")
    zone = graph.only("aws:route53/zone:Zone")
    record = graph.of_type("aws:route53/record:Record")[0]
    assert f"zone-zone: {record.name} is still in it" in told(without(graph, record, zone))


def test_a_target_group_that_is_still_used() -> None:
    graph = stack_graph("collaboration-prod")
    groups = graph.of_type("aws:lb/targetGroup:TargetGroup")
    service = graph.of_type("aws:ecs/service:Service")[0]
    freed = without(graph, service, *(node for node in graph if node.type.startswith("aws:lb/")))
    assert f"{groups[0].name}: {service.name} still uses it" in told(freed)


def test_a_gateway_to_the_internet_while_a_balancer_waits_for_tasks_that_drain() -> None:
    graph = stack_graph("collaboration-prod")
    balancer, gateway = graph.only("aws:lb/loadBalancer:LoadBalancer"), graph.only(GATEWAY)
    hasty = without(graph, balancer, gateway)
    assert f"{gateway.name}: {balancer.name} still has public addresses" in told(hasty)
    inside = changed(hasty, inputs={balancer.name: {"internal": True}})
    assert told(inside) == ""


def test_a_database_without_a_name_for_its_last_snapshot() -> None:
    graph = changed(stack_graph("prod"), inputs={"database-primary": {"finalSnapshotIdentifier": None}})
    assert "its final snapshot has no name" in told(graph)


def test_a_vault_is_unlocked_before_anything_is_taken_out_of_it_and_a_bucket_emptied_when_nothing_writes() -> None:
    """The policy of a vault denies deletion to everybody, and the runner's session puts its source into a bucket."""
    steps = [line for step in take_away(stack_graph("prod")).steps for line in step.commands]
    at = {word: next(n for n, line in enumerate(steps) if word in line) for word in ORDER}
    assert sorted(ORDER, key=at.__getitem__) == list(ORDER)
    assert not [line for line in steps if line == "STACK=prod delivery/in-vpc.sh"]
    assert [line for line in steps if line.endswith(" shell")] == ["STACK=prod delivery/in-vpc.sh shell"]


VAULT = ("backup-vault-lock-configuration", "backup-vault-access-policy")
ORDER = (
    "gh workflow disable",
    "strata:deletable true",
    "in-vpc.sh shell",
    "--target '**$kubernetes:**'",
    "delete-objects",
    "delete-recovery-point",
)


@pytest.mark.parametrize(("stack", "urn"), [("mdreader-prod", "OpenIdConnectProvider::"), ("prod", "::images-rules'")])
def test_what_an_account_has_one_of_stays_for_its_other_stacks(stack: str, urn: str) -> None:
    lines = [line for step in take_away(stack_graph(stack)).steps for line in step.commands]
    (kept,) = [n for n, line in enumerate(lines) if line.startswith("keep=") and urn in line]
    assert kept < lines.index(f"pulumi destroy --stack {stack} ${{keep?}}")


def test_log_groups_of_services_are_named_as_aws_does() -> None:
    """The id of an API is known to the state alone, and ECS makes a group that no program makes."""
    steps = [line for step in take_away(stack_graph("mdreader-prod")).steps for line in step.commands]
    groups = [line for line in steps if "delete-log-group" in line]
    assert any("/aws/ecs/containerinsights/mdreader-prod/performance " in line for line in groups)
    assert len([line for line in groups if '"$(id ' in line]) == 2
    assert not [line for line in groups if "rest-api-" in line and '"$(id ' not in line]
