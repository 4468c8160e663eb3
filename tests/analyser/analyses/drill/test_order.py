"""What a drill waits for, takes out of the way first, and brings along afterwards."""

import json
import re

import pytest

from analyser.analyses.drill import Kind, drill
from analyser.analyses.drill.writers import start, stop
from analyser.graph import Graph
from tests.analyser.changed import changed
from tests.stacks import serving, stack_graph

FUNCTIONS = "confluence-lambda"


def lines(graph: Graph, kind: Kind, standby: Graph | None = None) -> list[str]:
    return [line for step in drill(graph, kind, standby).steps for line in step.commands]


def before(said: list[str], first: str, then: str) -> bool:
    """Whether the first line with one text comes before the first with another; both have to be there."""
    at = [next(number for number, line in enumerate(said) if text in line) for text in (first, then)]
    return at[0] < at[1]


@pytest.mark.parametrize("stack", ["prod", "confluence-lambda", "mdreader-prod", "collaboration-prod"])
def test_what_outlasts_a_waiter_is_waited_for_again(stack: str) -> None:
    said = lines(stack_graph(stack), Kind.RESTORE)
    waits = [line for line in said if re.search(r"aws (rds|elasticache|dynamodb) wait", line)]
    assert waits
    assert [line for line in waits if not re.fullmatch(r"while ! aws .*; do sleep 30; done", line)] == []


@pytest.mark.parametrize("stack", ["confluence-prod", "collaboration-prod"])
def test_a_failover_of_a_cache_is_seen_in_its_events_and_is_over_before_the_next(stack: str) -> None:
    """Nodes of a cache in cluster mode have no role that a description tells, and one shard fails over at a time:
    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_TestFailover.html"""
    (step,) = [one for one in drill(stack_graph(stack), Kind.ZONE).steps if one.what.startswith("Redis ")]
    assert not any("CurrentRole" in line for line in step.commands)
    assert before(list(step.commands), "test-failover", "describe-events --source-type replication-group")
    assert step.commands[-1].startswith("while ! aws elasticache wait replication-group-available ")


def test_a_snapshot_is_kept_before_its_cache_is_deleted() -> None:
    said = lines(stack_graph("prod"), Kind.RESTORE)
    assert before(said, "copy-snapshot", "delete-replication-group --replication-group-id prod-redis")
    assert [line for line in said if "--snapshot-name <chosen>" in line] == []
    assert any('--final-snapshot-identifier "$before"' in line for line in said)
    assert "before=prod-redis-before-$(date +%Y%m%d%H%M)" in said


def test_a_cache_leaves_its_datastore_before_it_is_deleted_and_its_member_is_made_anew() -> None:
    home, there = stack_graph("confluence-prod"), stack_graph("confluence-prod-dr")
    said = lines(home, Kind.RESTORE, there)
    assert before(said, "disassociate-global-replication-group", "delete-global-replication-group")
    gone = "delete-replication-group --replication-group-id"
    assert before(said, "delete-global-replication-group", f"{gone} confluence-clone-prod ")
    assert before(said, f"{gone} confluence-clone-prod ", f"{gone} confluence-clone-prod-dr --region us-west-2")


def test_a_member_that_was_promoted_leaves_its_datastore_too() -> None:
    said = lines(serving("confluence-prod-dr"), Kind.RESTORE)
    assert before(said, "disassociate-global-replication-group", "delete-replication-group --replication-group-id c")
    made = next(line for line in said if "create-replication-group" in line)
    assert "--replication-group-description restored --engine redis" in made
    assert "--num-node-groups 1 --replicas-per-node-group 1" in made


def test_a_promotion_takes_the_cache_out_of_its_datastore() -> None:
    said = lines(stack_graph("confluence-prod"), Kind.REGION, serving("confluence-prod-dr"))
    assert before(said, "disassociate-global-replication-group", "STACK=confluence-prod-dr delivery/in-vpc.sh")


