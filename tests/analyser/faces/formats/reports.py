"""Reports to write in the forms of the machine."""

import dataclasses
import datetime

import pulumi
import pulumi_aws as aws

from analyser.analyses.policies.verdict import verdict
from analyser.analyses.report import Report
from analyser.run.program import run_program
from policy.model import Exemption, Violation
from tests.analyser.analyses.policies.test_verdict import RULES, TODAY

CONFIG = {"aws:region": "eu-west-1", "strata:system": "records", "strata:environment": "prod"}


def program() -> None:
    topic = aws.sns.Topic(
        "topic", opts=pulumi.ResourceOptions(protect=True, custom_timeouts=pulumi.CustomTimeouts("1h"))
    )
    aws.ssm.Parameter(
        "parameter", type="SecureString", value=pulumi.Output.secret("hidden"), name="/p", description=topic.arn
    )
    pulumi.export("topic", topic.arn)


def report(stack: str = "prod", *, known: bool = True, exempt: bool = False) -> Report:
    """A topic that breaks a mandatory and an advisory rule; the first may be exempt."""
    graph = run_program(program, stack=stack, config=CONFIG, known=known)
    violations, number = verdict(graph, rules=RULES, exemptions=(), today=TODAY)
    if exempt:
        violations = [spared(v) if v.blocks else v for v in violations]
    return Report(graph, tuple(violations), number)


def spared(violation: Violation) -> Violation:
    """The same under an exemption."""
    why = Exemption(
        rule=violation.rule.id,
        urn=violation.urn,
        reason="It holds | nothing.",
        owner="records",
        expires=datetime.date(2027, 1, 1),
    )
    return dataclasses.replace(violation, exemption=why)
