from components.operations.alarms import sqs


def test_one_dead_letter_is_told() -> None:
    (alarm,) = sqs.dead_letters("retries", "retries-dead").values()
    assert alarm.metric.dimensions == {"QueueName": "retries-dead"}
    assert (alarm.metric.name, alarm.threshold, alarm.periods) == ("ApproximateNumberOfMessagesVisible", 0, 1)