def test_a_member_that_was_promoted_is_made_anew_and_a_cache_that_was_made_is_let_go() -> None:
    said = lines(stack_graph("confluence-prod"), Kind.REGION, serving("confluence-prod-dr"))
    gone = "delete-replication-group --replication-group-id confluence-clone-prod-dr --region us-west-2"
    assert before(said, gone, "ReplicationGroup::cache-replication-group'")
    made = lines(stack_graph("mdreader-prod"), Kind.REGION, serving("mdreader-prod-dr"))
    (freed,) = [line for line in made if "pulumi state unprotect" in line]
    assert freed.endswith("ReplicationGroup::redis-replication-group'")
    assert made.index(freed) < len(made) - 1 - made[::-1].index("pulumi up --stack mdreader-prod-dr")


def test_a_promotion_works_on_the_copy_of_the_state_and_home_writes_no_more() -> None:
    said = lines(stack_graph("collaboration-prod"), Kind.REGION, serving("collaboration-prod-dr"))
    assert before(said, "put-bucket-policy --bucket", "pulumi cancel --stack collaboration-prod-dr")
    assert before(said, "pulumi cancel --stack collaboration-prod-dr", "git checkout -b promotion")
    assert before(said, "git checkout -b promotion", "recovery.promoted' true")
    stopped = "put-function-concurrency --function-name prod-websocket-streams"
    assert before(said, "export AWS_REGION=us-east-1", stopped)
    assert before(said, stopped, "recovery.promoted' true")
    assert before(said, "recovery.promoted' true", "pulumi cancel --stack collaboration-prod --yes")
    assert before(said, "pulumi cancel --stack collaboration-prod --yes", "pulumi stack import")


def test_going_back_stops_what_was_promoted_and_starts_home_before_the_stack_stands_by_again() -> None:
    said = lines(stack_graph("collaboration-prod"), Kind.REGION, serving("collaboration-prod-dr"))
    back = said[next(at for at, line in enumerate(said) if line.startswith("pulumi stack import")) :]
    served = "put-function-concurrency --function-name prod-websocket --reserved-concurrent-executions 0"
    assert before(back, served, "strata drill collaboration-prod restore")
    started = "--service prod-collaboration-service --desired-count 2"
    assert before(back, "strata drill collaboration-prod restore", started)
    assert before(back, started, "recovery.promoted' false")
    assert any("ScheduledScalingSuspended=true" in line and line.endswith("--min-capacity 0") for line in back)
    last = back[next(at for at, line in enumerate(back) if "recovery.promoted' false" in line) :]
    (again,) = [line for line in last if "--suspended-state" in line]
    assert "true" not in again
    assert before(last, "pulumi up --stack collaboration-prod-dr", "--suspended-state")


@pytest.mark.parametrize(
    ("home", "tables"),
    [("collaboration-prod", ["prod-collaboration-state"]), ("mdreader-prod", []), ("confluence-prod", [])],
)
def test_replication_of_each_table_that_both_regions_write_can_be_stopped(home: str, tables: list[str]) -> None:
    steps = drill(stack_graph(home), Kind.REGION, serving(f"{home}-dr")).steps
    stops = [step for step in steps if any("put-resource-policy" in line for line in step.commands)]
    assert [step.what.partition(" takes ")[0].rpartition(" ")[2] for step in stops] == tables
    assert all("AWSServiceRoleForDynamoDBReplication" in " ".join(step.commands) for step in stops)
    assert all(step.back.startswith("aws dynamodb delete-resource-policy") for step in stops)


def test_what_followed_the_instance_follows_the_restored_one() -> None:
    said = lines(stack_graph("prod"), Kind.RESTORE, stack_graph("prod-dr"))
    deleted = [line for line in said if "delete-db-instance" in line]
    assert [re.findall(r"identifier (\S+) --region (\S+)", line) for line in deleted] == [
        [("prod-postgres-replica-a", "us-east-1")],
        [("prod-postgres-replica-b", "us-east-1")],
        [("prod-postgres", "us-west-2")],
    ]
    assert before(said, "delete-db-instance", "STACK=prod-dr delivery/in-vpc.sh")
    there = [line for line in said if "prod-dr" in line and not re.search("refresh|delivery/in-vpc.sh", line)]
    assert there == [], "its cluster answers in its own network alone"
    assert not [line for line in said if "--replace" in line]


