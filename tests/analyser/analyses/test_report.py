"""The JSON form: everything, stable, and nothing secret."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws

from analyser.analyses.policies.verdict import verdict
from analyser.analyses.report import Report, document
from analyser.faces.formats import Form, write
from analyser.graph import Graph
from analyser.run.program import run_program
from tests.analyser.analyses.policies.test_verdict import RULES, TODAY

CONFIG = {"aws:region": "eu-west-1", "strata:system": "records", "strata:environment": "prod"}


def program() -> None:
    topic = aws.sns.Topic("topic", tags={"b": "2", "a": "1"})
    aws.ssm.Parameter("parameter", type="SecureString", value=pulumi.Output.secret("hidden"), name="/p")
    pulumi.export("topic", topic.arn)


def graph(*, known: bool = True) -> Graph:
    return run_program(program, stack="prod", config=CONFIG, known=known)


def report(found: Graph) -> Report:
    violations, number = verdict(found, rules=RULES, exemptions=(), today=TODAY)
    return Report(found, tuple(violations), number)


def test_it_says_what_and_where_it_is() -> None:
    found = document(report(graph()))
    assert {key: found[key] for key in ("version", "project", "stack", "system", "environment", "region")} == {
        "version": 1,
        "project": "strata",
        "stack": "prod",
        "system": "records",
        "environment": "prod",
        "region": "eu-west-1",
    }
    assert found["summary"] == {
        "resources": 2, "components": 0, "protected": 0, "rules": 2, "mandatory": 1, "advisory": 1, "exempt": 0,
    }  # fmt: skip
    assert found["counts"] == {"aws:sns/topic:Topic": 1, "aws:ssm/parameter:Parameter": 1}


def test_resources_have_a_fixed_set_of_members() -> None:
    topic = document(report(graph()))["resources"][0]
    assert topic == {
        "urn": "urn:pulumi:prod::strata::aws:sns/topic:Topic::topic",
        "type": "aws:sns/topic:Topic",
        "name": "topic",
        "parent": "",
        "component": False,
        "within": "",
        "provider": "",
        "protect": False,
        "ignoreChanges": [],
        "options": {},
        "inputs": {"tags": {"a": "1", "b": "2"}},
        "dependencies": [],
        "propertyDependencies": {},
    }


def test_violations_say_what_to_do() -> None:
    first = document(report(graph()))["violations"][0]
    assert first["rule"] == "topic-encrypted"
    assert first["level"] == "mandatory"
    assert first["path"] == "kmsMasterKeyId"
    assert first["remedy"] == "Set kmsMasterKeyId."
    assert first["exemption"] is None


def test_secrets_and_unknown_values_are_marked() -> None:
    found = document(report(graph(known=False)))
    parameter = found["resources"][1]
    assert parameter["inputs"]["value"] == {"$secret": True}
    assert found["outputs"] == {"topic": {"$unknown": True}}
    assert "hidden" not in json.dumps(found)


def test_it_is_the_same_every_time() -> None:
    assert json.dumps(document(report(graph()))) == json.dumps(document(report(graph())))


def test_it_is_the_same_in_whatever_order_resources_were_registered() -> None:
    found = graph()
    other = Graph(found.project, found.stack, [*found][::-1], found.exports, region=found.region, config=found.config)
    assert json.dumps(document(report(other))) == json.dumps(document(report(found)))
    said, same = (write([report(one)], Form.JUNIT, Path()) for one in (found, other))
    assert said == same
