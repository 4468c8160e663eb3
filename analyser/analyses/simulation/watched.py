"""What nobody would hear of until the day: copies that fall behind, and backups and copies that are no longer made."""

from collections.abc import Iterator
from typing import Any

from analyser.analyses.recovery.plans import region_and_account
from analyser.analyses.simulation.model import Fault, Pair
from analyser.graph import Graph, Node

_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_RULE, _TARGET = "aws:cloudwatch/eventRule:EventRule", "aws:cloudwatch/eventTarget:EventTarget"


def watched(pair: Pair) -> Iterator[Fault]:
    """All of it."""
    yield from _behind(pair)
    for graph in (pair.home, pair.promoted):
        for rule in graph.of_type(_RULE):
            if "aws.backup" in str(rule.inputs.get("eventPattern")) and (why := _unheard(graph, rule)):
                yield Fault("unheard", f"{graph.stack}: {rule.name}", f"tells nobody of backups: {why}")


def _behind(pair: Pair) -> Iterator[Fault]:
    """Copies without an alarm on how far they are behind.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.Monitoring.html
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_monitoring.html
    """
    for node in pair.standby.of_type("aws:rds/instance:Instance"):
        region, _ = region_and_account(str(node.inputs.get("replicateSourceDb")))
        name = node.inputs.get("identifier")
        if region and name and not _rings(pair.standby, "ReplicaLag", DBInstanceIdentifier=name):
            yield Fault("lag", f"{pair.standby.stack}: {node.name}", "falls behind its source and no alarm tells")
    for node in pair.home.of_type("aws:dynamodb/table:Table"):
        for replica in node.inputs.get("replicas") or ():
            where, name = replica.get("regionName"), node.outputs.get("name") or node.inputs.get("name")
            if name and not _rings(pair.home, "ReplicationLatency", TableName=name, ReceivingRegion=where):
                why = f"its replica in {where} falls behind and no alarm tells"
                yield Fault("lag", f"{pair.home.stack}: {node.name}", why)


def _unheard(graph: Graph, rule: Node) -> str:
    name = rule.outputs.get("name") or rule.inputs.get("name")
    targets = [one for one in graph.of_type(_TARGET) if one.inputs.get("rule") == name]
    if is_disabled(rule):
        return "it is disabled"
    if name and not targets:
        return "it has no target"
    told = any(":sns:" in str(one.inputs.get("arn")) for one in targets)
    return "" if told or _rings(graph, "TriggeredRules", RuleName=name) else "no alarm looks at it"


def is_disabled(rule: Node) -> bool:
    """Whether a rule of EventBridge passes nothing on."""
    return rule.inputs.get("state") == "DISABLED" or rule.inputs.get("isEnabled") is False


def _rings(graph: Graph, metric: str, **dimensions: Any) -> bool:
    """Whether an alarm on a metric of these dimensions has its actions on."""
    return any(
        alarm.inputs.get("metricName") == metric
        and dimensions.items() <= (alarm.inputs.get("dimensions") or {}).items()
        and alarm.inputs.get("actionsEnabled") is not False
        for alarm in graph.of_type(_ALARM)
    )