def test_backups_in_another_region_are_begun_of_the_restored_instance() -> None:
    said = lines(stack_graph("confluence-prod"), Kind.RESTORE)
    assert any("pulumi state delete" in line and "postgres-backups-replication" in line for line in said)


def test_a_proxy_lets_go_of_an_instance_while_names_change_places() -> None:
    said = lines(stack_graph(FUNCTIONS), Kind.RESTORE)
    assert before(said, "deregister-db-proxy-targets", "--new-db-instance-identifier")
    assert before(said, "--new-db-instance-identifier", " register-db-proxy-targets")


def test_replicas_of_a_table_go_before_a_table_of_its_name_is_made() -> None:
    said = lines(stack_graph("collaboration-prod"), Kind.RESTORE)
    name = "--table-name prod-collaboration-state"
    assert before(said, f"{name} --no-deletion-protection-enabled --region us-west-2", "Delete={RegionName=us-west-2}")
    assert before(said, "Delete={RegionName=us-west-2}", f"delete-table {name}")
    assert before(said, "describe-backup --backup-arn", f"delete-table {name}")
    restores = [line for line in said if " restore-table-" in line]
    assert ["KMSMasterKeyId=" in line for line in restores] == [True, True]


@pytest.mark.parametrize("stack", ["confluence-prod", FUNCTIONS])
def test_a_search_domain_is_asked_as_its_master_role_by_who_is_let_in(stack: str) -> None:
    """A runner's group is not, and has no second factor; without one, CloudShell stands in the group of a function."""
    (step,) = [one for one in drill(stack_graph(stack), Kind.RESTORE).steps if one.what.startswith("OpenSearch ")]
    said = list(step.commands)
    assert before(said, "aws sts assume-role --profile <yours>", "set -- <key> <secret> <token>")
    assert before(said, "set -- <key>", "/_snapshot/cs-automated-enc/_all")
    assert "AWS_ACCESS_KEY_ID" not in " ".join(said)
    opened = [line for line in said if "security-group-ingress" in line]
    if stack == FUNCTIONS:
        assert opened == []
        assert before(said, "get-function-configuration --function-name", "set -- <key>")
        return
    assert before(said, "authorize-security-group-ingress", "curl ")
    assert said[-1] == opened[-1] == opened[0].replace("authorize", "revoke")
    domain, _, runner = opened[0].partition("UserIdGroupPairs")
    assert domain.count("::search-group'") == runner.count("::deployment-runner-builds-group'") == 1


def test_a_volume_is_restored_by_what_its_cluster_knows_and_only_where_something_takes_snapshots() -> None:
    steps = {stack: drill(stack_graph(stack), Kind.RESTORE).steps for stack in ("prod", "confluence-prod")}
    said = {stack: [one for one in some if one.what.startswith("volumes of")] for stack, some in steps.items()}
    (here,), (there,) = said.values()
    (made,) = [line for line in here.commands if "create-volume" in line]
    assert "::volumes-key-key')\"" in made
    assert made.endswith("'ResourceType=volume,Tags=[{Key=snapshot-policy,Value=microservice-prod}]'"), (
        "it is in snapshots again"
    )
    (listed,) = [line for line in here.commands if "describe-snapshots" in line]
    assert "Name=tag:aws:dlm:lifecycle-policy-id,Values=" in listed, "those of another stack are not to be restored"
    assert "::snapshots-policy')\" " in listed
    applied = [json.loads(line.split("'")[1]) for line in here.commands if line.startswith("echo ")]
    assert [one["kind"] for one in applied] == ["PersistentVolume", "PersistentVolumeClaim"]
    assert applied[1]["spec"]["volumeName"] == applied[0]["metadata"]["name"]
    assert not [line for line in there.commands if "create-volume" in line]
    assert "nothing takes snapshots" in there.see
    assert not [one for one in drill(stack_graph("consulting-prod"), Kind.RESTORE).steps if "volumes of" in one.what]


def test_no_marker_is_deleted_where_a_bucket_is_copied() -> None:
    steps = drill(stack_graph("prod"), Kind.RESTORE).steps
    (copied,) = [step for step in steps if "company-archives" in step.what]
    assert not [line for line in copied.commands if "delete-object" in line]


