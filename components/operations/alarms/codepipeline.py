"""Alarms of a pipeline."""

import pulumi

from components.operations.alarms import Alarm
from components.operations.metric import Metric


def executions(rule_name: pulumi.Input[str]) -> dict[str, Alarm]:
    """Executions that failed, were stopped or cancelled, by the rule of ``PipelineFailures``.

    CodePipeline publishes no metric of them:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    """
    metric = Metric("AWS/Events", "TriggeredRules", {"RuleName": rule_name}, "Sum")
    return {"failed": Alarm(metric, 0, "A delivery failed, was stopped or cancelled: see the pipeline", periods=1)}
