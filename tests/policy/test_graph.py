from policy.model import UNKNOWN, Graph
from tests.policy.support import graph_of, resource

BUCKET, POLICY, KEY = "aws:s3/bucket:Bucket", "aws:s3/bucketPolicy:BucketPolicy", "aws:kms/key:Key"
FIRST = resource(BUCKET, "first", bucket="records")
SECOND = resource(BUCKET, "second", outputs={"id": "archive", "arn": "arn:aws:s3:::archive"})


def test_references_by_dependency_hold_for_unknown_values() -> None:
    policy = resource(POLICY, "p", refers={"bucket": SECOND}, bucket=UNKNOWN)
    graph = graph_of(FIRST, SECOND, policy)
    assert graph.refers(policy, "bucket") == [SECOND]
    assert graph.companions(SECOND, POLICY, by="bucket") == [policy]
    assert graph.companions(FIRST, POLICY, by="bucket") == []


def test_references_by_known_value_where_no_dependency_is_recorded() -> None:
    policies = [
        resource(POLICY, "name", bucket="records"),
        resource(POLICY, "id", bucket="archive"),
        resource(POLICY, "arn", bucket="arn:aws:s3:::archive"),
        resource(POLICY, "stranger", bucket="elsewhere"),
    ]
    graph = graph_of(FIRST, SECOND, *policies)
    assert [graph.refers(policy, "bucket", BUCKET) for policy in policies] == [[FIRST], [SECOND], [SECOND], []]
    assert graph.companions(SECOND, POLICY, by="bucket") == policies[1:3]


def test_a_known_value_decides_between_dependencies() -> None:
    policy = resource(POLICY, "p", refers={"bucket": [FIRST, SECOND]}, bucket="archive")
    assert graph_of(FIRST, SECOND, policy).refers(policy, "bucket") == [SECOND]


def test_types_narrow_references_of_nested_inputs() -> None:
    key = resource(KEY, "key")
    group = resource("g", "g", refers={"config": [FIRST, key]}, config={"key": UNKNOWN, "bucket": UNKNOWN})
    graph = graph_of(FIRST, key, group)
    assert graph.refers(group, "config.key", KEY) == [key]
    assert graph.refers(group, "config.other", KEY) == []


def test_unresolved_companions() -> None:
    lost = resource(POLICY, "lost", bucket=UNKNOWN)
    assert graph_of(FIRST, lost).unresolved(POLICY, "bucket")
    assert not graph_of(FIRST, resource(POLICY, "p", refers={"bucket": FIRST}, bucket=UNKNOWN)).unresolved(
        POLICY, "bucket"
    )
    assert not graph_of(FIRST, resource(POLICY, "p", bucket="elsewhere")).unresolved(POLICY, "bucket")


def test_types_are_found_by_any_of_their_names() -> None:
    listener = resource("aws:alb/listener:Listener", "old")
    assert graph_of(listener).of("aws:lb/listener:Listener") == [listener]
    assert graph_of(resource("aws:s3/bucketV2:BucketV2", "b")).of(BUCKET)


def test_a_reference_to_an_addition_means_what_it_adds_to() -> None:
    policy = resource(POLICY, "p", refers={"bucket": SECOND}, bucket=UNKNOWN)
    balancer = resource(
        "aws:lb/loadBalancer:LoadBalancer", refers={"accessLogs": policy}, accessLogs={"bucket": UNKNOWN}
    )
    graph = graph_of(SECOND, policy, balancer)
    assert graph.refers(balancer, "accessLogs.bucket", BUCKET) == [SECOND]
    assert graph.refers(balancer, "accessLogs.bucket") == [policy, SECOND]
    assert graph.companions(SECOND, "aws:lb/loadBalancer:LoadBalancer", by="accessLogs.bucket") == [balancer]


def test_family_and_stack() -> None:
    parent = resource("strata:data:Bucket", "records")
    child = resource(BUCKET, "records-bucket", parent=parent)
    graph = graph_of(parent, child)
    assert graph.children(parent) == [child]
    assert graph.children(child) == []
    assert graph.stack is not None
    assert graph.stack.name == "strata-prod"
    assert graph.stack_name == "prod"
    assert len(graph) == 3
    assert Graph([]).stack is None
    assert Graph([]).stack_name == ""


def test_a_dependency_outside_the_stack_is_no_reference_and_was_read() -> None:
    policy = resource(POLICY, "p", refers={"bucket": FIRST}, bucket=UNKNOWN)
    assert graph_of(policy).refers(policy, "bucket") == []
    assert graph_of(policy).reads(policy, "bucket[0].name")
    assert not graph_of(policy, FIRST).reads(policy, "bucket")
    assert not graph_of(policy).reads(policy, "policy")