def test_functions_are_stopped_and_started_with_what_is_kept_ready() -> None:
    graph = stack_graph(FUNCTIONS)
    halt, go = list(stop(graph)), list(start(graph))
    ready = "provisioned-concurrency-config --function-name confluence-clone-auth --qualifier live"
    assert before(halt, f"delete-{ready}", "put-function-concurrency --function-name confluence-clone-auth")
    assert before(go, "put-function-concurrency --function-name confluence-clone-auth", f"put-{ready}")
    assert any(line.endswith("live --provisioned-concurrent-executions 2") for line in go)


def test_functions_without_a_live_version_are_stopped_too_but_for_those_that_write_nothing() -> None:
    graph = stack_graph("mdreader-prod")
    told = " ".join(stop(graph))
    assert "--function-name MDReaderBackend " in told
    assert "::events-function" in told
    assert "::file-processing-function" in told
    assert not [word for word in ("authorizer", "rotation", "migration") if word in told]
    assert any("MDReaderBackend --reserved-concurrent-executions 60" in line for line in start(graph))


def test_a_stream_is_read_by_nobody_before_its_function_is_stopped_and_again_after_it_runs() -> None:
    graph = stack_graph("collaboration-prod")
    mapping, function = "update-event-source-mapping", "--function-name prod-websocket-streams"
    assert before(list(stop(graph)), mapping, function)
    assert before(list(start(graph)), function, mapping)
    switches = [line.rpartition(" ")[2] for line in (*stop(graph), *start(graph)) if mapping in line]
    assert switches == ["--no-enabled", "--enabled"]
    unread = changed(graph, inputs={"websocket-streams-consumes-state-mapping": {"enabled": False}})
    assert not [line for line in start(unread) if mapping in line]


def test_a_service_starts_with_what_its_autoscaler_keeps_and_one_without_tasks_without() -> None:
    graph = stack_graph("mdreader-prod")
    more = changed(graph, inputs={"hocuspocus-service": {"desiredCount": 5}})
    (bounds,) = [line for line in start(more) if "register-scalable-target" in line]
    assert bounds.endswith("ScheduledScalingSuspended=false --min-capacity 2")
    (idle,) = [line for line in stop(more) if "register-scalable-target" in line]
    assert idle.endswith("ScheduledScalingSuspended=true --min-capacity 0"), "its schedule starts it at six again"
    assert any("--desired-count 5" in line for line in start(more))
    none = changed(graph, inputs={"hocuspocus-service": {"desiredCount": 0}})
    assert any("--desired-count 0" in line for line in start(none))


def test_bounds_that_are_one_number_are_not_raised_past_it() -> None:
    graph = changed(stack_graph("mdreader-prod"), inputs={"hocuspocus-scaling-target": {"maxCapacity": 2}})
    assert not [line for line in lines(graph, Kind.SCALE) if "register-scalable-target" in line]


@pytest.mark.parametrize("kind", [Kind.RESTORE, Kind.ROTATE, Kind.SCALE])
def test_a_stack_with_a_cluster_is_updated_from_inside_its_network(kind: Kind) -> None:
    said = lines(stack_graph("prod"), kind)
    assert [line for line in said if line.startswith("pulumi up")] == []
    assert "STACK=prod delivery/in-vpc.sh" in said


def test_a_secret_without_a_name_is_read_from_the_state() -> None:
    said = lines(stack_graph("prod"), Kind.ROTATE)
    assert not [line for line in said if "list-secrets" in line]
    assert said[1].startswith("id() {")


def test_names_that_lead_by_weight_are_looked_at() -> None:
    said = lines(stack_graph("collaboration-prod"), Kind.REGION, serving("collaboration-prod-dr"))
    assert any(line.startswith("dig +short ") for line in said)


