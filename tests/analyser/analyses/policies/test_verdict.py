"""The pack judges what the preview recorded."""

import datetime
from collections.abc import Iterator

import pulumi
import pulumi_aws as aws
import pytest

from analyser.analyses.policies.verdict import environment, policy_graph, verdict
from analyser.graph import Graph
from analyser.run.program import run_program
from policy.model import STACK_TYPE, Exemption, Finding, Level, Resource, Severity, rule, stack_rule
from policy.model import Graph as PolicyGraph
from policy.sealed import Sealed

TODAY = datetime.date(2026, 1, 1)


@rule(
    "topic-encrypted",
    title="Topics are encrypted",
    severity=Severity.HIGH,
    types=["aws:sns/topic:Topic"],
    remedy="Set kmsMasterKeyId.",
    link="https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
    level=Level.MANDATORY_IN_PROD,
)
def topic_encrypted(topic: Resource) -> Iterator[Finding]:
    """Notices hold what alarms say."""
    if topic.lacks("kmsMasterKeyId"):
        yield Finding("is not encrypted", "kmsMasterKeyId")


@stack_rule(
    "topic-has-policy",
    title="Topics have a policy",
    severity=Severity.LOW,
    types=["aws:sns/topic:Topic"],
    remedy="Add a TopicPolicy.",
    link="https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html",
    level=Level.ADVISORY,
)
def topic_has_policy(topic: Resource, graph: PolicyGraph) -> Iterator[Finding]:
    """Who may publish is written down."""
    if not graph.companions(topic, "aws:sns/topicPolicy:TopicPolicy", by="arn"):
        yield Finding("has no policy")


RULES = (topic_encrypted, topic_has_policy)


def program() -> None:
    key = aws.kms.Key("key")
    good = aws.sns.Topic("good", kms_master_key_id=key.id)
    aws.sns.TopicPolicy("policy", arn=good.arn, policy="{}")
    aws.sns.Topic("bad", opts=pulumi.ResourceOptions(protect=True))


def graph(stage: str = "prod", *, known: bool = True) -> Graph:
    return run_program(program, stack="test", config={"strata:environment": stage}, known=known)


def judged(found: Graph, *exemptions: Exemption) -> list[tuple[str, str, str, bool]]:
    violations, number = verdict(found, rules=RULES, exemptions=exemptions, today=TODAY)
    assert number == len(RULES)
    return [(v.rule.id, v.urn.rpartition("::")[2], str(v.level), v.exemption is not None) for v in violations]


@pytest.mark.parametrize("known", [True, False])
def test_what_is_wrong_is_found_whether_or_not_outputs_are_known(known: bool) -> None:
    assert judged(graph(known=known)) == [
        ("topic-encrypted", "bad", "mandatory", False),
        ("topic-has-policy", "bad", "advisory", False),
    ]


def test_the_stack_files_environment_decides_the_level() -> None:
    assert judged(graph("dev"))[0] == ("topic-encrypted", "bad", "advisory", False)


def test_without_one_the_stacks_name_does() -> None:
    assert environment(Graph("strata", "records-dev", [], {})) == "dev"
    assert environment(Graph("strata", "records", [], {})) == "prod"


def test_an_exemption_marks_the_violation() -> None:
    spared = Exemption("topic-encrypted", "urn:pulumi:test::*::aws:sns/topic:Topic::bad", "a test", "me", TODAY)
    assert judged(graph(), spared)[0] == ("topic-encrypted", "bad", "mandatory", True)


def test_the_pack_sees_what_the_engine_would_show_it() -> None:
    seen = policy_graph(graph())
    stack = seen.stack
    assert stack is not None
    assert stack.urn == f"urn:pulumi:test::strata::{STACK_TYPE}::strata-test"
    (bad,) = [resource for resource in seen if resource.name == "bad"]
    assert bad.parent == stack.urn
    assert bad.options["protect"] is True
    (policy,) = seen.of("aws:sns/topicPolicy:TopicPolicy")
    assert policy.property_dependencies["arn"] == ("urn:pulumi:test::strata::aws:sns/topic:Topic::good",)


def test_the_projects_own_pack_is_asked_by_default() -> None:
    violations, number = verdict(graph(), today=TODAY)
    assert number > len(RULES)
    assert any(v.urn.endswith("::bad") and v.blocks for v in violations)


def test_texts_of_secrets_are_marked() -> None:
    def keeps_one() -> None:
        aws.sns.Topic("it", display_name=pulumi.Output.secret("hidden"), name="shown")

    topic = policy_graph(run_program(keeps_one, stack="test", config={})).of("aws:sns/topic:Topic")[0]
    assert isinstance(topic.get("displayName"), Sealed)
    assert not isinstance(topic.get("name"), Sealed)
