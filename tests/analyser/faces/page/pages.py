"""Reports to make pages of: two real stacks, and one whose names are an attack."""

import functools

import pulumi
import pulumi_aws as aws

from analyser.analyses.policies.verdict import verdict
from analyser.analyses.report import Report
from analyser.faces.page.document import html
from analyser.run.program import run_program
from tests.analyser.analyses.policies.test_verdict import RULES, TODAY
from tests.analyser.faces.formats.reports import spared
from tests.stacks import stack_graph

ATTACK = "<script>alert('name')</script>"
SECRET = "swordfish-in-clear"
CONFIG = {"aws:region": "eu-west-1", "strata:system": "records", "strata:environment": "prod"}


@functools.cache
def stack_report(stack: str) -> Report:
    """A real stack under the real pack."""
    graph = stack_graph(stack)
    violations, rules = verdict(graph)
    return Report(graph, tuple(violations), rules)


@functools.cache
def stack_page(stack: str) -> str:
    """The page of a real stack."""
    return html(stack_report(stack))


def _program() -> None:
    secret = pulumi.Output.secret(SECRET)
    aws.sns.Topic(ATTACK, display_name='"><img src=x onerror=alert(1)>')
    aws.ssm.Parameter("parameter", type="SecureString", value=secret, name="/p", description="</pre></style></script>")
    aws.s3.Bucket("store", bucket=secret, tags={"<b>": "&amp;"})
    pulumi.export("password", secret)
    pulumi.export("nested", {"inner": secret})
    pulumi.export("<i>open</i>", "</main>")


def hostile_report(*, exempt: bool = False) -> Report:
    """A stack that breaks a mandatory rule and an advisory one; the first may be exempt."""
    graph = run_program(_program, stack="hostile", config=CONFIG)
    violations, rules = verdict(graph, rules=RULES, exemptions=(), today=TODAY)
    if exempt:
        violations = [spared(violation) if violation.blocks else violation for violation in violations]
    return Report(graph, tuple(violations), rules)