def test_more_is_more_than_runs_now_and_less_ends_nothing_that_works() -> None:
    """A number out of the program would take away what autoscalers have added under load."""
    steps = [step for stack in ("prod", "confluence-prod") for step in drill(stack_graph(stack), Kind.SCALE).steps]
    sized = [line for step in steps for line in (*step.commands, step.back) if "update-nodegroup-config" in line]
    assert [line for line in sized if re.search(r"desiredSize=\d", line)] == []
    scaled = [line for step in steps for line in step.commands if " scale deployment " in line]
    assert scaled == ["kubectl -n tracing scale deployment trace-collector --replicas=3"]
    assert any(
        "patch hpa microservice " in line and '"minReplicas":7' in line for step in steps for line in step.commands
    )


def test_a_stack_of_functions_is_scaled_by_what_they_reserve() -> None:
    said = lines(stack_graph(FUNCTIONS), Kind.SCALE)
    assert before(
        said, "--function-name confluence-clone-websocket --reserved-concurrent-executions 220", "clone-collab"
    )
    assert any("put-provisioned-concurrency-config --function-name confluence-clone-auth " in line for line in said)


def test_a_value_of_which_only_one_is_good_is_no_way_back() -> None:
    backs = {step.what: step.back for step in drill(stack_graph("mdreader-prod"), Kind.ROTATE).steps}
    (master,) = [back for what, back in backs.items() if what.startswith("rds-master-secret")]
    assert "is good no more" in master
    assert "stays good" in next(back for what, back in backs.items() if what.startswith("mdreader-prod/app:"))


def test_a_public_half_is_known_before_its_private_half_signs() -> None:
    said = lines(stack_graph("mdreader-prod"), Kind.ROTATE)
    assert before(
        said, "pulumi up --stack mdreader-prod", "put-secret-value --secret-id mdreader-prod/app-file-signing"
    )


def test_what_reads_a_cluster_is_done_in_its_network() -> None:
    said = lines(stack_graph("prod"), Kind.STUCK)
    for kind in (Kind.ZONE, Kind.SCALE):
        assert before(lines(stack_graph("prod"), kind), "in-vpc.sh shell", "kubectl ")
    assert said[:2] == ["STACK=prod delivery/in-vpc.sh shell", "bash --login"]
    assert before(said, "export KUBECONFIG=", "aws eks update-kubeconfig"), "no cluster but the one that answers"
    assert before(said, "aws eks update-kubeconfig", "pulumi refresh")
    lost = lines(stack_graph("prod"), Kind.REGION, serving("prod-dr"))
    assert lost.index("bash --login") < next(at for at, line in enumerate(lost) if line.startswith("id()"))
    kept = [line for line in said if "update-addon" in line and "--configuration-values" in line]
    assert [line.partition("--addon-name ")[2].split()[0] for line in kept] == [
        *("vpc-cni", "aws-ebs-csi-driver", "amazon-cloudwatch-observability")
    ]
    assert "pulumi preview" not in "".join(lines(stack_graph("prod"), Kind.SCALE))


def test_a_state_is_mended_first_and_refreshed_when_aws_has_ended_what_it_was_about() -> None:
    said = lines(stack_graph(FUNCTIONS), Kind.STUCK)
    groups = stack_graph(FUNCTIONS).of_type("aws:codedeploy/deploymentGroup:DeploymentGroup")
    (asked,) = [line for line in said if "deploy list-deployments" in line]
    assert all(f" {node.inputs['deploymentGroupName']}" in asked.partition("; do")[0] for node in groups)
    for waits in ("deploy list-deployments", "cloudfront wait distribution-deployed"):
        assert before(said, "pulumi cancel", "pulumi state repair")
        assert before(said, "pulumi state repair", waits)
        assert before(said, waits, "pulumi refresh")


def test_each_balancer_is_shifted_from_the_zone_by_its_id() -> None:
    said = lines(stack_graph("prod"), Kind.ZONE)
    assert before(said, "away=$(aws ec2 describe-availability-zones --zone-names us-east-1a", "start-zonal-shift")
    balancers = stack_graph("prod").of_type("aws:lb/loadBalancer:LoadBalancer")
    assert len([line for line in said if '--away-from "$away"' in line]) == len(balancers) > 0
    assert before(said, "DBInstances[0].[AvailabilityZone", "--force-failover")
