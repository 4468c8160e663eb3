from components.operations.alarms import ses


def test_mail_is_watched_below_what_makes_aws_act() -> None:
    alarms = ses.reputation()
    assert {key: (alarm.metric.name, alarm.threshold) for key, alarm in alarms.items()} == {
        "mail-bounces": ("Reputation.BounceRate", 0.04),
        "mail-complaints": ("Reputation.ComplaintRate", 0.0008),
    }
    assert {alarm.metric.namespace for alarm in alarms.values()} == {"AWS/SES"}
