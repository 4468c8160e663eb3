"""What the comparison of figures finds, and what it leaves alone."""

import pulumi_aws as aws

from tests.support import record
from tests.systems.planned import deviations

QUEUE = "aws:sqs/queue:Queue jobs"


def test_only_what_is_planned_is_compared_and_documents_are_read() -> None:
    graph = record(
        lambda: aws.sqs.Queue("jobs", name="jobs", policy='{"Statement": [{"Effect": "Allow", "Sid": "A"}]}')
    )
    assert deviations({QUEUE: {"name": "jobs", "policy": {"Statement": [{"Effect": "Allow"}]}}}, graph) == []
    assert deviations({QUEUE: {"delaySeconds": 1}}, graph) == ["jobs.delaySeconds: None, planned is 1"]
    assert deviations({QUEUE: {"policy": {"Statement": []}}}, graph) != []
    assert deviations({QUEUE: {"policy": {"Statement": [{"Sid": "B"}]}}}, graph) == [
        "jobs.policy.Statement[0].Sid: 'A', planned is 'B'"
    ]
