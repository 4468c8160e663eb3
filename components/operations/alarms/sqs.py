"""Alarms of an SQS dead-letter queue."""

import pulumi

from components.operations.alarms import Alarm
from components.operations.metric import Metric


def dead_letters(key: str, queue_name: pulumi.Input[str]) -> dict[str, Alarm]:
    """Messages in a dead-letter queue."""
    metric = Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue_name}, "Maximum")
    return {f"{key}-dead-letters": Alarm(metric, 0, f"Messages of {key} could not be worked off", periods=1)}
