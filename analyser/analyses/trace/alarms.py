"""From alarms, budgets and events to somebody's inbox: topic, its policy, its key, and who is subscribed."""

from collections.abc import Iterator

from analyser.analyses.reach.graph_view import text, texts
from analyser.analyses.trace.model import Chain, Link, Story, found, missing, not_known, shown
from analyser.analyses.trace.survey import Survey, called
from policy.model import Resource

TOPIC = "aws:sns/topic:Topic"
_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
_PUBLISHERS: dict[str, tuple[str, str]] = {
    _ALARM: ("alarmActions", "cloudwatch.amazonaws.com"),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": ("alarmActions", "cloudwatch.amazonaws.com"),
    "aws:budgets/budget:Budget": ("notifications", "budgets.amazonaws.com"),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": ("subscribers", "costalerts.amazonaws.com"),
    "aws:cloudwatch/eventTarget:EventTarget": ("arn", "events.amazonaws.com"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("notificationTopicArn", ""),
    "aws:sesv2/configurationSetEventDestination:ConfigurationSetEventDestination": (
        "eventDestination",
        "ses.amazonaws.com",
    ),
    "aws:rds/eventSubscription:EventSubscription": ("snsTopic", "events.rds.amazonaws.com"),
    "aws:backup/vaultNotifications:VaultNotifications": ("snsTopicArn", "backup.amazonaws.com"),
    "aws:s3/bucketNotification:BucketNotification": ("topics", "s3.amazonaws.com"),
    "aws:codestarnotifications/notificationRule:NotificationRule": (
        "targets",
        "codestar-notifications.amazonaws.com",
    ),
}
"""What publishes to topics: the input that names them, and the service that does it; none where it needs no right."""


def alarms(s: Survey) -> Iterator[Chain]:
    """One chain for each topic, and one for the alarms that have no action."""
    for alarm in s.of(_ALARM):
        if not s.refers(alarm, "alarmActions", TOPIC):
            says = f"alarm {alarm.name} tells a topic"
            arns = texts(alarm.list("alarmActions"))
            lacks = f"the stack makes no {arns[0]}" if arns else "it has no action"
            yield Chain(Story.ALARM, f"{alarm.name} to nobody", (missing("alarm", says, lacks, [alarm]),))
    for topic in s.of(TOPIC):
        yield Chain(Story.ALARM, f"{topic.name} to inbox", tuple(_topic(s, topic)))


def _topic(s: Survey, topic: Resource) -> Iterator[Link]:
    services: dict[str, list[Resource]] = {}
    for token, (path, service) in _PUBLISHERS.items():
        for one in s.of(token):
            if topic in s.refers(one, path, TOPIC):
                services.setdefault(service, []).append(one)
    if not services:
        yield missing("publisher", f"something tells {topic.name}", "nothing of the stack does", [topic])
    for service, ones in services.items():
        yield from _tells(s, topic, service, ones)
    subscriptions = s.companions(topic, _SUBSCRIPTION, "topic")
    yield shown("subscription", f"somebody hears of {topic.name}", subscriptions, "nobody is subscribed")
    for one in subscriptions:
        yield from _hears(s, topic, one)


def _tells(s: Survey, topic: Resource, service: str, ones: list[Resource]) -> Iterator[Link]:
    names = ", ".join(one.name for one in ones[:3]) + (f" and {len(ones) - 3} more" if len(ones) > 3 else "")
    region = s.view.region_of(topic)
    strangers = [one for one in ones if one.type == _ALARM and s.view.region_of(one) != region]
    if strangers:
        says = f"{strangers[0].name} tells {topic.name}"
        yield missing("publisher", says, f"an alarm tells topics of its own region only, not of {region}", strangers)
    yield found("publisher", f"{names} tell{'s' if len(ones) == 1 else ''} {topic.name}", ones)
    if service:
        decision = s.may(service, "sns:Publish", text(topic.outputs.get("arn")))
        policies = s.companions(topic, "aws:sns/topicPolicy:TopicPolicy", "arn")
        keys = s.refers(topic, "kmsMasterKeyId", "aws:kms/key:Key")
        yield s.permission("rights", f"{service} may publish to {topic.name}", decision, [*policies, *keys, topic])


def _hears(s: Survey, topic: Resource, subscription: Resource) -> Iterator[Link]:
    endpoint, protocol = text(subscription.get("endpoint")), text(subscription.get("protocol"))
    if protocol in ("email", "email-json"):
        because = "whoever reads it has to confirm: strata check --before"
        yield not_known("inbox", f"{endpoint} is subscribed", because, [subscription])
    elif protocol == "lambda":
        functions = s.refers(subscription, "endpoint", "aws:lambda/function:Function")
        for function in functions:
            decision = s.may("sns.amazonaws.com", "lambda:InvokeFunction", text(function.outputs.get("arn")))
            says = f"{topic.name} may call {called(function)}"
            yield s.permission("inbox", says, decision, [subscription, function])
    elif protocol == "sqs":
        for queue in s.refers(subscription, "endpoint", "aws:sqs/queue:Queue"):
            decision = s.may("sns.amazonaws.com", "sqs:SendMessage", text(queue.outputs.get("arn")))
            yield s.permission("inbox", f"{topic.name} may fill {called(queue)}", decision, [subscription, queue])
    else:
        yield not_known("inbox", f"{endpoint} hears of {topic.name}", f"{protocol} is not modelled", [subscription])
