"""Alarms of the reputation that SES keeps of an account's mail."""

from components.operations.alarms import Alarm
from components.operations.metric import Metric

_HOUR = 3600


def reputation() -> dict[str, Alarm]:
    """Bounces and complaints of the account's mail in the stack's region, well before SES stops sending.

    SES reviews an account at 5 % bounces or 0.1 % complaints:
    https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html
    """
    limits = {"bounces": ("Reputation.BounceRate", 0.04), "complaints": ("Reputation.ComplaintRate", 0.0008)}
    return {
        f"mail-{key}": Alarm(
            Metric("AWS/SES", name, {}, period=_HOUR), limit, f"Mail draws too many {key}", periods=1, missing="missing"
        )
        for key, (name, limit) in limits.items()
    }
