from components.operations import delivery_alarms


def test_mail_is_watched_below_what_makes_aws_act() -> None:
    alarms = delivery_alarms.reputation()
    assert {key: (alarm.metric.name, alarm.threshold) for key, alarm in alarms.items()} == {
        "mail-bounces": ("Reputation.BounceRate", 0.04),
        "mail-complaints": ("Reputation.ComplaintRate", 0.0008),
    }
    assert {alarm.metric.namespace for alarm in alarms.values()} == {"AWS/SES"}


def test_one_dead_letter_is_told() -> None:
    (alarm,) = delivery_alarms.dead_letters("retries", "retries-dead").values()
    assert alarm.metric.dimensions == {"QueueName": "retries-dead"}
    assert (alarm.metric.name, alarm.threshold, alarm.periods) == ("ApproximateNumberOfMessagesVisible", 0, 1)


def test_one_failed_call_is_told() -> None:
    (alarm,) = delivery_alarms.function_errors("rotation", "rotate").values()
    assert (alarm.metric.namespace, alarm.metric.name) == ("AWS/Lambda", "Errors")
    assert (alarm.metric.dimensions, alarm.threshold) == ({"FunctionName": "rotate"}, 0)
