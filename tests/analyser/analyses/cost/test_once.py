"""What is assumed of a whole stack is on its bill once, however many resources it passes through."""

import pytest

from analyser.analyses.cost.estimate import monthly_cost
from analyser.analyses.cost.item import alias
from analyser.analyses.cost.services.functions import called
from analyser.analyses.cost.usage import usage_of
from analyser.graph import Graph, Node
from settings import Usage
from tests.analyser.analyses.cost.support import bill, node
from tests.stacks import STACKS, stack_graph

FUNCTION, CALLS = "aws:lambda/function:Function", "lambda.requests"
API, STAGE = "aws:apigatewayv2/api:Api", "aws:apigateway/stage:Stage"
RDS, AURORA = "aws:rds/instance:Instance", "aws:rds/cluster:Cluster"
PAID_BY = {
    "function_millions": [CALLS],
    "api_request_millions": ["apigateway.requests", "apigateway.http"],
    "websocket_message_millions": ["apigateway.messages"],
    "websocket_minute_millions": ["apigateway.minutes"],
    "egress_gb": ["cloudfront.data", "transfer.internet", "amplify.data"],
    "request_millions": ["cloudfront.requests"],
    "nat_gb": ["nat.data"],
    "endpoint_gb": ["endpoint.data"],
    "cross_region_gb": ["transfer.region"],
    "logs_gb": ["logs.ingested", "logs.ingested-INFREQUENT_ACCESS"],
    "table_read_millions": ["dynamodb.reads"],
    "table_write_millions": ["dynamodb.writes"],
    "message_millions": ["sns.requests", "sqs.requests"],
    "key_request_millions": ["kms.requests"],
    "trace_millions": ["xray.traces"],
    "email_thousands": ["ses.mail"],
    "active_users": ["cognito.LITE", "cognito.ESSENTIALS", "cognito.PLUS"],
    "state_transition_thousands": ["states.transitions"],
    "config_items": ["config.items"],
    "build_minutes": [f"codebuild.{kind}-{size}" for kind in ("arm", "linux") for size in ("SMALL", "MEDIUM", "LARGE")]
    + ["amplify.build"],
    "backup_gb": [f"backup.{store}" for store in ("aurora", "dynamodb", "ebs", "efs", "rds", "s3")],
}
"""Assumption of a whole stack -> all that is paid for it where it is used; one or another, never two for the same."""


@pytest.mark.parametrize("stack", STACKS)
def test_what_is_assumed_of_a_stack_is_paid_once(stack: str) -> None:
    graph = stack_graph(stack)
    usage, lines = usage_of(graph.config), monthly_cost(graph).lines
    for basis, skus in PAID_BY.items():
        paid = [
            line.quantity * line.factor
            for line in lines
            # Copies are paid for where they lie.
            if line.price.sku in skus and line.basis == alias(basis) and not line.label.startswith("Copies")
        ]
        assert not paid or sum(paid) == pytest.approx(getattr(usage, basis)), basis


@pytest.mark.parametrize("stack", STACKS)
def test_a_call_is_the_functions_that_runs(stack: str) -> None:
    graph = stack_graph(stack)
    found = monthly_cost(graph).resources
    counted = [one.urn for one in found for line in one.lines if line.price.sku == CALLS]
    runs = [one.urn for one in found for line in one.lines if line.price.sku.startswith("lambda.duration")]
    assert counted == runs
    assert sorted(counted) == sorted(called(graph))


def test_functions_that_requests_messages_and_streams_call_are_known() -> None:
    busy = {stack: {urn.rsplit("::", 1)[1] for urn in called(stack_graph(stack))} for stack in STACKS}
    assert busy["mdreader-prod"] == {
        "lambda-backend-function", "file-processing-function", "events-function", "authorizer-function",
    }  # fmt: skip
    assert "collaboration-function" in busy["confluence-lambda"]  # by the streams that its alias reads
    assert busy["prod"] == busy["confluence-prod"] == busy["consulting-prod"] == set()


@pytest.mark.usefixtures("prices")
@pytest.mark.parametrize(
    ("resources", "usage", "usd"),
    [
        ([node(STAGE), node(API, {"protocolType": "HTTP"}, "http")], Usage(api_request_millions=2), 3.5 + 1.0),
        ([node(RDS, {"instanceClass": "db.t3.micro"}), node(AURORA)], Usage(database_backup_gb=200), 9.5 + 2.1),
    ],
)
def test_what_two_kinds_of_resource_share_is_half_on_each(resources: list[Node], usage: Usage, usd: float) -> None:
    labels = ("REST requests", "HTTP requests", "Automated backups")
    bills = [bill(one.type, one.inputs, *_others(resources, one), usage=usage) for one in resources]
    assert sum(found.get(label, 0) for found in bills for label in labels) == usd


def _others(resources: list[Node], one: Node) -> list[Node]:
    return [other for other in Graph("strata", "test", resources, {}) if other is not one]
